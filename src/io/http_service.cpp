#include "io/http_service.hpp"

#include <algorithm>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

#include "io/clock.hpp"
#include "io/http_engine.hpp"
#include "io/http_exchange.hpp"
#include "io/tcp_listener.hpp"
#include "io/tcp_listeners.hpp"
#include "io/tftp_peer.hpp"

namespace pxed::io {

namespace {

using machine::Stage;
using Phase = HttpConnection::Phase;

constexpr int k_most_at_once = 16;  // connections taken in one turn of the loop
constexpr double k_sweep_pace = 1;
// Without a descriptor the listening socket stays readable: asking it again at once would be all we do.
constexpr double k_pause = 0.2;

}  // namespace

struct HttpService::State {
    State(ev::loop_ref given, HttpSurroundings around)
        : loop(given),
          bench{.loop = given, .surroundings = std::move(around)},
          plain_doors(
              given, [this](const FileDescriptor& door) { take_connections(door, plain); },
              [this](const ListenPoint& point) { return open_door(point); }),
          secure_doors(
              given, [this](const FileDescriptor& door) { take_connections(door, secure); },
              [this](const ListenPoint& point) { return open_door(point); }),
          sweep(given),
          pause(given) {
        bench.sent = [this](HttpConnection& connection, bool is_whole) { on_sent(connection, is_whole); };
        sweep.set<State, &State::on_sweep>(this);
        pause.set<State, &State::on_pause_over>(this);
    }

    // what libmicrohttpd calls
    static MHD_Result on_request(void* self, MHD_Connection* handle, const char* target, const char* method,
                                 const char* version, const char* upload, std::size_t* upload_size,
                                 void** context);
    static void on_connection(void* self, MHD_Connection* handle, void** context,
                              MHD_ConnectionNotificationCode what);
    static void on_completed(void* self, MHD_Connection* handle, void** context,
                             MHD_RequestTerminationCode how);

    [[nodiscard]] Result<FileDescriptor, std::string> open_door(const ListenPoint& point) const;
    void take_connections(const FileDescriptor& door, const std::unique_ptr<HttpEngine>& engine);
    void let_in(HttpEngine* engine, Accepted accepted);
    bool is_welcome(const Accepted& accepted, std::string& interface);
    void make_room();
    void watch_listeners();
    void stop_listening();
    [[nodiscard]] bool serves(const HttpConnection& connection) const;
    void begin(HttpConnection& connection, http::Request request);
    void conclude(HttpConnection& connection, bool is_whole);
    void on_sent(HttpConnection& connection, bool is_whole);
    void hand_back(HttpConnection& connection);
    void linger(HttpConnection& connection);
    void leave_address(const HttpConnection& connection);
    void forget(HttpConnection& connection);
    void tell_of_handshake(const HttpConnection& connection);
    void on_sweep(ev::timer&, int);
    void on_pause_over(ev::timer&, int) { watch_listeners(); }
    [[nodiscard]] bool takes_too_long(HttpConnection& connection, Instant now) const;
    bool start_engine(std::unique_ptr<HttpEngine>& engine, bool is_secure);

    ev::loop_ref loop;
    HttpBench bench;
    HttpCounts counts;
    TcpListeners plain_doors;
    TcpListeners secure_doors;
    std::list<HttpConnection> connections;
    std::unordered_map<Endpoint, unsigned> by_address;
    HttpConnection arriving;              // what on_connection() makes a connection of
    HttpConnection* returning = nullptr;  // the one instead that is handed back to the library
    ev::timer sweep;
    ev::timer pause;
    std::unique_ptr<HttpEngine> plain;
    std::unique_ptr<HttpEngine> secure;
};

// --- Connections ---

Result<FileDescriptor, std::string> HttpService::State::open_door(const ListenPoint& point) const {
    const auto& inherited = bench.surroundings.inherited;
    if (inherited && point.hears_all())
        if (auto socket = inherited(point.port); socket.is_open()) return socket;
    return open_tcp_listener(point);
}

void HttpService::State::take_connections(const FileDescriptor& door,
                                          const std::unique_ptr<HttpEngine>& engine) {
    for (int taken = 0; taken < k_most_at_once; ++taken) {
        if (connections.size() >= bench.policy.max_connections) {
            if (taken == 0) make_room();  // later ones: perhaps nobody waits any more
            return;
        }
        Accepted accepted;
        switch (accept_from(door, accepted)) {
            case Acceptance::none_waiting:
                return;
            case Acceptance::no_room:
                stop_listening();
                pause.start(k_pause);
                return;
            case Acceptance::taken:
                let_in(engine.get(), std::move(accepted));
                break;
        }
    }
}

bool HttpService::State::is_welcome(const Accepted& accepted, std::string& interface) {
    // A listening socket hears all interfaces, and the kernel has shaken hands before we are asked.
    const auto link = bench.surroundings.link(accepted.peer.interface());
    if (!link || !bench.policy.is_enabled) return false;
    interface = *link;
    const auto same = by_address.find(address_of(accepted.peer));
    if (same == by_address.end() || same->second < bench.policy.max_connections_a_client) return true;
    machine::Event event;
    event.stage = Stage::http_failed;
    event.reason = Reason::too_many_connections;
    event.peer = accepted.peer;
    event.interface = interface;
    event.detail = std::to_string(same->second);
    bench.surroundings.tell(std::move(event));
    return false;
}

void HttpService::State::let_in(HttpEngine* engine, Accepted accepted) {
    std::string interface;
    if (engine == nullptr || !is_welcome(accepted, interface)) {
        ++counts.refused;
        return;  // closed with it
    }
    ++counts.connections;
    arriving = {};
    arriving.bench = &bench;
    arriving.engine = engine;
    arriving.socket = accepted.socket.get();
    arriving.peer = accepted.peer;
    arriving.interface = std::move(interface);
    arriving.since = read_instant();
    engine->add(std::move(accepted.socket), accepted.address);
    if (!sweep.is_active()) sweep.start(k_sweep_pace, k_sweep_pace);
}

// Every place is taken. Whoever has been served and keeps the connection for later gives way; the next one
// waits in the kernel's queue until a place is free.
void HttpService::State::make_room() {
    stop_listening();
    HttpConnection* oldest = nullptr;
    for (auto& connection : connections) {
        const bool waits = connection.phase == Phase::head || connection.phase == Phase::lingering;
        const bool idles = waits && connection.has_answered && !connection.is_shut;
        if (idles && (oldest == nullptr || connection.since < oldest->since)) oldest = &connection;
    }
    if (oldest == nullptr) return;
    oldest->is_shut = true;
    shut_down(oldest->socket);
}

void HttpService::State::watch_listeners() {
    if (bench.is_finishing || bench.disk == nullptr) return;
    plain_doors.watch();
    secure_doors.watch();
}

void HttpService::State::stop_listening() {
    plain_doors.ignore();
    secure_doors.ignore();
}

void HttpService::State::on_connection(void* self, MHD_Connection* handle, void** context,
                                       MHD_ConnectionNotificationCode what) {
    auto& state = *static_cast<State*>(self);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        auto* connection = std::exchange(state.returning, nullptr);
        if (connection == nullptr) {
            connection = &state.connections.emplace_back(std::move(state.arriving));
            connection->place = std::prev(state.connections.end());
            ++state.by_address[address_of(connection->peer)];
        }
        connection->handle = handle;
        *context = connection;
        return;
    }
    if (auto* connection = static_cast<HttpConnection*>(std::exchange(*context, nullptr))) {
        connection->handle = nullptr;
        if (connection->own.is_open())
            connection->exchange->send();
        else
            state.forget(*connection);
    }
}

void HttpService::State::on_sent(HttpConnection& connection, bool is_whole) {
    const bool goes_on =
        is_whole && !connection.exchange->closes() && !connection.is_shut && !bench.is_finishing;
    conclude(connection, is_whole);
    if (goes_on)
        hand_back(connection);
    else if (is_whole)
        linger(connection);
    else
        forget(connection);
}

void HttpService::State::linger(HttpConnection& connection) {
    connection.phase = Phase::lingering;
    connection.lingering = std::make_unique<LingeringClose>(loop, std::move(connection.own),
                                                            [this, &connection] { forget(connection); });
    // The client may connect again before we hear that it has ended this one.
    leave_address(connection);
}

// It counts no longer for http-max-per-client.
void HttpService::State::leave_address(const HttpConnection& connection) {
    const auto same = by_address.find(address_of(connection.peer));
    if (same != by_address.end() && --same->second == 0) by_address.erase(same);
}

// The library goes on where the next request begins.
void HttpService::State::hand_back(HttpConnection& connection) {
    connection.acknowledged = bytes_passed(connection.socket).acknowledged;
    returning = &connection;
    const SocketAddress address{connection.peer, !connection.peer.ipv4()};
    connection.engine->add(std::move(connection.own), address);
    // Not taken. If it was at first, on_connection() has heard of its end.
    if (std::exchange(returning, nullptr) != nullptr) forget(connection);
}

void HttpService::State::forget(HttpConnection& connection) {
    if (connection.exchange) conclude(connection, false);
    tell_of_handshake(connection);
    if (connection.keys != nullptr) bench.keys.give_back(connection.keys);
    if (!connection.lingering) leave_address(connection);
    connections.erase(connection.place);
    if (connections.empty()) sweep.stop();
    if (connections.size() < bench.policy.max_connections && !pause.is_active()) watch_listeners();
}

// Firmware that does not trust us just goes away. The session, and the alert in it, is gone by now; how far
// it had come is known.
void HttpService::State::tell_of_handshake(const HttpConnection& connection) {
    const bool is_secure = connection.engine != nullptr && connection.engine == secure.get();
    if (!is_secure || connection.has_handshaken || bench.is_finishing) return;
    const bool has_chosen = connection.keys != nullptr;
    // Whoever sent nothing asked whether the port is open.
    if (!has_chosen && bytes_passed(connection.socket).received <= 1) return;
    machine::Event event;
    event.stage = Stage::http_failed;
    event.reason = Reason::tls_failed;
    event.peer = connection.peer;
    event.interface = connection.interface;
    event.detail = connection.is_shut ? "it took too long"
                   : has_chosen       ? "after the certificate was chosen"
                                      : "before that: no TLS, or no version or cipher suite in common";
    ++counts.failed;
    bench.surroundings.tell(std::move(event));
}

// --- Requests ---

MHD_Result HttpService::State::on_request(void* self, MHD_Connection* handle, const char* target,
                                          const char* method, const char* version, const char*,
                                          std::size_t* upload_size, void** context) {
    auto* connection = connection_of(handle);
    if (connection == nullptr) return MHD_NO;
    if (*context == nullptr) {
        auto& state = *static_cast<State*>(self);
        // A connection outlives a reload, and its interface may be none that is served by now.
        if (!state.serves(*connection)) return MHD_NO;
        *context = connection;
        state.begin(*connection, request_of(handle, target, method, version));
        // An answer at this first call, before a body is read, ends the connection: which is what is meant.
        if (!connection->exchange->is_refused()) return MHD_YES;
    }
    *upload_size = 0;
    return connection->exchange->answer() ? MHD_YES : MHD_NO;
}

bool HttpService::State::serves(const HttpConnection& connection) const {
    return bench.policy.is_enabled && bench.surroundings.link(connection.peer.interface()).has_value();
}

void HttpService::State::begin(HttpConnection& connection, http::Request request) {
    ++counts.requests;
    connection.heads += HttpEngine::head_size(connection.handle);
    connection.exchange = std::make_unique<HttpExchange>(connection, std::move(request));
}

void HttpService::State::on_completed(void* self, MHD_Connection* handle, void** context,
                                      MHD_RequestTerminationCode how) {
    auto* connection = connection_of(handle);
    const bool is_ours = connection != nullptr && connection->own.is_open();
    if (*context != nullptr && connection != nullptr && !is_ours)
        static_cast<State*>(self)->conclude(*connection, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    *context = nullptr;
}

void HttpService::State::conclude(HttpConnection& connection, bool is_whole) {
    const auto exchange = std::move(connection.exchange);
    if (!exchange) return;
    exchange->tell_request();
    auto event = exchange->conclusion(is_whole);
    if (event.stage == Stage::http_failed && event.reason != Reason::none) {
        const auto now = bytes_passed(connection.socket).acknowledged;
        event.bytes = is_whole ? 0 : now - std::min(now, exchange->acknowledged_before());
    }
    ++(event.stage == Stage::http_sent ? counts.sent : counts.failed);
    counts.bytes += event.bytes;
    connection.phase = Phase::head;
    connection.since = read_instant();
    connection.has_answered = true;
    if (bench.is_finishing) shut_down(connection.socket);
    bench.surroundings.tell(std::move(event));
}

// --- Patience ---

bool HttpService::State::takes_too_long(HttpConnection& connection, Instant now) const {
    const auto& patience = bench.policy.patience;
    switch (connection.phase) {
        case Phase::head:
            // Counted from the connection or the last answer on, not from the last byte: a byte every ten
            // seconds keeps nothing open (slowloris, CVE-2007-6750).
            return now - connection.since > (connection.has_answered ? patience.idle : patience.head);
        case Phase::look_up:
            return false;  // we are the slow ones
        case Phase::lingering:
            if (has_received_all(connection.socket)) return now - connection.since > patience.lingering;
            connection.since = now;
            [[fallthrough]];
        case Phase::sending: {
            // sendfile gives 0 past the end, which is no error: the library would ask for ever.
            if (connection.exchange && connection.exchange->has_shrunk()) return true;
            if (connection.exchange && connection.exchange->waits_for_disk()) {
                connection.looked_at = now;  // the disk is, and the client waits for us
                return false;
            }
            if (now - connection.looked_at < patience.stall) return false;
            const auto acknowledged = bytes_passed(connection.socket).acknowledged;
            const auto taken = acknowledged - std::min(acknowledged, connection.acknowledged);
            connection.looked_at = now;
            connection.acknowledged = acknowledged;
            return taken <
                   std::uint64_t{patience.least_rate} * static_cast<std::uint64_t>(patience.stall.count());
        }
    }
    return false;
}

void HttpService::State::on_sweep(ev::timer&, int) {
    const auto now = read_instant();
    for (auto& connection : connections) {
        // Most often the library has seen it; what it has not, or has forgotten, would keep its place for
        // ever.
        if (connection.handle != nullptr && is_dead(connection.socket))
            connection.engine->clear_away(connection.handle);
        if (connection.exchange) connection.exchange->tell_request();
        if (connection.is_shut || !takes_too_long(connection, now)) continue;
        connection.is_shut = true;
        shut_down(connection.socket);  // the library, FileSending or LingeringClose notices and tells us
    }
}

// --- The service ---

bool HttpService::State::start_engine(std::unique_ptr<HttpEngine>& engine, bool is_secure) {
    if (!engine) {
        const HttpEngine::Callbacks callbacks{this, &State::on_request, &State::on_connection,
                                              &State::on_completed};
        engine = HttpEngine::start(loop, callbacks, is_secure ? &choose_certificate : nullptr);
    }
    return engine != nullptr;
}

HttpService::HttpService(ev::loop_ref loop, HttpSurroundings surroundings)
    : state_(std::make_unique<State>(loop, std::move(surroundings))) {}

HttpService::~HttpService() {
    abandon();
}

Result<void, std::string> HttpService::listen(const std::vector<ListenPoint>& plain,
                                              const std::vector<ListenPoint>& secure) {
    auto listening = state_->plain_doors.listen(plain);
    auto listening_securely = state_->secure_doors.listen(secure);
    state_->watch_listeners();
    if (!listening) return listening;
    return listening_securely;
}

bool HttpService::lacks_sockets() const {
    return state_->plain_doors.lacks_sockets() || state_->secure_doors.lacks_sockets();
}

void HttpService::start(Disk& disk) {
    state_->bench.disk = &disk;
    state_->watch_listeners();
}

Result<void, std::string> HttpService::prepare(const http::Policy& policy) {
    const bool has_started =
        !policy.is_enabled || (state_->start_engine(state_->plain, false) &&
                               (!policy.has_tls() || state_->start_engine(state_->secure, true)));
    if (!has_started) return fail(std::string{"the HTTP library does not start: no descriptor or memory"});
    return {};
}

void HttpService::use(const http::Policy& policy, std::optional<TftpTree> tree, std::optional<TlsPair> pair) {
    auto& bench = state_->bench;
    bench.policy = policy;
    bench.tree = std::move(tree);
    if (pair) bench.keys.replace(std::move(*pair));
    state_->watch_listeners();  // http-max may allow more
}

void HttpService::finish() {
    auto& state = *state_;
    state.bench.is_finishing = true;
    state.pause.stop();
    state.plain_doors.close();
    state.secure_doors.close();
    for (auto& connection : state.connections)
        if (connection.phase == Phase::head || connection.phase == Phase::lingering)
            shut_down(connection.socket);
}

void HttpService::abandon() {
    auto& state = *state_;
    finish();
    for (auto next = state.connections.begin(); next != state.connections.end();) {
        auto& connection = *next++;
        if (connection.own.is_open() || connection.lingering)
            state.forget(connection);
        else if (connection.exchange)
            connection.exchange->cancel();  // the library refuses to stop with suspended connections
    }
    state.plain.reset();
    state.secure.reset();
}

std::size_t HttpService::running() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        state_->connections, [](const auto& connection) { return connection.exchange != nullptr; }));
}

std::size_t HttpService::waiting_for_disk() const {
    return static_cast<std::size_t>(std::ranges::count_if(state_->connections, [](const auto& connection) {
        return connection.exchange != nullptr && connection.exchange->waits_for_disk();
    }));
}

std::size_t HttpService::connections() const {
    return state_->connections.size();
}

const HttpCounts& HttpService::counts() const {
    return state_->counts;
}

}  // namespace pxed::io
