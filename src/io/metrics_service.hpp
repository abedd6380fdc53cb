#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "io/file_descriptor.hpp"
#include "io/http_engine.hpp"
#include "io/loop.hpp"

namespace pxed::io {

/// Answers `GET /metrics` at the places of `metrics=`, Unix sockets and TCP ports of their own: machines that
/// boot have no way there. Few connections at a time, each for one request, and none for long.
class MetricsService {
 public:
    static constexpr std::size_t k_most_connections = 16;
    static constexpr seconds k_patience{10};  ///< for a whole connection

    /// `text` is asked for each answer.
    MetricsService(ev::loop_ref loop, std::function<std::string()> text);
    ~MetricsService();
    MetricsService(const MetricsService&) = delete;
    MetricsService& operator=(const MetricsService&) = delete;

    /// Listens at these places and no others from now on. Errors: a sentence for each that failed for the
    /// first time; the others are served.
    [[nodiscard]] Result<void, std::string> listen(const std::vector<config::MetricsPlace>& places);
    /// Whether a place could not be opened and is worth another try.
    [[nodiscard]] bool lacks_sockets() const { return !refused_.empty(); }
    /// Closes all, and removes the sockets' files.
    void stop();

 private:
    struct Door {
        Door(MetricsService& given, config::MetricsPlace at, FileDescriptor opened);
        ~Door();
        Door(const Door&) = delete;
        Door& operator=(const Door&) = delete;
        void on_readable(ev::io&, int) { service.take_connections(socket); }

        MetricsService& service;
        config::MetricsPlace place;
        FileDescriptor socket;
        ev::io watcher;
    };

    static MHD_Result on_request(void* self, MHD_Connection* handle, const char* target, const char* method,
                                 const char* version, const char* upload, std::size_t* upload_size,
                                 void** context);
    static void on_connection(void* self, MHD_Connection* handle, void** context,
                              MHD_ConnectionNotificationCode what);
    static void on_completed(void* self, MHD_Connection* handle, void** context,
                             MHD_RequestTerminationCode how);
    void take_connections(const FileDescriptor& door);
    void on_sweep(ev::timer& watcher, int revents);
    void on_pause_over(ev::timer& watcher, int revents);

    ev::loop_ref loop_;
    std::function<std::string()> text_;
    std::list<Door> doors_;
    std::set<std::string> refused_;  ///< places, so that each failure is said once
    std::map<MHD_Connection*, Instant> connections_;
    ev::timer sweep_;
    ev::timer pause_;  ///< active: no descriptor is left, and nobody is let in
    std::unique_ptr<HttpEngine> engine_;
};

}  // namespace pxed::io
