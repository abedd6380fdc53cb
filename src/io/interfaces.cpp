#include "io/interfaces.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace pxed::io {

namespace {

constexpr int k_most_readings = 5;

template <typename T>
std::optional<T> head_of(Bytes body) {
    T value{};
    if (body.size() < sizeof value) return std::nullopt;
    std::memcpy(&value, body.data(), sizeof value);
    return value;
}

template <typename T>
Bytes attributes_of(Bytes body) {
    return body.subspan(std::min(body.size(), static_cast<std::size_t>(NLMSG_ALIGN(sizeof(T)))));
}

template <typename T>
Bytes bytes_of(const T& value) {
    return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

HwAddr hardware_of(unsigned short type, std::optional<Bytes> bytes) {
    const bool fits = type < 256 && bytes && bytes->size() <= HwAddr::k_max;
    return fits ? HwAddr{static_cast<std::uint8_t>(type), *bytes} : HwAddr{};
}

std::optional<Interface> read_link(Bytes body) {
    const auto head = head_of<ifinfomsg>(body);
    if (!head) return std::nullopt;
    const auto attributes = attributes_of<ifinfomsg>(body);
    const auto name = find_attribute(attributes, IFLA_IFNAME);
    if (!name) return std::nullopt;
    Interface interface;
    interface.name = as_text(*name);
    interface.name.resize(std::strlen(interface.name.c_str()));
    interface.index = static_cast<unsigned>(head->ifi_index);
    interface.is_up = (head->ifi_flags & IFF_UP) != 0;
    interface.is_loopback = (head->ifi_flags & IFF_LOOPBACK) != 0;
    if (!interface.is_loopback)
        interface.hardware = hardware_of(head->ifi_type, find_attribute(attributes, IFLA_ADDRESS));
    if (const auto mtu = find_attribute(attributes, IFLA_MTU); mtu)
        interface.mtu = head_of<std::uint32_t>(*mtu).value_or(interface.mtu);
    return interface;
}

void read_address(Bytes body, std::vector<Interface>& table) {
    const auto head = head_of<ifaddrmsg>(body);
    if (!head || head->ifa_family != AF_INET) return;
    const auto attributes = attributes_of<ifaddrmsg>(body);
    // IFA_LOCAL is ours; IFA_ADDRESS is the other end on a point-to-point link.
    auto local = find_attribute(attributes, IFA_LOCAL);
    if (!local) local = find_attribute(attributes, IFA_ADDRESS);
    const auto found = std::ranges::find(table, head->ifa_index, &Interface::index);
    if (!local || local->size() != 4 || found == table.end()) return;
    const Network network{ByteReader{*local}.ipv4(), netmask_of(head->ifa_prefixlen)};
    // The kernel lists primary addresses first, each in the order it was added.
    found->addresses.push_back(network);
}

Result<std::vector<Interface>, std::string> read_table(Netlink& netlink) {
    std::vector<Interface> table;
    ifinfomsg link{};
    link.ifi_family = AF_UNSPEC;
    std::vector<std::uint8_t> request(bytes_of(link).begin(), bytes_of(link).end());
    // Without counters a row is small.
    const std::uint32_t mask = RTEXT_FILTER_SKIP_STATS;
    append_attribute(request, IFLA_EXT_MASK, bytes_of(mask));
    const auto links = netlink.request(RTM_GETLINK, request, true, [&](const NetlinkMessage& message) {
        if (message.type != RTM_NEWLINK) return;
        if (auto interface = read_link(message.body)) table.push_back(std::move(*interface));
    });
    if (!links) return fail(std::string{links.error()});
    ifaddrmsg address{};
    address.ifa_family = AF_INET;
    const auto addresses =
        netlink.request(RTM_GETADDR, bytes_of(address), true, [&](const NetlinkMessage& message) {
            if (message.type == RTM_NEWADDR) read_address(message.body, table);
        });
    if (!addresses) return fail(std::string{addresses.error()});
    return table;
}

}  // namespace

bool Interface::has_address(Ipv4 address) const {
    return std::ranges::any_of(addresses, [&](const Network& own) { return own.address == address; });
}

bool Interface::is_on_link(Ipv4 address) const {
    return std::ranges::any_of(addresses, [&](const Network& own) { return own.contains(address); });
}

Interfaces::Interfaces(ev::loop_ref loop, std::function<void()> changed)
    : changed_(std::move(changed)), watcher_(loop), gathering_(loop) {
    watcher_.set<Interfaces, &Interfaces::on_notice>(this);
    gathering_.set<Interfaces, &Interfaces::on_gathered>(this);
}

Result<void, std::string> Interfaces::open() {
    // Watching begins before reading, so that nothing falls between the two.
    TRY(notices_, Netlink::open(RTMGRP_LINK | RTMGRP_IPV4_IFADDR));
    TRY(requests_, Netlink::open(0));
    watcher_.start(notices_->descriptor(), ev::READ);
    std::string why;
    for (int i = 0; i < k_most_readings; ++i) {
        auto table = read_table(*requests_);
        if (table) {
            table_ = std::move(*table);
            return {};
        }
        why = table.error();
    }
    return fail(std::move(why));
}

const Interface* Interfaces::find(unsigned index) const {
    const auto found = std::ranges::find(table_, index, &Interface::index);
    return found == table_.end() ? nullptr : &*found;
}

const Interface* Interfaces::find(std::string_view name) const {
    const auto found = std::ranges::find(table_, name, &Interface::name);
    return found == table_.end() ? nullptr : &*found;
}

void Interfaces::on_notice(ev::io&, int) {
    if (!notices_->drain()) return;
    is_stale_ = true;
    // Not pushed back by later notices: a link that flaps for ever is still followed.
    if (!gathering_.is_active()) gathering_.start(ev_seconds(k_gathering));
}

void Interfaces::on_gathered(ev::timer&, int) {
    if (is_stale_) read_again();
}

void Interfaces::catch_up() {
    if (notices_ && notices_->drain()) is_stale_ = true;
    if (is_stale_) read_again();
}

void Interfaces::read_again() {
    auto table = read_table(*requests_);
    if (!table) {  // it changes faster than it can be read: a little later, then
        is_stale_ = true;
        gathering_.start(ev_seconds(k_gathering));
        return;
    }
    is_stale_ = false;
    if (*table == table_) return;
    table_ = std::move(*table);
    changed_();
}

std::optional<HwAddr> Interfaces::neighbour(Ipv4 address, unsigned interface) {
    if (!requests_) return std::nullopt;
    ndmsg head{};
    head.ndm_family = AF_INET;
    head.ndm_ifindex = static_cast<int>(interface);
    std::vector<std::uint8_t> request(bytes_of(head).begin(), bytes_of(head).end());
    std::array<std::uint8_t, 4> wanted{};
    ByteWriter{wanted}.ipv4(address);
    append_attribute(request, NDA_DST, wanted);
    std::optional<HwAddr> found;
    const auto read = requests_->request(RTM_GETNEIGH, request, false, [&](const NetlinkMessage& message) {
        if (message.type != RTM_NEWNEIGH) return;
        const auto bytes = find_attribute(attributes_of<ndmsg>(message.body), NDA_LLADDR);
        const auto hardware = hardware_of(ARPHRD_ETHER, bytes);
        if (!hardware.is_empty()) found = hardware;
    });
    return read ? found : std::nullopt;
}

}  // namespace pxed::io
