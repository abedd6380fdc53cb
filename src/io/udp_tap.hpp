#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/hwaddr.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"
#include "wire/udp_frame.hpp"

namespace pxed::io {

/// Hears UDP datagrams of one interface below IP, whoever has their port (packet(7)). What goes out of the
/// interface is not heard, nor what another machine's frames carry. The kernel drops everything else in a
/// filter that is in place before the first packet can come, so others' traffic wakes nobody.
class UdpTap {
 public:
    struct Wanted {
        std::uint16_t to_port = 0;
        std::optional<std::uint16_t> from_port{};  ///< none: any
        bool is_only_broadcast = false;            ///< frames to everybody alone
        friend auto operator<=>(const Wanted&, const Wanted&) = default;
    };
    /// `interface` is the kernel's index. Errors: a sentence; CAP_NET_RAW is needed to open, not to use.
    [[nodiscard]] static Result<UdpTap, std::string> open(unsigned interface, const Wanted& wanted);

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

    struct Heard {
        UdpFrame datagram;  ///< payload in the memory of receive()
        HwAddr sender;      ///< of the frame; empty where it is none that DHCP can carry
    };
    /// The next datagram that waits and is whole, if any. Looks at `most` packets at most, and takes them off
    /// it: who floods us with broken ones gets no more of the loop than another.
    [[nodiscard]] std::optional<Heard> receive(std::span<std::uint8_t> memory, std::size_t& most);

 private:
    explicit UdpTap(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
    FileDescriptor descriptor_;
};

}  // namespace pxed::io
