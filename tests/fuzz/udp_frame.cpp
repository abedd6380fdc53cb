// A frame as a packet socket hears it, from anybody on the link: what is read lies within it, and what is
// written from that reads the same.

#include "wire/udp_frame.hpp"

#include <algorithm>

#include "property.hpp"

namespace pxed {
namespace {

using fuzz::require;

void check(Bytes packet, UdpChecksum checksum) {
    const auto frame = read_udp_frame(packet, checksum);
    if (!frame) return;
    const auto* begin = frame->payload.data();
    require(begin >= packet.data() + 28 && begin + frame->payload.size() <= packet.data() + packet.size(),
            "the payload lies in the packet, behind both headers");
    const auto bytes = build_udp_frame(*frame);
    const auto again = read_udp_frame(bytes, UdpChecksum::filled);
    require(again.has_value(), "a frame that is built is read");
    require(again->source == frame->source && again->destination == frame->destination &&
                again->source_port == frame->source_port &&
                again->destination_port == frame->destination_port &&
                std::ranges::equal(again->payload, frame->payload),
            "a frame comes back from its bytes");
}

}  // namespace
}  // namespace pxed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    pxed::check({data, size}, pxed::UdpChecksum::filled);
    // Random bytes hardly ever carry a right checksum: this way they get past it.
    pxed::check({data, size}, pxed::UdpChecksum::to_be_filled);
    return 0;
}
