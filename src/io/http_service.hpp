#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/policy.hpp"
#include "io/disk.hpp"
#include "io/http_surroundings.hpp"
#include "io/http_tls.hpp"
#include "io/listen_point.hpp"
#include "io/loop.hpp"
#include "io/tftp_tree.hpp"

namespace pxed::io {

/// Counts since the start, for status and metrics.
struct HttpCounts {
    std::uint64_t connections = 0;  ///< that were taken
    std::uint64_t refused = 0;      ///< closed at once: not served, or too many of one client
    std::uint64_t requests = 0;     ///< whole request heads
    std::uint64_t sent = 0;         ///< answers with what was asked for, 304 included
    std::uint64_t failed = 0;       ///< refusals, answers that broke off, TLS handshakes that did
    std::uint64_t bytes = 0;        ///< of bodies that went out whole
};

/// Serves files over HTTP and HTTPS (RFC 9110, 9112) from the roots of its policy, else from TFTP's. Many
/// connections in one loop; nothing here waits for a disk or a client.
class HttpService {
 public:
    HttpService(ev::loop_ref loop, HttpSurroundings surroundings);
    ~HttpService();
    HttpService(const HttpService&) = delete;
    HttpService& operator=(const HttpService&) = delete;

    /// Listens on these points and on no others from now on. Before start() clients wait in the kernel's
    /// queue. Errors: a sentence for each point that failed for the first time; the points of before stay
    /// open then.
    [[nodiscard]] Result<void, std::string> listen(const std::vector<ListenPoint>& plain,
                                                   const std::vector<ListenPoint>& secure);
    /// Whether a point could not be opened and is worth another try.
    [[nodiscard]] bool lacks_sockets() const;

    /// Begins to serve, with `disk` for what would wait. Before use().
    void start(Disk& disk);
    /// Makes what the policy needs before use(). Errors: a sentence; nothing has changed then.
    [[nodiscard]] Result<void, std::string> prepare(const http::Policy& policy);
    /// Takes the policy into use for requests that come from now on (answers that are being sent keep their
    /// terms). `tree`: nothing where HTTP is off; `pair`: for new connections of HTTPS.
    void use(const http::Policy& policy, std::optional<TftpTree> tree, std::optional<TlsPair> pair);

    /// Takes no more connections and requests; answers that are being sent go on.
    void finish();
    /// Closes every connection.
    void abandon();
    /// How many requests are being answered.
    [[nodiscard]] std::size_t running() const;
    /// How many of them wait for the disk.
    [[nodiscard]] std::size_t waiting_for_disk() const;
    /// How many connections there are.
    [[nodiscard]] std::size_t connections() const;
    [[nodiscard]] const HttpCounts& counts() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pxed::io
