#include "io/prober.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <linux/icmp.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "io/clock.hpp"
#include "wire/udp_frame.hpp"

namespace pxed::io {

namespace {

Result<FileDescriptor, std::string> open_icmp() {
    FileDescriptor descriptor{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP)};
    if (!descriptor.is_open()) {
        const std::string why = std::strerror(errno);
        return fail("ICMP socket: " + why + (errno == EPERM ? " (CAP_NET_RAW is needed)" : ""));
    }
    // A raw socket hears all ICMP of this host; only echo replies concern us.
    icmp_filter filter{};
    filter.data = ~(1U << ICMP_ECHOREPLY);
    ::setsockopt(descriptor.get(), SOL_RAW, ICMP_FILTER, &filter, sizeof filter);
    return descriptor;
}

}  // namespace

Prober::Prober(ev::loop_ref loop, Answer answer)
    : answer_(std::move(answer)), arp_watcher_(loop), icmp_watcher_(loop), timer_(loop) {
    arp_watcher_.set<Prober, &Prober::on_arp>(this);
    icmp_watcher_.set<Prober, &Prober::on_icmp>(this);
    timer_.set<Prober, &Prober::on_time>(this);
}

Result<void, std::string> Prober::open() {
    TRY(arp_, PacketSocket::open(k_ether_type_arp));
    TRY(icmp_, open_icmp());
    // Others on this host ping as well; a number of our own tells their replies from ours.
    if (::getrandom(&identifier_, sizeof identifier_, GRND_NONBLOCK) != sizeof identifier_)
        identifier_ = static_cast<std::uint16_t>(::getpid());
    arp_watcher_.start(arp_->descriptor(), ev::READ);
    icmp_watcher_.start(icmp_.get(), ev::READ);
    return {};
}

void Prober::probe(Ipv4 address, const Interface& link) {
    if (std::ranges::find(tests_, address, &Test::address) != tests_.end()) return;
    const auto now = read_clocks().instant;
    Test test;
    test.address = address;
    test.interface = link.index;
    if (link.hardware.is_ethernet() && link.is_on_link(address)) test.own_hardware = link.hardware;
    test.repeats = now + k_wait / 2;
    test.ends = now + k_wait;
    if (tests_.empty() && arp_) arp_->set_deaf(false);
    tests_.push_back(test);
    ask(test);
    arm();
}

void Prober::abandon() {
    tests_.clear();
    timer_.stop();
    if (arp_) arp_->set_deaf(true);
}

// A question that cannot be sent (the link is down) stays unanswered: nobody uses the address there now.
void Prober::ask(const Test& test) {
    if (!test.own_hardware.is_empty()) {
        if (arp_) {
            arp_->send(build_arp_probe(test.own_hardware, test.address), k_ether_type_arp, test.interface,
                       {});
        }
        return;
    }
    const auto request = build_echo_request(identifier_, ++sequence_);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(test.address.value());
    ::sendto(icmp_.get(), request.data(), request.size(), MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

void Prober::settle(Ipv4 address, bool is_in_use, const HwAddr& hardware) {
    const auto found = std::ranges::find(tests_, address, &Test::address);
    if (found == tests_.end()) return;
    tests_.erase(found);
    if (tests_.empty() && arp_) arp_->set_deaf(true);
    answer_(address, is_in_use, hardware);
}

void Prober::arm() {
    timer_.stop();
    if (tests_.empty()) return;
    auto next = tests_.front().ends;
    const auto unrepeated = std::ranges::find(tests_, false, &Test::was_repeated);
    if (unrepeated != tests_.end()) next = std::min(next, unrepeated->repeats);
    timer_.start(ev_seconds(std::max(next - read_clocks().instant, nanoseconds{0})));
}

void Prober::on_arp(ev::io&, int) {
    std::array<std::uint8_t, 128> memory{};
    while (const auto heard = arp_->receive(memory)) {
        ArpSender sender;
        if (!read_arp_sender(heard->packet, sender)) continue;
        const auto test = std::ranges::find(tests_, sender.address, &Test::address);
        // The same address may be in use on another network that this host is also on.
        if (test != tests_.end() && test->interface == heard->interface && !test->own_hardware.is_empty())
            settle(sender.address, true, sender.hardware);
    }
    arm();
}

void Prober::on_icmp(ev::io&, int) {
    std::array<std::uint8_t, 256> memory{};
    for (;;) {
        const auto size = ::recv(icmp_.get(), memory.data(), memory.size(), MSG_DONTWAIT);
        if (size < 0) break;
        // A raw socket gives the IP header too; its length is in its first byte, in words of four bytes.
        const Bytes packet{memory.data(), static_cast<std::size_t>(size)};
        if (packet.size() < sizeof(std::uint32_t) * 5) continue;
        const auto header_size = std::size_t{packet[0] & 0x0fU} * 4;
        if (header_size < 20 || header_size > packet.size()) continue;
        const auto source = ByteReader{packet.subspan(12, 4)}.ipv4();
        if (is_echo_reply(packet.subspan(header_size), identifier_)) settle(source, true, {});
    }
    arm();
}

void Prober::on_time(ev::timer&, int) {
    const auto now = read_clocks().instant;
    while (!tests_.empty() && tests_.front().ends <= now)
        settle(Ipv4{tests_.front().address}, false, {});
    for (auto& test : tests_) {
        if (test.was_repeated || test.repeats > now) continue;
        test.was_repeated = true;
        ask(test);
    }
    arm();
}

}  // namespace pxed::io
