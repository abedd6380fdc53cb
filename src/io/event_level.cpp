#include "io/event_level.hpp"

namespace pxed::io {

Level level_of(Reason reason) {
    switch (reason) {
        case Reason::other_server:
        case Reason::not_a_request:
        case Reason::wrong_interface:
        case Reason::not_pxe:
        case Reason::proxy_only:
        case Reason::waiting_for_store:
        case Reason::waiting_for_probe:
        case Reason::size_probe:
        case Reason::not_modified:
        case Reason::part_sent:
        case Reason::unknown_rebinding:  // beside another server, its clients are heard here as well
        case Reason::malformed:          // "a malformed datagram is dropped, counted and named with log-dhcp"
            return Level::debug;
        case Reason::none:
        case Reason::ignored_by_tag:
        case Reason::ignored_host:
        case Reason::unknown_lease:
        case Reason::lease_ended:
        case Reason::unsupported_type:
        case Reason::bootp_without_host:
        case Reason::no_boot_file:
        case Reason::no_boot_url:
        case Reason::wrong_server_id:
        case Reason::wrong_address:
        case Reason::wrong_network:
        case Reason::lease_not_found:
        case Reason::static_lease_available:
        case Reason::abandoned_sibling_lease:
        case Reason::domain_ignored:
        case Reason::offer_in_other_shape:
        case Reason::quirk_profile:
        case Reason::file_not_found:
        case Reason::client_error:
        case Reason::bsdp_asked:
        case Reason::multicast_asked:
        case Reason::precondition_failed:
        case Reason::range_not_satisfiable:
            return Level::info;
        case Reason::no_range:
        case Reason::static_only:
        case Reason::no_address:
        case Reason::no_unique_id:
        case Reason::relay_refused:
        case Reason::too_many_hops:
        case Reason::relay_without_interface:
        case Reason::relay_reply_misdirected:
        case Reason::lease_limit:
        case Reason::overloaded:
        case Reason::address_not_available:
        case Reason::address_reserved:
        case Reason::address_in_use:
        case Reason::host_address_leased:
        case Reason::host_address_is_server:
        case Reason::host_address_declined:
        case Reason::no_client_arch:
        case Reason::unknown_boot_item:
        case Reason::credentials_asked:
        case Reason::boot_file_too_long:
        case Reason::pxe_menu_too_long:
        case Reason::ipxe_would_loop:
        case Reason::ipxe_lacks_http:
        case Reason::option_left_out:
        case Reason::address_declined:
        case Reason::address_conflict:
        case Reason::outside_root:
        case Reason::link_leaves_root:
        case Reason::not_a_file:
        case Reason::permission_denied:
        case Reason::owner_differs:
        case Reason::unsupported_request:
        case Reason::write_asked:
        case Reason::competing_server:
        case Reason::server_claims_pxe:
        case Reason::competing_proxy:
        case Reason::no_dhcp_server:
        case Reason::tags_forgotten:
        case Reason::too_many_transfers:
        case Reason::timed_out:
        case Reason::wrong_tid:
        case Reason::file_shrank:
        case Reason::bad_target:
        case Reason::bad_request:
        case Reason::method_not_allowed:
        case Reason::too_many_connections:
        case Reason::tls_failed:
            return Level::warning;
        case Reason::store_failed:
        case Reason::read_failed:
            return Level::error;
    }
    return Level::info;
}

}  // namespace pxed::io
