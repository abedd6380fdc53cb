#include "units.hpp"

#include <array>
#include <cstdlib>

#include "base/text.hpp"
#include "scenario.hpp"

namespace pxed::scenario {
namespace {

std::string quoted(std::string_view word) {
    return "'" + std::string{word} + "'";
}

}  // namespace

Result<Ipv4, std::string> parse_address(std::string_view word) {
    const auto address = Ipv4::parse(word);
    if (!address) return fail(quoted(word) + " is no address");
    return *address;
}

Result<AddressPort, std::string> parse_address_port(std::string_view word, std::uint16_t port) {
    const auto parts = split(word, ':');
    TRY(const Ipv4 address, parse_address(parts.front()));
    if (parts.size() == 1) return AddressPort{address, port};
    const auto number = parse_number(parts[1]);
    if (!number || *number > 65535) return fail(quoted(word) + " has no such port");
    return AddressPort{address, static_cast<std::uint16_t>(*number)};
}

Result<Network, std::string> parse_network(std::string_view word) {
    const auto parts = split(word, '/');
    if (parts.size() != 2) return fail(quoted(word) + " is no ADDRESS/BITS");
    TRY(const Ipv4 address, parse_address(parts[0]));
    const auto bits = parse_number(parts[1]);
    if (!bits || *bits > 32) return fail(quoted(word) + " has no such netmask");
    return Network{address, netmask_of(static_cast<unsigned>(*bits))};
}

Result<nanoseconds, std::string> parse_time(std::string_view word) {
    struct Unit {
        std::string_view suffix;
        nanoseconds length;
    };
    constexpr std::array<Unit, 5> k_units{{{"ms", milliseconds{1}},
                                           {"s", seconds{1}},
                                           {"m", seconds{60}},
                                           {"h", seconds{3600}},
                                           {"d", seconds{86400}}}};
    for (const Unit& unit : k_units) {
        if (!word.ends_with(unit.suffix)) continue;
        if (const auto count = parse_number(word.substr(0, word.size() - unit.suffix.size()))) {
            return unit.length * static_cast<std::int64_t>(*count);
        }
    }
    return fail(quoted(word) + " is no time: write 500ms, 10s, 5m, 8h or 2d");
}

Result<dhcp::Lease, std::string> parse_lease(const std::vector<std::string>& words, Now now) {
    if (words.size() < 2) return fail("a lease has an address");
    dhcp::Lease lease;
    TRY(lease.address, parse_address(words[1]));
    lease.duration = seconds{3600};
    for (std::size_t i = 2; i < words.size(); ++i) {
        const auto name = name_of(words[i]);
        const auto value = value_of(words[i]);
        if (name == "hw") {
            const auto hardware = HwAddr::parse(value);
            if (!hardware) return fail(quoted(value) + " is no hardware address");
            lease.hardware = *hardware;
        } else if (name == "id") {
            const auto bytes = parse_hex(value);
            if (!bytes) return fail(quoted(value) + " is no client identifier");
            lease.client_id = ClientId{*bytes};
        } else if (name == "name") {
            lease.host_name = value;
        } else if (name == "for" && value == "infinite") {
            lease.duration = k_infinite;
        } else if (name == "for") {
            TRY(const nanoseconds length, parse_time(value));
            lease.duration = std::chrono::duration_cast<seconds>(length);
        } else if (name == "netbooted") {
            lease.was_netbooted = true;
        } else if (name == "declined") {
            lease.state = dhcp::Lease::State::declined;
        } else {
            return fail(quoted(words[i]) + " says nothing about a lease");
        }
    }
    lease.expires = after(now.instant, lease.duration);
    return lease;
}

Result<tree::BootProgram, std::string> parse_boot_program(std::string_view platform,
                                                          std::string_view loader) {
    using tree::Cpu;
    using tree::Loader;
    tree::BootProgram program;
    if (platform == "bios") program.platform = tree::Platform::bios;
    if (platform == "script") program.platform = tree::Platform::script;
    for (const auto cpu : {Cpu::ia32, Cpu::x64, Cpu::arm32, Cpu::arm64, Cpu::riscv64, Cpu::loongarch64}) {
        if (platform == "efi-" + std::string{tree::name_of(cpu)})
            program = {.platform = tree::Platform::efi, .cpu = cpu};
    }
    if (program.platform == tree::Platform::unknown) return fail(quoted(platform) + " is no platform");
    constexpr std::array<std::pair<std::string_view, Loader>, 9> k_loaders{{
        {"", Loader::unknown},
        {"shim", Loader::shim},
        {"grub", Loader::grub},
        {"ipxe", Loader::ipxe},
        {"pxelinux", Loader::pxelinux},
        {"lpxelinux", Loader::lpxelinux},
        {"syslinux", Loader::syslinux},
        {"kernel", Loader::kernel},
        {"companion", Loader::companion},
    }};
    for (const auto& [word, value] : k_loaders) {
        if (word != loader) continue;
        program.loader = value;
        return program;
    }
    return fail(quoted(loader) + " is no loader");
}

std::string rows_text(const std::vector<dhcp::Lease>& rows, Now now) {
    std::string text;
    for (const dhcp::Lease& row : rows) {
        const auto left = std::chrono::duration_cast<seconds>(row.expires - now.instant).count();
        text += "    " + row.address.text() + " hw=" + row.hardware.text() + " id=" + row.client_id.text() +
                " name=" + row.host_name +
                (row.expires == k_never ? " for ever" : " " + std::to_string(left) + " s left") +
                (row.state == dhcp::Lease::State::declined ? " declined" : "") +
                (row.was_netbooted ? " netbooted" : "") + " version " + std::to_string(row.version) + "\n";
    }
    return text.empty() ? "    (no row)\n" : text;
}

bool is_same_row(const dhcp::Lease& a, const dhcp::Lease& b) {
    dhcp::Lease copy = b;
    if (a.expires != k_never && b.expires != k_never) copy.expires = a.expires;
    return a == copy;
}

}  // namespace pxed::scenario
