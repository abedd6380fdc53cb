// What dnsmasq 2.92 knows and pxed does not serve. A name of another service (DNS, DHCPv6) is warned about
// once, so that a combined file can be brought as it is; one that would change what DHCP clients see is
// refused.

#include <array>

#include "config/tables.hpp"

namespace pxed::config {

namespace {

// How dnsmasq's own table has the name: so a line that dnsmasq refuses (a value on a flag) can be told.
enum class Shape { flag, once, optional, many };

constexpr Directive row(std::string_view name, Shape shape, Status status, std::string_view reason,
                        char letter) {
    Directive result;
    result.name = name;
    result.short_option = letter;
    result.status = status;
    result.reason = reason;
    result.reload = Reload::none;
    result.help = "known from dnsmasq, not served";
    result.manual = "Known from dnsmasq, not served.";
    result.use = shape == Shape::flag ? Use::flag : shape == Shape::once ? Use::once : Use::many;
    result.value = shape == Shape::flag       ? Value::none
                   : shape == Shape::optional ? Value::optional
                                              : Value::required;
    if (shape != Shape::flag) result.syntax = "VALUE";
    return result;
}

constexpr Directive dns(std::string_view name, Shape shape, char letter = 0) {
    return row(name, shape, Status::recognised_other, k_is_dns, letter);
}

constexpr Directive ipv6(std::string_view name, Shape shape, char letter = 0) {
    return row(name, shape, Status::recognised_other,
               "is DHCPv6 or router advertisement; pxed does not serve it", letter);
}

constexpr Directive skipped(std::string_view name, Shape shape, std::string_view reason, char letter = 0) {
    return row(name, shape, Status::recognised_other, reason, letter);
}

// Refused rather than warned about: with the line left out a client would get an answer its administrator did
// not want, or none.
constexpr Directive refused(std::string_view name, Shape shape, std::string_view reason, char letter = 0) {
    return row(name, shape, Status::not_served, reason, letter);
}

constexpr auto k_rows = std::to_array<Directive>({
    // DNS
    dns("add-cpe-id", Shape::many),
    dns("add-mac", Shape::optional),
    dns("add-subnet", Shape::many),
    dns("address", Shape::many, 'A'),
    dns("alias", Shape::many, 'V'),
    dns("all-servers", Shape::flag),
    dns("auth-peer", Shape::many),
    dns("auth-sec-servers", Shape::many),
    dns("auth-server", Shape::many),
    dns("auth-soa", Shape::once),
    dns("auth-ttl", Shape::once),
    dns("auth-zone", Shape::many),
    dns("bogus-nxdomain", Shape::many, 'B'),
    dns("bogus-priv", Shape::flag, 'b'),
    dns("caa-record", Shape::many),
    dns("cache-rr", Shape::many),
    dns("cache-size", Shape::once, 'c'),
    dns("clear-on-reload", Shape::flag),
    dns("cname", Shape::many),
    dns("connmark-allowlist", Shape::many),
    dns("connmark-allowlist-enable", Shape::optional),
    dns("conntrack", Shape::flag),
    dns("dhcp-ttl", Shape::once),
    dns("dns-forward-max", Shape::once, '0'),
    dns("dns-loop-detect", Shape::flag),
    dns("dns-rr", Shape::many),
    dns("dnssec", Shape::flag),
    dns("dnssec-check-unsigned", Shape::optional),
    dns("dnssec-debug", Shape::flag),
    dns("dnssec-limits", Shape::many),
    dns("dnssec-no-timecheck", Shape::flag),
    dns("dnssec-timestamp", Shape::once),
    dns("do-0x20-encode", Shape::flag),
    dns("domain-needed", Shape::flag, 'D'),
    dns("dynamic-host", Shape::many),
    dns("edns-packet-max", Shape::once, 'P'),
    dns("expand-hosts", Shape::flag, 'E'),
    dns("fast-dns-retry", Shape::optional),
    dns("filter-A", Shape::flag),
    dns("filter-AAAA", Shape::flag),
    dns("filter-rr", Shape::many),
    dns("filterwin2k", Shape::flag, 'f'),
    dns("host-record", Shape::many),
    dns("ignore-address", Shape::many),
    dns("interface-name", Shape::many),
    dns("ipset", Shape::many),
    dns("local", Shape::many),
    dns("local-service", Shape::optional),
    dns("local-ttl", Shape::once, 'T'),
    dns("localise-queries", Shape::flag, 'y'),
    dns("localmx", Shape::flag, 'L'),
    dns("log-queries", Shape::optional, 'q'),
    dns("max-cache-ttl", Shape::once),
    dns("max-port", Shape::once),
    dns("max-tcp-connections", Shape::once),
    dns("max-ttl", Shape::once),
    dns("min-cache-ttl", Shape::once),
    dns("min-port", Shape::once),
    dns("mx-host", Shape::many, 'm'),
    dns("mx-target", Shape::once, 't'),
    dns("naptr-record", Shape::many),
    dns("neg-ttl", Shape::once),
    dns("nftset", Shape::many),
    dns("no-0x20-encode", Shape::flag),
    dns("no-ident", Shape::flag),
    dns("no-negcache", Shape::flag, 'N'),
    dns("no-poll", Shape::flag, 'n'),
    dns("no-resolv", Shape::flag, 'R'),
    dns("no-round-robin", Shape::flag),
    dns("port-limit", Shape::once),
    dns("proxy-dnssec", Shape::flag),
    dns("ptr-record", Shape::many),
    dns("query-port", Shape::once, 'Q'),
    dns("rebind-domain-ok", Shape::many),
    dns("rebind-localhost-ok", Shape::flag),
    dns("resolv-file", Shape::many, 'r'),
    dns("rev-server", Shape::many),
    dns("selfmx", Shape::flag, 'e'),
    dns("server", Shape::many, 'S'),
    dns("servers-file", Shape::once),
    dns("srv-host", Shape::many, 'W'),
    dns("stop-dns-rebind", Shape::flag),
    dns("strict-order", Shape::flag, 'o'),
    dns("strip-mac", Shape::flag),
    dns("strip-subnet", Shape::flag),
    dns("synth-domain", Shape::many),
    dns("trust-anchor", Shape::many),
    dns("txt-record", Shape::many, 'Y'),
    dns("umbrella", Shape::optional),
    dns("use-stale-cache", Shape::optional),
    // DHCPv6 and router advertisement
    ipv6("dhcp-duid", Shape::once),
    ipv6("enable-ra", Shape::flag),
    ipv6("no-dhcpv6-interface", Shape::many),
    ipv6("quiet-dhcp6", Shape::flag),
    ipv6("quiet-ra", Shape::flag),
    ipv6("ra-param", Shape::many),
    // without an effect on what clients see
    skipped("dumpfile", Shape::once, "is not served; capture packets with tcpdump"),
    skipped("dumpmask", Shape::once, "is not served; capture packets with tcpdump"),
    skipped("enable-dbus", Shape::optional, "is D-Bus; pxed does not serve it", '1'),
    skipped("enable-ubus", Shape::optional, "is ubus; pxed does not serve it"),
    // Its answers are for relays and access routers; no client gets another address without them.
    skipped("leasequery", Shape::optional, "is not served; relays that ask for leases get no answer"),
    skipped("log-debug", Shape::flag, "has no effect; log-dhcp says what is known of a client"),
    skipped("script-arp", Shape::flag, "is not served: dhcp-script hears of leases and of TFTP only"),
    // DHCP and PXE: without them clients would get other answers
    refused("conf-script", Shape::many,
            "is not served: pxed does not run programs to read its configuration"),
    refused("dhcp-luascript", Shape::once,
            "is not served: pxed runs no Lua; dhcp-script runs a program with the same facts"),
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> other_rows() {
    return k_rows;
}

}  // namespace pxed::config
