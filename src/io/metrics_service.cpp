#include "io/metrics_service.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <microhttpd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/clock.hpp"
#include "io/tcp_listener.hpp"

namespace pxed::io {

namespace {

constexpr double k_sweep_pace = 2;
constexpr int k_backlog = 16;
// Without a descriptor the listening socket stays readable: asking it again at once would be all we do.
constexpr double k_pause = 0.2;
// Who may read is the group's business: nobody's leases are named here, but how a network is used is.
constexpr mode_t k_mode = 0660;

std::string name_of(const config::MetricsPlace& place) {
    return place.path.empty() ? place.address.text() + '#' + std::to_string(place.port) : place.path;
}

bool is_same(const config::MetricsPlace& a, const config::MetricsPlace& b) {
    return name_of(a) == name_of(b);
}

auto failure(const std::string& path) {
    return fail("metrics=" + path + ": " + std::strerror(errno));
}

// What a pxed that was killed has left behind keeps nobody from the place; a socket that somebody listens on
// does.
Result<void, std::string> make_room_for(const std::string& path, const sockaddr_un& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode)) return fail("metrics=" + path + ": there is something that is no socket");
    const FileDescriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const bool is_answered =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    // EAGAIN: so many wait to be let in that the queue is full.
    if (is_answered || errno == EAGAIN) return fail("metrics=" + path + ": another program listens there");
    // Only this says that nobody does; all else (another kind of socket, one that is closed to us) may be
    // alive.
    if (errno != ECONNREFUSED) return failure(path);
    if (::unlink(path.c_str()) != 0) return failure(path);
    return {};
}

Result<FileDescriptor, std::string> open_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return fail("metrics=" + path + ": the path of a socket has at most " +
                    std::to_string(sizeof address.sun_path - 1) + " bytes");
    path.copy(address.sun_path, path.size());
    if (auto made = make_room_for(path, address); !made) return fail(std::move(made).error());
    FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket.is_open() ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(path.c_str(), k_mode) != 0 || ::listen(socket.get(), k_backlog) != 0)
        return failure(path);
    return socket;
}

Result<FileDescriptor, std::string> open_place(const config::MetricsPlace& place) {
    if (!place.path.empty()) return open_unix(place.path);
    auto opened = open_tcp_listener({place.port, 0, {}, place.address});
    if (!opened) return fail("metrics=" + name_of(place) + ": " + opened.error());
    return opened;
}

MHD_Result answer_with(MHD_Connection* handle, unsigned status, std::string_view text) {
    // The library copies, and takes no const only for its other modes.
    auto* response =
        MHD_create_response_from_buffer(text.size(), const_cast<char*>(text.data()), MHD_RESPMEM_MUST_COPY);
    if (response == nullptr) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    MHD_add_response_header(response, "Connection", "close");
    const auto queued = MHD_queue_response(handle, status, response);
    MHD_destroy_response(response);
    return queued;
}

}  // namespace

MetricsService::Door::Door(MetricsService& given, config::MetricsPlace at, FileDescriptor opened)
    : service(given), place(std::move(at)), socket(std::move(opened)), watcher(given.loop_) {
    watcher.set<Door, &Door::on_readable>(this);
    watcher.start(socket.get(), ev::READ);
}

MetricsService::Door::~Door() {
    if (!place.path.empty()) ::unlink(place.path.c_str());
}

MetricsService::MetricsService(ev::loop_ref loop, std::function<std::string()> text)
    : loop_(loop), text_(std::move(text)), sweep_(loop), pause_(loop) {
    sweep_.set<MetricsService, &MetricsService::on_sweep>(this);
    pause_.set<MetricsService, &MetricsService::on_pause_over>(this);
}

MetricsService::~MetricsService() {
    stop();
}

void MetricsService::stop() {
    doors_.clear();
    sweep_.stop();
    pause_.stop();
    engine_.reset();
}

Result<void, std::string> MetricsService::listen(const std::vector<config::MetricsPlace>& places) {
    doors_.remove_if([&](const Door& door) {
        return std::ranges::none_of(places, [&](const auto& place) { return is_same(place, door.place); });
    });
    std::string failures;
    const auto failed_before = std::exchange(refused_, {});
    for (const auto& place : places) {
        if (std::ranges::any_of(doors_, [&](const Door& door) { return is_same(place, door.place); }))
            continue;
        if (!engine_) {
            engine_ = HttpEngine::start(
                loop_, {this, &MetricsService::on_request, &MetricsService::on_connection, &on_completed},
                nullptr);
            if (!engine_) return fail(std::string{"metrics: libmicrohttpd could not be started"});
        }
        auto opened = open_place(place);
        if (opened) {
            doors_.emplace_back(*this, place, std::move(*opened));
            continue;
        }
        refused_.insert(name_of(place));
        if (!failed_before.contains(name_of(place)))
            failures += (failures.empty() ? "" : "; ") + opened.error();
    }
    if (!failures.empty()) return fail(std::move(failures));
    return {};
}

void MetricsService::take_connections(const FileDescriptor& door) {
    Accepted accepted;
    switch (accept_from(door, accepted)) {
        case Acceptance::none_waiting:
            return;
        case Acceptance::no_room:
            for (auto& one : doors_)
                one.watcher.stop();
            pause_.start(k_pause);
            return;
        case Acceptance::taken:
            break;
    }
    // One too many is closed: whoever monitors asks again in a moment.
    if (connections_.size() >= k_most_connections) return;
    engine_->add(std::move(accepted.socket), accepted.address);
}

void MetricsService::on_pause_over(ev::timer&, int) {
    for (auto& door : doors_)
        if (!door.watcher.is_active()) door.watcher.start(door.socket.get(), ev::READ);
}

MHD_Result MetricsService::on_request(void* self, MHD_Connection* handle, const char* target,
                                      const char* method, const char*, const char*, std::size_t*, void**) {
    const std::string_view verb{method};
    if (verb != "GET" && verb != "HEAD")
        return answer_with(handle, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET is served\n");
    if (std::string_view{target} != "/metrics")
        return answer_with(handle, MHD_HTTP_NOT_FOUND, "only /metrics is here\n");
    return answer_with(handle, MHD_HTTP_OK, static_cast<MetricsService*>(self)->text_());
}

void MetricsService::on_connection(void* self, MHD_Connection* handle, void**,
                                   MHD_ConnectionNotificationCode what) {
    auto& service = *static_cast<MetricsService*>(self);
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        service.connections_.emplace(handle, read_instant());
    else
        service.connections_.erase(handle);
    if (service.connections_.empty())
        service.sweep_.stop();
    else if (!service.sweep_.is_active())
        service.sweep_.start(k_sweep_pace, k_sweep_pace);
}

void MetricsService::on_completed(void*, MHD_Connection*, void**, MHD_RequestTerminationCode) {}

void MetricsService::on_sweep(ev::timer&, int) {
    const auto now = read_instant();
    for (const auto& [handle, since] : connections_) {
        if (now - since < k_patience) continue;
        const auto* known = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
        // The library notices, and tells us that it has ended.
        if (known != nullptr) shut_down(known->connect_fd);
    }
}

}  // namespace pxed::io
