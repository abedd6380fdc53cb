#include "io/http_service.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "io/clock.hpp"
#include "io/http_engine.hpp"
#include "io/http_exchange.hpp"
#include "io/tcp_listener.hpp"
#include "io/tftp_peer.hpp"

namespace pxed::io {

namespace {

using machine::Stage;
using Phase = HttpConnection::Phase;

constexpr int k_most_at_once = 16;  // connections taken in one turn of the loop
constexpr double k_sweep_pace = 1;
// Without a descriptor the listening socket stays readable: asking it again at once would be all we do.
constexpr double k_pause = 0.2;

std::string_view header_of(MHD_Connection* connection, const char* name) {
    const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

std::optional<std::string> optional_header(MHD_Connection* connection, const char* name) {
    const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    if (value == nullptr) return std::nullopt;
    return std::string{value};
}

http::Request request_of(MHD_Connection* connection, const char* target, const char* method,
                         const char* version) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.is_version_1_1 = std::string_view{version} != "HTTP/1.0";
    request.has_host = optional_header(connection, "Host").has_value();
    const auto length = header_of(connection, "Content-Length");
    request.has_body =
        (!length.empty() && length != "0") || optional_header(connection, "Transfer-Encoding").has_value();
    request.range = optional_header(connection, "Range");
    request.if_range = optional_header(connection, "If-Range");
    request.if_match = optional_header(connection, "If-Match");
    request.if_none_match = optional_header(connection, "If-None-Match");
    request.if_modified_since = optional_header(connection, "If-Modified-Since");
    request.if_unmodified_since = optional_header(connection, "If-Unmodified-Since");
    return request;
}

HttpConnection* connection_of(MHD_Connection* handle) {
    const auto* known = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return known == nullptr ? nullptr : static_cast<HttpConnection*>(known->socket_context);
}

// GnuTLS asks during a handshake; the library has made the connection the session's pointer.
int choose_certificate(gnutls_session_t session, const gnutls_datum_t*, int, const gnutls_pk_algorithm_t*,
                       int, gnutls_pcert_st** chain, unsigned* length, gnutls_privkey_t* key) {
    auto* connection = connection_of(static_cast<MHD_Connection*>(gnutls_session_get_ptr(session)));
    if (connection == nullptr || connection->bench->keys.is_empty()) return -1;
    if (connection->keys == nullptr) connection->keys = connection->bench->keys.take();
    const auto& pair = connection->keys->pair;
    *chain = pair.chain();
    *length = pair.length();
    *key = pair.key();
    return 0;
}

}  // namespace

struct HttpService::State {
    struct Listener {
        Listener(State& state, ListenPoint at, bool secure, FileDescriptor opened)
            : owner(state),
              point(std::move(at)),
              is_secure(secure),
              socket(std::move(opened)),
              watcher(state.loop) {
            watcher.set<Listener, &Listener::on_readable>(this);
        }
        void on_readable(ev::io&, int) { owner.take_connections(*this); }
        void watch() { watcher.start(socket.get(), ev::READ); }

        State& owner;
        ListenPoint point;
        bool is_secure;
        FileDescriptor socket;
        ev::io watcher;  // after the socket: stopped before it is closed
    };

    State(ev::loop_ref given, HttpSurroundings around) : loop(given), sweep(given), pause(given) {
        bench.surroundings = std::move(around);
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

    Result<void, std::string> listen(const std::vector<ListenPoint>& points, bool is_secure);
    void take_connections(Listener& listener);
    void let_in(Listener& listener, Accepted accepted);
    bool is_welcome(const Accepted& accepted, std::string& interface);
    void make_room();
    void watch_listeners();
    void stop_listening();
    void begin(HttpConnection& connection, http::Request request);
    void conclude(HttpConnection& connection, bool is_whole);
    void forget(HttpConnection& connection);
    void on_sweep(ev::timer&, int);
    void on_pause_over(ev::timer&, int) { watch_listeners(); }
    [[nodiscard]] bool takes_too_long(HttpConnection& connection, Instant now) const;
    bool start_engine(std::unique_ptr<HttpEngine>& engine, bool is_secure);

    ev::loop_ref loop;
    HttpBench bench;
    HttpCounts counts;
    std::list<Listener> listeners;
    std::map<bool, std::set<ListenPoint>> refused;  // by whether it is for HTTPS
    std::list<HttpConnection> connections;
    std::unordered_map<Endpoint, unsigned> by_address;
    HttpConnection arriving;  // what on_connection() makes a connection of
    ev::timer sweep;
    ev::timer pause;
    std::unique_ptr<HttpEngine> plain;
    std::unique_ptr<HttpEngine> secure;
};

// --- Connections ---

void HttpService::State::take_connections(Listener& listener) {
    for (int taken = 0; taken < k_most_at_once; ++taken) {
        if (connections.size() >= bench.policy.max_connections) {
            make_room();
            return;
        }
        Accepted accepted;
        switch (accept_from(listener.socket, accepted)) {
            case Acceptance::none_waiting:
                return;
            case Acceptance::no_room:
                stop_listening();
                pause.start(k_pause);
                return;
            case Acceptance::taken:
                let_in(listener, std::move(accepted));
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

void HttpService::State::let_in(Listener& listener, Accepted accepted) {
    auto& engine = listener.is_secure ? secure : plain;
    std::string interface;
    if (!engine || !is_welcome(accepted, interface)) {
        ++counts.refused;
        return;  // closed with it
    }
    ++counts.connections;
    arriving = {};
    arriving.bench = &bench;
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
        const bool idles = connection.phase == Phase::head && connection.has_answered && !connection.is_shut;
        if (idles && (oldest == nullptr || connection.since < oldest->since)) oldest = &connection;
    }
    if (oldest == nullptr) return;
    oldest->is_shut = true;
    shut_down(oldest->socket);
}

void HttpService::State::watch_listeners() {
    if (bench.is_finishing || bench.disk == nullptr) return;
    for (auto& listener : listeners)
        listener.watch();
}

void HttpService::State::stop_listening() {
    for (auto& listener : listeners)
        listener.watcher.stop();
}

void HttpService::State::on_connection(void* self, MHD_Connection* handle, void** context,
                                       MHD_ConnectionNotificationCode what) {
    auto& state = *static_cast<State*>(self);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        auto& connection = state.connections.emplace_back(std::move(state.arriving));
        connection.handle = handle;
        *context = &connection;
        ++state.by_address[address_of(connection.peer)];
        return;
    }
    if (*context != nullptr) state.forget(*static_cast<HttpConnection*>(*context));
    *context = nullptr;
}

void HttpService::State::forget(HttpConnection& connection) {
    if (connection.exchange) conclude(connection, false);
    if (connection.keys != nullptr) bench.keys.give_back(connection.keys);
    const auto same = by_address.find(address_of(connection.peer));
    if (same != by_address.end() && --same->second == 0) by_address.erase(same);
    connections.remove_if([&connection](const HttpConnection& one) { return &one == &connection; });
    if (connections.empty()) sweep.stop();
    if (!pause.is_active()) watch_listeners();
}

// --- Requests ---

MHD_Result HttpService::State::on_request(void* self, MHD_Connection* handle, const char* target,
                                          const char* method, const char* version, const char*,
                                          std::size_t* upload_size, void** context) {
    auto* connection = connection_of(handle);
    if (connection == nullptr) return MHD_NO;
    if (*context == nullptr) {
        *context = connection;
        static_cast<State*>(self)->begin(*connection, request_of(handle, target, method, version));
        // An answer at this first call, before a body is read, ends the connection: which is what is meant.
        if (!connection->exchange->is_refused()) return MHD_YES;
    }
    *upload_size = 0;
    return connection->exchange->answer() ? MHD_YES : MHD_NO;
}

void HttpService::State::begin(HttpConnection& connection, http::Request request) {
    ++counts.requests;
    connection.exchange = std::make_unique<HttpExchange>(connection, std::move(request));
    bench.surroundings.tell(connection.exchange->event(Stage::http_request, Reason::none));
}

void HttpService::State::on_completed(void* self, MHD_Connection* handle, void** context,
                                      MHD_RequestTerminationCode how) {
    auto* connection = connection_of(handle);
    if (*context != nullptr && connection != nullptr)
        static_cast<State*>(self)->conclude(*connection, how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    *context = nullptr;
}

void HttpService::State::conclude(HttpConnection& connection, bool is_whole) {
    const auto exchange = std::move(connection.exchange);
    if (!exchange) return;
    auto event = exchange->conclusion(is_whole);
    if (event.stage == Stage::http_failed && event.reason != Reason::none) {
        const auto now = bytes_acknowledged(connection.socket);
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
        case Phase::sending: {
            if (now - connection.looked_at < patience.stall) return false;
            const auto acknowledged = bytes_acknowledged(connection.socket);
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
        if (connection.is_shut || !takes_too_long(connection, now)) continue;
        connection.is_shut = true;
        shut_down(connection.socket);  // the library notices, and tells us that it has ended
    }
}

// --- Sockets ---

Result<void, std::string> HttpService::State::listen(const std::vector<ListenPoint>& points, bool is_secure) {
    const auto is_wanted = [&](const ListenPoint& point) {
        return std::ranges::find(points, point) != points.end();
    };
    // The kernel allows one of the two only, so the old one goes first.
    listeners.remove_if([&](const Listener& listener) {
        return listener.is_secure == is_secure && std::ranges::any_of(points, [&](const ListenPoint& point) {
                   return excludes(point, listener.point);
               });
    });
    std::string failures;
    auto& failed = refused[is_secure];
    const auto failed_before = std::exchange(failed, {});
    for (const auto& point : points) {
        const bool is_open = std::ranges::any_of(listeners, [&](const Listener& listener) {
            return listener.is_secure == is_secure && listener.point == point;
        });
        if (is_open) continue;
        auto socket = open_tcp_listener(point);
        if (socket) {
            listeners.emplace_back(*this, point, is_secure, std::move(*socket));
            continue;
        }
        failed.insert(point);
        if (failed_before.contains(point)) continue;
        const auto where = point.name.empty() ? std::string{} : "interface " + point.name + ", ";
        failures += (failures.empty() ? "" : "; ") + where + socket.error();
    }
    watch_listeners();
    if (!failures.empty()) return fail(std::move(failures));
    listeners.remove_if([&](const Listener& listener) {
        return listener.is_secure == is_secure && !is_wanted(listener.point);
    });
    return {};
}

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
    auto listening = state_->listen(plain, false);
    auto listening_securely = state_->listen(secure, true);
    if (!listening) return listening;
    return listening_securely;
}

bool HttpService::lacks_sockets() const {
    return std::ranges::any_of(state_->refused, [](const auto& entry) { return !entry.second.empty(); });
}

void HttpService::start(Disk& disk) {
    state_->bench.disk = &disk;
    state_->watch_listeners();
}

Result<void, std::string> HttpService::use(const http::Policy& policy, const tftp::Policy& tftp) {
    auto& bench = state_->bench;
    tftp::Policy rules = tftp;
    std::optional<TftpTree> tree;
    std::optional<TlsPair> pair;
    if (policy.is_enabled) {
        if (!policy.roots.empty()) {
            rules.roots.clear();
            for (const auto& root : policy.roots)
                rules.roots.push_back({root.directory, root.interface, root.origin});
        }
        TRY(tree, TftpTree::open(rules, policy.roots.empty() ? "tftp-root" : "http-root"));
        if (policy.has_tls()) {
            TRY(pair, TlsPair::read(policy.certificate, policy.key));
        }
        const bool has_started = state_->start_engine(state_->plain, false) &&
                                 (!pair || state_->start_engine(state_->secure, true));
        if (!has_started)
            return fail(std::string{"the HTTP library does not start: no descriptor or memory"});
    }
    bench.policy = policy;
    bench.tree = std::move(tree);
    if (pair) bench.keys.replace(std::move(*pair));
    state_->watch_listeners();  // http-max may allow more
    return {};
}

void HttpService::finish() {
    auto& state = *state_;
    state.bench.is_finishing = true;
    state.pause.stop();
    state.listeners.clear();
    for (auto& connection : state.connections)
        if (connection.phase == Phase::head) shut_down(connection.socket);
}

void HttpService::abandon() {
    auto& state = *state_;
    finish();
    // The library refuses to stop with suspended connections.
    for (auto& connection : state.connections)
        if (connection.exchange) connection.exchange->cancel();
    state.plain.reset();
    state.secure.reset();
}

std::size_t HttpService::running() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        state_->connections, [](const auto& connection) { return connection.exchange != nullptr; }));
}

std::size_t HttpService::connections() const {
    return state_->connections.size();
}

const HttpCounts& HttpService::counts() const {
    return state_->counts;
}

}  // namespace pxed::io
