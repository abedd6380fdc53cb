#include "io/dhcp_sender.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/clock.hpp"
#include "wire/udp_frame.hpp"

namespace pxed::io {

namespace {

constexpr seconds k_warning_pause{10};

}  // namespace

Result<void, std::string> DhcpSender::open() {
    if (!link_layer_) {
        TRY(link_layer_, PacketSocket::open());
    }
    return {};
}

Result<void, std::string> DhcpSender::leave_port(std::uint16_t port) {
    if (auto opened = open(); !opened) return opened;
    if (!raw_ip_) {
        TRY(raw_ip_, RawIpSocket::open());
    }
    left_port_ = port;
    return {};
}

bool DhcpSender::send(const Parcel& parcel) {
    if (deliver(parcel)) return true;
    note_not_sent(parcel, errno);
    return false;
}

void DhcpSender::note_not_sent(const Parcel& parcel, int error) {
    const auto now = read_clocks().instant;
    // A link that is down fails every reply of a boot storm; one line a while says as much.
    if (warned_ != Instant{} && now < warned_ + k_warning_pause) {
        ++unsaid_;
        return;
    }
    warned_ = now;
    const auto* interface = interfaces_.find(parcel.interface);
    auto text = "cannot send a DHCP message (" + parcel.destination.text() + ")";
    if (parcel.interface != 0)
        text += " out of " + (interface != nullptr ? interface->name : "an interface that is gone");
    text += std::string{": "} + std::strerror(error);
    if (unsaid_ > 0) text += " (and " + std::to_string(std::exchange(unsaid_, 0)) + " more before)";
    warn_(std::move(text));
}

Route DhcpSender::route_of(const Parcel& parcel) {
    const auto& destination = parcel.destination;
    Route route;
    route.interface = parcel.interface;
    if (!destination.source.is_zero()) route.from = Endpoint{destination.source, destination.source_port};
    const bool is_routed = destination.way == dhcp::Destination::Way::routed;
    route.to = Endpoint{is_routed ? destination.address : k_limited_broadcast, destination.port};
    return route;
}

UdpSocket* DhcpSender::plain_socket_for(const PostedParcel& parcel) const {
    const auto& destination = parcel.destination;
    if (destination.way == dhcp::Destination::Way::link_layer || destination.source_port == left_port_)
        return nullptr;
    return find_socket_(destination.source_port, parcel.interface, destination.source);
}

// As many as one system call takes. Where the socket refuses them, each is tried alone and the run made anew.
constexpr std::size_t k_most_in_a_run = 64;

DhcpSender::Flushed DhcpSender::send_first(std::size_t count) {
    Flushed flushed;
    std::vector<Packet> run;
    run.reserve(std::min(count, k_most_in_a_run));
    for (std::size_t at = 0; at < count;) {
        run.clear();
        UdpSocket* socket = plain_socket_for(posted_[at]);
        for (auto next = at; socket != nullptr && next < count && run.size() < k_most_in_a_run; ++next) {
            if (next != at && plain_socket_for(posted_[next]) != socket) break;
            run.push_back({posted_[next].payload, route_of(posted_[next].parcel())});
        }
        const std::size_t went = run.empty() ? 0 : socket->send_each(run);
        flushed.sent += went;
        at += went;
        if (went == run.size() && went > 0) continue;
        // One that the socket refuses, or that goes below IP: alone, with all that send() knows to try.
        ++(send(posted_[at].parcel()) ? flushed.sent : flushed.not_sent);
        ++at;
    }
    posted_.erase(posted_.begin(), posted_.begin() + static_cast<std::ptrdiff_t>(count));
    return flushed;
}

// Replies to renewing machines that have gone wait in the kernel for ARP, and a few hundred of them fill the
// socket's buffer for seconds. Who is here must not wait for them: a reply the socket refuses with EAGAIN
// leaves below IP, where no ARP is needed.
bool DhcpSender::deliver(const Parcel& parcel) {
    const auto& destination = parcel.destination;
    if (destination.source_port == left_port_) return deliver_without_socket(parcel);
    UdpSocket* socket = find_socket_(destination.source_port, parcel.interface, destination.source);
    if (socket == nullptr) {
        errno = ENODEV;
        return false;
    }
    const Route route = route_of(parcel);
    switch (destination.way) {
        case dhcp::Destination::Way::link_layer:
            // RFC 2131 4.1: a client without an address cannot answer ARP, so the frame names its hardware.
            if (deliver_below_ip(parcel, destination.address, destination.hardware)) return true;
            // Where frames cannot be sent below IP, the same RFC lets the reply be broadcast.
            break;
        case dhcp::Destination::Way::broadcast:
            break;
        case dhcp::Destination::Way::routed:
            if (socket->send(parcel.payload, route)) return true;
            return errno == EAGAIN && is_on_link(parcel) &&
                   deliver_below_ip(parcel, destination.address, parcel.client);
    }
    if (socket->send(parcel.payload, route)) return true;
    return errno == EAGAIN && deliver_below_ip(parcel, k_limited_broadcast, {});
}

// The kernel routes and resolves what has an address, as it would from a socket with the port; everything
// else is a frame.
bool DhcpSender::deliver_without_socket(const Parcel& parcel) {
    const auto& destination = parcel.destination;
    switch (destination.way) {
        case dhcp::Destination::Way::link_layer:
            return deliver_below_ip(parcel, destination.address, destination.hardware);
        case dhcp::Destination::Way::broadcast:
            return deliver_below_ip(parcel, k_limited_broadcast, {});
        case dhcp::Destination::Way::routed:
            break;
    }
    if (!raw_ip_) {
        errno = ENODEV;
        return false;
    }
    if (raw_ip_->send({.source = destination.source,
                       .source_port = destination.source_port,
                       .destination = destination.address,
                       .destination_port = destination.port,
                       .payload = parcel.payload},
                      parcel.interface))
        return true;
    // As in deliver(): replies that wait for ARP have filled the socket's buffer.
    return errno == EAGAIN && is_on_link(parcel) &&
           deliver_below_ip(parcel, destination.address, parcel.client);
}

bool DhcpSender::is_on_link(const Parcel& parcel) const {
    const auto* interface = interfaces_.find(parcel.interface);
    return parcel.client.is_ethernet() && interface != nullptr &&
           interface->is_on_link(parcel.destination.address);
}

bool DhcpSender::deliver_below_ip(const Parcel& parcel, Ipv4 address, const HwAddr& hardware) {
    const auto& destination = parcel.destination;
    const auto frame = build_udp_frame({.source = destination.source,
                                        .source_port = destination.source_port,
                                        .destination = address,
                                        .destination_port = destination.port,
                                        .payload = parcel.payload});
    return link_layer_ && link_layer_->send(frame, k_ether_type_ipv4, parcel.interface, hardware);
}

}  // namespace pxed::io
