#include "tftp/transfer.hpp"

#include <deque>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace pxed::tftp;
using pxed::Instant;
using pxed::milliseconds;
using pxed::seconds;
using Kind = Step::Kind;

constexpr Instant k_start{seconds{1000}};

Terms terms(std::uint16_t block_size, std::uint16_t window) {
    Terms result;
    result.block_size = block_size;
    result.window_size = window;
    if (block_size != 512 || window != 1)
        result.acknowledged.push_back({"blksize", std::to_string(block_size)});
    return result;
}

void expect_send(const Step& step, std::uint64_t first, std::uint32_t count) {
    EXPECT_EQ(step.kind, Kind::send);
    EXPECT_EQ(step.first, first);
    EXPECT_EQ(step.count, count);
}

// A transfer whose OACK is acknowledged after 1 ms; `now` is that moment.
struct Running {
    Running(std::uint16_t block_size, std::uint16_t window, std::uint64_t size)
        : transfer(terms(block_size, window), size, k_start) {
        auto step = transfer.start(now);
        now += milliseconds{1};
        if (step.kind == Kind::send_oack) step = transfer.on_ack(0, now);
        last = step;
    }
    Step ack(std::uint64_t block, milliseconds later = milliseconds{1}) {
        now += later;
        return last = transfer.on_ack(static_cast<std::uint16_t>(block), now);
    }
    Step timeout() {
        now = last.deadline;
        return last = transfer.on_timeout(now);
    }
    Instant now = k_start;
    Transfer transfer;
    Step last;
};

TEST(Transfer, BeginsWithBlockOneWhenNothingWasNegotiated) {
    Transfer transfer{terms(512, 1), 1000, k_start};
    expect_send(transfer.start(k_start), 1, 1);
    expect_send(transfer.on_ack(1, k_start), 2, 1);
    EXPECT_EQ(transfer.on_ack(2, k_start).kind, Kind::done);
    EXPECT_EQ(transfer.acknowledged_bytes(), 1000U);
    EXPECT_EQ(transfer.retransmissions(), 0U);
}

TEST(Transfer, BeginsWithTheOackWhenSomethingWas) {
    Transfer transfer{terms(1024, 4), 10'000, k_start};
    EXPECT_EQ(transfer.start(k_start).kind, Kind::send_oack);
    EXPECT_FALSE(transfer.is_validated());
    expect_send(transfer.on_ack(0, k_start), 1, 4);
    EXPECT_TRUE(transfer.is_validated());
}

TEST(Transfer, AnOackIsAcknowledgedByZeroOnly) {
    Transfer transfer{terms(1024, 4), 10'000, k_start};
    (void)transfer.start(k_start);
    for (const std::uint16_t block : {1, 4, 65535})
        EXPECT_EQ(transfer.on_ack(block, k_start).kind, Kind::wait) << block;
    EXPECT_FALSE(transfer.is_validated());
}

TEST(Transfer, AnEmptyFileIsOneEmptyBlock) {
    Transfer transfer{terms(512, 1), 0, k_start};
    expect_send(transfer.start(k_start), 1, 1);
    EXPECT_EQ(transfer.on_ack(1, k_start).kind, Kind::done);
    EXPECT_EQ(transfer.acknowledged_bytes(), 0U);
}

TEST(Transfer, AnExactMultipleEndsWithAnEmptyBlock) {
    Running run{512, 1, 1024};
    EXPECT_EQ(run.transfer.last_block(), 3U);
    run.ack(1);
    run.ack(2);
    expect_send(run.last, 3, 1);
    EXPECT_EQ(run.ack(3).kind, Kind::done);
    EXPECT_EQ(run.transfer.acknowledged_bytes(), 1024U);
}

TEST(Transfer, ADuplicateAckNeverCausesData) {
    Running run{512, 1, 100'000};
    expect_send(run.ack(1), 2, 1);
    EXPECT_EQ(run.ack(1).kind, Kind::wait);
    EXPECT_EQ(run.ack(1).kind, Kind::wait);
    EXPECT_EQ(run.ack(0).kind, Kind::wait);
    expect_send(run.ack(2), 3, 1);
    EXPECT_EQ(run.transfer.retransmissions(), 0U);
}

TEST(Transfer, AcksOfBlocksNotSentAreIgnored) {
    Running run{1024, 4, 100'000};
    for (const std::uint16_t block : {5, 6, 1000, 32768, 65535})
        EXPECT_EQ(run.ack(block).kind, Kind::wait) << block;
    EXPECT_EQ(run.transfer.acknowledged_bytes(), 0U);
}

TEST(Transfer, WindowsFollowEachOther) {
    Running run{1000, 4, 10'500};  // 11 blocks
    expect_send(run.last, 1, 4);
    expect_send(run.ack(4), 5, 4);
    expect_send(run.ack(8), 9, 3);
    EXPECT_TRUE(run.transfer.awaits_last_ack());
    EXPECT_EQ(run.ack(11).kind, Kind::done);
    EXPECT_EQ(run.transfer.acknowledged_bytes(), 10'500U);
}

TEST(Transfer, AnAckInsideTheWindowRestartsAfterItOnce) {
    Running run{1000, 4, 100'000};
    run.ack(4);
    run.ack(6);  // 7 was lost
    EXPECT_EQ(run.last.kind, Kind::send);
    EXPECT_EQ(run.last.first, 7U);
    EXPECT_EQ(run.ack(6).kind, Kind::wait);  // the receiver says it again for block 8
    EXPECT_EQ(run.ack(4).kind, Kind::wait);  // an old one, late
}

TEST(Transfer, ALostFirstBlockRestartsTheWindowExactlyOnce) {
    Running run{1000, 4, 100'000};
    run.ack(4);
    expect_send(run.last, 5, 4);
    run.ack(4);  // 5 was lost, 6 came
    expect_send(run.last, 5, 2);
    EXPECT_EQ(run.ack(4).kind, Kind::wait);  // 7 came
    EXPECT_EQ(run.ack(4).kind, Kind::wait);  // 8 came
}

TEST(Transfer, ADuplicatedAckCannotDoubleTheDataForEver) {
    // The network repeats ACK 4; from then on the receiver acknowledges each repeated block again.
    Running run{1000, 4, 4'000'000};
    run.ack(4);
    run.ack(4);
    std::uint64_t acknowledged = 4;
    std::uint32_t sent = 0;
    for (int window = 0; window < 100; ++window) {
        acknowledged += 4;
        Step step = run.ack(acknowledged);
        while (step.kind == Kind::send) {
            sent += step.count;
            step = step.first + step.count <= acknowledged + 4 ? run.timeout() : Step{};
        }
        for (int repeated = 0; repeated < 4; ++repeated) {
            step = run.transfer.on_ack(static_cast<std::uint16_t>(acknowledged), run.now);
            if (step.kind == Kind::send) sent += step.count;
        }
    }
    EXPECT_LE(sent, 100U * 4 * 3 / 2 + 8);
}

TEST(Transfer, ALastWindowOfOneBlockIgnoresDuplicates) {
    Running run{1000, 4, 4'500};  // 5 blocks
    expect_send(run.ack(4), 5, 1);
    EXPECT_EQ(run.ack(4).kind, Kind::wait);
    EXPECT_EQ(run.ack(5).kind, Kind::done);
}

TEST(Transfer, BlockNumbersRollOverToZero) {
    Running run{512, 1, 512ULL * 140'000};
    for (std::uint64_t block = 1; block < 140'000; ++block) {
        ASSERT_EQ(run.last.first, block);
        run.ack(block);
    }
    expect_send(run.last, 140'000, 1);
    EXPECT_EQ(run.transfer.acknowledged_bytes(), 512ULL * 139'999);
}

TEST(Transfer, AWindowMaySpanTheRollover) {
    Running run{8, 64, 8ULL * 200'000};
    for (std::uint64_t block = 64; block <= 65'536; block += 64) {
        run.ack(block);
        ASSERT_EQ(run.last.first, block + 1);
    }
    run.ack(65'550);  // inside the window, past the rollover
    EXPECT_EQ(run.last.first, 65'551U);
    EXPECT_EQ(run.ack(65'530).kind, Kind::wait);  // before it: old
}

TEST(Transfer, AnUnseenClientGetsThreeDatagramsWithinTenSeconds) {
    for (const std::uint16_t block_size : {512, 1024}) {
        Terms agreed = terms(block_size, 1);
        agreed.timeout = seconds{255};  // its wish does not hold before it has shown itself
        Transfer transfer{agreed, 1'000'000, k_start};
        Step step = transfer.start(k_start);
        int sent = 0;
        for (; step.kind == Kind::send || step.kind == Kind::send_oack;
             step = transfer.on_timeout(step.deadline))
            ++sent;
        EXPECT_EQ(sent, 3);
        EXPECT_EQ(step.kind, Kind::give_up);
        EXPECT_LE(step.deadline - k_start, seconds{10});
        EXPECT_FALSE(transfer.awaits_last_ack());
    }
}

TEST(Transfer, OneBlindSendIsOneDatagram) {
    Transfer transfer{terms(512, 1), 1'000'000, k_start, 1};
    const Step step = transfer.start(k_start);
    EXPECT_EQ(transfer.on_timeout(step.deadline).kind, Kind::give_up);
}

TEST(Transfer, TheFirstTimeoutIsOneSecond) {
    Transfer transfer{terms(512, 1), 1'000'000, k_start};
    const Step step = transfer.start(k_start);
    EXPECT_EQ(step.deadline - k_start, seconds{1});
    const Step again = transfer.on_timeout(step.deadline);
    expect_send(again, 1, 1);
    EXPECT_EQ(again.deadline - step.deadline, seconds{2});
    EXPECT_EQ(transfer.retransmissions(), 1U);
}

TEST(Transfer, ARepeatedOackCounts) {
    Transfer transfer{terms(1024, 1), 1'000'000, k_start};
    const Step step = transfer.start(k_start);
    EXPECT_EQ(transfer.on_timeout(step.deadline).kind, Kind::send_oack);
    EXPECT_EQ(transfer.retransmissions(), 1U);
}

TEST(Transfer, TheTimeoutFollowsTheRoundTrip) {
    Running fast{512, 1, 1'000'000};
    for (int block = 1; block < 50; ++block)
        fast.ack(static_cast<std::uint64_t>(block), milliseconds{2});
    EXPECT_EQ(fast.last.deadline - fast.now, milliseconds{200});  // the lower bound

    Running slow{512, 1, 1'000'000};
    for (int block = 1; block < 50; ++block)
        slow.ack(static_cast<std::uint64_t>(block), milliseconds{400});
    EXPECT_GE(slow.last.deadline - slow.now, milliseconds{400});
    EXPECT_LE(slow.last.deadline - slow.now, milliseconds{600});
}

TEST(Transfer, AnUnsteadyRoundTripWaitsLonger) {
    Running run{512, 1, 1'000'000};
    for (int block = 1; block < 50; ++block)
        run.ack(static_cast<std::uint64_t>(block), milliseconds{block % 2 == 0 ? 10 : 190});
    EXPECT_GE(run.last.deadline - run.now, milliseconds{250});
}

TEST(Transfer, ARepeatedBlockMeasuresNothing) {
    Running run{512, 1, 1'000'000};
    for (int block = 1; block < 50; ++block)
        run.ack(static_cast<std::uint64_t>(block), milliseconds{100});
    const auto before = run.transfer.round_trip();
    run.timeout();
    run.ack(50, milliseconds{1});  // answers the first sending or the second: nobody knows
    EXPECT_EQ(run.transfer.round_trip(), before);
}

TEST(Transfer, TimeoutsDoubleAndProgressEndsIt) {
    Running run{512, 1, 1'000'000};
    for (int block = 1; block < 50; ++block)
        run.ack(static_cast<std::uint64_t>(block), milliseconds{2});
    run.timeout();
    EXPECT_EQ(run.last.deadline - run.now, milliseconds{400});
    run.timeout();
    EXPECT_EQ(run.last.deadline - run.now, milliseconds{800});
    run.ack(50);
    EXPECT_EQ(run.last.deadline - run.now, milliseconds{200});
}

TEST(Transfer, DoublingEndsAtThreeSeconds) {
    Running run{512, 1, 1'000'000};
    for (int block = 1; block < 50; ++block)
        run.ack(static_cast<std::uint64_t>(block), milliseconds{2});
    while (run.timeout().kind == Kind::send)
        EXPECT_LE(run.last.deadline - run.now, seconds{3});
}

TEST(Transfer, SilenceOfThirtySecondsEndsIt) {
    Running run{512, 1, 1'000'000};
    run.ack(1);
    const auto heard = run.now;
    while (run.timeout().kind == Kind::send)
        ASSERT_LT(run.now - heard, seconds{60});
    EXPECT_EQ(run.last.kind, Kind::give_up);
    EXPECT_GE(run.now - heard, seconds{30});
    EXPECT_FALSE(run.transfer.awaits_last_ack());
}

TEST(Transfer, TheNegotiatedTimeoutIsHonoured) {
    Terms agreed = terms(1024, 1);
    agreed.timeout = seconds{7};
    Transfer transfer{agreed, 1'000'000, k_start};
    (void)transfer.start(k_start);
    Step step = transfer.on_ack(0, k_start);
    Instant now = k_start;
    int tries = 0;
    for (; step.kind == Kind::send; step = transfer.on_timeout(now), ++tries) {
        EXPECT_EQ(step.deadline - now, seconds{7});
        now = step.deadline;
    }
    EXPECT_EQ(tries, 5);  // 35 s
}

TEST(Transfer, AMissingLastAckIsNotTheClientsFailure) {
    Running run{512, 1, 600};
    run.ack(1);
    EXPECT_TRUE(run.transfer.awaits_last_ack());
    while (run.timeout().kind == Kind::send)
        EXPECT_TRUE(run.transfer.awaits_last_ack());
    EXPECT_EQ(run.last.kind, Kind::give_up);
}

TEST(Transfer, ATimeoutRepeatsTheWindowInHalves) {
    Running run{1000, 16, 1'000'000};
    run.ack(16);
    expect_send(run.last, 17, 16);
    run.timeout();
    expect_send(run.last, 17, 8);
    EXPECT_LE(run.last.deadline - run.now, milliseconds{20});  // a pause, no timeout
    run.timeout();
    expect_send(run.last, 25, 8);
    EXPECT_EQ(run.transfer.retransmissions(), 16U);
    expect_send(run.ack(32), 33, 8);
    run.timeout();
    expect_send(run.last, 41, 8);
    EXPECT_EQ(run.transfer.retransmissions(), 16U);  // those were new
}

TEST(Transfer, TheBurstGrowsBackAfterCleanWindows) {
    Running run{1000, 16, 100'000'000};
    run.timeout();
    std::uint64_t acknowledged = 0;
    std::uint32_t largest = 0;
    for (int window = 0; window < 20; ++window) {
        while (run.last.first + run.last.count <= acknowledged + 16)
            run.timeout();
        acknowledged += 16;
        largest = run.ack(acknowledged).count;
    }
    EXPECT_EQ(largest, 16U);
}

TEST(Transfer, AnAckDuringThePauseIsTaken) {
    Running run{1000, 16, 1'000'000};
    run.timeout();                    // 1..8 again, the rest after the pause
    expect_send(run.ack(16), 17, 8);  // the first sending had arrived after all
}

TEST(Transfer, WhatLeavesLateIsMeasuredFromThen) {
    Running run{512, 1, 1'000'000};
    for (int block = 1; block < 50; ++block)
        run.ack(static_cast<std::uint64_t>(block), milliseconds{2});
    const auto before = run.transfer.round_trip();
    run.now += seconds{2};  // the disk was slow
    EXPECT_EQ(run.transfer.sent_late(run.now) - run.now, milliseconds{200});
    run.ack(50, milliseconds{2});
    EXPECT_LT(run.transfer.round_trip(), before + milliseconds{1});
}

TEST(Transfer, AnUnknownSizeEndsWhenItShows) {
    Running run{512, 1, k_unknown_size};
    for (std::uint64_t block = 1; block <= 3; ++block)
        run.ack(block);
    expect_send(run.last, 4, 1);
    run.transfer.end_at(1600);
    EXPECT_EQ(run.transfer.last_block(), 4U);
    EXPECT_EQ(run.ack(4).kind, Kind::done);
    EXPECT_EQ(run.transfer.acknowledged_bytes(), 1600U);
}

TEST(Transfer, AWindowPastTheEndShrinksWhenTheSizeShows) {
    Running run{1000, 8, k_unknown_size};
    expect_send(run.last, 1, 8);
    run.transfer.end_at(2500);
    EXPECT_EQ(run.ack(4).kind, Kind::wait);  // there is no block 4
    EXPECT_EQ(run.ack(3).kind, Kind::done);
}

// A receiver as EDK2 has it: acknowledges a full window, and each block it did not expect by the last one
// that it has.
class Receiver {
 public:
    Receiver(std::uint64_t last, std::uint16_t window) : last_(last), window_(window) {}
    // The ACK that block `number` (on the wire) causes, if any.
    std::optional<std::uint16_t> take(std::uint16_t number) {
        if (number != static_cast<std::uint16_t>(have_ + 1)) {
            counted_ = 0;
            return static_cast<std::uint16_t>(have_);
        }
        ++have_;
        if (++counted_ < window_ && have_ != last_) return std::nullopt;
        counted_ = 0;
        return static_cast<std::uint16_t>(have_);
    }
    [[nodiscard]] std::uint64_t have() const { return have_; }

 private:
    std::uint64_t last_;
    std::uint16_t window_;
    std::uint64_t have_ = 0;
    unsigned counted_ = 0;
};

struct LossyCase {
    int loss_percent;
    std::uint16_t window;
    unsigned seed;
};

// Runs a whole transfer over a channel that loses, repeats and delays, in simulated time. Returns the number
// of DATA datagrams, or nothing when it did not finish.
std::optional<std::uint64_t> simulate(const LossyCase& c, std::uint64_t blocks) {
    struct Arrival {
        Instant at;
        bool is_ack;
        std::uint16_t number;
    };
    std::mt19937 random{c.seed};
    const auto chance = [&random](int percent) { return static_cast<int>(random() % 100) < percent; };
    std::vector<Arrival> wire;
    Instant now = k_start;
    const auto put = [&](bool is_ack, std::uint16_t number) {
        for (int copies = chance(2) ? 2 : 1; copies > 0; --copies) {
            if (chance(c.loss_percent)) continue;
            const auto delay =
                std::chrono::microseconds{chance(2) ? 3000 : 500 + static_cast<int>(wire.size())};
            wire.push_back({now + delay, is_ack, number});
        }
    };

    Transfer transfer{terms(1000, c.window), blocks * 1000 - 1, now};
    Receiver receiver{blocks, c.window};
    std::uint64_t data = 0;
    Instant deadline{};
    Step step = transfer.start(now);
    for (;;) {
        if (step.kind == Kind::done) return receiver.have() == blocks ? std::optional{data} : std::nullopt;
        if (step.kind == Kind::give_up) {
            const bool is_complete = transfer.awaits_last_ack() && receiver.have() == blocks;
            return is_complete ? std::optional{data} : std::nullopt;
        }
        if (step.kind != Kind::wait) deadline = step.deadline;
        if (step.kind == Kind::send_oack) wire.push_back({now + milliseconds{1}, true, 0});
        for (std::uint32_t i = 0; step.kind == Kind::send && i < step.count; ++i, ++data)
            put(false, static_cast<std::uint16_t>(step.first + i));
        step = {};

        const auto next = std::ranges::min_element(wire, {}, &Arrival::at);
        if (next == wire.end() || next->at > deadline) {
            now = deadline;
            step = transfer.on_timeout(now);
            continue;
        }
        const Arrival arrival = *next;
        wire.erase(next);
        now = arrival.at;
        if (arrival.is_ack) {
            step = transfer.on_ack(arrival.number, now);
        } else if (const auto ack = receiver.take(arrival.number)) {
            put(true, *ack);
        }
    }
}

class TransferOverLossyWire : public testing::TestWithParam<LossyCase> {};

TEST_P(TransferOverLossyWire, ArrivesWholeAndDoesNotFlood) {
    constexpr std::uint64_t k_blocks = 2000;
    const auto data = simulate(GetParam(), k_blocks);
    ASSERT_TRUE(data);
    EXPECT_GE(*data, k_blocks);
    // What is repeated is bounded by what is lost: about a window a lost, doubled or late datagram, and as
    // much again because this receiver answers each repeated block.
    const auto events = static_cast<double>(*data) * (GetParam().loss_percent + 4) / 100 * 3;
    EXPECT_LE(static_cast<double>(*data - k_blocks), events * GetParam().window + GetParam().window);
}

std::vector<LossyCase> lossy_cases() {
    std::vector<LossyCase> cases;
    for (const int loss : {0, 1, 5, 20})
        for (const std::uint16_t window : {1, 4, 16, 64})
            for (unsigned seed = 1; seed <= 5; ++seed)
                cases.push_back({loss, window, seed});
    return cases;
}

INSTANTIATE_TEST_SUITE_P(Transfer, TransferOverLossyWire, testing::ValuesIn(lossy_cases()),
                         [](const auto& tested) {
                             return "Loss" + std::to_string(tested.param.loss_percent) + "Window" +
                                    std::to_string(tested.param.window) + "Seed" +
                                    std::to_string(tested.param.seed);
                         });

}  // namespace
