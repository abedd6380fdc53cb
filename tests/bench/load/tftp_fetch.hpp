#pragma once
// One TFTP read (RFC 1350, 2347, 2348, 7440) that compares every byte with the original. Its few lines of
// protocol are its own, so that it does not share an error with the server.
#include <cstdint>
#include <span>
#include <string>

#include "measure.hpp"

namespace load {

/// What all transfers of a run have in common.
struct TftpPlan {
    sockaddr_in server{};
    sockaddr_in first_client{};  ///< client i has the address i above it; 0.0.0.0: the kernel's choice
    std::string name;
    std::span<const std::uint8_t> original;
    std::uint32_t block_size = 1468;
    std::uint32_t window = 1;
    bool is_coalescing =
        false;  ///< UDP_GRO: a segmented send arrives as one read, as with a card that does it
    Clock::duration patience = std::chrono::seconds(1);  ///< silence before the last datagram is sent again
};

/// What happened besides the bytes, added up over all transfers.
struct TftpTally {
    std::uint64_t repeated = 0;        ///< datagrams sent again after silence
    std::uint64_t gaps = 0;            ///< times a window had a hole or came twice
    std::uint64_t smaller_window = 0;  ///< transfers that were granted less than they asked for
    std::uint64_t smaller_block = 0;
};

/// One transfer. `drain` takes what has come, `wait_is_over` is told each silence.
class TftpFetch {
 public:
    enum class State : std::uint8_t { running, whole, failed };

    TftpFetch(const TftpPlan& plan, TftpTally& tally, std::uint32_t index);
    TftpFetch(const TftpFetch&) = delete;
    TftpFetch& operator=(const TftpFetch&) = delete;
    ~TftpFetch();

    [[nodiscard]] int descriptor() const { return socket_; }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] Clock::time_point deadline() const { return heard_ + plan_.patience; }
    [[nodiscard]] Clock::time_point began() const { return began_; }
    [[nodiscard]] const std::string& why() const { return why_; }

    void drain();
    void wait_is_over();

 private:
    void ask();
    void acknowledge();
    void take_first();
    void take_many();
    void take(std::span<const std::uint8_t> datagram);
    void take_options(std::span<const std::uint8_t> options);
    void take_data(std::uint16_t block, std::span<const std::uint8_t> bytes);
    void begin_to_read();
    void fail(std::string why);

    const TftpPlan& plan_;
    TftpTally& tally_;
    int socket_;
    State state_ = State::running;
    std::string why_;
    std::uint64_t block_ = 0;  ///< the last one received in order
    std::size_t at_ = 0;       ///< bytes received in order
    std::uint32_t block_size_ = 512;
    std::uint32_t window_ = 1;
    std::uint32_t since_ack_ = 0;
    std::uint32_t silences_ = 0;
    bool is_answered_ = false;
    bool has_complained_ = false;
    Clock::time_point began_ = Clock::now();
    Clock::time_point heard_ = began_;
};

}  // namespace load
