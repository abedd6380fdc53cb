#include "io/tftp_session.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "io/clock.hpp"

namespace pxed::io {

namespace {

// Answers to datagrams from elsewhere: enough for a confused client, too few for a flood.
constexpr unsigned k_most_strays = 8;
// A request that comes again sooner than this is a copy the network made.
constexpr nanoseconds k_copy = milliseconds{100};
// How long a full buffer of a socket that is shared is left alone.
constexpr nanoseconds k_socket_pause = milliseconds{1};
// Up to so many blocks go out one by one to a client that we have to ourselves.
constexpr std::uint32_t k_small_window = 4;

bool is_same_peer(const Endpoint& a, const Endpoint& b) {
    return a.port() == b.port() && a.ipv6() == b.ipv6();
}

bool asked_for(const tftp::Request& request, std::string_view option) {
    return std::ranges::any_of(request.options,
                               [option](const auto& o) { return equal_ignoring_case(o.name, option); });
}

}  // namespace

machine::Event tftp_event(const TftpAsked& asked, machine::Stage stage, Reason reason, std::string detail) {
    machine::Event event;
    event.stage = stage;
    event.reason = reason;
    event.peer = asked.peer;
    event.interface = asked.interface;
    event.file = asked.request.file;
    event.detail = std::move(detail);
    event.duration = read_instant() - asked.at;
    return event;
}

TftpSession::TftpSession(TftpBench& bench, TftpAsked asked)
    : bench_(bench),
      readable_(bench.loop),
      timer_(bench.loop),
      asked_(std::move(asked)),
      writable_(bench.loop) {
    ++bench_.transfers;
    timer_.set<TftpSession, &TftpSession::on_timer>(this);
    readable_.set<TftpSession, &TftpSession::on_readable>(this);
    writable_.set<TftpSession, &TftpSession::on_writable>(this);
}

TftpSession::~TftpSession() {
    --bench_.transfers;
    bench_.disk.forget(look_up_);
    // Watchers before the descriptor that they watch.
    readable_.stop();
    writable_.stop();
}

void TftpSession::start(OpenFile file, const tftp::Terms& terms, unsigned blind_sends, UdpSocket socket) {
    socket_ = &own_socket_.emplace(std::move(socket));
    readable_.start(socket_->descriptor(), ev::READ);
    begin(std::move(file), terms, blind_sends);
}

void TftpSession::start_sharing(OpenFile file, const tftp::Terms& terms, unsigned blind_sends,
                                UdpSocket& listening) {
    socket_ = &listening;
    begin(std::move(file), terms, blind_sends);
}

void TftpSession::begin(OpenFile file, const tftp::Terms& terms, unsigned blind_sends) {
    block_size_ = terms.block_size;
    file_size_ = file.size;
    if (!terms.acknowledged.empty()) option_ack_ = tftp::build_option_ack(terms.acknowledged);
    blocks_.emplace(std::move(file), asked_.request.mode, terms, bench_.files, [this] { on_blocks_ready(); });
    const auto size = blocks_->size();
    const Instant now = read_instant();
    transfer_.emplace(terms, size.value_or(tftp::k_unknown_size), now, blind_sends);
    conclude(perform(transfer_->start(now), now));
}

void TftpSession::take(Bytes payload) {
    conclude(on_packet(payload, read_instant()));
}

void TftpSession::repeat() {
    const Instant now = read_instant();
    if (!transfer_ || transfer_->is_validated() || now - sent_at_ < k_copy) return;
    conclude(perform(transfer_->on_timeout(now), now));
}

void TftpSession::abandon(std::string_view text) {
    conclude(refuse(tftp::ErrorCode::undefined, text, Reason::none, std::string{text}));
}

std::optional<TftpSent> TftpSession::sent_file() const {
    if (name_.is_made()) return std::nullopt;
    return TftpSent{root_ + '/' + name_.path(), file_size_, asked_.peer};
}

machine::Event TftpSession::event(machine::Stage stage, Reason reason, std::string detail) const {
    auto event = tftp_event(asked_, stage, reason, std::move(detail));
    name_.tell(event);
    if (transfer_) {
        event.bytes = transfer_->acknowledged_bytes();
        event.retransmissions = transfer_->retransmissions();
    }
    return event;
}

void TftpSession::on_readable(ev::io&, int) {
    // One at a time: a client that waits for us has sent one, and another would wake us again.
    const auto datagram = socket_->receive_one(bench_.inbox);
    if (!datagram) return;
    if (is_same_peer(datagram->from, asked_.peer)) {
        conclude(on_packet(datagram->payload, read_instant()));
    } else {
        // RFC 1350 4: what comes from another TID gets an ERROR, and the transfer goes on.
        answer_stray(*datagram);
    }
}

void TftpSession::on_writable(ev::io&, int) {
    writable_.stop();
    conclude(send_pending(read_instant()));
}

void TftpSession::on_timer(ev::timer&, int) {
    const Instant now = read_instant();
    if (now < deadline_) {
        wait_until(deadline_);  // it was put off since the timer was set
        return;
    }
    if (pending_count_ > 0) {
        // We are the slow ones: the client has not been asked anything that it could answer. Whoever keeps us
        // waiting will wake us: the disk thread, or the socket. Only a full one that is shared does not, and
        // send_pending() is back sooner for that.
        wait_until(now + seconds{1});
        conclude(send_pending(now));
        return;
    }
    conclude(perform(transfer_->on_timeout(now), now));
}

void TftpSession::on_blocks_ready() {
    conclude(send_pending(read_instant()));
}

TftpSession::End TftpSession::on_packet(Bytes payload, Instant now) {
    const auto ack = tftp::parse_ack(payload);
    if (!ack || !transfer_) {
        const auto packet = tftp::parse(payload);
        const auto* error = packet && transfer_ ? std::get_if<tftp::Error>(&*packet) : nullptr;
        if (error != nullptr) return on_error(*error);
        ++bench_.counts.dropped;
        return {};
    }
    const bool was_validated = transfer_->is_validated();
    const auto step = transfer_->on_ack(ack->block, now);
    if (!was_validated && transfer_->is_validated()) bench_.validated(*this);
    return perform(step, now);
}

// RFC 1350 7: an ERROR ends the transfer and is never answered.
TftpSession::End TftpSession::on_error(const tftp::Error& error) const {
    // EDK2, shim and iPXE ask for tsize and then break off: they wanted to know the size.
    const bool is_probe = asked_for(asked_.request, "tsize") && transfer_->acknowledged_bytes() == 0;
    return event(machine::Stage::tftp_failed, is_probe ? Reason::size_probe : Reason::client_error,
                 "error " + std::to_string(static_cast<unsigned>(error.code)) + ' ' + error.text);
}

TftpSession::End TftpSession::perform(const tftp::Step& step, Instant now) {
    switch (step.kind) {
        case tftp::Step::Kind::wait:
            return {};
        case tftp::Step::Kind::send_oack:
            wait_until(step.deadline);
            sent_at_ = now;
            socket_->send(option_ack_, route());
            return {};
        case tftp::Step::Kind::send:
            wait_until(step.deadline);
            pending_first_ = step.first;
            pending_count_ = step.count;
            is_delayed_ = false;
            return send_pending(now);
        case tftp::Step::Kind::done:
            return event(machine::Stage::tftp_sent, Reason::none);
        case tftp::Step::Kind::give_up:
            // Many clients start what they have got and never say so.
            if (transfer_->awaits_last_ack()) return event(machine::Stage::tftp_sent, Reason::none);
            return event(machine::Stage::tftp_failed, Reason::timed_out);
    }
    return {};
}

// Blocks together are less work than one by one, and later: a client that sleeps after each window wakes with
// the first block, and while it does we make the others. At windowsize 4 that is a third more blocks a
// second, for one client; for many the work counts.
std::uint32_t TftpSession::most_at_once() const {
    const bool is_alone = bench_.transfers == 1;
    return is_alone && pending_count_ <= k_small_window ? 1 : blocks_->most_at_once();
}

// Sends what the last step asked for, as far as disk and socket go.
TftpSession::End TftpSession::send_pending(Instant now) {
    const auto most = pending_count_ > 0 ? most_at_once() : 0;
    while (pending_count_ > 0) {
        const auto count = std::min(pending_count_, most);
        Bytes datagrams;
        switch (blocks_->fill(pending_first_, count, bench_.datagrams, datagrams)) {
            case TftpBlocks::Got::all:
                break;
            case TftpBlocks::Got::later:
                is_delayed_ = true;
                return {};
            case TftpBlocks::Got::shrank:
                return refuse(tftp::ErrorCode::undefined, "file changed while it was sent",
                              Reason::file_shrank, {});
            case TftpBlocks::Got::failed:
                return refuse(tftp::ErrorCode::undefined, "read error", Reason::read_failed,
                              blocks_->error());
        }
        // Netascii knows its end when it has come to it.
        if (const auto size = blocks_->size(); size && transfer_->last_block() == tftp::k_unknown_size)
            transfer_->end_at(*size);
        pending_count_ = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(pending_count_, transfer_->last_block() + 1 - pending_first_));

        const auto segment = static_cast<std::uint16_t>(block_size_ + 4);
        const std::size_t made = (datagrams.size() + segment - 1) / segment;
        const std::size_t sent = socket_->send_segments(datagrams, segment, route());
        const int error = sent < made ? errno : 0;
        bench_.counts.datagrams += sent;
        const bool is_full = error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
        // Any other error is as good as a loss on the way: the transfer repeats it in time.
        const auto passed = static_cast<std::uint32_t>(is_full ? sent : made);
        pending_first_ += passed;
        pending_count_ -= passed;
        if (is_full) {
            is_delayed_ = true;
            if (own_socket_ && error != ENOBUFS)
                writable_.start(socket_->descriptor(), ev::WRITE);
            else
                wait_until(now + k_socket_pause);
            return {};
        }
    }
    sent_at_ = now;
    if (std::exchange(is_delayed_, false)) wait_until(transfer_->sent_late(sent_at_));
    return {};
}

TftpSession::End TftpSession::refuse(tftp::ErrorCode code, std::string_view text, Reason reason,
                                     std::string detail) {
    if (socket_ != nullptr) socket_->send(tftp::build_error(code, text), route());
    return event(machine::Stage::tftp_failed, reason, std::move(detail));
}

// Must be the last thing a handler does: the session is gone after an end.
void TftpSession::conclude(End end) {
    if (end) bench_.ended(*this, std::move(*end));
}

// The timer is only set when it would ring too late; one that rings too soon looks at the deadline.
void TftpSession::wait_until(Instant deadline) {
    deadline_ = deadline;
    if (timer_.is_active() && rings_at_ <= deadline) return;
    rings_at_ = deadline;
    timer_.stop();
    timer_.set(ev_seconds(std::max<nanoseconds>(deadline - read_instant(), nanoseconds{0})));
    timer_.start();
}

void TftpSession::answer_stray(const Datagram& datagram) {
    ++bench_.counts.dropped;
    const auto packet = tftp::parse(datagram.payload);
    const bool is_error = packet && std::holds_alternative<tftp::Error>(*packet);
    if (is_error || ++strays_ > k_most_strays) return;
    const auto answer = tftp::build_error(tftp::ErrorCode::unknown_tid, "unknown transfer ID");
    socket_->send(answer, {datagram.from, {}, 0});
}

Route TftpSession::route() const {
    // An own socket is bound to the address that was asked; the shared one listens on many.
    if (own_socket_) return {asked_.peer, {}, 0};
    return {asked_.peer, asked_.local, 0};
}

}  // namespace pxed::io
