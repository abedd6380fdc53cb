#include "io/tftp_service.hpp"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "io/clock.hpp"
#include "io/tftp_peer.hpp"
#include "io/tftp_ports.hpp"
#include "io/tftp_session.hpp"
#include "io/tftp_tree.hpp"
#include "tftp/negotiate.hpp"
#include "wire/tftp_packet.hpp"

namespace pxed::io {

namespace {

using machine::Stage;
using tftp::ErrorCode;

// Clients that have not answered yet may be nobody: forged requests that make us send to a victim. So one
// address has at most this many, and beyond a few each gets one datagram for its request and no repetition.
constexpr unsigned k_most_unseen = 256;
constexpr unsigned k_most_repeated = 16;
// An unseen client gives way to a new one after this long when there is no room.
constexpr nanoseconds k_unseen_right = std::chrono::seconds{1};
constexpr std::uint32_t k_ipv6_more = 20;  // how much longer its header is

struct Refusal {
    ErrorCode code;
    std::string_view text;  // no path of ours goes out
};

Refusal refusal_for(Reason reason) {
    if (reason == Reason::file_not_found) return {ErrorCode::file_not_found, "file not found"};
    if (reason == Reason::not_a_file) return {ErrorCode::undefined, "not a file"};
    if (reason == Reason::read_failed) return {ErrorCode::undefined, "read error"};
    return {ErrorCode::access_violation, "access denied"};
}

}  // namespace

struct TftpService::State {
    struct Listener {
        Listener(State& state, unsigned given, UdpSocket opened)
            : owner(state), number(given), socket(std::move(opened)), watcher(state.bench.loop) {
            watcher.set<Listener, &Listener::on_readable>(this);
            watcher.start(socket.descriptor(), ev::READ);
        }
        void on_readable(ev::io&, int) {
            for (const auto& datagram : socket.receive())
                owner.on_datagram(*this, datagram);
        }

        State& owner;
        unsigned number;
        UdpSocket socket;
        ev::io watcher;  // after the socket: stopped before it is closed
    };
    using Sessions = std::unordered_map<Endpoint, std::unique_ptr<TftpSession>>;

    State(ev::loop_ref loop, Disk& disk, TftpSurroundings around)
        : surroundings(std::move(around)), bench{.loop = loop, .disk = disk}, roots(loop) {
        bench.datagrams.resize(TftpBlocks::k_room);
        bench.validated = [this](TftpSession& session) { forget_unseen(session.asked().peer); };
        bench.ended = [this](TftpSession& session, machine::Event event) { end(session, std::move(event)); };
    }

    // from a datagram to a transfer, in this order
    void on_datagram(Listener& listener, const Datagram& datagram);
    void on_request(Listener& listener, TftpAsked asked);
    void find_file(Listener& listener, TftpSession& session);
    void on_file(Listener& listener, TftpSession& session, Result<OpenFile, OpenError> found);
    void send_file(Listener& listener, TftpSession& session, OpenFile file);
    std::optional<Result<OpenFile, OpenError>> made_for(TftpSession& session);

    [[nodiscard]] bool is_served(std::string_view interface) const;
    bool is_repetition(const TftpAsked& asked);
    bool has_room_for(const Endpoint& peer);
    [[nodiscard]] std::uint16_t mtu_for(const Endpoint& peer) const;
    [[nodiscard]] unsigned blind_sends_to(const Endpoint& peer) const;
    void refuse(Listener& listener, TftpSession& session, OpenError why);
    static void send_error(Listener& listener, const TftpAsked& asked, ErrorCode code, std::string_view text);
    [[nodiscard]] Listener* find_listener(unsigned number);

    void forget_unseen(const Endpoint& peer);
    void end(TftpSession& session, machine::Event event);
    void drop(TftpSession& session);

    TftpSurroundings surroundings;
    TftpBench bench;
    tftp::Policy policy;
    std::optional<TftpTree> tree;  // once use() was called
    OpenRoots roots;
    std::list<Listener> listeners;  // sockets keep their place
    unsigned last_listener = 0;
    bool is_finishing = false;
    Sessions sessions;
    std::unordered_map<Endpoint, unsigned> unseen;  // by address: clients that have not answered yet
    TftpPorts ports;
};

void TftpService::State::on_datagram(Listener& listener, const Datagram& datagram) {
    // RFC 1123 4.2.3.4: a request to a broadcast address is ignored silently.
    if (datagram.was_broadcast || !is_sane_source(datagram.from)) {
        ++bench.counts.dropped;
        return;
    }
    auto packet = tftp::parse(datagram.payload);
    auto* request = packet ? std::get_if<tftp::Request>(&*packet) : nullptr;
    if (request == nullptr) {
        const auto known = sessions.find(key_of(datagram.from));
        if (known != sessions.end() && known->second->uses(listener.socket)) {
            known->second->take(datagram.payload);
            return;
        }
    }
    // What is neither a request nor of a transfer here: an ERROR is never answered, and neither is what only
    // a server or a running transfer sends. That would begin a conversation between two servers.
    const auto opcode = ByteReader{datagram.payload}.u16();
    const bool is_answerable = request != nullptr || (!packet && (opcode < 3 || opcode > 6));
    const auto link = surroundings.link(datagram.from.interface());
    if (!is_answerable || is_finishing || !policy.is_enabled || !link || !is_served(link->name)) {
        ++bench.counts.dropped;
        return;
    }
    TftpAsked asked{datagram.from, datagram.to, link->name, {}, read_instant()};
    if (request != nullptr) asked.request = std::move(*request);
    if (request != nullptr && !asked.request.is_write) {
        on_request(listener, std::move(asked));
        return;
    }
    ++bench.counts.failed;
    send_error(listener, asked, ErrorCode::illegal_operation, "unsupported request");
    surroundings.tell(packet ? tftp_event(asked, Stage::tftp_failed, Reason::write_asked)
                             : tftp_event(asked, Stage::tftp_failed, Reason::unsupported_request,
                                          std::string{tftp::sentence(packet.error())}));
}

void TftpService::State::on_request(Listener& listener, TftpAsked asked) {
    ++bench.counts.requests;
    if (is_repetition(asked)) return;
    if (!has_room_for(asked.peer)) {
        ++bench.counts.dropped;
        surroundings.tell(tftp_event(asked, Stage::tftp_failed, Reason::too_many_transfers));
        return;  // silence: the client asks again, and then there may be room
    }
    // RFC 2347: an option that a server does not know is left out of the OACK, and the client goes on
    // without.
    const auto is_multicast = [](const auto& option) {
        return equal_ignoring_case(option.name, "multicast");
    };
    if (std::ranges::any_of(asked.request.options, is_multicast))
        surroundings.tell(tftp_event(asked, Stage::notice, Reason::multicast_asked));
    const auto peer = asked.peer;
    auto& session = *(sessions[key_of(peer)] = std::make_unique<TftpSession>(bench, std::move(asked)));
    ++unseen[address_of(peer)];
    find_file(listener, session);
}

bool TftpService::State::is_served(std::string_view interface) const {
    return policy.interfaces.empty() ||
           std::ranges::any_of(policy.interfaces, [interface](const auto& pattern) {
               return matches_interface(pattern, interface);
           });
}

// Whether a transfer for this very request exists. One that the request replaces is ended.
bool TftpService::State::is_repetition(const TftpAsked& asked) {
    const auto known = sessions.find(key_of(asked.peer));
    if (known == sessions.end()) return false;
    auto& session = *known->second;
    if (!session.is_validated() && session.asked().request.file == asked.request.file) {
        session.repeat();
        return true;
    }
    // A client with one fixed port has begun anew, or gone on to its next file without its last ACK.
    end(session, session.event(Stage::tftp_failed, Reason::client_error, "asked anew from the same port"));
    return false;
}

// Whether another transfer fits. The oldest client that never answered makes room for a new one.
bool TftpService::State::has_room_for(const Endpoint& peer) {
    const auto same = unseen.find(address_of(peer));
    if (same != unseen.end() && same->second >= k_most_unseen) return false;
    if (sessions.size() < policy.max_transfers) return true;

    const auto oldest = std::ranges::min_element(sessions, {}, [](const Sessions::value_type& entry) {
        return entry.second->is_validated() ? Instant::max() : entry.second->asked().at;
    });
    if (oldest == sessions.end() || oldest->second->is_validated()) return false;
    auto& session = *oldest->second;
    if (read_instant() - session.asked().at < k_unseen_right) return false;
    end(session, session.event(Stage::tftp_failed, Reason::timed_out, "made room for another"));
    return true;
}

void TftpService::State::find_file(Listener& listener, TftpSession& session) {
    const auto& asked = session.asked();
    const auto* root = tree ? tree->root_for(asked.interface) : nullptr;
    if (root == nullptr) {
        on_file(listener, session,
                fail(OpenError{Reason::file_not_found, "no tftp-root for this interface"}));
        return;
    }
    session.look_below(root->directory());
    const auto program = surroundings.program_of ? surroundings.program_of(asked.peer) : std::string{};
    auto lookup = tree->lookup(*root, asked.request.file, asked.peer, surroundings.hardware_of, program);
    session.name().expect(lookup);
    if (auto found = root->open_now(lookup, roots)) {
        on_file(listener, session, std::move(*found));
        return;
    }
    // The listening socket may be closed by the time the disk has answered; the session forgets its look-up
    // when it goes.
    session.await_file(
        root->open_later(std::move(lookup), bench.disk,
                         [this, &session, number = listener.number](Result<OpenFile, OpenError> found) {
                             if (auto* still_there = find_listener(number))
                                 on_file(*still_there, session, std::move(found));
                             else
                                 drop(session);
                         }));
}

void TftpService::State::on_file(Listener& listener, TftpSession& session,
                                 Result<OpenFile, OpenError> found) {
    if (!found && found.error().reason == Reason::file_not_found) {
        if (auto made = made_for(session)) found = std::move(*made);
    } else if (found) {
        session.name().is(found->name);
    }
    // Only now, when it is known what the name stands for: the machine's record has the boot program before
    // the client can ask for what lies beside it.
    surroundings.tell(session.event(Stage::tftp_request, Reason::none));
    if (!found && found.error().reason == Reason::too_many_transfers) {
        // No descriptor is left. That passes, but an ERROR would be final: silence, the client asks again.
        end(session, session.event(Stage::tftp_failed, found.error().reason, found.error().detail));
        return;
    }
    if (!found) {
        refuse(listener, session, std::move(found).error());
        return;
    }
    if (auto why = tree->objection(*found)) {
        let_go(std::move(*found), bench.disk);
        refuse(listener, session, std::move(*why));
        return;
    }
    send_file(listener, session, std::move(*found));
}

// A boot loader's script, where the tree has none.
std::optional<Result<OpenFile, OpenError>> TftpService::State::made_for(TftpSession& session) {
    const auto& asked = session.asked();
    if (!surroundings.make) return std::nullopt;
    const auto made = surroundings.make(asked.request.file, asked.peer);
    if (!made) return std::nullopt;
    session.name().is_made_by(made->line);
    return made_file(asked.request.file, made->text);
}

void TftpService::State::send_file(Listener& listener, TftpSession& session, OpenFile file) {
    const auto& asked = session.asked();
    const auto terms = tftp::negotiate(asked.request, policy, file.size, mtu_for(asked.peer));
    const auto blind_sends = blind_sends_to(asked.peer);
    if (policy.is_single_port) {
        session.start_sharing(std::move(file), terms, blind_sends, listener.socket);
        return;
    }
    auto socket = ports.open(asked.local, policy.port_range);
    if (!socket) {
        // No port or no descriptor is left: silence here, too.
        end(session, session.event(Stage::tftp_failed, Reason::too_many_transfers, socket.error()));
        return;
    }
    session.start(std::move(file), terms, blind_sends, std::move(*socket));
}

std::uint16_t TftpService::State::mtu_for(const Endpoint& peer) const {
    const auto link = surroundings.link(peer.interface());
    const std::uint32_t mtu = policy.mtu ? *policy.mtu : link ? link->mtu : 1500;
    const std::uint32_t usable = peer.is_ipv4() ? mtu : mtu - std::min(mtu, k_ipv6_more);
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(usable, 65535));
}

unsigned TftpService::State::blind_sends_to(const Endpoint& peer) const {
    const auto others = unseen.find(address_of(peer));
    const bool is_crowd = others != unseen.end() && others->second > k_most_repeated;
    return is_crowd ? 1 : tftp::Transfer::k_blind_sends;
}

void TftpService::State::refuse(Listener& listener, TftpSession& session, OpenError why) {
    const auto [code, text] = refusal_for(why.reason);
    send_error(listener, session.asked(), code, text);
    end(session, session.event(Stage::tftp_failed, why.reason, std::move(why.detail)));
}

void TftpService::State::send_error(Listener& listener, const TftpAsked& asked, ErrorCode code,
                                    std::string_view text) {
    listener.socket.send(tftp::build_error(code, text), {asked.peer, asked.local, 0});
}

TftpService::State::Listener* TftpService::State::find_listener(unsigned number) {
    const auto found = std::ranges::find(listeners, number, &Listener::number);
    return found == listeners.end() ? nullptr : &*found;
}

void TftpService::State::forget_unseen(const Endpoint& peer) {
    const auto count = unseen.find(address_of(peer));
    if (count != unseen.end() && --count->second == 0) unseen.erase(count);
}

void TftpService::State::end(TftpSession& session, machine::Event event) {
    const bool is_sent = event.stage == Stage::tftp_sent;
    ++(is_sent ? bench.counts.sent : bench.counts.failed);
    bench.counts.bytes += event.bytes;
    const auto sent = session.sent_file();
    drop(session);
    surroundings.tell(std::move(event));
    if (is_sent && sent && surroundings.sent) surroundings.sent(*sent);
}

void TftpService::State::drop(TftpSession& session) {
    if (!session.is_validated()) forget_unseen(session.asked().peer);
    sessions.erase(key_of(session.asked().peer));
}

TftpService::TftpService(ev::loop_ref loop, Disk& disk, TftpSurroundings surroundings)
    : state_(std::make_unique<State>(loop, disk, std::move(surroundings))) {}

TftpService::~TftpService() = default;

void TftpService::use(const tftp::Policy& policy, TftpTree tree) {
    state_->tree = std::move(tree);
    state_->policy = policy;
}

unsigned TftpService::add_socket(UdpSocket socket) {
    state_->listeners.emplace_back(*state_, ++state_->last_listener, std::move(socket));
    return state_->last_listener;
}

void TftpService::remove_socket(unsigned number) {
    auto* listener = state_->find_listener(number);
    if (listener == nullptr) return;
    std::vector<TftpSession*> users;
    for (const auto& [key, session] : state_->sessions)
        if (session->uses(listener->socket)) users.push_back(session.get());
    for (auto* session : users)
        session->abandon("server no longer listens here");
    std::erase_if(state_->listeners, [number](const auto& l) { return l.number == number; });
}

void TftpService::finish() {
    state_->is_finishing = true;
}

void TftpService::abandon() {
    while (!state_->sessions.empty())
        state_->sessions.begin()->second->abandon("server is stopping");
}

std::size_t TftpService::running() const {
    return state_->sessions.size();
}

std::size_t TftpService::waiting_for_disk() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        state_->sessions, [](const auto& entry) { return entry.second->waits_for_disk(); }));
}

const TftpCounts& TftpService::counts() const {
    return state_->bench.counts;
}

}  // namespace pxed::io
