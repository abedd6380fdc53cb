// TFTP and HTTP on their way through the floors: parse, decide, build.
#include <array>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "http/plan.hpp"
#include "http/target.hpp"
#include "tftp/negotiate.hpp"
#include "tftp/transfer.hpp"
#include "wire/tftp_packet.hpp"

namespace {

using namespace pxed;

tftp::Request read_request() {
    tftp::Request request;
    request.file = "debian/vmlinuz";
    request.options = {{"tsize", "0"}, {"blksize", "1468"}, {"windowsize", "4"}};
    return request;
}

void parse_request(benchmark::State& state) {
    const auto datagram = tftp::build_request(read_request());
    for (auto _ : state) {
        benchmark::DoNotOptimize(tftp::parse(datagram));
    }
}
BENCHMARK(parse_request)->Name("tftp/parse a read request");

void parse_ack(benchmark::State& state) {
    const auto datagram = tftp::build_ack(4711);
    for (auto _ : state) {
        benchmark::DoNotOptimize(tftp::parse(datagram));
    }
}
BENCHMARK(parse_ack)->Name("tftp/parse an ACK");

void negotiate(benchmark::State& state) {
    const tftp::Policy policy;
    const tftp::Request request = read_request();
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            tftp::build_option_ack(tftp::negotiate(request, policy, 1 << 20, 1500).acknowledged));
    }
}
BENCHMARK(negotiate)->Name("tftp/negotiate, and build the OACK");

/// A whole transfer of 64 MiB as the machine sees it; the time is per block.
void transfer(benchmark::State& state) {
    constexpr std::uint64_t k_size = 64 << 20;
    tftp::Terms terms;
    terms.block_size = 1468;
    terms.window_size = static_cast<std::uint16_t>(state.range(0));
    terms.acknowledged = {{"windowsize", std::to_string(state.range(0))}};
    std::uint64_t blocks = 0;
    for (auto _ : state) {
        Instant now{};
        tftp::Transfer machine(terms, k_size, now);
        tftp::Step step = machine.start(now);
        std::uint64_t arrived = 0;
        while (step.kind != tftp::Step::Kind::done && step.kind != tftp::Step::Kind::give_up) {
            now += std::chrono::microseconds(40);
            arrived = step.kind == tftp::Step::Kind::send ? step.first + step.count - 1 : arrived;
            step = step.kind == tftp::Step::Kind::wait
                       ? machine.on_timeout(step.deadline)
                       : machine.on_ack(static_cast<std::uint16_t>(arrived), now);
        }
        if (step.kind != tftp::Step::Kind::done) {
            state.SkipWithError("the transfer was given up");
            return;
        }
        blocks += machine.last_block();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(blocks));
}
BENCHMARK(transfer)
    ->Name("tftp/transfer of 64 MiB")
    ->ArgName("windowsize")
    ->Arg(1)
    ->Arg(4)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond);

void parse_target(benchmark::State& state) {
    for (auto _ : state) {
        benchmark::DoNotOptimize(http::parse_target(
            "/debian/dists/bookworm/main/installer-amd64/linux%20image?mac=02:00:00:00:00:01"));
    }
}
BENCHMARK(parse_target)->Name("http/parse a target");

void plan(benchmark::State& state) {
    http::Request request;
    request.method = "GET";
    request.target = "/linux";
    request.has_host = true;
    request.range = "bytes=1000-1999";
    const http::Resource resource{
        .size = 1 << 20, .media_type = "application/octet-stream", .modified = nanoseconds{1}};
    for (auto _ : state) {
        benchmark::DoNotOptimize(http::plan(request, resource));
    }
}
BENCHMARK(plan)->Name("http/plan a range");

}  // namespace
