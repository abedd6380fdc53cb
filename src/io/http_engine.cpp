#include "io/http_engine.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace pxed::io {

namespace {

// One pool a connection: it bounds the request head (431 beyond), and is all that an idle connection costs
// (30.9 kB with the library's own 32 kB pool, 8.5 kB with this one).
constexpr std::size_t k_memory = 8192;
// The limits are ours (http_service), so the library's are only kept out of the way.
constexpr unsigned k_connections = 1'000'000;

// Paths are decoded by http/target: the library would end the text at %00 and let broken escapes pass.
std::size_t leave_escaped(void*, MHD_Connection*, char* text) {
    return std::strlen(text);
}

constexpr auto k_kept_headers =
    std::to_array<std::pair<std::string_view, std::optional<std::string> http::Request::*>>({
        {"Range", &http::Request::range},
        {"If-Range", &http::Request::if_range},
        {"If-Match", &http::Request::if_match},
        {"If-None-Match", &http::Request::if_none_match},
        {"If-Modified-Since", &http::Request::if_modified_since},
        {"If-Unmodified-Since", &http::Request::if_unmodified_since},
    });

// Of a header that comes twice the first counts.
MHD_Result take_header(void* context, MHD_ValueKind, const char* name_text, const char* value_text) {
    auto& request = *static_cast<http::Request*>(context);
    const std::string_view name = name_text == nullptr ? "" : name_text;
    const std::string_view value = value_text == nullptr ? "" : value_text;
    // The library takes `Name : value` for a header whose name ends in a blank.
    if (name.empty() || name.find_first_of(" \t") != name.npos) request.has_broken_header = true;
    if (equal_ignoring_case(name, "Host")) request.has_host = true;
    if (equal_ignoring_case(name, "Connection") && !equal_ignoring_case(value, "keep-alive"))
        request.is_last = true;
    if (equal_ignoring_case(name, "Transfer-Encoding")) request.has_body = true;
    if (equal_ignoring_case(name, "Content-Length") && value != "0" && !value.empty())
        request.has_body = true;
    for (const auto& [known, member] : k_kept_headers)
        if (equal_ignoring_case(name, known) && !(request.*member)) request.*member = std::string{value};
    return MHD_YES;
}

}  // namespace

http::Request request_of(MHD_Connection* connection, const char* target, const char* method,
                         const char* version) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.is_version_1_1 = std::string_view{version} != "HTTP/1.0";
    request.is_last = !request.is_version_1_1;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &take_header, &request);
    return request;
}

std::unique_ptr<HttpEngine> HttpEngine::start(ev::loop_ref loop, const Callbacks& callbacks,
                                              ChooseCertificate certificate) {
    // With MHD_USE_TURBO it closes its descriptor of a connection and leaves the connection itself alone,
    // which goes on with another descriptor of it (HttpConnection::own).
    const unsigned flags = unsigned{MHD_USE_EPOLL} | unsigned{MHD_USE_NO_LISTEN_SOCKET} |
                           unsigned{MHD_ALLOW_SUSPEND_RESUME} |
                           unsigned{certificate != nullptr ? MHD_USE_TLS : MHD_USE_TURBO};
    // Without the word that SIGPIPE is ignored (io/signals does that) the library never uses sendfile in a
    // foreign loop.
    auto* daemon = MHD_start_daemon(
        flags, 0, nullptr, nullptr, callbacks.answer, callbacks.self, MHD_OPTION_UNESCAPE_CALLBACK,
        &leave_escaped, nullptr, MHD_OPTION_NOTIFY_CONNECTION, callbacks.connection, callbacks.self,
        MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, callbacks.self, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        k_memory, MHD_OPTION_CONNECTION_LIMIT, k_connections, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        certificate != nullptr ? MHD_OPTION_HTTPS_CERT_CALLBACK : MHD_OPTION_END, certificate,
        MHD_OPTION_END);
    if (daemon == nullptr) return nullptr;
    const auto* epoll = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (epoll == nullptr || epoll->epoll_fd < 0) {
        MHD_stop_daemon(daemon);
        return nullptr;
    }
    return std::unique_ptr<HttpEngine>{new HttpEngine{loop, daemon, epoll->epoll_fd}};
}

HttpEngine::HttpEngine(ev::loop_ref loop, MHD_Daemon* daemon, int epoll)
    : daemon_(daemon), ready_(loop), due_(loop) {
    ready_.set<HttpEngine, &HttpEngine::on_ready>(this);
    due_.set<HttpEngine, &HttpEngine::on_due>(this);
    ready_.start(epoll, ev::READ);
}

HttpEngine::~HttpEngine() {
    ready_.stop();
    due_.stop();
    MHD_stop_daemon(daemon_);
}

bool HttpEngine::add(FileDescriptor socket, const SocketAddress& peer) {
    const int number = socket.release();  // the library closes it, whatever comes of it
    const bool is_taken = MHD_add_connection(daemon_, number, peer.get(), peer.length) == MHD_YES;
    run_soon();
    return is_taken;
}

// Without a listening socket the library does not wake its own epoll descriptor for this.
void HttpEngine::resume(MHD_Connection* connection) {
    MHD_resume_connection(connection);
    run_soon();
}

// Version 0.9.75 marks such a connection closed, and clears away, oldest first, what is closed: an older one
// that stays open keeps it, and its descriptor, for ever. Only those with a timeout of their own it looks at
// each time.
void HttpEngine::clear_away(MHD_Connection* connection) {
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 1U);
    run_soon();
}

std::size_t HttpEngine::head_size(MHD_Connection* connection) {
    const auto* known = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return known == nullptr ? 0 : known->header_size;
}

void HttpEngine::run_soon() {
    is_due_ = true;
    due_.start(0);
}

void HttpEngine::on_ready(ev::io&, int) {
    run();
}

void HttpEngine::on_due(ev::timer&, int) {
    run();
}

// One round: each connection that can go on does so once (128 kB of a file). More to do is a matter for the
// next turn of the loop, so that a hundred downloads never keep a DHCP request waiting.
void HttpEngine::run() {
    is_due_ = false;
    due_.stop();
    MHD_run(daemon_);
    if (is_due_) return;
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    if (MHD_get_timeout(daemon_, &wait_ms) == MHD_YES) due_.start(static_cast<double>(wait_ms) / 1000);
}

}  // namespace pxed::io
