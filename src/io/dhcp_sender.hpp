#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/hwaddr.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "dhcp/arrival.hpp"
#include "io/interfaces.hpp"
#include "io/pace.hpp"
#include "io/packet_socket.hpp"
#include "io/raw_ip_socket.hpp"
#include "io/udp_socket.hpp"

namespace pxed::io {

/// A DHCP datagram on its way out.
struct Parcel {
    Bytes payload;
    const dhcp::Destination& destination;
    unsigned interface = 0;  ///< leaves by this one; 0: as it is routed
    HwAddr client;           ///< the receiver's hardware address if it asked without a relay; may be empty
};

/// The same while it waits for others to leave with.
struct PostedParcel {
    std::vector<std::uint8_t> payload;
    dhcp::Destination destination;
    unsigned interface = 0;
    HwAddr client;

    [[nodiscard]] Parcel parcel() const { return {payload, destination, interface, client}; }
};

/// How DHCP datagrams leave: by the UDP socket they belong to, or below IP.
class DhcpSender {
 public:
    /// The open socket to send from `port` and `source` out of `interface`, nullptr when there is none.
    using FindSocket = std::function<UdpSocket*(std::uint16_t port, unsigned interface, Ipv4 source)>;

    DhcpSender(const Interfaces& interfaces, FindSocket find_socket, std::function<void(std::string)> warn)
        : interfaces_(interfaces), find_socket_(std::move(find_socket)), warn_(std::move(warn)) {}

    /// Opens what needs CAP_NET_RAW; without it client replies are broadcast. Errors: a sentence.
    [[nodiscard]] Result<void, std::string> open();
    /// From now on what is sent from `port` leaves below our own sockets (dhcp-no-bind): another program has
    /// them. Errors: a sentence; CAP_NET_RAW is needed.
    [[nodiscard]] Result<void, std::string> leave_port(std::uint16_t port);
    void take_port_back() { left_port_.reset(); }
    /// False when the kernel took it not; that is said, once in a while.
    bool send(const Parcel& parcel);

    /// Keeps it until a flush lets it go: a boot storm has a hundred replies ready at one moment, and they
    /// share system calls.
    void post(PostedParcel parcel) { posted_.push_back(std::move(parcel)); }
    struct Flushed {
        std::uint64_t sent = 0;
        std::uint64_t not_sent = 0;
    };
    /// So many messages have come, each of which may have a reply.
    void heard(std::size_t messages) { pace_.add(messages); }
    /// Sends of what was posted as much as Pace lets go, in order.
    Flushed flush(Instant now) { return send_first(pace_.take(posted_.size(), now)); }
    /// Sends all of it.
    Flushed flush_all() { return send_first(posted_.size()); }
    [[nodiscard]] bool has_posted() const { return !posted_.empty(); }

 private:
    Flushed send_first(std::size_t count);
    /// The socket that sends it as it is, nothing below IP needed; nullptr: there is none.
    [[nodiscard]] UdpSocket* plain_socket_for(const PostedParcel& parcel) const;
    [[nodiscard]] static Route route_of(const Parcel& parcel);
    [[nodiscard]] bool deliver(const Parcel& parcel);
    [[nodiscard]] bool deliver_without_socket(const Parcel& parcel);
    [[nodiscard]] bool deliver_below_ip(const Parcel& parcel, Ipv4 address, const HwAddr& hardware);
    [[nodiscard]] bool is_on_link(const Parcel& parcel) const;
    void note_not_sent(const Parcel& parcel, int error);

    const Interfaces& interfaces_;
    FindSocket find_socket_;
    std::function<void(std::string)> warn_;
    std::optional<PacketSocket> link_layer_;
    std::optional<std::uint16_t> left_port_;
    std::optional<RawIpSocket> raw_ip_;  ///< for what is routed from left_port_
    Instant warned_{};                   ///< when a failure to send was last said
    std::uint64_t unsaid_ = 0;           ///< failures since
    std::deque<PostedParcel> posted_;
    Pace pace_;
};

}  // namespace pxed::io
