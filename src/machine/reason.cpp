// What each Reason says to people. One table, so that a log line, a metric and a test never name one cause by
// different words, and so that every silence has an advice.

#include "machine/reason.hpp"

#include <array>

namespace pxed {

namespace {

// Short and useful: the phrase ends a log line, the advice says what can be changed. Where dnsmasq has words
// for a case people grep for them, so they stay; those of a refusal are also the text of option 56.
constexpr auto k_table = std::to_array<ReasonRow>({
    {Reason::none, "none", "", ""},
    // DHCP: no answer. The advice names what to change, or says plainly that nothing can be.
    {Reason::malformed, "malformed", "malformed message",
     "The sender breaks RFC 2131; find it by its hardware address, nothing in the file changes this."},
    {Reason::not_a_request, "not_a_request", "not a request",
     "Another server's reply reached this port; see which server answers on this network."},
    {Reason::wrong_interface, "wrong_interface", "interface not served",
     "Name the interface in interface= or take it out of except-interface=."},
    {Reason::no_range, "no_range", "no address range available",
     "Give a dhcp-range inside the network of this interface or relay, with its netmask if relayed."},
    {Reason::static_only, "static_only", "no address available",
     "The range is static: give the machine a dhcp-host line with an address, or add a pool."},
    {Reason::no_address, "no_address", "no address available",
     "The pool is used up: widen dhcp-range or shorten its lease time."},
    {Reason::ignored_by_tag, "ignored_by_tag", "ignored",
     "A dhcp-ignore line matches the tags of this machine; log-dhcp shows them."},
    {Reason::ignored_host, "ignored_host", "ignored", "Its dhcp-host line says ignore."},
    {Reason::no_unique_id, "no_unique_id", "no unique-id",
     "The client sent neither a hardware address nor a client identifier."},
    // RFC 2131 3.1(4): a REQUEST that names another server declines our offer; silence is the rule.
    {Reason::other_server, "other_server", "chose another server",
     "The machine took another server's offer; set dhcp-authoritative if that server is not to be."},
    // RFC 2131 4.3.2: a server that has no record of the client must remain silent, so that several can share
    // a network.
    {Reason::unknown_lease, "unknown_lease", "unknown lease",
     "The address was not leased by this server; set dhcp-authoritative if this server is the only one."},
    {Reason::unknown_rebinding, "unknown_rebinding", "unknown lease",
     "The machine asks every server to extend a lease; this one did not give it, another may have."},
    {Reason::lease_ended, "lease_ended", "the lease ended before its ACK could leave",
     "The machine gave the address back while the disk was busy; it asks again."},
    {Reason::not_pxe, "not_pxe", "not a PXE request", "Only PXE clients are answered here."},
    {Reason::proxy_only, "proxy_only", "addresses are another server's",
     "The dhcp-range here says proxy: PXE clients are told what to boot, and nobody gets an address."},
    // RFC 4578 2.1: a PXE client MUST send it, and no menu can be chosen without.
    {Reason::no_client_arch, "no_client_arch", "no client architecture",
     "The machine says PXEClient without option 93 (RFC 4578); see for newer firmware."},
    {Reason::no_boot_file, "no_boot_file", "nothing to boot",
     "Give a dhcp-boot or pxe-service line that holds for this machine's tags and architecture."},
    {Reason::unknown_boot_item, "unknown_boot_item", "no such PXE service",
     "No pxe-service line of ours names a file for the menu item this machine took."},
    {Reason::credentials_asked, "credentials_asked", "PXE BIS not supported",
     "The machine wants a signed boot program (BIS); switch boot integrity off in its firmware."},
    // giaddr is where the reply goes: unchecked it makes the server send to any host.
    {Reason::relay_refused, "relay_refused", "relay refused",
     "The relay's address (giaddr) is one of ours, or no host's; correct the relay."},
    {Reason::too_many_hops, "too_many_hops", "too many hops",
     "Relays pass this message in a circle; look for two relays that serve the same network."},
    {Reason::relay_without_interface, "relay_without_interface", "cannot relay via interface",
     "The interface of the dhcp-relay line does not exist now, or has no address."},
    {Reason::relay_reply_misdirected, "relay_reply_misdirected", "relay reply came by another interface",
     "The dhcp-relay line takes replies by its interface only; correct it if the server is elsewhere."},
    {Reason::bootp_without_host, "bootp_without_host", "no address configured",
     "BOOTP clients need a dhcp-host line with an address."},
    {Reason::unsupported_type, "unsupported_type", "unsupported message type", "Nothing needs to be done."},
    {Reason::lease_limit, "lease_limit", "no leases left", "Raise dhcp-lease-max."},
    {Reason::store_failed, "store_failed", "lease not stored",
     "See the error of the lease database: a full disk or a lost permission."},
    {Reason::waiting_for_store, "waiting_for_store", "waiting for the lease database",
     "The disk is slow; nothing was lost."},
    {Reason::waiting_for_probe, "waiting_for_probe", "testing the address",
     "no-ping offers without testing first."},
    {Reason::overloaded, "overloaded", "overloaded", "More requests at once than the service takes."},
    // DHCP: NAK. The phrases are dnsmasq's and go to the client in option 56.
    {Reason::wrong_server_id, "wrong_server_id", "wrong server-ID",
     "The machine took another server's offer and dhcp-authoritative forbids that."},
    {Reason::wrong_address, "wrong_address", "wrong address",
     "The machine remembers an address that is no longer its own; it will ask for a new one."},
    {Reason::wrong_network, "wrong_network", "wrong network",
     "The machine came from another network; it will ask for a new address."},
    {Reason::address_not_available, "address_not_available", "address not available",
     "The address is outside the ranges this machine may use; compare dhcp-range and its tags."},
    {Reason::static_lease_available, "static_lease_available", "static lease available",
     "A dhcp-host line gives this machine another address; it will ask for that one."},
    {Reason::address_reserved, "address_reserved", "address reserved",
     "A dhcp-host line keeps this address for another machine."},
    {Reason::address_in_use, "address_in_use", "address in use",
     "Another machine has this address; see the lease file."},
    {Reason::lease_not_found, "lease_not_found", "lease not found",
     "The machine renews a lease this server does not have; it will ask for a new one."},
    // DHCP: said beside an answer, or instead of nothing.
    {Reason::host_address_leased, "host_address_leased", "not using configured address: it is leased",
     "Another machine still has the address of this dhcp-host line; wait for its lease to end."},
    {Reason::host_address_is_server, "host_address_is_server",
     "not using configured address: it is in use by the server or relay",
     "Give the dhcp-host line an address that is not the server's or the router's."},
    {Reason::host_address_declined, "host_address_declined",
     "not using configured address: it was previously declined",
     "Some machine uses this address without asking; find it, the address is tried again in 10 minutes."},
    {Reason::boot_file_too_long, "boot_file_too_long", "boot file name over 127 bytes, in option 67 only",
     "Firmware that reads the header finds no file; use a shorter name or a link."},
    {Reason::pxe_menu_too_long, "pxe_menu_too_long", "PXE menu too large",
     "Firmware takes 253 bytes of menu and 253 of servers: shorten the texts or use fewer pxe-service "
     "lines."},
    {Reason::ipxe_would_loop, "ipxe_would_loop", "no boot file: iPXE would load itself again",
     "Put a script named boot.ipxe beside the program, or name one in dhcp-boot=tag:ipxe,FILE."},
    {Reason::ipxe_lacks_http, "ipxe_lacks_http", "this iPXE was built without HTTP",
     "Name a file of TFTP in its dhcp-boot line, or have it load a full iPXE first: "
     "dhcp-match=set:http,175,19 "
     "and, as the last boot line, dhcp-boot=tag:!http,undionly.kpxe (for UEFI snponly.efi)."},
    {Reason::no_boot_url, "no_boot_url", "nothing to boot over HTTP",
     "UEFI HTTP Boot wants a URL: set enable-http, or name http://ADDRESS/FILE in dhcp-boot."},
    {Reason::option_left_out, "option_left_out", "options left out: the reply would be too long",
     "Configure fewer or shorter options for this machine, or let it take larger replies."},
    {Reason::domain_ignored, "domain_ignored", "ignoring the domain of its name",
     "A name with another domain than that of its address: write a domain= line for the addresses, or leave "
     "the domain out."},
    // RFC 2131 4.3.3: the address is marked as not available and the administrator told.
    {Reason::address_declined, "address_declined", "address declined",
     "Some machine uses this address without asking; it is not given away for 10 minutes."},
    {Reason::address_conflict, "address_conflict", "address answers already",
     "Some machine uses this address without asking; another one was chosen."},
    {Reason::abandoned_sibling_lease, "abandoned_sibling_lease", "abandoning lease of the other interface",
     "Both hardware addresses stand on one dhcp-host line and share its address."},
    {Reason::offer_in_other_shape, "offer_in_other_shape", "offered in another form",
     "Two offers were not answered, so this one is worded otherwise; no-adaptive-offer switches that off."},
    {Reason::quirk_profile, "quirk_profile", "answered by a quirk profile",
     "This firmware needs what the profile says; quirks= names a file of your own, or none."},
    // Other servers. Only what is sent to everybody can be heard: switches keep the rest from us.
    {Reason::competing_server, "competing_server", "another server gives addresses here",
     "Two servers promise the same addresses unless their ranges differ: stop one of them, or let this one "
     "be a proxy (dhcp-range=NETWORK,proxy). OFFERs to a single machine cannot be heard here."},
    {Reason::server_claims_pxe, "server_claims_pxe", "the DHCP server here calls itself a PXE server",
     "PXE machines will ask it for their boot file and ignore this proxy: remove option 60 (PXEClient) from "
     "its settings. OFFERs to a single machine cannot be heard here."},
    {Reason::competing_proxy, "competing_proxy", "another server tells machines here what to boot",
     "Which of the two a machine believes is up to its firmware: stop one of them. OFFERs to a single "
     "machine cannot be heard here."},
    // What a ROM calls PXE-E52: proxyDHCP offers were received, no DHCP offers were received.
    {Reason::no_dhcp_server, "no_dhcp_server", "no DHCP server gives addresses here",
     "A proxy only adds to another server's offers; start that server, or give a dhcp-range of addresses."},
    {Reason::bsdp_asked, "bsdp_asked", "Apple BSDP is not served",
     "pxed does not speak Apple's boot protocol; NetBoot of Apple machines needs another server."},
    {Reason::multicast_asked, "multicast_asked", "multicast TFTP is not served",
     "pxed sends each file to each machine (neither MTFTP nor RFC 2090); the machine goes on without."},
    {Reason::tags_forgotten, "tags_forgotten",
     "no boot-linux script: the machine's tags are not known any more",
     "pxed was restarted since, or very many others came; the line without tags may be the wrong system for "
     "it: boot it again."},
    // TFTP.
    {Reason::file_not_found, "file_not_found", "file not found",
     "Put the file below tftp-root or correct the name in dhcp-boot."},
    {Reason::outside_root, "outside_root", "outside tftp-root", "The name leaves tftp-root; correct it."},
    {Reason::link_leaves_root, "link_leaves_root", "link leaves tftp-root",
     "Name the directory the link points into with tree-allow, or copy the file below tftp-root."},
    {Reason::not_a_file, "not_a_file", "not a file",
     "The name is a directory or a device; name a file in it."},
    {Reason::permission_denied, "permission_denied", "permission denied",
     "Make the file and its directories readable for the account of the service."},
    {Reason::owner_differs, "owner_differs", "owner differs",
     "tftp-secure serves only files owned by the account of the service; chown it."},
    {Reason::unsupported_request, "unsupported_request", "unsupported request",
     "Only reading in octet or netascii mode is served."},
    {Reason::write_asked, "write_asked", "writing by TFTP is not served",
     "pxed only reads; backups of switches and crash dumps need another TFTP server."},
    {Reason::too_many_transfers, "too_many_transfers", "too many transfers",
     "Raise tftp-max, and the file limit of the service with it."},
    {Reason::client_error, "client_error", "client error",
     "The machine ended the transfer; its text says why."},
    {Reason::timed_out, "timed_out", "timed out",
     "The machine stopped answering; look for a firewall, a smaller MTU on the way, or a reset."},
    // RFC 1350 4: ERROR 5 to the stranger, and the transfer goes on.
    {Reason::wrong_tid, "wrong_tid", "wrong TID",
     "A datagram came from a port that is not the transfer's; look for NAT or a second server."},
    {Reason::file_shrank, "file_shrank", "file became shorter while it was sent",
     "Replace boot files by renaming a new one over the old."},
    {Reason::read_failed, "read_failed", "read failed", "See the kernel's log for errors of that disk."},
    // EDK2 asks for tsize, aborts with an ERROR and asks again: no failure, though other servers log it as
    // one.
    {Reason::size_probe, "size_probe", "asked for the size only",
     "Firmware does this before the real transfer."},
    // HTTP. RFC 9112 3.2, RFC 3986 2.1.
    {Reason::bad_target, "bad_target", "path refused",
     "The URL holds `..`, an encoded slash, a control character or a broken escape; correct it."},
    {Reason::bad_request, "bad_request", "request refused",
     "The client sends what reading a file does not need; see what program it is."},
    {Reason::method_not_allowed, "method_not_allowed", "method not allowed",
     "Only GET and HEAD are served; nothing can be written here."},
    {Reason::not_modified, "not_modified", "not changed since it was fetched", "Nothing needs to be done."},
    {Reason::precondition_failed, "precondition_failed", "changed since it was fetched",
     "The client asked for a version of the file that is no longer there; it begins anew."},
    {Reason::range_not_satisfiable, "range_not_satisfiable", "range beyond the end of the file",
     "The client resumes a download of a longer file; have it begin anew."},
    // sanboot reads a disk image sector by sector: one line for each would fill the log.
    {Reason::part_sent, "part_sent", "a further part of the file", "Nothing needs to be done."},
    {Reason::too_many_connections, "too_many_connections", "too many connections",
     "Raise http-max-per-client if many machines share this address."},
    // Debian's OVMF, for one, has neither TLS 1.3 nor ECDSA.
    {Reason::tls_failed, "tls_failed", "TLS handshake failed",
     "Have the machine trust the certificate authority of http-tls-cert, and give it a certificate for the "
     "name "
     "in the URL, with an RSA key: some firmware takes no other."},
});

// row_of() indexes by the enum, so the table must follow it without a gap.
constexpr bool is_in_order() {
    for (std::size_t i = 0; i < k_table.size(); ++i) {
        if (static_cast<std::size_t>(k_table[i].reason) != i) return false;
    }
    return k_table.back().reason == Reason::tls_failed;
}
static_assert(is_in_order());

}  // namespace

std::span<const ReasonRow> reason_table() {
    return k_table;
}

const ReasonRow& row_of(Reason reason) {
    return k_table[static_cast<std::size_t>(reason)];
}

}  // namespace pxed
