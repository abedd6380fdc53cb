#pragma once
// What the administrator wants of DHCP, with defaults beside the fields. Filled by src/config, read by
// decide(). Lists are in file order; where dnsmasq lets the last line win, the decision walks them backwards.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/origin.hpp"
#include "base/time.hpp"
#include "dhcp/arch_word.hpp"
#include "dhcp/host_list.hpp"
#include "dhcp/hw_pattern.hpp"
#include "dhcp/linux_boot.hpp"
#include "dhcp/name_policy.hpp"
#include "dhcp/network_policy.hpp"
#include "dhcp/pxe_policy.hpp"
#include "dhcp/quirk.hpp"
#include "dhcp/relay_match.hpp"
#include "dhcp/relay_policy.hpp"
#include "dhcp/server_name.hpp"
#include "dhcp/tagged_list.hpp"
#include "dhcp/tags.hpp"
#include "tree/boot_choice.hpp"
#include "tree/boot_tree.hpp"
#include "wire/client_id.hpp"
#include "wire/dhcp_option_table.hpp"

namespace pxed::dhcp {

inline constexpr seconds k_default_lease_time{3600};
inline constexpr seconds k_shortest_lease_time{120};

/// `dhcp-range`. `first` <= `last`.
struct Range {
    Ipv4 first, last;
    std::optional<Ipv4> netmask;  ///< absent: the arrival interface's, or the class's for a relayed network
    std::optional<Ipv4> broadcast;
    seconds lease_time = k_default_lease_time;
    bool is_static = false;  ///< only reserved hosts get an address
    bool is_proxy = false;   ///< ProxyDHCP: addresses are another server's, PXE clients are told what to boot
    std::string set_tag;     ///< empty: none
    TagTests tests;
    Origin origin;

    [[nodiscard]] bool contains(Ipv4 address) const { return first <= address && address <= last; }
};

/// How a configured option reaches the client.
enum class Envelope : std::uint8_t {
    plain,         ///< a DHCP option
    vendor,        ///< `vendor:CLASS`: a sub-option of 43 when option 60 contains CLASS
    encapsulated,  ///< `encap:N`: a sub-option of option N
    vendor_vi,     ///< `vi-encap:ENTERPRISE`: in option 125 (RFC 3925)
};

/// `dhcp-option`, `dhcp-option-force`, `dhcp-option-pxe` and `pxe-prompt`.
struct ConfiguredOption {
    std::uint8_t code = 0;
    std::vector<std::uint8_t> value;
    bool is_suppressed = false;     ///< written without a value where that means "do not send"
    bool has_text_value = false;    ///< text: may get a NUL (dnsmasq's heuristics)
    bool is_address_list = false;   ///< plain option: 0.0.0.0 stands for this server's address
    bool is_forced = false;         ///< sent though option 55 does not ask
    bool is_for_pxe = false;        ///< dhcp-option-pxe: to PXE clients alone, and in ProxyDHCP's replies too
    bool is_pxe_prompt = false;     ///< pxe-prompt: to PXE clients, whatever their class is called
    bool sets_next_server = false;  ///< dnsmasq's pseudo-option 255, server-ip-address
    Envelope envelope = Envelope::plain;
    std::string vendor_class;      ///< Envelope::vendor; empty matches every client
    std::uint8_t outer_code = 0;   ///< Envelope::encapsulated
    std::uint32_t enterprise = 0;  ///< Envelope::vendor_vi
    TagTests tests;
    Origin origin;
};

/// `dhcp-boot`, and `boot-arch`.
struct Boot {
    std::optional<ArchTest> arch;  ///< only for machines of this kind
    std::string file;
    std::string server_name;
    std::optional<Ipv4> server_address;
    ServerName server_host;  ///< a name in the place of the address
    TagTests tests;
    Origin origin;
};

/// `dhcp-match=set:T,N[,VALUE]`.
struct Match {
    enum class Kind : std::uint8_t {
        presence,
        prefix_bytes,  ///< `value` with `wildcards`, from the left
        text,          ///< substring
        numbers,       ///< an element of the option's array of numbers as long as `value`
    };
    std::string set_tag;
    std::uint8_t code = 0;
    std::optional<std::uint32_t> enterprise;  ///< vi-encap: match a class of option 124
    Kind kind = Kind::presence;
    std::vector<std::uint8_t> value;
    std::vector<bool> wildcards;  ///< per byte of `value`
    Origin origin;
};

/// `dhcp-vendorclass` and `dhcp-userclass`: substring of option 60 or 77.
struct ClassMatch {
    std::string set_tag;
    std::string text;
    Origin origin;
};

/// `dhcp-mac`.
struct MacMatch {
    std::string set_tag;
    HwPattern pattern;
    Origin origin;
};

struct Policy {
    std::vector<Range> ranges;
    HostList hosts;
    TaggedList<ConfiguredOption> options;
    std::vector<Boot> boots;
    std::vector<LinuxBoot> linux_boots;
    std::vector<Match> matches;
    std::vector<ClassMatch> vendor_classes, user_classes;
    std::vector<MacMatch> macs;
    std::vector<TagIf> tag_ifs;
    std::vector<Condition> ignores;
    std::vector<Condition> broadcasts;
    std::vector<Condition> bootp_dynamics;  ///< BOOTP clients that get an address of a pool
    std::vector<SharedNetwork> shared_networks;
    StandIns stand_ins;  ///< dhcp-proxy
    std::vector<ReplyDelay> reply_delays;
    std::vector<Relay> relays;
    PxePolicy pxe;
    std::vector<Quirk> quirks;
    bool serves_tftp = false;  ///< enable-tftp
    tree::BootTree boot_tree;
    std::optional<tree::BootTree> http_tree;  ///< HTTP's, where its root is another; empty until it is seen
    tree::FoundMap found;        ///< what the boot tree has for machines; empty where the file names files
    bool finds_programs = true;  ///< cleared by no-found-boot
    std::vector<std::string> predefined_tags;  ///< words of arch_words() that the file tests and does not set
    std::optional<std::uint16_t>
        http_port;  ///< enable-http: boot files may be named as http:// URLs; 80 is left out
    std::vector<RelayMatch> relay_matches;
    std::string domain;  ///< `domain=NAME`: of all addresses that no line of `names.domains` is for
    NamePolicy names;
    std::uint16_t server_port = 67;  ///< dhcp-alternate-port
    std::uint16_t client_port = 68;
    std::optional<std::uint32_t> lease_max;  ///< absent: the sum of the pools
    bool is_authoritative = false;
    bool is_sequential = false;                ///< dhcp-sequential-ip
    bool ignores_client_ids = false;           ///< dhcp-ignore-clid
    bool commits_rapidly = false;              ///< dhcp-rapid-commit
    bool keeps_header = false;                 ///< dhcp-no-override: boot file and server in the header only
    bool probes = true;                        ///< cleared by no-ping
    bool adapts_offers = true;                 ///< cleared by no-adaptive-offer
    bool keeps_address_between_stages = true;  ///< cleared by no-same-address

    /// Whether DHCP is spoken at all.
    [[nodiscard]] bool is_enabled() const { return gives_leases() || !relays.empty(); }
    /// Whether there may be leases to remember: a relay agent has none.
    [[nodiscard]] bool gives_leases() const { return !ranges.empty(); }
    /// Whether the PXE boot server's port, 4011, is to be open.
    [[nodiscard]] bool is_boot_server() const;
};

}  // namespace pxed::dhcp
