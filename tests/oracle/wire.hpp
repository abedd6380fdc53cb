#pragma once
// A client's end of a cable: whole Ethernet frames, so that what is seen is what a boot ROM sees.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"
#include "wire/udp_frame.hpp"

namespace pxed::oracle {

/// Who answers ARP for every address that is not the server's: relays, clients with an address, TFTP clients.
[[nodiscard]] HwAddr neighbour();

/// A UDP datagram as it came by.
struct Datagram {
    HwAddr link_destination;
    Ipv4 source;
    std::uint16_t source_port = 0;
    Ipv4 destination;
    std::uint16_t destination_port = 0;
    std::vector<std::uint8_t> payload;
};

class Tap {
 public:
    /// On an interface of this process's network namespace. Errors: a sentence.
    [[nodiscard]] static Result<Tap, std::string> open(const std::string& interface);

    void send(const HwAddr& from, const HwAddr& to, const UdpFrame& frame);
    /// The next datagram that waits, if any; ARP requests for others than `server_addresses` are answered on
    /// the way.
    [[nodiscard]] std::optional<Datagram> receive(const std::vector<Network>& server_addresses);
    [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
    void write(const HwAddr& from, const HwAddr& to, std::uint16_t type, Bytes payload);
    void answer_arp(Bytes packet, const std::vector<Network>& server_addresses);

    io::FileDescriptor socket_;
};

}  // namespace pxed::oracle
