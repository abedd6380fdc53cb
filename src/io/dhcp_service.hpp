#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "dhcp/server.hpp"
#include "io/dhcp_relay.hpp"
#include "io/dhcp_sender.hpp"
#include "io/dhcp_taps.hpp"
#include "io/interfaces.hpp"
#include "io/listen_point.hpp"
#include "io/loop.hpp"
#include "io/prober.hpp"
#include "io/udp_socket.hpp"

namespace pxed::io {

/// Counts since the start.
struct DhcpCounts {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t malformed = 0;
    std::uint64_t not_served = 0;  ///< came by an interface that is not served
    std::uint64_t not_sent = 0;    ///< replies the kernel did not take
};

/// DHCP's edge: datagrams come in by batches, dhcp::Server decides, replies go out. Holds its sockets, the
/// conflict prober and the timer.
class DhcpService : private dhcp::Surroundings {
 public:
    struct Callbacks {
        std::function<void(machine::Event)> tell;
        std::function<void(const std::string&)> trace;             ///< for log-dhcp
        std::function<void(std::string)> warn;                     ///< failures of the network itself
        std::function<void(dhcp::StoredLease)> lease_stored = {};  ///< see tell_leases()
        /// What was seen of a machine, see dhcp::Surroundings. May be missing.
        std::function<const machine::Machine*(const HwAddr&)> machine_of = {};
    };

    DhcpService(ev::loop_ref loop, Interfaces& interfaces, Callbacks callbacks);

    /// Opens what needs CAP_NET_RAW; nothing the second time. Errors: a sentence.
    [[nodiscard]] Result<void, std::string> open();
    /// Opens the sockets that `config` and the interfaces of this moment ask for and closes the others;
    /// those that stay are not touched. Errors: sentences for the sockets that failed for the first time (the
    /// others are open nevertheless, and those no longer asked for still are); calling it with the
    /// configuration before takes everything back.
    [[nodiscard]] Result<void, std::string> listen(const config::Config& config);
    /// Begins to answer. `config` must outlive the service or the next use(); `store` the service.
    void start(const config::Config& config, dhcp::LeaseStore& store, std::span<const dhcp::Lease> rows);
    /// Takes another configuration; what waits is decided by it. Before start(), only the relay agent works.
    void use(const config::Config& config);
    /// Whether each lease that is stored is told. Requires: start() was called, and lease_stored given.
    void tell_leases(bool tells) { server_->tell_leases(tells); }
    /// The domain of an address, as clients there are told; empty: none.
    [[nodiscard]] std::string domain_of(Ipv4 address) const;
    /// The interfaces have changed.
    void follow_interfaces();
    /// Closes the sockets and drops what waits.
    void stop();

    [[nodiscard]] const dhcp::Server* server() const { return server_ ? &*server_ : nullptr; }
    [[nodiscard]] const DhcpCounts& counts() const { return counts_; }
    [[nodiscard]] const DhcpRelay::Counts& relay_counts() const { return relay_.counts(); }
    /// Datagrams the kernel dropped because we were too slow.
    [[nodiscard]] std::uint64_t overruns() const;
    [[nodiscard]] std::size_t socket_count() const { return listeners_.size(); }
    /// Whether sockets could not be opened: another program has their port, perhaps not for ever.
    [[nodiscard]] bool lacks_sockets() const { return !refused_.empty() || taps_.lacks_sockets(); }

 private:
    struct Listener {
        Listener(DhcpService& service, ev::loop_ref loop, UdpSocket opened);
        void on_readable(ev::io& watcher, int revents);
        DhcpService& service;
        UdpSocket socket;
        std::uint16_t port;  ///< asked of the kernel once, not for each datagram
        ev::io watcher;
    };

    void send(const dhcp::Outgoing& outgoing) override;
    void probe(Ipv4 address, unsigned interface) override;
    void tell(machine::Event event) override { callbacks_.tell(std::move(event)); }
    void trace(const std::string& text) override { callbacks_.trace(text); }
    [[nodiscard]] Now time() const override;
    [[nodiscard]] const machine::Machine* machine_of(const HwAddr& hardware) const override {
        return callbacks_.machine_of ? callbacks_.machine_of(hardware) : nullptr;
    }
    void lease_stored(dhcp::StoredLease stored) override { callbacks_.lease_stored(std::move(stored)); }
    void deadline_changed() override { arm(); }

    void receive(Listener& listener);
    void flush();
    void count(const DhcpSender::Flushed& flushed);
    void receive(UdpTap& tap, unsigned interface);
    void receive(std::vector<dhcp::Arrival> batch, Now now);
    void hear_others(UdpTap& tap, unsigned interface);
    /// Whether the kernel would give it to a socket of ours, were there one.
    [[nodiscard]] bool is_for_us(const Datagram& datagram) const;
    [[nodiscard]] Result<void, std::string> listen_below_ip(const config::Config& config,
                                                            const std::vector<TapPoint>& points);
    /// Whether the relay agent has taken it.
    [[nodiscard]] bool is_relayed(const Datagram& datagram, Ipv4 source, bool was_unicast);
    [[nodiscard]] std::optional<dhcp::Arrival> read(const Datagram& datagram, std::uint16_t port,
                                                    Instant now);
    void note_malformed(const Datagram& datagram, const dhcp::Link& link, dhcp::ParseError error);
    void note_left_out(const dhcp::Outgoing& outgoing, std::span<const std::uint8_t> codes);
    [[nodiscard]] UdpSocket* socket_for(std::uint16_t port, unsigned interface, Ipv4 source);
    void on_probe_answer(Ipv4 address, bool is_in_use, const HwAddr& hardware);
    void on_time(ev::timer& watcher, int revents);
    void arm();

    ev::loop_ref loop_;
    Interfaces& interfaces_;
    Callbacks callbacks_;
    DhcpSender sender_;
    DhcpRelay relay_;
    bool is_open_ = false;
    const config::Config* config_ = nullptr;
    std::vector<dhcp::Link> links_;        ///< all interfaces
    std::set<unsigned> relayed_;           ///< indexes of those whose clients a relay agent may serve
    std::map<unsigned, unsigned> served_;  ///< those that are served: the link each is taken for, by index
    std::map<ListenPoint, std::unique_ptr<Listener>> listeners_;
    std::set<ListenPoint> refused_;  ///< points that could not be opened, and are tried again
    DhcpTaps taps_;
    Prober prober_;
    std::optional<dhcp::Server> server_;
    DhcpCounts counts_;
    ev::timer timer_;
    ev::prepare before_sleep_;  ///< active while replies wait to leave together
    ev::timer next_burst_;      ///< active while some wait for those before them to be taken in
    bool answers_one_ = false;  ///< a message that came alone
};

}  // namespace pxed::io
