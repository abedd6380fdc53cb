#include "http/listing.hpp"

#include <gmock/gmock.h>

namespace {

using pxed::http::listing_page;
using testing::HasSubstr;
using testing::Not;

TEST(Listing, NamesDirectoriesFirst) {
    const auto page = listing_page("", {{"b", false}, {"a", false}, {"z", true}});
    EXPECT_LT(page.find("z/"), page.find(">a<"));
    EXPECT_LT(page.find(">a<"), page.find(">b<"));
    EXPECT_THAT(page, HasSubstr("href=\"/z/\""));
    EXPECT_THAT(page, Not(HasSubstr("..")));
}

TEST(Listing, LeadsBackUpAndDown) {
    EXPECT_THAT(listing_page("a/b", {{"c", false}}), HasSubstr("href=\"/a/b/c\""));
    EXPECT_THAT(listing_page("a/b", {}), HasSubstr("href=\"/a/\">..</a>"));
    EXPECT_THAT(listing_page("a", {}), HasSubstr("href=\"/\">..</a>"));
}

TEST(Listing, EscapesNamesThatAnybodyMayHaveMade) {
    const auto page = listing_page("<x>", {{"\"><script>alert(1)</script>", false}, {"a b&c", false}});
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<x>")));
    EXPECT_THAT(page, HasSubstr("a%20b%26c"));
    EXPECT_THAT(page, HasSubstr("a b&amp;c"));
}

TEST(Listing, LeavesHiddenNamesOut) {
    EXPECT_THAT(listing_page("", {{".ssh", true}, {".", true}}), Not(HasSubstr("ssh")));
}

}  // namespace
