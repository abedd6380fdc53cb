#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "tftp/negotiate.hpp"

namespace pxed::tftp {

/// What to do next about one transfer.
struct Step {
    enum class Kind : std::uint8_t {
        wait,  ///< nothing to send; the timer stays as it is
        send_oack,
        send,     ///< blocks `first` to `first + count - 1`
        done,     ///< the last block is acknowledged
        give_up,  ///< too many timeouts
    };
    Kind kind = Kind::wait;
    std::uint64_t first = 0;  ///< block number from 1, 64 bits inside and 16 on the wire
    std::uint32_t count = 0;
    Instant deadline{};  ///< when to call on_timeout; counts for send and send_oack
};

/// A file whose size shows only at its end (netascii).
inline constexpr std::uint64_t k_unknown_size = UINT64_MAX;

/// One read transfer as a machine over integers: no socket, no file, no clock. Blocks count from 1; the last
/// one is shorter than the block size (and may be empty). RFC 1350, 2347, 7440; RFC 1123 4.2.3.1 (no
/// Sorcerer's Apprentice: an old ACK never causes DATA); retransmission by measured round trip (RFC 6298).
///
/// A receiver acknowledges whole windows (RFC 7440), so a window may not be made smaller once agreed. What
/// shrinks when datagrams are lost is the burst: the window then leaves in pieces with a pause between, which
/// is what a network card with few receive buffers needs.
class Transfer {
 public:
    /// How often the first datagram is sent to a client that has not shown that it exists.
    static constexpr unsigned k_blind_sends = 3;

    /// `size`: bytes that will be sent (after netascii, if used), or k_unknown_size.
    Transfer(const Terms& terms, std::uint64_t size, Instant now, unsigned blind_sends = k_blind_sends);

    /// The first step: OACK when something was negotiated, else block 1.
    [[nodiscard]] Step start(Instant now);
    /// `block` as on the wire.
    [[nodiscard]] Step on_ack(std::uint16_t block, Instant now);
    /// At a step's deadline.
    [[nodiscard]] Step on_timeout(Instant now);

    /// The last step's datagrams left only now (a disk or a full socket buffer made them wait): the round
    /// trip counts from here. Returns the new deadline.
    Instant sent_late(Instant now);
    /// The size has shown. Blocks beyond it that a step asked for do not exist.
    void end_at(std::uint64_t size);

    [[nodiscard]] std::uint64_t last_block() const { return last_; }
    [[nodiscard]] std::uint64_t acknowledged_bytes() const;
    /// DATA and OACK datagrams that were sent again.
    [[nodiscard]] std::uint32_t retransmissions() const { return retransmissions_; }
    /// Whether any ACK came yet.
    [[nodiscard]] bool is_validated() const { return is_validated_; }
    /// Whether a client that is known to be there was sent everything and only its last ACK is missing.
    [[nodiscard]] bool awaits_last_ack() const;
    /// The measured round trip, smoothed; 0 before the first measurement.
    [[nodiscard]] nanoseconds round_trip() const { return smoothed_; }

 private:
    [[nodiscard]] bool is_window_sent() const { return next_ > window_end_; }
    [[nodiscard]] nanoseconds interval() const;
    [[nodiscard]] nanoseconds pause() const;
    Step send_oack(Instant now);
    Step send_window(Instant now);
    Step send_burst(Instant now);
    Step restart(Instant now);
    void acknowledge(std::uint64_t block, Instant now);
    void measure(nanoseconds round_trip);

    // what was agreed
    std::uint16_t block_size_;
    std::uint16_t window_size_;
    std::optional<seconds> timeout_;
    std::uint64_t size_;
    std::uint64_t last_;

    // where the transfer is: acknowledged_ < next_ <= window_end_ + 1, and reached_ is the furthest block
    // sent
    bool is_negotiating_;  // the OACK is not acknowledged yet
    std::uint64_t acknowledged_ = 0;
    std::uint64_t next_ = 1;
    std::uint64_t window_end_ = 0;
    std::uint64_t reached_ = 0;

    // loss: whether this window, and the one before, were sent once and for the first time
    bool is_clean_ = true;
    bool was_clean_ = true;
    std::uint16_t burst_;
    unsigned clean_windows_ = 0;

    // time
    Instant sent_at_;
    Instant progress_at_;
    nanoseconds smoothed_{0};
    nanoseconds deviation_{0};
    nanoseconds retransmit_after_;
    unsigned timeouts_ = 0;  // since the last progress
    unsigned blind_sends_;
    std::uint32_t retransmissions_ = 0;
    bool is_validated_ = false;
};

}  // namespace pxed::tftp
