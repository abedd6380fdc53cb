#include "io/dhcp_service.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "base/text.hpp"
#include "dhcp/name.hpp"
#include "dhcp/place.hpp"
#include "io/clock.hpp"
#include "io/receive_buffer.hpp"
#include "wire/dhcp_option_table.hpp"

namespace pxed::io {

namespace {

// A thousand machines that are switched on together send a thousand DISCOVERs of 600 bytes before we wake;
// the kernel's default holds about 160.
constexpr int k_receive_buffer = 4 << 20;
constexpr nanoseconds k_between_bursts = milliseconds{1};  // the loop's timers know no less

std::vector<dhcp::Link> links_of(const config::DaemonPolicy& daemon, const std::vector<Interface>& table) {
    std::vector<dhcp::Link> links;
    for (const auto& interface : table) {
        links.push_back({interface.name, interface.index, interface.hardware,
                         addresses_as_served(daemon, interface), interface.is_loopback});
    }
    return links;
}

machine::Stage stage_of_reply(dhcp::MessageType reply) {
    switch (reply) {
        case dhcp::MessageType::offer:
            return machine::Stage::offer;
        case dhcp::MessageType::nak:
            return machine::Stage::nak;
        case dhcp::MessageType::none:
            return machine::Stage::bootp;
        case dhcp::MessageType::discover:
        case dhcp::MessageType::request:
        case dhcp::MessageType::decline:
        case dhcp::MessageType::ack:
        case dhcp::MessageType::release:
        case dhcp::MessageType::inform:
            break;
    }
    return machine::Stage::ack;
}

}  // namespace

DhcpService::Listener::Listener(DhcpService& owner, ev::loop_ref loop, UdpSocket opened)
    : service(owner), socket(std::move(opened)), port(socket.local_port()), watcher(loop) {
    watcher.set<Listener, &Listener::on_readable>(this);
    watcher.start(socket.descriptor(), ev::READ);
}

void DhcpService::Listener::on_readable(ev::io&, int) {
    service.receive(*this);
}

DhcpService::DhcpService(ev::loop_ref loop, Interfaces& interfaces, Callbacks callbacks)
    : loop_(loop),
      interfaces_(interfaces),
      callbacks_(std::move(callbacks)),
      sender_(
          interfaces,
          [this](std::uint16_t port, unsigned interface, Ipv4 source) {
              return socket_for(port, interface, source);
          },
          [this](std::string text) { callbacks_.warn(std::move(text)); }),
      relay_(sender_, [this](machine::Event event) { callbacks_.tell(std::move(event)); }),
      taps_(loop,
            [this](const TapPoint& point, UdpTap& tap) {
                switch (point.role) {
                    case TapPoint::Role::requests:
                        return receive(tap, point.interface);
                    case TapPoint::Role::other_servers:
                        return hear_others(tap, point.interface);
                }
            }),
      prober_(loop, [this](Ipv4 address, bool is_in_use,
                           const HwAddr& hardware) { on_probe_answer(address, is_in_use, hardware); }),
      timer_(loop),
      before_sleep_(loop),
      next_burst_(loop) {
    timer_.set<DhcpService, &DhcpService::on_time>(this);
    before_sleep_.set<DhcpService, &DhcpService::flush>(this);
    next_burst_.set<DhcpService, &DhcpService::flush>(this);
}

Result<void, std::string> DhcpService::open() {
    if (std::exchange(is_open_, true)) return {};
    if (auto opened = sender_.open(); !opened) return opened;
    return prober_.open();
}

Result<void, std::string> DhcpService::listen(const config::Config& config) {
    std::set<ListenPoint> wanted;
    const auto links = links_of(config.daemon, interfaces_.all());
    if (config.dhcp.is_enabled() && !config.daemon.leaves_dhcp_port) {
        const auto points =
            listen_points(config.daemon, config.dhcp.server_port, interfaces_.all(), Loopback::when_named);
        wanted.insert(points.begin(), points.end());
        const auto replies = relay_points(config, links);
        wanted.insert(replies.begin(), replies.end());
    }
    if (config.dhcp.is_boot_server()) {
        const auto points =
            listen_points(config.daemon, dhcp::k_pxe_port, interfaces_.all(), Loopback::when_named);
        wanted.insert(points.begin(), points.end());
    }
    count(sender_.flush_all());  // by the sockets of before
    std::erase_if(listeners_, [&](const auto& listener) {
        return std::ranges::any_of(wanted,
                                   [&](const auto& point) { return excludes(point, listener.first); });
    });
    std::vector<ListenPoint> missing;
    std::ranges::copy_if(wanted, std::back_inserter(missing),
                         [&](const auto& point) { return !listeners_.contains(point); });
    const ListenStyle style{
        .is_dual_stack = false,
        .sends_broadcast = true,
        .when_taken = "dhcp-no-bind serves beside it, bind-interfaces on the interfaces that it leaves"};
    auto opened = open_points(missing, style, refused_);
    for (auto& [point, socket] : opened.sockets) {
        set_receive_buffer(socket.descriptor(), k_receive_buffer);
        listeners_.emplace(point, std::make_unique<Listener>(*this, loop_, std::move(socket)));
    }
    if (!opened.failures.empty()) return fail(std::move(opened.failures));
    const auto points = tap_points(config, interfaces_.all(), links);
    if (auto tapped = listen_below_ip(config, points); !tapped) return tapped;
    std::erase_if(listeners_, [&](const auto& listener) { return !wanted.contains(listener.first); });
    taps_.keep(points);
    return {};
}

void DhcpService::start(const config::Config& config, dhcp::LeaseStore& store,
                        std::span<const dhcp::Lease> rows) {
    config_ = &config;
    server_.emplace(config.dhcp, store, static_cast<dhcp::Surroundings&>(*this));
    server_->trace_decisions(config.daemon.logs_dhcp);
    server_->load(rows);
    follow_interfaces();
    arm();
}

void DhcpService::use(const config::Config& config) {
    config_ = &config;
    if (server_) {
        server_->use(config.dhcp);
        server_->trace_decisions(config.daemon.logs_dhcp);
    }
    follow_interfaces();
}

std::string DhcpService::domain_of(Ipv4 address) const {
    if (config_ == nullptr) return {};
    return std::string{dhcp::domain_of(config_->dhcp, links_, address)};
}

void DhcpService::follow_interfaces() {
    if (config_ == nullptr) return;
    links_ = links_of(config_->daemon, interfaces_.all());
    if (server_) server_->follow(links_);
    served_.clear();
    relayed_.clear();
    for (const auto& interface : interfaces_.all()) {
        const auto& daemon = config_->daemon;
        if (is_served(daemon, interface)) relayed_.insert(interface.index);
        const auto* link = taken_for(daemon, interface, interfaces_.all());
        if (link != nullptr && is_served(daemon, *link)) served_.emplace(interface.index, link->index);
    }
}

void DhcpService::stop() {
    before_sleep_.stop();
    next_burst_.stop();
    count(sender_.flush_all());
    listeners_.clear();
    taps_.close();
    prober_.abandon();
    if (server_) server_->abandon();
    timer_.stop();
}

void DhcpService::receive(Listener& listener) {
    // A datagram may come by an interface, or to an address, that is younger than our table.
    interfaces_.catch_up();
    // What a boot storm brought while the last batch was decided shares the next commit; but there is TFTP as
    // well.
    constexpr int k_most_batches = 4;
    for (int batches = 0; batches < k_most_batches; ++batches) {
        const auto now = read_clocks();
        std::vector<dhcp::Arrival> batch;
        const auto datagrams = listener.socket.receive();
        batch.reserve(datagrams.size());
        for (const auto& datagram : datagrams) {
            ++counts_.received;
            if (auto arrival = read(datagram, listener.port, now.instant))
                batch.push_back(std::move(*arrival));
        }
        receive(std::move(batch), now);
        if (datagrams.size() < Inbox::k_datagrams) return;
    }
}

void DhcpService::receive(std::vector<dhcp::Arrival> batch, Now now) {
    if (batch.empty() || !server_) return;
    sender_.heard(batch.size());
    answers_one_ = batch.size() == 1;
    server_->receive(std::move(batch), now);
    answers_one_ = false;
    // As many as came just now: with those of the next batch they might be more than may leave at a time.
    if (sender_.has_posted()) flush();
    arm();
}

bool DhcpService::is_relayed(const Datagram& datagram, Ipv4 source, bool was_unicast) {
    const auto link = std::ranges::find(links_, datagram.from.interface(), &dhcp::Link::index);
    return link != links_.end() && relay_.take({.policy = config_->dhcp,
                                                .datagram = datagram.payload,
                                                .link = *link,
                                                .source = source,
                                                .was_unicast = was_unicast,
                                                .links = links_,
                                                .served = relayed_});
}

std::optional<dhcp::Arrival> DhcpService::read(const Datagram& datagram, std::uint16_t port, Instant now) {
    const auto served = served_.find(datagram.from.interface());
    const auto source = datagram.from.ipv4();
    const auto destination = datagram.to.ipv4();
    const bool was_unicast = destination && dhcp::is_ours(links_, *destination);
    // First of all: a server's reply comes by an interface whose clients need not be served.
    if (source && port == config_->dhcp.server_port && is_relayed(datagram, *source, was_unicast))
        return std::nullopt;
    const auto link = served == served_.end() ? links_.end()
                                              : std::ranges::find(links_, served->second, &dhcp::Link::index);
    if (link == links_.end() || !source) {
        ++counts_.not_served;
        return std::nullopt;
    }
    auto message = dhcp::parse(datagram.payload);
    if (!message) {
        note_malformed(datagram, *link, message.error());
        return std::nullopt;
    }
    dhcp::Arrival arrival;
    arrival.message = std::move(*message);
    arrival.link = &*link;
    arrival.leaves_by = served->first;
    arrival.source = *source;
    arrival.source_port = datagram.from.port();
    arrival.was_unicast = was_unicast;
    arrival.local_port = port;
    arrival.received = now;
    return arrival;
}

void DhcpService::note_malformed(const Datagram& datagram, const dhcp::Link& link, dhcp::ParseError error) {
    ++counts_.malformed;
    if (!config_->daemon.logs_dhcp) return;
    machine::Event event;
    event.stage = machine::Stage::discover;
    event.reason = Reason::malformed;
    event.interface = link.name;
    event.peer = datagram.from;
    event.detail = std::to_string(datagram.payload.size()) + " bytes from " + datagram.from.text() + ": " +
                   std::string{dhcp::sentence(error)};
    callbacks_.tell(std::move(event));
}

void DhcpService::send(const dhcp::Outgoing& outgoing) {
    auto built = dhcp::build(outgoing.message, outgoing.limit);
    if (!built.left_out.empty()) note_left_out(outgoing, built.left_out);
    const bool came_directly = outgoing.message.giaddr.is_zero();
    sender_.post({.payload = std::move(built.bytes),
                  .destination = outgoing.destination,
                  .interface = outgoing.interface,
                  .client = came_directly ? outgoing.message.hardware : HwAddr{}});
    // Many share system calls. One alone has nothing to wait for, not even for its line in the log.
    if (answers_one_)
        flush();
    else if (!before_sleep_.is_active())
        before_sleep_.start();
}

void DhcpService::flush() {
    before_sleep_.stop();
    count(sender_.flush(read_instant()));
    if (sender_.has_posted() && !next_burst_.is_active()) next_burst_.start(ev_seconds(k_between_bursts));
}

void DhcpService::count(const DhcpSender::Flushed& flushed) {
    counts_.sent += flushed.sent;
    counts_.not_sent += flushed.not_sent;
}

void DhcpService::note_left_out(const dhcp::Outgoing& outgoing, std::span<const std::uint8_t> codes) {
    machine::Event event;
    event.stage = stage_of_reply(outgoing.message.type());
    event.reason = Reason::option_left_out;
    event.machine = outgoing.message.hardware;
    event.xid = outgoing.message.xid;
    event.peer = Endpoint{outgoing.message.yiaddr, 0};
    if (const auto* interface = interfaces_.find(outgoing.interface)) event.interface = interface->name;
    for (const auto code : codes)
        event.detail += (event.detail.empty() ? "" : ", ") + dhcp::option_label(code);
    callbacks_.tell(std::move(event));
}

UdpSocket* DhcpService::socket_for(std::uint16_t port, unsigned interface, Ipv4 source) {
    // That of the interface, that of our address, that of all.
    for (const auto& point : {ListenPoint{port, interface, {}, {}}, ListenPoint{port, 0, {}, source},
                              ListenPoint{port, 0, {}, {}}}) {
        const auto found = listeners_.find(point);
        if (found != listeners_.end()) return &found->second->socket;
    }
    return nullptr;
}

void DhcpService::probe(Ipv4 address, unsigned interface) {
    const auto* link = interfaces_.find(interface);
    if (link == nullptr) return;
    Interface wire = *link;
    // An alias (bridge-interface) has no address of its own to tell that `address` is on its wire.
    if (const auto* taken = taken_for(config_->daemon, *link, interfaces_.all()))
        wire.addresses = taken->addresses;
    prober_.probe(address, wire);
}

void DhcpService::on_probe_answer(Ipv4 address, bool is_in_use, const HwAddr& hardware) {
    if (!server_) return;
    // The client itself may still be using the address it is about to be given: an operating system that
    // reboots, a lease from before the database was lost. That is no conflict.
    const auto* hold = server_->leases().find_hold(address);
    const bool is_the_client = hold != nullptr && !hardware.is_empty() && hold->hardware == hardware;
    server_->on_probe_answer(address, is_in_use && !is_the_client, read_clocks());
    arm();
}

Now DhcpService::time() const {
    return read_clocks();
}

void DhcpService::on_time(ev::timer&, int) {
    server_->on_time(read_clocks());
    arm();
}

void DhcpService::arm() {
    timer_.stop();
    const auto deadline = server_ ? server_->next_deadline() : std::nullopt;
    if (!deadline) return;
    // Bounded: libev's clock stands still while the machine sleeps, ours does not.
    const nanoseconds longest = std::chrono::minutes{1};
    const auto wait = std::clamp<nanoseconds>(*deadline - read_clocks().instant, milliseconds{1}, longest);
    timer_.start(ev_seconds(wait));
}

std::uint64_t DhcpService::overruns() const {
    std::uint64_t sum = taps_.overruns();
    for (const auto& [point, listener] : listeners_) {
        std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
        socklen_t size = sizeof memory;
        if (::getsockopt(listener->socket.descriptor(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size) == 0)
            sum += memory[SK_MEMINFO_DROPS];
    }
    return sum;
}

}  // namespace pxed::io
