// ProxyDHCP and the boot server: who is answered, where, and what with.
#include "dhcp/pxe.hpp"

#include "rig.hpp"
#include "wire/pxe_vendor.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

constexpr std::string_view k_bios = "vendor-class=\"PXEClient:Arch:00000:UNDI:002001\" client-arch=0 ";
constexpr std::string_view k_uefi = "vendor-class=\"PXEClient:Arch:00007:UNDI:003000\" client-arch=7 ";
constexpr std::string_view k_http = "vendor-class=\"HTTPClient:Arch:00016:UNDI:003000\" client-arch=16 ";

// Another server gives the addresses here.
class ProxyRig : public Rig {
 public:
    ProxyRig() {
        policy.ranges.clear();
        Range range;
        range.first = range.last = ip("10.99.0.0");
        range.is_proxy = true;
        range.origin = {1, 1};
        policy.ranges.push_back(range);
    }

    Decision at_boot_server(std::string_view packet) {
        auto message = message_from_text(packet);
        EXPECT_TRUE(message) << packet;
        arrival = {.message = message ? *message : Message{},
                   .link = &links.front(),
                   .source = ip("10.99.0.2"),
                   .source_port = 4011,
                   .was_unicast = true,
                   .local_port = k_pxe_port,
                   .received = now.instant};
        return dhcp::decide({policy, leases, arrival, links, now, probed});
    }
};

PxeService service(Arch arch, std::string_view program, std::uint16_t type = pxe::k_first_own_type) {
    PxeService one;
    one.arch = arch;
    one.text = "Install";
    one.program = program;
    one.type = type;
    one.origin = {1, 9};
    return one;
}

std::string value(const Decision& decision, std::uint8_t code) {
    const auto found = decision.reply ? decision.reply->options.find(code) : std::nullopt;
    return found ? hex_text(*found) : "absent";
}
std::string vendor(const Decision& decision) {
    return std::string{decision.reply ? decision.reply->options.text(k_vendor_class).value_or("absent")
                                      : "silence"};
}
std::string with(std::string_view packet, std::string_view more) {
    return std::string{packet} += more;
}

TEST(Pxe, ABiosOfferNamesFileAndServerAndHasNoMenuWithoutItems) {
    ProxyRig rig;
    rig.policy.boots = {boot_file("pxelinux.0")};
    const auto offer = rig.ask(discover(k_bios));
    ASSERT_TRUE(offer.reply) << said(offer);
    EXPECT_EQ(offer.reply->file, "pxelinux.0");
    EXPECT_EQ(offer.reply->siaddr, ip("10.99.0.1"));
    EXPECT_TRUE(offered(offer).is_zero());
    EXPECT_EQ(value(offer, k_vendor_options), "06:01:08:0a:04:00:50:58:45:ff");
    EXPECT_EQ(vendor(offer), "PXEClient");
    EXPECT_TRUE(offer.changes.empty() && offer.holds.empty() && !offer.probe && !offer.send_at);
}

TEST(Pxe, OnlyWhoSaysPxeIsAnsweredWhereAddressesAreAnothers) {
    ProxyRig rig;
    rig.policy.boots = {boot_file("pxelinux.0")};
    EXPECT_EQ(said(rig.ask(discover())), "silence: not_pxe");
    EXPECT_EQ(said(rig.ask(discover("vendor-class=\"MSFT 5.0\" client-arch=0"))), "silence: not_pxe");
    EXPECT_EQ(said(rig.ask(discover("client-arch=0 user-class=\"PXEClient\""))), "silence: not_pxe");
    EXPECT_EQ(said(rig.ask(discover("vendor-class=\"PXEClient\""))), "silence: no_client_arch");
}

TEST(Pxe, NothingToBootIsSilence) {
    ProxyRig rig;
    EXPECT_EQ(said(rig.ask(discover(k_bios))), "silence: no_boot_file");
}

TEST(Pxe, AUefiOfferHasNoOption43AndThisServerWhereverTheFileIs) {
    ProxyRig rig;
    rig.policy.boots = {boot_file("shimx64.efi")};
    rig.policy.boots.front().server_address = ip("10.99.0.9");
    const auto offer = rig.ask(discover(k_uefi));
    EXPECT_EQ(value(offer, k_vendor_options), "absent");
    EXPECT_EQ(offer.reply->siaddr, ip("10.99.0.1"));
    const auto ack = rig.at_boot_server(request(with(k_uefi, "ciaddr=10.99.0.2")));
    ASSERT_TRUE(ack.reply) << said(ack);
    EXPECT_EQ(ack.reply->type(), MessageType::ack);
    EXPECT_EQ(ack.reply->siaddr, ip("10.99.0.9"));
    EXPECT_EQ(ack.reply->file, "shimx64.efi");
    EXPECT_EQ(ack.destination.source_port, k_pxe_port);
    EXPECT_EQ(ack.destination.port, 4011);
    EXPECT_EQ(ack.destination.address, ip("10.99.0.2"));
}

TEST(Pxe, OneProgramIsTheAnswerItself) {
    ProxyRig rig;
    rig.policy.pxe.services = {service(Arch::x64_efi, "grubx64.efi")};
    EXPECT_EQ(rig.ask(discover(k_uefi)).reply->file, "");
    const auto ack = rig.at_boot_server(request(with(k_uefi, "ciaddr=10.99.0.2")));
    EXPECT_EQ(ack.reply->file, "grubx64.efi");
    EXPECT_EQ(value(ack, k_vendor_options), "absent");
}

TEST(Pxe, AnItemOfTheMenuIsServedOnBothPortsAndSaidBack) {
    ProxyRig rig;
    rig.policy.pxe.services = {service(Arch::bios, "pxelinux"), service(Arch::bios, "wds", 1)};
    rig.policy.pxe.services.back().program.clear();
    const auto packet = with(k_bios, "ciaddr=10.99.0.2 43=47:04:80:00:00:01:ff");
    const auto ack = rig.at_boot_server(request(packet));
    ASSERT_TRUE(ack.reply) << said(ack);
    EXPECT_EQ(ack.reply->file, "pxelinux.1") << "the second program of the type is its layer 1";
    EXPECT_EQ(ack.reply->yiaddr, ip("10.99.0.2"));
    EXPECT_EQ(value(ack, k_vendor_options), "47:04:80:00:00:01:ff");
    const auto inform = rig.ask("INFORM hw=02:00:00:00:0a:01 xid=0x1 " + packet, {.source = "10.99.0.2"});
    EXPECT_EQ(inform.reply->file, "pxelinux.1");
    const auto strange = with(k_bios, "ciaddr=10.99.0.2 43=47:04:00:01:00:00:ff");
    EXPECT_EQ(said(rig.at_boot_server(request(strange))), "silence: unknown_boot_item");
    const auto signed_one = with(k_bios, "ciaddr=10.99.0.2 43=47:04:80:00:80:00:ff");
    EXPECT_EQ(said(rig.at_boot_server(request(signed_one))), "silence: credentials_asked");
}

TEST(Pxe, AnHttpClientIsToldAUrlInTheOfferOrNothing) {
    ProxyRig rig;
    rig.policy.boots = {boot_file("x64/bootx64.efi")};
    EXPECT_EQ(said(rig.ask(discover(k_http))), "silence: no_boot_url");
    rig.policy.http_port = 8080;
    const auto offer = rig.ask(discover(with(k_http, "parameter-request=60,67")));
    ASSERT_TRUE(offer.reply) << said(offer);
    EXPECT_EQ(offer.reply->file, "http://10.99.0.1:8080/x64/bootx64.efi");
    EXPECT_EQ(offer.reply->options.text(k_boot_file), "http://10.99.0.1:8080/x64/bootx64.efi");
    EXPECT_EQ(vendor(offer), "HTTPClient");
    EXPECT_EQ(value(offer, k_vendor_options), "absent");
    EXPECT_EQ(said(rig.at_boot_server(request(with(k_http, "ciaddr=10.99.0.2")))), "silence: proxy_only");
}

TEST(Pxe, AUrlIsMadeOnlyOfWhatUefiCanLoadAndOfWhatIsHere) {
    ProxyRig rig;
    rig.policy.http_port = 80;
    for (const auto* program : {"pxelinux.0", "undionly.kpxe", "menu.ipxe", "tftp://10.99.0.1/x.efi"}) {
        rig.policy.boots = {boot_file(program)};
        EXPECT_EQ(said(rig.ask(discover(k_http))), "silence: no_boot_url") << program;
    }
    rig.policy.boots = {boot_file("disk.img")};
    EXPECT_EQ(rig.ask(discover(k_http)).reply->file, "http://10.99.0.1/disk.img");
    rig.policy.boots.front().server_address = ip("10.99.0.9");
    EXPECT_EQ(said(rig.ask(discover(k_http))), "silence: no_boot_url");
    rig.policy.boots.front().server_address = ip("10.99.0.1");
    EXPECT_EQ(rig.ask(discover(k_http)).reply->file, "http://10.99.0.1/disk.img");
}

TEST(Pxe, AnHttpClientOfAPoolHasItsUrlInTheHeaderAndInOption67) {
    Rig rig;
    rig.policy.http_port = 80;
    // Given as an option: the name must not follow the URL.
    rig.policy.options = {text_option(k_boot_file, "bootx64.efi")};
    const auto offer = rig.ask(discover(with(k_http, "parameter-request=1,3,60,67")));
    EXPECT_EQ(offer.reply->file, "http://10.99.0.1/bootx64.efi");
    EXPECT_EQ(offer.reply->options.text(k_boot_file), "http://10.99.0.1/bootx64.efi");
    EXPECT_EQ(vendor(offer), "HTTPClient");
    EXPECT_EQ(value(offer, k_vendor_class).size(), 29U) << "ten bytes, no NUL";
}

TEST(Pxe, APoolWithoutAUrlGivesAnHttpClientItsAddressAndNoOption60) {
    Rig rig;
    rig.policy.boots = {boot_file("bootx64.efi")};
    auto forced = text_option(k_vendor_class, "HTTPClient");
    forced.is_forced = true;
    rig.policy.options = {forced};
    const auto offer = rig.ask(discover(k_http));
    EXPECT_FALSE(offered(offer).is_zero());
    EXPECT_EQ(vendor(offer), "absent");
    EXPECT_EQ(offer.reason, Reason::no_boot_url);
}

TEST(Pxe, OfAPoolsAnswersOnlyIpxesSaysThatNoProxyIsToBeWaitedFor) {
    Rig rig;
    rig.policy.boots = {boot_file("menu.ipxe")};
    const auto asks = with(k_bios, "user-class=\"iPXE\" parameter-request=1,3,67,175");
    EXPECT_EQ(value(rig.ask(discover(asks)), k_ipxe), "b0:01:01");
    EXPECT_EQ(value(rig.ask(discover(with(k_bios, "parameter-request=1,3,67,175"))), k_ipxe), "absent");
    rig.policy.options = {text_option(k_ipxe, "own")};
    EXPECT_EQ(value(rig.ask(discover(asks)), k_ipxe), hex_text(as_bytes("own")));
}

}  // namespace
}  // namespace pxed::dhcp
