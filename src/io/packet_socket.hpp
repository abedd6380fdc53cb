#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/hwaddr.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::io {

inline constexpr std::uint16_t k_ether_type_ipv4 = 0x0800;
inline constexpr std::uint16_t k_ether_type_arp = 0x0806;

/// Sends and hears packets below IP; the kernel writes the link header (packet(7), SOCK_DGRAM). Opening
/// needs CAP_NET_RAW, using does not.
class PacketSocket {
 public:
    /// `heard` is the EtherType to receive; none: the socket only sends. A hearing socket begins deaf.
    /// Errors: a sentence.
    [[nodiscard]] static Result<PacketSocket, std::string> open(std::optional<std::uint16_t> heard = {});

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

    /// `to` empty: to everybody on the link. False when the kernel took it not (the reason is in errno).
    bool send(Bytes packet, std::uint16_t ether_type, unsigned interface, const HwAddr& to);

    /// While deaf, the kernel throws packets away without waking us: on a busy network ARP never rests.
    void set_deaf(bool is_deaf);

    struct Heard {
        Bytes packet;  ///< in the caller's memory
        unsigned interface = 0;
    };
    /// The next packet that waits, if any.
    [[nodiscard]] std::optional<Heard> receive(std::span<std::uint8_t> memory);

 private:
    explicit PacketSocket(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
    FileDescriptor descriptor_;
};

}  // namespace pxed::io
