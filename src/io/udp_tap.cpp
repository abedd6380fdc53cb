#include "io/udp_tap.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "io/packet_socket.hpp"

namespace pxed::io {

namespace {

constexpr std::uint32_t k_take_it_all = 0xffff;

// Classic BPF over a packet that begins with its IP header (SOCK_DGRAM). Each test that fails goes to the
// end.
class FilterProgram {
 public:
    void load(std::uint16_t size_and_mode, std::uint32_t at) {
        steps_.push_back({static_cast<std::uint16_t>(BPF_LD | size_and_mode), 0, 0, at});
    }
    /// The length of the IP header, for loads by index.
    void load_header_length() { steps_.push_back({BPF_LDX | BPF_B | BPF_MSH, 0, 0, 0}); }
    void keep_bits(std::uint32_t mask) { steps_.push_back({BPF_ALU | BPF_AND | BPF_K, 0, 0, mask}); }
    void require_equal(std::uint32_t value) { test(BPF_JEQ, value, true); }
    void refuse_above(std::uint32_t value) { test(BPF_JGT, value, false); }
    void refuse_bits(std::uint32_t mask) { test(BPF_JSET, mask, false); }

    [[nodiscard]] std::vector<sock_filter> finish() {
        const auto refusal = steps_.size() + 1;
        for (const auto& [step, is_wanted] : tests_) {
            const auto distance = static_cast<std::uint8_t>(refusal - step - 1);
            (is_wanted ? steps_[step].jf : steps_[step].jt) = distance;
        }
        steps_.push_back({BPF_RET | BPF_K, 0, 0, k_take_it_all});
        steps_.push_back({BPF_RET | BPF_K, 0, 0, 0});
        return std::move(steps_);
    }

 private:
    void test(std::uint16_t kind, std::uint32_t value, bool is_wanted) {
        tests_.emplace_back(steps_.size(), is_wanted);
        steps_.push_back({static_cast<std::uint16_t>(BPF_JMP | kind | BPF_K), 0, 0, value});
    }
    std::vector<sock_filter> steps_;
    std::vector<std::pair<std::size_t, bool>> tests_;  ///< which step, and whether its test has to hold
};

std::vector<sock_filter> filter_for(const UdpTap::Wanted& wanted) {
    constexpr auto k_packet_type = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE);
    constexpr std::uint32_t k_fragment = 0x3fff;  // more fragments, or an offset
    constexpr std::uint32_t k_protocol_udp = 17;
    FilterProgram program;
    // Above PACKET_MULTICAST are others' frames (a promiscuous interface, a VLAN that is not ours) and those
    // on their way out.
    program.load(BPF_B | BPF_ABS, k_packet_type);
    if (wanted.is_only_broadcast) {
        program.require_equal(PACKET_BROADCAST);
    } else {
        program.refuse_above(PACKET_MULTICAST);
    }
    program.load(BPF_B | BPF_ABS, 9);
    program.require_equal(k_protocol_udp);
    program.load(BPF_H | BPF_ABS, 6);
    program.refuse_bits(k_fragment);
    program.load_header_length();
    program.load(BPF_H | BPF_IND, 2);
    program.require_equal(wanted.to_port);
    if (wanted.from_port) {
        program.load(BPF_H | BPF_IND, 0);
        program.require_equal(*wanted.from_port);
    }
    return program.finish();
}

UdpChecksum checksum_of(msghdr& header) {
    for (auto* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) continue;
        tpacket_auxdata data{};
        std::memcpy(&data, CMSG_DATA(c), sizeof data);
        if ((data.tp_status & TP_STATUS_CSUMNOTREADY) != 0) return UdpChecksum::to_be_filled;
    }
    return UdpChecksum::filled;
}

HwAddr sender_of(const sockaddr_ll& from) {
    // InfiniBand's 20 bytes are cut by the kernel; half an address is none.
    if (from.sll_halen > sizeof from.sll_addr || from.sll_hatype > 0xff) return {};
    return HwAddr{static_cast<std::uint8_t>(from.sll_hatype), {from.sll_addr, from.sll_halen}};
}

}  // namespace

Result<UdpTap, std::string> UdpTap::open(unsigned interface, const Wanted& wanted) {
    const auto failure = [](const char* what) {
        const int error = errno;
        return fail(std::string{"packet socket: "} + what + std::strerror(error) +
                    (error == EPERM ? " (CAP_NET_RAW is needed)" : ""));
    };
    // Protocol 0 hears nothing: the socket has its filter before bind() gives it a protocol.
    FileDescriptor descriptor{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!descriptor.is_open()) return failure("");
    auto steps = filter_for(wanted);
    const sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
    if (::setsockopt(descriptor.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
        return failure("the filter is refused: ");
    const int is_on = 1;
    if (::setsockopt(descriptor.get(), SOL_PACKET, PACKET_AUXDATA, &is_on, sizeof is_on) != 0)
        return failure("PACKET_AUXDATA: ");
    // A filter stays in force for a socket that is bound; nobody, not even we, can take it off by mistake.
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_LOCK_FILTER, &is_on, sizeof is_on);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(k_ether_type_ipv4);
    address.sll_ifindex = static_cast<int>(interface);
    if (::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failure("");
    return UdpTap{std::move(descriptor)};
}

std::optional<UdpTap::Heard> UdpTap::receive(std::span<std::uint8_t> memory, std::size_t& most) {
    for (; most > 0; --most) {
        sockaddr_ll from{};
        iovec part{memory.data(), memory.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(tpacket_auxdata))> control{};
        msghdr header{};
        header.msg_name = &from;
        header.msg_namelen = sizeof from;
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        const auto size = ::recvmsg(descriptor_.get(), &header, MSG_DONTWAIT);
        if (size < 0) return std::nullopt;
        if ((header.msg_flags & MSG_TRUNC) != 0) continue;
        const auto datagram =
            read_udp_frame(memory.first(static_cast<std::size_t>(size)), checksum_of(header));
        if (!datagram) continue;
        --most;
        return Heard{*datagram, sender_of(from)};
    }
    return std::nullopt;
}

}  // namespace pxed::io
