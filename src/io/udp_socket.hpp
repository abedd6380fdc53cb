#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::io {

/// A datagram that came in. `payload` is valid until the next receive().
struct Datagram {
    Bytes payload;
    Endpoint from;               ///< its interface is the one the datagram came by
    Endpoint to;                 ///< the address it was sent to (IP_PKTINFO); port 0
    bool was_broadcast = false;  ///< sent to a broadcast (a subnet's, too) or multicast address
};

/// How a datagram leaves.
struct Route {
    Endpoint to;
    std::optional<Endpoint> from{};  ///< source address; absent: the kernel's choice
    unsigned interface = 0;          ///< leave by this interface (0: as routed)
};

/// A datagram that is to leave.
struct Packet {
    Bytes payload;
    Route route;
};

struct UdpOptions {
    std::string interface {};  ///< SO_BINDTODEVICE; empty: any
    bool is_shared = false;    ///< SO_REUSEADDR and SO_REUSEPORT
    bool sends_broadcast = false;
    bool reports_destination = true;  ///< IP_PKTINFO / IPV6_RECVPKTINFO
    bool lets_fragment = false;       ///< no DF bit, and no belief in what ICMP says of the path (TFTP)
};

/// Room for the datagrams of one receive(). One is enough for any number of sockets that are read in turn;
/// its memory is not touched before datagrams come.
class Inbox {
 public:
    static constexpr std::size_t k_datagrams = 64;

    /// A datagram longer than `bytes` is cut.
    explicit Inbox(std::size_t bytes = 4096);
    ~Inbox();
    Inbox(Inbox&&) noexcept;
    Inbox& operator=(Inbox&&) noexcept;

 private:
    friend class UdpSocket;
    struct Slots;
    std::unique_ptr<Slots> slots_;
};

/// A non-blocking UDP socket that receives many datagrams at once and sends runs of equal blocks in one call.
class UdpSocket {
 public:
    /// Binds to `local` (an IPv6 wildcard is dual-stack). Errors: a sentence naming address, port and cause.
    [[nodiscard]] static Result<UdpSocket, std::string> open(const Endpoint& local,
                                                             const UdpOptions& options);
    /// Takes over a socket that was opened elsewhere (socket activation). Sets no option but non-blocking and
    /// the report of destinations.
    [[nodiscard]] static Result<UdpSocket, std::string> adopt(FileDescriptor descriptor);

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }
    [[nodiscard]] std::uint16_t local_port() const;
    /// Fixes the peer: others' datagrams no longer arrive, and ICMP errors are reported.
    [[nodiscard]] Result<void, std::string> connect(const Endpoint& peer);

    /// Up to 64 datagrams that are waiting; empty when none are (or on an error that belongs to a past send).
    [[nodiscard]] std::span<const Datagram> receive();
    [[nodiscard]] std::span<const Datagram> receive(Inbox& inbox);
    /// The one that has waited longest, without where it was sent to, cut to `memory`, which its payload lies
    /// in. For who expects one answer at a time: half the kernel's work of a receive() that brings one.
    [[nodiscard]] std::optional<Datagram> receive_one(std::span<std::uint8_t> memory);

    /// Sends one datagram; false when the kernel took it not (the reason is in errno).
    bool send(Bytes payload, const Route& route);
    /// Sends `payload` cut into datagrams of `segment` bytes (the last may be shorter): UDP_SEGMENT in as few
    /// calls as the kernel takes, sendmmsg where it refuses. The whole run goes to one peer. Returns how many
    /// datagrams went; when that is not all of them, errno says why.
    std::size_t send_segments(Bytes payload, std::uint16_t segment, const Route& route);
    /// Sends datagrams to many peers, in order, in one call for each 64 of them. Returns how many went; the
    /// next one the kernel took not, and send() says why.
    std::size_t send_each(std::span<const Packet> packets);

 private:
    UdpSocket(FileDescriptor descriptor, bool is_ipv6);
    std::size_t send_one_by_one(Bytes payload, std::uint16_t segment, const Route& route);

    FileDescriptor descriptor_;
    bool is_ipv6_ = false;
    /// Segments of this size or more leave one by one: 0 once the kernel refused UDP_SEGMENT for good.
    std::uint32_t too_long_segment_ = UINT32_MAX;
    std::optional<Inbox> inbox_;  ///< for receive() without one; made when first asked for
};

}  // namespace pxed::io
