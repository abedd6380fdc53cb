#include "io/tftp_ports.hpp"

namespace pxed::io {

Result<UdpSocket, std::string> TftpPorts::open(const Endpoint& asked, const Range& range) {
    UdpOptions options;
    options.reports_destination = false;
    options.lets_fragment = true;
    const auto local = [&asked](std::uint16_t port) {
        return asked.is_ipv4() ? Endpoint{*asked.ipv4(), port}
                               : Endpoint{asked.ipv6(), port, asked.interface()};
    };
    if (!range) return UdpSocket::open(local(0), options);
    const auto [first, last] = *range;
    const unsigned ports = last - first + 1U;
    for (unsigned tries = 0; tries < ports; ++tries) {
        auto socket = UdpSocket::open(local(static_cast<std::uint16_t>(first + next_)), options);
        next_ = (next_ + 1) % ports;
        if (socket) return socket;
    }
    return fail(std::string{"every port of tftp-port-range is in use"});
}

}  // namespace pxed::io
