#include "io/tcp_listeners.hpp"

#include <algorithm>
#include <utility>

namespace pxed::io {

TcpListeners::Listener::Listener(TcpListeners& all, ListenPoint at, FileDescriptor opened)
    : owner(all), point(std::move(at)), socket(std::move(opened)), watcher(all.loop_) {
    watcher.set<Listener, &Listener::on_readable>(this);
}

TcpListeners::TcpListeners(ev::loop_ref loop, std::function<void(const FileDescriptor& listener)> readable,
                           Open open)
    : loop_(loop), readable_(std::move(readable)), open_(std::move(open)) {}

Result<void, std::string> TcpListeners::listen(const std::vector<ListenPoint>& points) {
    // The kernel allows one of the two only, so the old one goes first.
    listeners_.remove_if([&](const Listener& listener) {
        return std::ranges::any_of(points,
                                   [&](const ListenPoint& point) { return excludes(point, listener.point); });
    });
    std::string failures;
    const auto failed_before = std::exchange(refused_, {});
    for (const auto& point : points) {
        const bool is_open = std::ranges::any_of(
            listeners_, [&](const Listener& listener) { return listener.point == point; });
        if (is_open) continue;
        auto socket = open_(point);
        if (socket) {
            listeners_.emplace_back(*this, point, std::move(*socket));
            continue;
        }
        refused_.insert(point);
        if (failed_before.contains(point)) continue;
        const auto where = point.name.empty() ? std::string{} : "interface " + point.name + ", ";
        failures += (failures.empty() ? "" : "; ") + where + socket.error();
    }
    if (!failures.empty()) return fail(std::move(failures));
    listeners_.remove_if(
        [&](const Listener& listener) { return std::ranges::find(points, listener.point) == points.end(); });
    return {};
}

void TcpListeners::watch() {
    for (auto& listener : listeners_)
        if (!listener.watcher.is_active()) listener.watcher.start(listener.socket.get(), ev::READ);
}

void TcpListeners::ignore() {
    for (auto& listener : listeners_)
        listener.watcher.stop();
}

}  // namespace pxed::io
