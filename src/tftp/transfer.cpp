// When to send which blocks of one file: RFC 1350 (lock step), RFC 7440 (windows), RFC 1123 4.2.3.1 (no
// Sorcerer's Apprentice), RFC 6298 (retransmission by measured round trip, where dnsmasq waits a fixed 2 s
// first). Block numbers have 64 bits here and 16 on the wire, where they roll over to 0: a file may have any
// size.

#include "tftp/transfer.hpp"

#include <algorithm>

namespace pxed::tftp {

namespace {

// RFC 6298 2.1 and 2.4 with bounds for boot firmware: a round trip inside a LAN is far below a millisecond, but
// a machine that draws its screen, unpacks a kernel or runs in an emulator pauses for 50 to 150 ms at a time,
// and a block sent again in such a pause is sent in vain.
constexpr nanoseconds k_first_wait = seconds{1};
constexpr nanoseconds k_shortest_wait = milliseconds{200};
constexpr nanoseconds k_longest_wait = seconds{60};
// Doubling ends here, so that a transfer goes on soon after an outage does, and ten tries fit into the
// silence that ends it: a wire that loses every fifth datagram is survived.
constexpr nanoseconds k_longest_doubling = seconds{3};

// Silence ends a transfer when it was both long and tried often enough (RFC 7440 5 wants a bound on retries).
constexpr nanoseconds k_longest_silence = seconds{30};
constexpr unsigned k_fewest_tries = 4;

// The pause between the bursts of one window after loss.
constexpr nanoseconds k_shortest_pause = milliseconds{1};
constexpr nanoseconds k_longest_pause = milliseconds{20};
constexpr unsigned k_clean_windows_to_double = 4;

std::uint64_t last_block_of(std::uint64_t size, std::uint16_t block_size) {
    // RFC 1350 6: a block shorter than the others ends the transfer, so an exact multiple ends with an
    // empty one.
    return size == k_unknown_size ? k_unknown_size : size / block_size + 1;
}

}  // namespace

Transfer::Transfer(const Terms& terms, std::uint64_t size, Instant now, unsigned blind_sends)
    : block_size_(terms.block_size),
      window_size_(terms.window_size),
      timeout_(terms.timeout),
      size_(size),
      last_(last_block_of(size, terms.block_size)),
      is_negotiating_(!terms.acknowledged.empty()),
      burst_(terms.window_size),
      sent_at_(now),
      progress_at_(now),
      retransmit_after_(k_first_wait),
      blind_sends_(blind_sends) {}

// RFC 2347: with an OACK the data waits for its ACK; without options block 1 is the answer to the request.
Step Transfer::start(Instant now) {
    return is_negotiating_ ? send_oack(now) : send_window(now);
}

Step Transfer::on_ack(std::uint16_t block, Instant now) {
    if (is_negotiating_) {
        // RFC 2347: an OACK is acknowledged by ACK 0, and by nothing else.
        if (block != 0) return {};
        if (is_clean_) measure(now - sent_at_);
        is_negotiating_ = false;
        acknowledge(0, now);
        // The first window is a new one, even if the OACK had to be repeated.
        is_clean_ = was_clean_ = true;
        return send_window(now);
    }
    // What may be acknowledged lies within one window, far less than 65,536 blocks: the distance on the wire
    // is the distance. All that lies outside is an old ACK or a forged one.
    const auto distance = static_cast<std::uint16_t>(block - static_cast<std::uint16_t>(acknowledged_));
    const std::uint64_t acknowledged = acknowledged_ + distance;
    if (acknowledged > reached_) return {};

    if (distance == 0) {
        // RFC 1123 4.2.3.1: a repeated ACK never causes DATA. RFC 7440 4 has one exception, a receiver that
        // misses the first block of a window and says so by its last ACK. It can be meant only if more than
        // one block is on its way, and believed only once and only if no window was repeated just before:
        // then the receiver acknowledges the repeated blocks as well, and each of those ACKs would repeat
        // the next window for ever.
        if (reached_ - acknowledged_ < 2 || !is_clean_ || !was_clean_) return {};
        return restart(now);
    }

    const bool is_whole_window = acknowledged == window_end_ && is_window_sent();
    // Karn: an ACK of something sent twice measures nothing.
    if (is_whole_window && is_clean_) measure(now - sent_at_);
    acknowledge(acknowledged, now);
    if (acknowledged_ == last_) return {Step::Kind::done, 0, 0, now};
    // RFC 7440 4: an ACK inside the window says what arrived in order; the window begins again after it.
    if (acknowledged_ < reached_) return restart(now);

    // RFC 7440 allows an ACK at any block. One that ends short of the window's end says nothing of loss, but
    // is no clean window either.
    was_clean_ = is_clean_ && is_whole_window;
    is_clean_ = true;
    // Halved at once, doubled slowly: the card that lost a burst has not grown since (RFC 7440 5 asks for
    // care with congestion).
    if (was_clean_ && ++clean_windows_ >= k_clean_windows_to_double) {
        clean_windows_ = 0;
        burst_ = static_cast<std::uint16_t>(std::min<unsigned>(burst_ * 2U, window_size_));
    }
    return send_window(now);
}

Step Transfer::on_timeout(Instant now) {
    if (!is_negotiating_ && !is_window_sent()) return send_burst(now);  // only the pause is over

    ++timeouts_;
    // Few tries before the first ACK: a request with a forged sender must not make us send more than a
    // handful of datagrams to a stranger.
    const bool gives_up = is_validated_
                              ? timeouts_ >= k_fewest_tries && now - progress_at_ >= k_longest_silence
                              : timeouts_ >= blind_sends_;
    if (gives_up) return {Step::Kind::give_up, 0, 0, now};
    if (!is_negotiating_) return restart(now);
    // An ACK that comes now may answer either copy (Karn).
    is_clean_ = false;
    ++retransmissions_;
    return send_oack(now);
}

// Without this a slow disk would look like a slow network and make the next wait longer.
Instant Transfer::sent_late(Instant now) {
    sent_at_ = now;
    return now + (is_negotiating_ || is_window_sent() ? interval() : pause());
}

void Transfer::end_at(std::uint64_t size) {
    size_ = size;
    last_ = last_block_of(size, block_size_);
    // The step may have counted blocks beyond the end; nobody will acknowledge those.
    window_end_ = std::min(window_end_, last_);
    reached_ = std::min(reached_, last_);
    next_ = std::min(next_, last_ + 1);
}

std::uint64_t Transfer::acknowledged_bytes() const {
    return std::min(acknowledged_ * block_size_, size_);
}

// Boot programs often start before they have sent it (dnsmasq counts such a transfer as sent too).
bool Transfer::awaits_last_ack() const {
    return is_validated_ && reached_ == last_ && acknowledged_ + window_size_ >= last_;
}

// How long to wait for an ACK before the window goes out again.
nanoseconds Transfer::interval() const {
    // Nobody may be there at all: whatever the request wished for, it is over within seconds.
    if (!is_validated_) return k_first_wait * (1U << std::min(timeouts_, 6U));
    // RFC 2349: the client's own value, unchanged and undoubled; it was acknowledged to it as such.
    if (timeout_) return *timeout_;
    const auto doubled = retransmit_after_ * (1U << std::min(timeouts_, 16U));
    return std::min<nanoseconds>(doubled, std::max(retransmit_after_, k_longest_doubling));
}

nanoseconds Transfer::pause() const {
    // Half a round trip: time for a slow receiver to empty its buffers, and short beside waiting for an ACK.
    return std::clamp<nanoseconds>(smoothed_ / 2, k_shortest_pause, k_longest_pause);
}

Step Transfer::send_oack(Instant now) {
    sent_at_ = now;
    return {Step::Kind::send_oack, 0, 0, now + interval()};
}

Step Transfer::send_window(Instant now) {
    next_ = acknowledged_ + 1;
    window_end_ = std::min(acknowledged_ + window_size_, last_);
    return send_burst(now);
}

// The next piece of the window. After the last one the wait is for the ACK, between pieces it is a pause.
Step Transfer::send_burst(Instant now) {
    const std::uint64_t first = next_;
    next_ = std::min(first + burst_, window_end_ + 1);
    // Only what had left before counts as sent again; a window that begins anew may run past it.
    if (first <= reached_)
        retransmissions_ += static_cast<std::uint32_t>(std::min(reached_ + 1, next_) - first);
    reached_ = std::max(reached_, next_ - 1);
    sent_at_ = now;
    return {Step::Kind::send, first, static_cast<std::uint32_t>(next_ - first),
            now + (is_window_sent() ? interval() : pause())};
}

// Sends the window after the last ACK again, more gently.
Step Transfer::restart(Instant now) {
    burst_ = std::max<std::uint16_t>(burst_ / 2, 1);
    clean_windows_ = 0;
    is_clean_ = was_clean_ = false;
    return send_window(now);
}

// Any progress clears the doubling: the client is there and the way is open.
void Transfer::acknowledge(std::uint64_t block, Instant now) {
    acknowledged_ = block;
    is_validated_ = true;
    progress_at_ = now;
    timeouts_ = 0;
}

// RFC 6298 2.2 and 2.3.
void Transfer::measure(nanoseconds round_trip) {
    // RFC 6298 2.2 for the first measurement, 2.3 for those after it.
    if (smoothed_.count() == 0) {
        smoothed_ = round_trip;
        deviation_ = round_trip / 2;
    } else {
        const auto difference = smoothed_ > round_trip ? smoothed_ - round_trip : round_trip - smoothed_;
        // Before smoothed_: RFC 6298 2.3 wants the deviation from the old mean.
        deviation_ = (deviation_ * 3 + difference) / 4;
        smoothed_ = (smoothed_ * 7 + round_trip) / 8;
    }
    retransmit_after_ = std::clamp<nanoseconds>(smoothed_ + 4 * deviation_, k_shortest_wait, k_longest_wait);
}

}  // namespace pxed::tftp
