#include "wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace pxed::oracle {
namespace {

constexpr std::size_t k_largest_frame = 65536;
constexpr std::uint8_t k_udp = 17;
constexpr std::uint16_t k_fragment_bits = 0x3fff;

HwAddr ethernet(Bytes bytes) {
    return HwAddr{k_ethernet, bytes};
}

std::optional<Datagram> read_datagram(const HwAddr& destination, Bytes packet) {
    ByteReader reader{packet};
    const std::uint8_t first = reader.u8();
    if (first >> 4 != 4) return std::nullopt;
    reader.take(5);
    if ((reader.u16() & k_fragment_bits) != 0) return std::nullopt;
    reader.take(1);
    if (reader.u8() != k_udp) return std::nullopt;
    reader.take(2);
    Datagram datagram;
    datagram.link_destination = destination;
    datagram.source = reader.ipv4();
    datagram.destination = reader.ipv4();
    reader.take((first & 15U) * 4U - 20U);
    datagram.source_port = reader.u16();
    datagram.destination_port = reader.u16();
    const std::uint16_t length = reader.u16();
    reader.take(2);
    if (length < 8) return std::nullopt;
    const Bytes payload = reader.take(length - 8U);
    if (reader.is_bad()) return std::nullopt;
    datagram.payload.assign(payload.begin(), payload.end());
    return datagram;
}

}  // namespace

HwAddr neighbour() {
    constexpr std::array<std::uint8_t, 6> k_bytes{0x02, 0, 0, 0, 0xff, 0xfe};
    return ethernet(k_bytes);
}

Result<Tap, std::string> Tap::open(const std::string& interface) {
    Tap tap;
    tap.socket_ =
        io::FileDescriptor{::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL))};
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    const int yes = 1;
    ::setsockopt(tap.socket_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
    if (::bind(tap.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail("cannot listen on " + interface + ": " + std::strerror(errno));
    }
    return tap;
}

void Tap::write(const HwAddr& from, const HwAddr& to, std::uint16_t type, Bytes payload) {
    std::vector<std::uint8_t> frame;
    frame.insert(frame.end(), to.bytes().begin(), to.bytes().end());
    frame.insert(frame.end(), from.bytes().begin(), from.bytes().end());
    frame.push_back(static_cast<std::uint8_t>(type >> 8));
    frame.push_back(static_cast<std::uint8_t>(type & 0xff));
    frame.insert(frame.end(), payload.begin(), payload.end());
    // A frame that does not leave shows as silence on this side, hence as a difference.
    [[maybe_unused]] const auto sent = ::send(socket_.get(), frame.data(), frame.size(), 0);
}

void Tap::send(const HwAddr& from, const HwAddr& to, const UdpFrame& frame) {
    write(from, to, ETHERTYPE_IP, build_udp_frame(frame));
}

void Tap::answer_arp(Bytes packet, const std::vector<Network>& server_addresses) {
    ByteReader reader{packet};
    reader.take(6);
    if (reader.u16() != 1) return;
    const Bytes asker = reader.take(6);
    const Ipv4 asker_address = reader.ipv4();
    reader.take(6);
    const Ipv4 target = reader.ipv4();
    // A probe (RFC 5227) asks whether somebody is there: nobody is.
    if (reader.is_bad() || asker_address.is_zero()) return;
    if (std::ranges::find(server_addresses, target, &Network::address) != server_addresses.end()) return;
    std::array<std::uint8_t, 28> answer{0, 1, 8, 0, 6, 4, 0, 2};
    ByteWriter writer{std::span{answer}.subspan(8)};
    writer.bytes(neighbour().bytes());
    writer.ipv4(target);
    writer.bytes(asker);
    writer.ipv4(asker_address);
    write(neighbour(), ethernet(asker), ETHERTYPE_ARP, answer);
}

std::optional<Datagram> Tap::receive(const std::vector<Network>& server_addresses) {
    std::vector<std::uint8_t> memory(k_largest_frame);
    for (;;) {
        const ssize_t length = ::recv(socket_.get(), memory.data(), memory.size(), 0);
        if (length < 0) return std::nullopt;
        ByteReader reader{Bytes{memory.data(), static_cast<std::size_t>(length)}};
        const Bytes destination = reader.take(6);
        reader.take(6);
        const std::uint16_t type = reader.u16();
        if (reader.is_bad()) continue;
        if (type == ETHERTYPE_ARP) answer_arp(reader.rest(), server_addresses);
        if (type != ETHERTYPE_IP) continue;
        if (auto datagram = read_datagram(ethernet(destination), reader.rest())) return datagram;
    }
}

}  // namespace pxed::oracle
