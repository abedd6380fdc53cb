#pragma once
// Who else answers on the networks served here: other DHCP servers and other ProxyDHCP servers. It decides no
// address; it is what the administrator of a machine that boots the wrong thing has to know.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/time.hpp"
#include "dhcp/arrival.hpp"
#include "dhcp/policy.hpp"
#include "machine/event.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// A reply of a server to one of its clients, as it was heard on the wire of `link`.
struct ForeignReply {
    Message message;
    const Link* link = nullptr;  ///< never null
    Ipv4 source;                 ///< of the datagram
    HwAddr sender;               ///< of the frame: the server, or the relay its reply came through
};

/// What a server's reply shows it to be.
enum class ServerKind : std::uint8_t {
    gives_addresses,
    claims_pxe,  ///< gives addresses, and says PXEClient: its clients ask it for the boot file (PXE 2.1 2.2)
    proxy,       ///< gives none, and says PXEClient or HTTPClient
};

/// The kind of server that sends such a reply; nothing: it shows none (the ACK of an INFORM). Pure.
[[nodiscard]] std::optional<ServerKind> kind_of(const Message& reply);

/// What this server is to the clients of one link.
struct LinkRole {
    bool gives_addresses = false;
    bool is_proxy = false;  ///< another server's addresses are expected there
};
[[nodiscard]] LinkRole role_on(const Policy& policy, const Link& link, std::span<const Link> links);

/// What is wrong with a server of that kind beside us; `none`: nothing is. Pure.
[[nodiscard]] Reason complaint(const Policy& policy, LinkRole role, ServerKind kind);

/// The servers met so far. Each is told once a day for each thing that is wrong with it; memory is bounded,
/// because anybody can make servers up.
class OtherServers {
 public:
    /// Servers remembered; further ones are only counted until one was not heard for k_repeat.
    static constexpr std::size_t k_most = 32;
    /// How long a server counts as being there, and after which it is told again.
    static constexpr std::chrono::hours k_repeat{24};
    /// A ROM asks at 0, 4, 12 and 28 s and then gives up (PXE 2.1 2.2.3): our offers on a link without any
    /// other server's sign for so many times and so long are what it calls PXE-E52.
    static constexpr unsigned k_offers_alone = 4;
    static constexpr seconds k_time_alone{20};

    struct Server {
        unsigned interface = 0;
        std::string interface_name;
        Ipv4 address;
        HwAddr hardware;  ///< empty: only heard of, from clients that chose it
        ServerKind kind{};
        std::uint64_t heard = 0;
        Instant last{};
        std::optional<Instant> told;
        Reason complaint = Reason::none;  ///< what was told
    };

    /// Learns from a reply. What is to be told of it, if anything; the event has no machine.
    [[nodiscard]] std::optional<machine::Event> hear(const ForeignReply& reply, const Policy& policy,
                                                     std::span<const Link> links, Instant now);
    /// Learns from a client's REQUEST to all that names another server (RFC 2131 4.3.2): the only sign of one
    /// whose OFFERs go to its clients alone.
    [[nodiscard]] std::optional<machine::Event> hear_choice(const Arrival& request, const Policy& policy,
                                                            std::span<const Link> links, Instant now);
    /// Counts an offer of ours that names no address and needs another server's beside it.
    [[nodiscard]] std::optional<machine::Event> note_proxy_offer(const Link& link, Instant now);

    /// The interfaces of this moment. What was counted for one that has gone is forgotten: containers come
    /// and go all day, each with an interface of its own.
    void follow(std::span<const Link> links);
    /// Links that offers are counted for.
    [[nodiscard]] std::size_t counted_links() const { return alone_.size(); }

    /// Whether another ProxyDHCP server was heard on that interface in the last day.
    [[nodiscard]] bool has_proxy(unsigned interface, Instant now) const;
    [[nodiscard]] std::span<const Server> all() const { return servers_; }
    /// Replies of others heard in all, also of servers there is no room to remember.
    [[nodiscard]] std::uint64_t replies() const { return replies_; }

 private:
    struct Sight {
        ServerKind kind{};
        Ipv4 address;
        HwAddr hardware;
        const Link* link = nullptr;
        std::string detail;
    };
    /// Proxy offers on a link since somebody who gives addresses was last heard there.
    struct Alone {
        unsigned interface = 0;
        unsigned offers = 0;
        Instant since{};
        std::optional<Instant> told;
    };
    [[nodiscard]] std::optional<machine::Event> see(const Sight& sight, const Policy& policy,
                                                    std::span<const Link> links, Instant now);
    [[nodiscard]] Server* remember(const Sight& sight, Instant now);
    [[nodiscard]] bool gives_addresses(unsigned interface, Instant now) const;

    std::vector<Server> servers_;
    std::vector<Alone> alone_;
    std::uint64_t replies_ = 0;
};

}  // namespace pxed::dhcp
