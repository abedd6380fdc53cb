#include "wire/dhcp_text.hpp"

#include <array>
#include <random>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace pxed::dhcp {
namespace {

Message read(std::string_view text) {
    auto message = message_from_text(text);
    EXPECT_TRUE(message) << message.error();
    return message ? *message : Message{};
}

std::string error_of(std::string_view text) {
    const auto message = message_from_text(text);
    return message ? "read: " + text_of(*message) : message.error();
}

TEST(DhcpText, ADiscoverReadsAndWrites) {
    const std::string line =
        R"(DISCOVER hw=02:00:00:00:0a:01 xid=0x1 secs=4 flags=broadcast vendor-class="PXEClient:Arch:00000")"
        R"( client-arch=0 parameter-request=1,3,6,66,67 client-machine-id=00:11:11)";
    const auto message = read(line);
    EXPECT_EQ(message.op, Op::request);
    EXPECT_EQ(message.type(), MessageType::discover);
    EXPECT_EQ(message.xid, 1U);
    EXPECT_EQ(message.secs, 4);
    EXPECT_TRUE(message.wants_broadcast());
    EXPECT_EQ(message.hardware, HwAddr::parse("02:00:00:00:0a:01"));
    EXPECT_EQ(message.options.text(k_vendor_class), "PXEClient:Arch:00000");
    EXPECT_EQ(message.options.u16(k_client_arch), 0);
    EXPECT_EQ(hex_text(*message.options.find(k_parameter_list)), "01:03:06:42:43");
    EXPECT_EQ(text_of(message), line);
}

TEST(DhcpText, AnOfferReadsAndWrites) {
    const std::string line =
        R"(OFFER hw=02:00:00:00:0a:01 xid=0xdeadbeef flags=broadcast yiaddr=10.99.0.129 siaddr=10.99.0.1)"
        R"( sname="srv" file="pxelinux.0" server-identifier=10.99.0.1 lease-time=28800 bootfile-name="pxelinux.0\x00")"
        R"( T1=14400 netmask=255.255.255.0 dns-server=10.99.0.1,10.99.0.2)"
        R"( classless-static-route=10.0.0.0/8,10.99.0.1,0.0.0.0/0,10.99.0.254)";
    const auto message = read(line);
    EXPECT_EQ(message.op, Op::reply);
    EXPECT_EQ(message.file, "pxelinux.0");
    EXPECT_EQ(message.options.find(k_boot_file)->size(), 11U);
    EXPECT_EQ(hex_text(*message.options.find(121)), "08:0a:0a:63:00:01:00:0a:63:00:fe");
    EXPECT_EQ(text_of(message), line);
}

TEST(DhcpText, LineBreaksAreBlanksAndQuotedBlanksAreNot) {
    const auto message =
        read("  ACK\n\t hw=02:00:00:00:0a:01\r\n   message=\"two  words \\\" \\\\ \\x0a\"\n");
    EXPECT_EQ(message.type(), MessageType::ack);
    EXPECT_EQ(message.options.text(k_message), "two  words \" \\ \n");
}

TEST(DhcpText, ABootpMessageHasNoOption53) {
    const auto request = read("BOOTREQUEST hw=02:00:00:00:0a:01");
    EXPECT_EQ(request.type(), MessageType::none);
    EXPECT_TRUE(request.options.is_empty());
    EXPECT_EQ(read("BOOTREPLY").op, Op::reply);
    EXPECT_EQ(text_of(read("BOOTREPLY netmask=255.0.0.0")), "BOOTREPLY netmask=255.0.0.0");
}

TEST(DhcpText, ATypeWithoutAWordAndAnOpAgainstTheTypeAreTold) {
    EXPECT_EQ(text_of(read("BOOTREQUEST message-type=10")), "BOOTREQUEST message-type=10");
    EXPECT_EQ(text_of(read("BOOTREQUEST message-type=hex:")), "BOOTREQUEST message-type=");
    EXPECT_EQ(text_of(read("DISCOVER op=reply")), "DISCOVER op=reply");
    EXPECT_EQ(text_of(read("BOOTREPLY message-type=1")), "DISCOVER op=reply");
    EXPECT_EQ(text_of(read("DHCPDISCOVER op=request")), "DISCOVER");
}

TEST(DhcpText, ThePlaceOfOption53IsKept) {
    const auto message = read("DISCOVER vendor-class=\"x\" message-type=1");
    EXPECT_EQ(message.options[0].code, k_vendor_class);
    EXPECT_EQ(text_of(message), "DISCOVER vendor-class=\"x\" message-type=1");
}

TEST(DhcpText, MalformedValuesCanBeWrittenAndShow) {
    const auto message = read(
        "DISCOVER lease-time=01:02 client-arch=hex:07 server-identifier=0a:63:00 netmask=hex: 175=hex:01 "
        "classless-static-route=21:0a:00:00:00:00:01:02:03:04 parameter-request=");
    EXPECT_EQ(text_of(message),
              "DISCOVER lease-time=01:02 client-arch=hex:07 server-identifier=0a:63:00 netmask= 175=hex:01 "
              "classless-static-route=21:0a:00:00:00:00:01:02:03:04 parameter-request=");
}

TEST(DhcpText, TimesTakeUnits) {
    EXPECT_EQ(read("ACK lease-time=2m").options.u32(k_lease_time), 120U);
    EXPECT_EQ(read("ACK lease-time=8h").options.u32(k_lease_time), 28800U);
    EXPECT_EQ(read("ACK lease-time=2d").options.u32(k_lease_time), 172800U);
    EXPECT_EQ(read("ACK lease-time=1w").options.u32(k_lease_time), 604800U);
    EXPECT_EQ(read("ACK lease-time=infinite").options.u32(k_lease_time), 0xffffffffU);
}

TEST(DhcpText, AddressesWithoutBytesKeepTheirType) {
    EXPECT_EQ(text_of(read("DISCOVER hw=20-")), "DISCOVER hw=20-");
    EXPECT_EQ(text_of(read("DISCOVER hw=06-01:02")), "DISCOVER hw=06-01:02");
    EXPECT_EQ(text_of(read("DISCOVER")), "DISCOVER");
}

TEST(DhcpText, ErrorsNameTheFieldAndWhatItMayBe) {
    EXPECT_EQ(error_of(""),
              R"(the first word "" is no message type (DISCOVER, OFFER, ... or BOOTREQUEST, BOOTREPLY))");
    EXPECT_EQ(error_of("DISCOVR"), R"(the first word "DISCOVR" is no message type; perhaps DISCOVER)");
    EXPECT_EQ(error_of("DISCOVER rapid-commit"),
              R"("rapid-commit" is not a field: write name=value, or name= for an empty value)");
    EXPECT_EQ(error_of("DISCOVER vendr-class=\"x\""),
              R"("vendr-class" is neither a header field nor an option; perhaps vendor-class)");
    EXPECT_EQ(error_of("DISCOVER yiadr=1.2.3.4"),
              R"("yiadr" is neither a header field nor an option; perhaps yiaddr)");
    EXPECT_EQ(error_of("DISCOVER xid=1 xid=2"), "xid is given twice");
    EXPECT_EQ(error_of("DISCOVER netmask=255.0.0.0 1=255.0.0.0"), "1 is given twice");
    EXPECT_EQ(error_of("DISCOVER hops=256"),
              R"(hops: "256" is no number from 0 to 255 (decimal, or hexadecimal with 0x))");
    EXPECT_EQ(error_of("DISCOVER flags=brodcast"),
              R"(flags: "brodcast" is no number from 0 to 65535 (decimal, or hexadecimal with 0x))");
    EXPECT_EQ(error_of("DISCOVER ciaddr=1.2.3"), R"(ciaddr: "1.2.3" is no IPv4 address)");
    EXPECT_EQ(error_of("DISCOVER router=1.2.3.4,x"), R"(router: "x" is no IPv4 address)");
    EXPECT_EQ(error_of("DISCOVER client-arch=65536"), R"(client-arch: "65536" is more than 2 byte(s) hold)");
    EXPECT_EQ(error_of("DISCOVER lease-time=5y"),
              R"(lease-time: "5y" is no time: write seconds, or 4m, 3h, 2d, 1w, infinite)");
    EXPECT_EQ(error_of("DISCOVER lease-time=w"),
              R"(lease-time: "w" is no time: write seconds, or 4m, 3h, 2d, 1w, infinite)");
    EXPECT_EQ(error_of("DISCOVER lease-time=9999w"),
              R"(lease-time: "9999w" is more seconds than 4 bytes hold)");
    EXPECT_EQ(error_of("DISCOVER bootfile-name=http://a/b"),
              R"(bootfile-name: "http://a/b" is bare: text stands in double quotes)");
    EXPECT_EQ(
        error_of("DISCOVER 175=1"),
        R"(175: "1" is of no known form: write bytes as 0a:01, one byte as hex:0a, text in double quotes, )"
        "addresses with commas");
    EXPECT_EQ(error_of("DISCOVER 97=0x:1"), R"(97: "0x:1" is no hexadecimal: write 0a:01:ff)");
    EXPECT_EQ(error_of("DISCOVER hostname=\"x"), "hostname: the closing quote is missing");
    EXPECT_EQ(error_of("DISCOVER hostname=\"x\"y"), "hostname: something follows the closing quote");
    EXPECT_EQ(error_of(R"(DISCOVER hostname="\n")"),
              R"(hostname: after \ only ", \ or xHH (two hexadecimal digits) may stand)");
    EXPECT_EQ(error_of(R"(DISCOVER hostname="\x4")"),
              R"(hostname: after \ only ", \ or xHH (two hexadecimal digits) may stand)");
    EXPECT_EQ(error_of("DISCOVER 255=1.2.3.4"), "255: option codes are 1 to 254");
    EXPECT_EQ(error_of("DISCOVER 0="), "0: option codes are 1 to 254");
    EXPECT_EQ(error_of("DISCOVER message-type=3"),
              R"(message-type: "3" contradicts DISCOVER (write BOOTREQUEST or BOOTREPLY in front))");
    EXPECT_EQ(error_of("OFFER file=\"" + std::string(129, 'x') + "\""), "file: 129 bytes where 128 fit");
    EXPECT_EQ(error_of(R"(OFFER sname="a\x00b")"), "sname: a NUL ends it on the wire");
    EXPECT_EQ(error_of("OFFER op=both"), R"(op: "both" is neither request nor reply)");
    EXPECT_EQ(
        error_of("OFFER hw=zz"),
        R"(hw: "zz" is no hardware address: write 02:00:00:00:00:01, or 20-02:... with its type before)");
    EXPECT_EQ(error_of("ACK classless-static-route=10.0.0.0/33,1.2.3.4"),
              R"(classless-static-route: "10.0.0.0/33,1.2.3.4" is no route: write 10.0.0.0/8,10.99.0.1 )"
              "(destination, router, ...)");
}

/// A message of any shape a Message can have; the same seed gives the same one.
class Generator {
 public:
    explicit Generator(std::uint32_t seed) : random_(seed) {}

    Message message() {
        Message made;
        made.op = below(2) == 0 ? Op::request : Op::reply;
        const auto length = below(HwAddr::k_max + 1);
        made.hardware =
            HwAddr{static_cast<std::uint8_t>(length == 0 ? below(256) : 1 + below(255)), bytes(length)};
        made.hops = static_cast<std::uint8_t>(below(3) == 0 ? below(256) : 0);
        made.xid = below(3) == 0 ? 0 : any();
        made.secs = static_cast<std::uint16_t>(below(2) == 0 ? below(65536) : 0);
        made.flags = std::array<std::uint16_t, 4>{0, 0x8000, 0x0001, 0xffff}[below(4)];
        for (auto* address : {&made.ciaddr, &made.yiaddr, &made.siaddr, &made.giaddr}) {
            if (below(2) == 0) *address = Ipv4{any()};
        }
        made.sname = words(below(65));
        made.file = words(below(129));
        for (auto left = below(12); left > 0; --left)
            add_option(made.options);
        return made;
    }

 private:
    std::uint32_t any() { return static_cast<std::uint32_t>(random_()); }
    std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
    std::vector<std::uint8_t> bytes(std::size_t count) {
        std::vector<std::uint8_t> made(count);
        for (auto& byte : made)
            byte = static_cast<std::uint8_t>(below(256));
        return made;
    }
    std::string words(std::size_t count) {
        std::string made;
        while (made.size() < count)
            made += static_cast<char>(1 + below(255));
        return made;
    }
    void add_option(Options& options) {
        // Option 52 is the one thing a message does not keep (it says how the message was packed).
        auto code = static_cast<std::uint8_t>(1 + below(254));
        if (code == k_overload) code = k_message_type;
        // Lengths that fit types, lengths that do not, and one that must be split.
        const auto length =
            std::array<std::size_t, 10>{0, 1, 2, 4, 4, 8, below(20), below(256), 256, 700}[below(10)];
        options.set(code, code == k_message_type && below(2) == 0
                              ? std::vector<std::uint8_t>{static_cast<std::uint8_t>(below(12))}
                              : bytes(length));
    }

    std::mt19937 random_;
};

TEST(DhcpText, EveryMessageComesBackFromItsText) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        const auto message = Generator{seed}.message();
        const auto text = text_of(message);
        const auto again = message_from_text(text);
        ASSERT_TRUE(again) << "seed " << seed << ": " << again.error() << "\n" << text;
        ASSERT_EQ(*again, message) << "seed " << seed << "\n" << text << "\n" << text_of(*again);
    }
}

TEST(DhcpText, EveryMessageComesBackFromItsBytes) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        auto message = Generator{seed}.message();
        const auto built = build(message, 65507);
        ASSERT_TRUE(built.left_out.empty()) << "seed " << seed;
        // On the wire relay information moves to the end; everything else keeps its place.
        if (const auto relay = message.options.find(k_relay_agent)) {
            const std::vector<std::uint8_t> value(relay->begin(), relay->end());
            message.options.remove(k_relay_agent);
            message.options.set(k_relay_agent, value);
        }
        const auto again = parse(built.bytes);
        ASSERT_TRUE(again) << "seed " << seed << ": " << sentence(again.error());
        ASSERT_EQ(*again, message) << "seed " << seed << "\n" << text_of(message) << "\n" << text_of(*again);
    }
}

}  // namespace
}  // namespace pxed::dhcp
