#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "tftp/negotiate.hpp"

namespace pxed::tftp {

/// What to do next about one transfer.
struct Step {
    enum class Kind : std::uint8_t {
        wait,  ///< nothing to send; the timer stays as `deadline` says
        send_oack,
        send,     ///< blocks `first` to `first + count - 1`
        done,     ///< the last block is acknowledged
        give_up,  ///< too many timeouts
    };
    Kind kind = Kind::wait;
    std::uint64_t first = 0;  ///< block number from 1, 64 bits inside and 16 on the wire
    std::uint32_t count = 0;
    Instant deadline{};  ///< when to call on_timeout
};

/// One read transfer as a machine over integers: no socket, no file, no clock. Blocks count from 1; the last
/// one is shorter than the block size (and may be empty). RFC 1350, 2347, 7440; RFC 1123 4.2.3.1 (no
/// Sorcerer's Apprentice: an old ACK never causes DATA); retransmission by measured round trip (RFC 6298),
/// doubled per timeout. The first window is one block until an ACK proves that the client is there.
class Transfer {
 public:
    /// `size`: bytes that will be sent (after netascii, if used).
    Transfer(const Terms& terms, std::uint64_t size, Instant now);

    /// The first step: OACK when something was negotiated, else block 1.
    [[nodiscard]] Step start(Instant now);
    /// `block` as on the wire.
    [[nodiscard]] Step on_ack(std::uint16_t block, Instant now);
    [[nodiscard]] Step on_timeout(Instant now);

    [[nodiscard]] std::uint64_t acknowledged_bytes() const;
    [[nodiscard]] std::uint32_t retransmissions() const { return retransmissions_; }
    /// Whether any ACK came yet.
    [[nodiscard]] bool is_validated() const { return is_validated_; }
    /// Whether all blocks have been sent at least once and only the last ACK is missing.
    [[nodiscard]] bool awaits_last_ack() const;

 private:
    std::uint32_t retransmissions_ = 0;
    bool is_validated_ = false;
    // the private rest is the implementation's
};

}  // namespace pxed::tftp
