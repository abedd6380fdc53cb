#include "http/plan.hpp"

#include <gmock/gmock.h>

#include "http/conditions.hpp"
#include "http/date.hpp"
#include "http/media_type.hpp"

namespace {

using namespace pxed;
using namespace pxed::http;
using testing::Contains;
using testing::IsEmpty;

// 1994-11-06 08:49:37 and a bit, RFC 9110's own example.
constexpr nanoseconds k_modified = seconds{784111777} + nanoseconds{5};
constexpr auto k_date = "Sun, 06 Nov 1994 08:49:37 GMT";

Request get() {
    Request request;
    request.method = "GET";
    request.target = "/x";
    request.has_host = true;
    return request;
}

Resource file(std::uint64_t size = 1000) {
    return {size, "application/efi", k_modified};
}

std::string tag() {
    return entity_tag(k_modified, 1000);
}

std::string header(const Plan& plan, std::string_view name) {
    for (const auto& header : plan.headers)
        if (header.name == name) return header.value;
    return {};
}

TEST(Plan, SendsAFileWithWhatACacheNeeds) {
    const auto answer = plan(get(), file());
    EXPECT_EQ(answer.status, 200U);
    EXPECT_FALSE(answer.part);
    EXPECT_EQ(header(answer, "Content-Type"), "application/efi");
    EXPECT_EQ(header(answer, "Accept-Ranges"), "bytes");
    EXPECT_EQ(header(answer, "Last-Modified"), k_date);
    EXPECT_EQ(header(answer, "ETag"), tag());
}

TEST(Plan, AnswersHeadAsGetAndIgnoresItsRange) {
    auto request = get();
    request.method = "HEAD";
    request.range = "bytes=0-1";
    EXPECT_EQ(plan(request, file()).headers, plan(get(), file()).headers);
    EXPECT_EQ(plan(request, file()).status, 200U);
}

TEST(Plan, SendsAPart) {
    auto request = get();
    request.range = "bytes=10-19";
    const auto answer = plan(request, file());
    EXPECT_EQ(answer.status, 206U);
    ASSERT_TRUE(answer.part);
    EXPECT_EQ(answer.part->first, 10U);
    EXPECT_EQ(answer.part->length(), 10U);
    EXPECT_EQ(header(answer, "Content-Range"), "bytes 10-19/1000");
    EXPECT_EQ(header(answer, "ETag"), tag());
}

TEST(Plan, SaysTheSizeWhenARangeLiesBehindTheEnd) {
    auto request = get();
    request.range = "bytes=1000-";
    const auto answer = plan(request, file());
    EXPECT_EQ(answer.status, 416U);
    EXPECT_EQ(header(answer, "Content-Range"), "bytes */1000");
    EXPECT_EQ(answer.reason, Reason::range_not_satisfiable);
}

TEST(Plan, ResumesOnlyTheVersionThatWasBegun) {
    auto request = get();
    request.range = "bytes=500-";
    for (const auto& same : {tag(), std::string{k_date}}) {
        request.if_range = same;
        EXPECT_EQ(plan(request, file()).status, 206U) << same;
    }
    for (const auto& other :
         {std::string{"\"x\""}, "W/" + tag(), std::string{"Sun, 06 Nov 1994 08:49:38 GMT"},
          std::string{"Sun, 06 Nov 1994 08:49:36 GMT"}, std::string{"rubbish"}}) {
        request.if_range = other;
        EXPECT_EQ(plan(request, file()).status, 200U) << other;
    }
}

TEST(Plan, SendsNothingThatTheClientHas) {
    for (const auto& list : {tag(), "\"a\", " + tag(), "W/" + tag(), std::string{"*"}}) {
        auto request = get();
        request.if_none_match = list;
        const auto answer = plan(request, file());
        EXPECT_EQ(answer.status, 304U) << list;
        EXPECT_EQ(header(answer, "ETag"), tag());
    }
    auto request = get();
    request.if_modified_since = k_date;
    EXPECT_EQ(plan(request, file()).status, 304U);
    request.if_modified_since = "Sun, 06 Nov 1994 08:49:36 GMT";
    EXPECT_EQ(plan(request, file()).status, 200U);
    request.if_modified_since = "yesterday";
    EXPECT_EQ(plan(request, file()).status, 200U);
}

// RFC 9110 13.2.2: a tag speaks before a date.
TEST(Plan, LetsTagsSpeakBeforeDates) {
    auto request = get();
    request.if_none_match = "\"other\"";
    request.if_modified_since = k_date;
    EXPECT_EQ(plan(request, file()).status, 200U);
    request = get();
    request.if_match = tag();
    request.if_unmodified_since = "Sun, 06 Nov 1994 08:49:36 GMT";
    EXPECT_EQ(plan(request, file()).status, 200U);
}

TEST(Plan, FailsAPreconditionThatDoesNotHold) {
    auto request = get();
    request.if_match = "\"other\", W/" + tag();
    EXPECT_EQ(plan(request, file()).status, 412U) << "a weak tag is never the same (13.1.1)";
    request.if_match = "*";
    EXPECT_EQ(plan(request, file()).status, 200U);
    request = get();
    request.if_unmodified_since = "Sun, 06 Nov 1994 08:49:36 GMT";
    EXPECT_EQ(plan(request, file()).status, 412U);
    request.if_unmodified_since = k_date;
    EXPECT_EQ(plan(request, file()).status, 200U);
}

TEST(Plan, LetsNobodyKeepWhatWasMadeForOne) {
    auto request = get();
    request.range = "bytes=0-1";
    request.if_none_match = "*";
    const auto answer = plan(request, {100, "text/plain", std::nullopt});
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    EXPECT_EQ(header(answer, "ETag"), "");
}

TEST(Plan, TakesGetAndHeadOnly) {
    EXPECT_FALSE(objection(get()));
    for (const auto* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "CONNECT", "X"}) {
        auto request = get();
        request.method = method;
        const auto answer = objection(request);
        ASSERT_TRUE(answer) << method;
        EXPECT_EQ(answer->status, 405U);
        EXPECT_EQ(header(*answer, "Allow"), "GET, HEAD");
        EXPECT_TRUE(answer->closes);
    }
}

TEST(Plan, RefusesWhatCouldBeASecondRequest) {
    auto request = get();
    request.has_body = true;
    ASSERT_TRUE(objection(request));
    EXPECT_EQ(objection(request)->status, 400U);
    EXPECT_TRUE(objection(request)->closes);
    request = get();
    request.has_broken_header = true;
    EXPECT_EQ(objection(request)->status, 400U);
    request = get();
    request.has_host = false;
    EXPECT_EQ(objection(request)->status, 400U);
    request.is_version_1_1 = false;
    EXPECT_FALSE(objection(request)) << "HTTP/1.0 knows no Host";
}

TEST(Plan, RefusesWithWordsThatNameNoPath) {
    const auto answer = refusal(404, Reason::file_not_found, "/srv/tftp/x: No such file");
    EXPECT_EQ(answer.text, "404 Not Found\n");
    EXPECT_EQ(header(answer, "Content-Type"), "text/plain");
}

TEST(EntityTag, ChangesWithDateAndSize) {
    EXPECT_NE(entity_tag(k_modified, 1), entity_tag(k_modified, 2));
    EXPECT_NE(entity_tag(k_modified, 1), entity_tag(k_modified + nanoseconds{1}, 1));
    EXPECT_EQ(entity_tag(nanoseconds{255}, 16), "\"ff-10\"");
}

TEST(Conditions, ReadListsWithCommasInsideOfTags) {
    EXPECT_TRUE(lists_tag("\"a,b\" , \"c\"", "\"c\"", false));
    EXPECT_TRUE(lists_tag("\"a,b\"", "\"a,b\"", false));
    EXPECT_FALSE(lists_tag("\"a,b", "\"a", false));
    EXPECT_FALSE(lists_tag("a, b", "a", false)) << "no tag is without quotes";
    EXPECT_FALSE(lists_tag("", "\"a\"", true));
    EXPECT_FALSE(lists_tag("W/\"a\"", "\"a\"", false));
}

TEST(Date, HasThreeForms) {
    const WallTime moment{seconds{784111777}};
    EXPECT_EQ(date_text(moment), k_date);
    EXPECT_EQ(parse_date(k_date), moment);
    EXPECT_EQ(parse_date("Sunday, 06-Nov-94 08:49:37 GMT"), moment);
    EXPECT_EQ(parse_date("Sun Nov  6 08:49:37 1994"), moment);
}

TEST(Date, IsNothingElse) {
    for (const auto* text : {"", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 8:49:37 GMT",
                             "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 nov 1994 08:49:37 GMT",
                             "Sun, 0x6 Nov 1994 08:49:37 GMT", "Sun, 99999999999 Nov 1994 08:49:37 GMT"})
        EXPECT_FALSE(parse_date(text)) << text;
    EXPECT_FALSE(parse_date(std::string(10000, ' ') + k_date));
}

TEST(MediaType, IsExactForUefi) {
    EXPECT_EQ(media_type_of("EFI/BOOT/BOOTX64.EFI"), "application/efi");
    EXPECT_EQ(media_type_of("a.iso"), "application/vnd.efi-iso");
    EXPECT_EQ(media_type_of("a.img"), "application/vnd.efi-img");
}

TEST(MediaType, IsBytesWhereTheNameSaysNothing) {
    for (const auto* name : {"vmlinuz", "dir.efi/kernel", ".hidden.", "", "x.unknown"})
        EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
    EXPECT_EQ(media_type_of("boot.ipxe"), "text/plain");
}

TEST(Head, IsWhatRfc9112Demands) {
    auto request = get();
    request.range = "bytes=10-19";
    auto answer = plan(request, file());
    const auto now = WallTime{seconds{784111777}};
    EXPECT_EQ(head_text(answer, 10, now),
              std::string{"HTTP/1.1 206 Partial Content\r\nDate: "} + k_date +
                  "\r\nLast-Modified: " + k_date + "\r\nETag: " + tag() +
                  "\r\nContent-Type: application/efi\r\nContent-Range: bytes 10-19/1000\r\n"
                  "Content-Length: 10\r\n\r\n");
    answer.closes = true;
    EXPECT_THAT(head_text(answer, 10, now), testing::HasSubstr("\r\nConnection: close\r\n"));
}

}  // namespace
