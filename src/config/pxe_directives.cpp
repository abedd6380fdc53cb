// The rows of the PXE boot menu. Numbers are read as dnsmasq reads them, by C's atoi(): what firmware would
// make of the rest is said in a warning.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"
#include "config/tables.hpp"
#include "wire/pxe_vendor.hpp"

namespace pxed::config {

namespace {

using dhcp::PxeService;

struct ClientSystem {
    std::string_view name;
    Arch arch;
};

// PXE 2.1 and dnsmasq's names; the numbers are those of RFC 4578, so `BC_EFI` is 9 and no alias of x64.
constexpr auto k_client_systems = std::to_array<ClientSystem>({
    {"x86PC", Arch::bios},
    {"PC98", Arch::pc98},
    {"IA64_EFI", Arch::ia64},
    {"Alpha", Arch::alpha},
    {"Arc_x86", Arch::arc_x86},
    {"Intel_Lean_Client", Arch::intel_lean},
    {"IA32_EFI", Arch::ia32_efi},
    {"x86-64_EFI", Arch::x64_efi},
    {"Xscale_EFI", Arch::xscale_efi},
    {"BC_EFI", Arch::ebc_efi},
    {"ARM32_EFI", Arch::arm32_efi},
    {"ARM64_EFI", Arch::arm64_efi},
});

Result<Arch, std::string> read_client_system(Line& line, const Field& field) {
    if (const auto number = parse_number(field.text())) {
        // Sixteen bits go over the wire; dnsmasq drops the others without a word.
        if (*number > 0xffff) line.warn(quote(field.text()) + " is no architecture (0 to 65535)");
        return static_cast<Arch>(*number & 0xffff);
    }
    const auto* known = std::ranges::find_if(k_client_systems, [&](const ClientSystem& system) {
        return equal_ignoring_case(system.name, field.text());
    });
    if (known != k_client_systems.end()) return known->arch;
    std::vector<std::string_view> names;
    for (const auto& system : k_client_systems)
        names.push_back(system.name);
    const auto near = nearest(field.text(), names);
    return fail(quote(field.text()) + " is no client system" +
                (near.empty() ? " (x86PC, x86-64_EFI, ARM64_EFI ... or a number)"
                              : "; did you mean " + std::string{near} + '?'));
}

// The one who gives a number gives no file: the client asks another boot server for that type. A name without
// a number is a file of ours, and its type is counted from 32768 upwards over all lines.
Parsed set_type(Line& line, const Field& field, PxeService& service) {
    if (field.is_empty()) return {};  // local boot
    if (const auto number = parse_number(field.text())) {
        if (*number > 0xffff) line.warn(quote(field.text()) + " is no boot server type (0 to 65535)");
        service.type = static_cast<std::uint16_t>(*number & 0xffff);
        return {};
    }
    const auto& services = line.config().dhcp.pxe.services;
    const auto count = std::ranges::count_if(services, &PxeService::is_ours);
    constexpr std::ptrdiff_t k_most = 0x8000;
    if (count >= k_most) return fail("more than " + std::to_string(k_most) + " lines name a file");
    service.type = static_cast<std::uint16_t>(pxe::k_first_own_type + count);
    service.program = field.str();
    return {};
}

// What is no address is a name, whatever it looks like: dnsmasq looks it up in the hosts file, and so is it
// here, where one that nobody knows gets its warning.
void set_server(const Field& field, PxeService& service) {
    service.server = Ipv4::parse(field.text());
    if (!service.server) service.server_host.name = field.str();
    // dnsmasq takes zero for "not given".
    if (service.server == Ipv4{}) service.server.reset();
}

// [tag:TAG,...]CSA,TEXT[,FILE|TYPE][,SERVER]
Parsed parse_pxe_service(Line& line) {
    FieldReader fields{line.value()};
    PxeService service;
    service.origin = line.origin();
    service.tests = take_tag_tests(fields);
    if (!fields.has_more())
        return fail(std::string{"the client system is missing: pxe-service=x86PC,TEXT,FILE"});
    TRY(service.arch, read_client_system(line, fields.take()));
    if (fields.has_more()) service.text = fields.take().str();
    // dnsmasq takes an empty text and crashes at the first client.
    if (service.text.empty())
        return fail(std::string{"the text of the menu is missing: pxe-service=x86PC,\"Install\",pxelinux"});
    if (service.text.size() > 249) {
        // Of the 253 bytes a menu may have: type and length of its only item go off.
        line.warn("the text has " + std::to_string(service.text.size()) +
                  " characters; firmware shows no menu that long, and none is sent");
    }
    if (fields.has_more()) {
        if (auto type = set_type(line, fields.take(), service); !type) return type;
    }
    if (fields.has_more()) set_server(fields.take_rest(), service);
    line.config().dhcp.pxe.services.push_back(std::move(service));
    return {};
}

// The seconds behind the text: nothing is for ever, what is no number as well.
std::uint8_t read_timeout(const Line& line, FieldReader& fields) {
    if (!fields.has_more()) return pxe::k_wait_for_ever;
    const Field field = fields.take_rest();
    if (field.is_empty()) return pxe::k_do_not_wait;
    const auto number = parse_number(field.text());
    if (!number) {
        line.warn(quote(field.text()) + " is no number of seconds; the menu waits for ever");
        return pxe::k_wait_for_ever;
    }
    if (*number > 0xff) {
        line.warn(quote(field.text()) + " seconds do not fit one byte; " + std::to_string(*number & 0xff) +
                  " are sent");
    }
    return static_cast<std::uint8_t>(*number & 0xff);
}

// [tag:TAG,...]TEXT[,SECONDS]: sub-option 10 of PXE's 43. It stands among the options because that is where
// dnsmasq sends it, behind the menu and in one row with `dhcp-option=vendor:PXEClient,...`.
Parsed parse_pxe_prompt(Line& line) {
    FieldReader fields{line.value()};
    dhcp::ConfiguredOption prompt;
    prompt.code = pxe::k_menu_prompt;
    prompt.envelope = dhcp::Envelope::vendor;
    prompt.vendor_class = "PXEClient";
    prompt.is_pxe_prompt = true;
    prompt.origin = line.origin();
    prompt.tests = take_tag_tests(fields);
    if (!prompt.tests.empty() && !fields.has_more()) {
        return fail(std::string{"there is no text behind the tags (tag:TAG,TEXT)"});
    }
    const std::string text = fields.has_more() ? fields.take().str() : std::string{};
    if (text.empty()) line.warn("the text is empty: clients wait for F8 and do not say so");
    constexpr std::size_t k_longest_text = 252;  // with the timeout 253 of a sub-option
    if (text.size() > k_longest_text) {
        return fail("the text has " + std::to_string(text.size()) + " characters; at most " +
                    std::to_string(k_longest_text) + " fit");
    }
    prompt.value.push_back(read_timeout(line, fields));
    prompt.value.insert(prompt.value.end(), text.begin(), text.end());
    line.config().dhcp.pxe.has_prompt = true;
    line.config().dhcp.options.push_back(std::move(prompt));
    return {};
}

Parsed parse_dhcp_pxe_vendor(Line& line) {
    auto& vendors = line.config().dhcp.pxe.vendors;
    for (const auto& field : line.value().split()) {
        if (!field.is_empty()) vendors.push_back(field.str());
    }
    // dnsmasq takes an empty one and crashes at the first client; as a prefix it would fit everybody.
    if (vendors.empty()) line.warn("no vendor class is named; PXEClient is, as without the line");
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    // Exact match of the number: dnsmasq does not count 9 as x64, and a file may depend on it.
    {.name = "pxe-service",
     .group = Group::boot,
     .syntax = "[tag:TAG,...]CLIENT-SYSTEM,TEXT[,FILE|TYPE][,SERVER]",
     .help = "an item of the PXE boot menu of one kind of machine",
     .manual = "Adds an item to the menu that PXE clients of the kind CLIENT-SYSTEM are shown: `x86PC`, "
               "`PC98`, `IA64_EFI`, `Alpha`, `Arc_x86`, `Intel_Lean_Client`, `IA32_EFI`, `x86-64_EFI`, "
               "`Xscale_EFI`, `BC_EFI`, `ARM32_EFI`, `ARM64_EFI`, or a number of the IANA registry (27 for "
               "RISC-V). Without this line no machine is shown a menu but those of a profile (see "
               "quirks).\n\n"
               "FILE is loaded from SERVER, or from this machine; one without a dot gets `.0` behind it. A "
               "number instead is a type of boot server, served by SERVER or by whoever answers the "
               "client's broadcast. Without either the item boots from the local disk.\n\n"
               "Where exactly one FILE is left for a UEFI machine it gets no menu and boots that. A single "
               "item is taken at once, several wait for a choice, unless pxe-prompt says otherwise. In "
               "ProxyDHCP dhcp-boot counts for machines without a pxe-service of their kind, and BIOS "
               "machines whose menu it goes with.\n\n"
               "iPXE is shown no menu: it gets the program of the first item, or boots from the local disk "
               "if that item does; a dhcp-boot line with a tag that tells iPXE from firmware goes before "
               "it. UEFI HTTP Boot (15 for ia32, 16 for x64, 19 for ARM64) takes the first FILE of its "
               "kind, a URL or a name that enable-http makes one of, from the offer itself."
               "\n\n    pxe-service=x86PC,\"Install Linux\",pxelinux"
               "\n    pxe-service=x86-64_EFI,\"Install Linux\",bootx64.efi"
               "\n    pxe-service=x86PC,\"Boot from local disk\""
               "\n    pxe-service=x86PC,\"Windows deployment\",1,192.168.1.5",
     .pitfall = "Some x64 machines say 9 instead of 7: give them `BC_EFI` lines as well.",
     .parse = parse_pxe_service},
    {.name = "pxe-prompt",
     .group = Group::boot,
     .syntax = "[tag:TAG,...]TEXT[,SECONDS]",
     .help = "what PXE clients show before the boot menu, and for how long",
     .manual = "Has PXE clients show TEXT for SECONDS; F8 then opens the menu, and otherwise its first item "
               "is taken. Without SECONDS the menu is shown at once and waits; 0 takes the first item at "
               "once. Without this line a single item is taken at once, and several wait for a choice."
               "\n\n    pxe-prompt=\"Press F8 for the boot menu\",5",
     .parse = parse_pxe_prompt},
    // A list replaces the default, so PXEClient has to be named again. HTTPClient counts by default where
    // dnsmasq has to be told: without a URL for it, it is not answered anyway.
    {.name = "dhcp-pxe-vendor",
     .group = Group::boot,
     .syntax = "CLASS[,CLASS...]",
     .help = "vendor classes that count as PXE clients",
     .manual = "Treats clients whose vendor class (option 60) begins with one of these as PXE clients, and "
               "says that text back to them. Without this line that is `PXEClient`, and `HTTPClient` (UEFI "
               "HTTP Boot) for those that a URL can be named to; a list replaces it."
               "\n\n    dhcp-pxe-vendor=PXEClient,HTTPClient",
     .pitfall = "A list that leaves out PXEClient leaves all PCs without a boot file.",
     .parse = parse_dhcp_pxe_vendor},
    // dnsmasq 2.91.
    {.name = "dhcp-option-pxe",
     .group = Group::options,
     .syntax = "[tag:TAG,...][vendor:[CLASS],|encap:N,|vi-encap:ENTERPRISE,]N|option:NAME[,VALUE...]",
     .help = "send a DHCP option to PXE clients that ask for it, in ProxyDHCP too",
     .manual = "As dhcp-option, but only PXE clients get it, and ProxyDHCP's replies carry it as well: an "
               "iPXE setting, for instance. Without this line those have no option of the file but what "
               "`vendor:CLASS` puts into 43."
               "\n\n    dhcp-option-pxe=encap:175,176,1b",
     .parse = parse_dhcp_option_pxe},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> pxe_rows() {
    return k_rows;
}

}  // namespace pxed::config
