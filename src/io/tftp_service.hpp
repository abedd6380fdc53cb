#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/hwaddr.hpp"
#include "base/result.hpp"
#include "io/disk.hpp"
#include "io/loop.hpp"
#include "io/made_file.hpp"
#include "io/tftp_tree.hpp"
#include "io/udp_socket.hpp"
#include "machine/event.hpp"
#include "tftp/policy.hpp"

namespace pxed::io {

/// What TFTP needs to know of an interface.
struct TftpLink {
    std::string name;
    std::uint32_t mtu = 1500;
};

/// A file that was sent.
struct TftpSent {
    std::string path;  ///< where it was found
    std::uint64_t size = 0;
    Endpoint client;
};

/// What the TFTP service asks of the daemon around it. All are called in the loop; each must be callable
/// as long as the service is there.
struct TftpSurroundings {
    /// The interface of that index; nothing: gone, or not one that is served (the request is ignored).
    std::function<std::optional<TftpLink>(unsigned interface)> link;
    /// The hardware address behind a client (leases, machines, neighbours), for tftp-unique-root=mac.
    std::function<std::optional<HwAddr>(const Endpoint&)> hardware_of;
    /// Takes each step: tftp_request, then one tftp_sent or tftp_failed a request; duration and bytes in it.
    std::function<void(machine::Event)> tell;
    /// A file was sent whole. May be missing.
    std::function<void(const TftpSent&)> sent = {};
    /// The boot program that a client runs, a path below the root, for what is asked for beside it; empty:
    /// not known. May be missing.
    std::function<std::string(const Endpoint&)> program_of = {};
    /// What a client gets for a name that no file has; nothing: an ERROR. May be missing.
    std::function<std::optional<MadeText>(std::string_view name, const Endpoint&)> make = {};
};

/// Counts since the start, for status and metrics.
struct TftpCounts {
    std::uint64_t requests = 0;   ///< read requests, repeated ones included
    std::uint64_t sent = 0;       ///< transfers that ended well
    std::uint64_t failed = 0;     ///< transfers that did not, and requests answered by ERROR
    std::uint64_t dropped = 0;    ///< datagrams that got no answer on purpose
    std::uint64_t bytes = 0;      ///< acknowledged by clients
    std::uint64_t datagrams = 0;  ///< DATA sent, retransmissions included
};

/// Serves files over TFTP (RFC 1350, 2347, 2348, 2349, 7440) from the roots that the policy names. Many
/// transfers at once in one loop; nothing here waits for a disk.
class TftpService {
 public:
    TftpService(ev::loop_ref loop, Disk& disk, TftpSurroundings surroundings);
    ~TftpService();
    TftpService(const TftpService&) = delete;
    TftpService& operator=(const TftpService&) = delete;

    /// Takes the policy and its tree into use for the requests that come from now on (running transfers keep
    /// their terms).
    void use(const tftp::Policy& policy, TftpTree tree);

    /// Listens on a bound socket (port 69, or any other in tests). It must report destinations
    /// (UdpOptions::reports_destination). Returns the number that remove_socket() takes.
    unsigned add_socket(UdpSocket socket);
    /// Closes it. Transfers of tftp-single-port that use it are abandoned, others go on.
    void remove_socket(unsigned number);

    /// Takes no more requests; running transfers go on.
    void finish();
    /// Ends every transfer with an ERROR to its client.
    void abandon();
    /// How many transfers are running.
    [[nodiscard]] std::size_t running() const;
    /// How many of them wait for the disk.
    [[nodiscard]] std::size_t waiting_for_disk() const;
    [[nodiscard]] const TftpCounts& counts() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pxed::io
