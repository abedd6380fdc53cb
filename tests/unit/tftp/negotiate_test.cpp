#include "tftp/negotiate.hpp"

#include <gmock/gmock.h>

namespace {

using namespace pxed::tftp;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint16_t k_mtu = 1500;

Request request(std::vector<RequestOption> options, Mode mode = Mode::octet) {
    return {false, "f", mode, std::move(options)};
}

// The OACK as `name=value` words.
std::vector<std::string> words(const Terms& terms) {
    std::vector<std::string> result;
    for (const auto& option : terms.acknowledged)
        result.push_back(option.name + '=' + option.value);
    return result;
}

TEST(Negotiate, WithoutOptionsNothingIsAcknowledged) {
    const auto terms = negotiate(request({}), {}, 1000, k_mtu);
    EXPECT_THAT(terms.acknowledged, IsEmpty());
    EXPECT_EQ(terms.block_size, 512);
    EXPECT_EQ(terms.window_size, 1);
    EXPECT_FALSE(terms.timeout);
}

TEST(Negotiate, AnswersInDnsmasqsOrderWhateverWasAskedFirst) {
    const auto terms =
        negotiate(request({{"windowsize", "4"}, {"timeout", "3"}, {"tsize", "0"}, {"blksize", "1024"}}), {},
                  3000, k_mtu);
    EXPECT_THAT(words(terms), ElementsAre("blksize=1024", "tsize=3000", "timeout=3", "windowsize=4"));
    EXPECT_EQ(terms.block_size, 1024);
    EXPECT_EQ(terms.window_size, 4);
    EXPECT_EQ(terms.timeout, pxed::seconds{3});
}

TEST(Negotiate, OptionNamesAreComparedWithoutCase) {
    EXPECT_THAT(words(negotiate(request({{"BLKSIZE", "1400"}, {"TSize", "0"}}), {}, 7, k_mtu)),
                ElementsAre("blksize=1400", "tsize=7"));
}

TEST(Negotiate, ABlockFitsTheMtuAsDnsmasqCounts) {
    EXPECT_THAT(words(negotiate(request({{"blksize", "65464"}}), {}, 7, k_mtu)), ElementsAre("blksize=1468"));
    EXPECT_THAT(words(negotiate(request({{"blksize", "1469"}}), {}, 7, k_mtu)), ElementsAre("blksize=1468"));
    EXPECT_THAT(words(negotiate(request({{"blksize", "1468"}}), {}, 7, k_mtu)), ElementsAre("blksize=1468"));
    EXPECT_THAT(words(negotiate(request({{"blksize", "65464"}}), {}, 7, 65535)),
                ElementsAre("blksize=65464"));
}

TEST(Negotiate, AnAbsurdMtuStillLeavesTheSmallestBlock) {
    EXPECT_EQ(negotiate(request({{"blksize", "512"}}), {}, 7, 20).block_size, 8);
    EXPECT_EQ(negotiate(request({{"blksize", "512"}}), {}, 7, 0).block_size, 8);
}

TEST(Negotiate, BlockSizesOutOfRangeAreIgnored) {
    for (const auto* value : {"0", "1", "7", "65465", "65536", "99999999999999999999999", "abc", "", "-1",
                              "8x", " 8", "0x200", "512.0"}) {
        const auto terms = negotiate(request({{"blksize", value}}), {}, 7, k_mtu);
        EXPECT_THAT(terms.acknowledged, IsEmpty()) << value;
        EXPECT_EQ(terms.block_size, 512) << value;
    }
    EXPECT_EQ(negotiate(request({{"blksize", "8"}}), {}, 7, k_mtu).block_size, 8);
}

TEST(Negotiate, NoBlocksizeIgnoresThatOptionAlone) {
    Policy policy;
    policy.ignores_blocksize = true;
    const auto terms = negotiate(request({{"blksize", "1024"}, {"windowsize", "2"}}), policy, 7, k_mtu);
    EXPECT_THAT(words(terms), ElementsAre("windowsize=2"));
    EXPECT_EQ(terms.block_size, 512);
}

TEST(Negotiate, TsizeIsTheRealSizeAbove4GiBToo) {
    EXPECT_THAT(words(negotiate(request({{"tsize", "0"}}), {}, 4402341478, k_mtu)),
                ElementsAre("tsize=4402341478"));
}

TEST(Negotiate, AnEmptyFileHasNoTsizeSinceCurlRefusesZero) {
    EXPECT_THAT(words(negotiate(request({{"tsize", "0"}, {"blksize", "512"}}), {}, 0, k_mtu)),
                ElementsAre("blksize=512"));
}

TEST(Negotiate, NetasciiHasNoTsize) {
    EXPECT_THAT(words(negotiate(request({{"tsize", "0"}, {"blksize", "512"}}, Mode::netascii), {}, 7, k_mtu)),
                ElementsAre("blksize=512"));
}

TEST(Negotiate, WindowsAreClampedAndNeverZero) {
    EXPECT_EQ(negotiate(request({{"windowsize", "65535"}}), {}, 7, k_mtu).window_size, 64);
    EXPECT_THAT(words(negotiate(request({{"windowsize", "65"}}), {}, 7, k_mtu)),
                ElementsAre("windowsize=64"));
    EXPECT_THAT(words(negotiate(request({{"windowsize", "64"}}), {}, 7, k_mtu)),
                ElementsAre("windowsize=64"));
    for (const auto* value : {"0", "65536", "four", ""})
        EXPECT_THAT(negotiate(request({{"windowsize", value}}), {}, 7, k_mtu).acknowledged, IsEmpty())
            << value;
}

TEST(Negotiate, TimeoutIsEchoedOrOmitted) {
    for (const auto* value : {"0", "256", "-1", "2147483648", "1x", ""}) {
        const auto terms = negotiate(request({{"timeout", value}}), {}, 7, k_mtu);
        EXPECT_THAT(terms.acknowledged, IsEmpty()) << value;
        EXPECT_FALSE(terms.timeout) << value;
    }
    EXPECT_THAT(words(negotiate(request({{"timeout", "255"}}), {}, 7, k_mtu)), ElementsAre("timeout=255"));
    EXPECT_THAT(words(negotiate(request({{"timeout", "1"}}), {}, 7, k_mtu)), ElementsAre("timeout=1"));
}

TEST(Negotiate, UnknownOptionsAreOmitted) {
    EXPECT_THAT(
        negotiate(request({{"multicast", ""}, {"rollover", "0"}, {"msftwindow", "31416"}, {"utimeout", "1"}}),
                  {}, 7, k_mtu)
            .acknowledged,
        IsEmpty());
}

}  // namespace
