#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"
#include "io/interfaces.hpp"
#include "io/loop.hpp"
#include "io/packet_socket.hpp"

namespace pxed::io {

/// Tests whether somebody already uses an address, before it is offered (RFC 2131 3.1(2)): by ARP on the
/// link, which also finds hosts that drop ICMP, and by ICMP echo for a network behind a relay. Any number of
/// tests run at once.
class Prober {
 public:
    /// How long an answer may take. A host on a LAN answers ARP within a few milliseconds, one that sleeps or
    /// sits behind Wi-Fi within about 100 ms; two questions are asked in this time, so one lost frame does
    /// not give a used address away. It must end well before the client asks again: iPXE repeats its first
    /// DISCOVER after 1 s, and a first OFFER within 0.6 s is the promise. (dnsmasq waits 3 s and stalls
    /// everybody; Kea waits 100 ms.)
    static constexpr milliseconds k_wait{300};

    /// `hardware`: who answered, empty when the answer cannot tell (ICMP) or nobody did.
    using Answer = std::function<void(Ipv4 address, bool is_in_use, const HwAddr& hardware)>;

    Prober(ev::loop_ref loop, Answer answer);

    /// Opens the sockets; needs CAP_NET_RAW. Errors: a sentence.
    [[nodiscard]] Result<void, std::string> open();

    /// Begins a test; the answer comes from the loop, never from within this call. An address that is being
    /// tested already is not asked for twice.
    void probe(Ipv4 address, const Interface& link);
    /// Forgets all tests, without answers.
    void abandon();
    [[nodiscard]] std::size_t running() const { return tests_.size(); }

 private:
    struct Test {
        Ipv4 address;
        unsigned interface = 0;
        HwAddr own_hardware;  ///< empty: tested by ICMP
        Instant repeats{};    ///< when the second question goes out
        Instant ends{};
        bool was_repeated = false;
    };
    void ask(const Test& test);
    void settle(Ipv4 address, bool is_in_use, const HwAddr& hardware);
    void arm();
    void on_arp(ev::io& watcher, int revents);
    void on_icmp(ev::io& watcher, int revents);
    void on_time(ev::timer& watcher, int revents);

    Answer answer_;
    std::optional<PacketSocket> arp_;
    FileDescriptor icmp_;
    std::uint16_t identifier_ = 0;  ///< of our echo requests
    std::uint16_t sequence_ = 0;
    std::deque<Test> tests_;  ///< in the order they end, as all last equally long
    ev::io arp_watcher_;
    ev::io icmp_watcher_;
    ev::timer timer_;
};

}  // namespace pxed::io
