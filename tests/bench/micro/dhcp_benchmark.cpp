// A DHCP message on its way through the floors: parse, decide, build. Leases and hosts grow from nothing to a
// million and to a hundred thousand: a time that grows with them beyond their logarithm is a scan.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "rig.hpp"
#include "wire/dhcp_message.hpp"

namespace {

using namespace pxed;
using namespace pxed::dhcp;

/// A hardware address: the fourth of a million is 02:00:00:00:00:03. `second` keeps families apart.
std::string mac(std::uint32_t number, unsigned second = 0) {
    std::array<char, 18> text{};
    std::snprintf(text.data(), text.size(), "02:%02x:%02x:%02x:%02x:%02x", second, number >> 24 & 255,
                  number >> 16 & 255, number >> 8 & 255, number & 255);
    return text.data();
}

/// What UEFI firmware says, with the options of a real one.
std::string firmware(std::string_view kind, std::uint32_t number, std::string_view more = {}) {
    return std::string(kind) + " hw=" + mac(number) +
           " xid=0x1234 flags=broadcast vendor-class=\"PXEClient:Arch:00007:UNDI:003016\" client-arch=7 "
           "max-message-size=1472 "
           "parameter-request=1,2,3,4,5,6,12,13,15,17,18,22,23,28,40,41,42,43,50,51,54,58,59,60,66,67,97,128,"
           "129 " +
           std::string(more);
}

Message message_of(const std::string& text) {
    const auto message = message_from_text(text);
    if (!message) {
        std::fprintf(stderr, "%s: %s\n", text.c_str(), message.error().c_str());
        std::exit(1);
    }
    return *message;
}

Ipv4 address_of(std::uint32_t number) {
    return Ipv4{0x0a800000U + 1 + number};  // 10.128.0.1 and above
}

/// A server that knows `leases` machines and names `hosts` of them in its file.
rig::Rig server(std::uint32_t leases, std::uint32_t hosts) {
    rig::Rig rig;
    rig.traces = false;
    rig.links.front().addresses = {{rig::ip("10.128.0.0"), netmask_of(9)}};
    rig.policy.ranges = {rig::pool("10.128.0.1", "10.191.255.254")};
    rig.policy.boots.push_back(rig::boot_file("snponly.efi"));
    std::vector<Lease> rows;
    for (std::uint32_t i = 0; i < leases; ++i) {
        Lease row;
        row.address = address_of(i);
        row.hardware = rig::hw(mac(i));
        row.expires = rig.now.instant + seconds{3600};
        row.version = i + 1;
        rows.push_back(row);
    }
    rig.leases.load(rows);
    for (std::uint32_t i = 0; i < hosts; ++i) {
        rig.policy.hosts.push_back(rig::host_with_address(mac(i, 1), address_of(3'000'000 + i).text()));
    }
    return rig;
}

void parse(benchmark::State& state) {
    const auto datagram = build(message_of(firmware("DISCOVER", 1)), 1472).bytes;
    for (auto _ : state) {
        benchmark::DoNotOptimize(dhcp::parse(datagram));
    }
}
BENCHMARK(parse)->Name("dhcp/parse a DISCOVER");

void decide_discover(benchmark::State& state) {
    auto rig = server(static_cast<std::uint32_t>(state.range(0)), static_cast<std::uint32_t>(state.range(1)));
    const auto next = static_cast<std::uint32_t>(state.range(0));  // a machine without a lease
    benchmark::DoNotOptimize(rig.decide(firmware("DISCOVER", next)));
    const Context context{rig.policy, rig.leases, rig.arrival, rig.links, rig.now,
                          rig.probed, false,      false,       false,     nullptr};
    for (auto _ : state) {
        benchmark::DoNotOptimize(dhcp::decide(context));
    }
}
BENCHMARK(decide_discover)
    ->Name("dhcp/decide a new machine's DISCOVER")
    ->ArgNames({"leases", "hosts"})
    ->Args({0, 0})
    ->Args({1000, 0})
    ->Args({100'000, 0})
    ->Args({1'000'000, 0})
    ->Args({0, 10'000})
    ->Args({0, 100'000});

void decide_request(benchmark::State& state) {
    auto rig = server(static_cast<std::uint32_t>(state.range(0)), 0);
    const auto known = static_cast<std::uint32_t>(state.range(0) / 2);
    benchmark::DoNotOptimize(rig.decide(firmware(
        "REQUEST", known, "server-identifier=10.128.0.0 requested-address=" + address_of(known).text())));
    const Context context{rig.policy, rig.leases, rig.arrival, rig.links, rig.now,
                          rig.probed, false,      false,       false,     nullptr};
    for (auto _ : state) {
        benchmark::DoNotOptimize(dhcp::decide(context));
    }
}
BENCHMARK(decide_request)
    ->Name("dhcp/decide a known machine's REQUEST")
    ->ArgNames({"leases"})
    ->Arg(1000)
    ->Arg(100'000)
    ->Arg(1'000'000);

void build_reply(benchmark::State& state) {
    auto rig = server(0, 0);
    const auto decision = rig.decide(firmware("DISCOVER", 1));
    if (!decision.reply) {
        state.SkipWithError("no reply to build");
        return;
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(build(*decision.reply, decision.reply_limit));
    }
}
BENCHMARK(build_reply)->Name("dhcp/build an OFFER");

}  // namespace
