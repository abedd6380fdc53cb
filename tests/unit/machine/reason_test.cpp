#include "machine/reason.hpp"

#include <set>

#include <gtest/gtest.h>

namespace pxed {
namespace {

TEST(Reason, EveryRowHasItsOwnNameAndSaysWhatToDo) {
    std::set<std::string_view> names;
    for (const auto& row : reason_table()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_EQ(&row_of(row.reason), &row);
        if (row.reason == Reason::none) continue;
        EXPECT_FALSE(row.phrase.empty()) << row.name;
        EXPECT_TRUE(row.advice.ends_with('.')) << row.name;
        // The phrase of a refusal travels in option 56 and stands in a log line.
        EXPECT_LE(row.phrase.size(), 80U) << row.name;
    }
}

TEST(Reason, RefusalsUseDnsmasqsWords) {
    EXPECT_EQ(row_of(Reason::wrong_server_id).phrase, "wrong server-ID");
    EXPECT_EQ(row_of(Reason::wrong_address).phrase, "wrong address");
    EXPECT_EQ(row_of(Reason::wrong_network).phrase, "wrong network");
    EXPECT_EQ(row_of(Reason::address_not_available).phrase, "address not available");
    EXPECT_EQ(row_of(Reason::static_lease_available).phrase, "static lease available");
    EXPECT_EQ(row_of(Reason::address_reserved).phrase, "address reserved");
    EXPECT_EQ(row_of(Reason::address_in_use).phrase, "address in use");
    EXPECT_EQ(row_of(Reason::lease_not_found).phrase, "lease not found");
    EXPECT_EQ(row_of(Reason::no_unique_id).phrase, "no unique-id");
    EXPECT_EQ(row_of(Reason::lease_limit).phrase, "no leases left");
    EXPECT_EQ(row_of(Reason::no_address).phrase, "no address available");
    EXPECT_EQ(row_of(Reason::unknown_lease).phrase, "unknown lease");
}

}  // namespace
}  // namespace pxed
