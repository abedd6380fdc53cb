#pragma once
// Why pxed answered as it did, or did not answer. One table for all protocols: events carry its rows, and
// logs, tests and metrics read it.

#include <cstdint>
#include <span>
#include <string_view>

namespace pxed {

/// The order is that of the table in reason.cpp, which is checked when it is compiled.
enum class Reason : std::uint8_t {
    none,  ///< nothing to explain: the ordinary answer
    // DHCP: silence
    malformed,
    not_a_request,
    wrong_interface,
    no_range,
    static_only,
    no_address,
    ignored_by_tag,
    ignored_host,
    no_unique_id,
    other_server,
    unknown_lease,
    unknown_rebinding,
    lease_ended,
    not_pxe,
    proxy_only,
    no_client_arch,
    no_boot_file,
    unknown_boot_item,
    credentials_asked,
    relay_refused,
    too_many_hops,
    relay_without_interface,
    relay_reply_misdirected,
    bootp_without_host,
    unsupported_type,
    lease_limit,
    store_failed,
    waiting_for_store,
    waiting_for_probe,
    overloaded,
    // DHCP: refusal (NAK)
    wrong_server_id,
    wrong_address,
    wrong_network,
    address_not_available,
    static_lease_available,
    address_reserved,
    address_in_use,
    lease_not_found,
    // DHCP: worth saying beside an answer
    host_address_leased,
    host_address_is_server,
    host_address_declined,
    boot_file_too_long,
    pxe_menu_too_long,
    ipxe_would_loop,
    ipxe_lacks_http,
    no_boot_url,
    option_left_out,
    domain_ignored,
    address_declined,
    address_conflict,
    abandoned_sibling_lease,
    offer_in_other_shape,
    quirk_profile,
    // DHCP: other servers
    competing_server,
    server_claims_pxe,
    competing_proxy,
    no_dhcp_server,
    // Asked for, and not what pxed does
    bsdp_asked,
    multicast_asked,
    // Beside what is asked for
    tags_forgotten,
    // TFTP
    file_not_found,
    outside_root,
    link_leaves_root,
    not_a_file,
    permission_denied,
    owner_differs,
    unsupported_request,
    write_asked,
    too_many_transfers,
    client_error,
    timed_out,
    wrong_tid,
    file_shrank,
    read_failed,
    size_probe,
    // HTTP
    bad_target,
    bad_request,
    method_not_allowed,
    not_modified,
    precondition_failed,
    range_not_satisfiable,
    part_sent,
    too_many_connections,
    tls_failed,
};

/// One reason and its words.
struct ReasonRow {
    Reason reason;
    std::string_view name;    ///< for fields and metrics: the enumerator's name
    std::string_view phrase;  ///< the short words of a log line (dnsmasq's where it has them)
    std::string_view advice;  ///< one sentence: what the administrator can change
};

/// All rows, in the enum's order.
[[nodiscard]] std::span<const ReasonRow> reason_table();
[[nodiscard]] const ReasonRow& row_of(Reason reason);

}  // namespace pxed
