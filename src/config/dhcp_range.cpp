// The fields of dhcp-range: tags in front, then by place. dnsmasq's traps are kept and warned about: a bare
// word is a tag and no interface, ends may be swapped, and a number behind END is a lease time and no prefix
// length.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"

namespace pxed::config {

namespace {

// What an address may be made of; a first field with any other character is a tag, as in dnsmasq.
bool looks_like_address(const Field& field) {
    return std::ranges::all_of(field.text(), [](char c) {
        return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == '.' ||
               c == ':' || c == ' ';
    });
}

// Takes `tag:`, `set:` and bare tags from the front. dnsmasq tells them from START by its characters alone,
// so a bare tag of hexadecimal digits is read as an address: we refuse it with the spelling that works.
Parsed take_tags(Line& line, FieldReader& fields, dhcp::Range& range) {
    while (fields.has_more() && !looks_like_address(fields.peek())) {
        const Field field = fields.take();
        if (is_tag_test(field)) {
            if (auto test = tag_test(field); !test.name.empty()) range.tests.push_back(std::move(test));
            continue;
        }
        auto name = set_tag_name(field);
        if (!range.set_tag.empty()) {
            return fail("only one tag can be set; here are " + quote(range.set_tag) + " and " + quote(name));
        }
        if (!field.starts_with("set:")) {
            line.warn(quote(field.text()) +
                      " in front only sets a tag of that name; it does not tie the range to an interface");
        }
        range.set_tag = std::move(name);
    }
    return {};
}

// `1.5h` and the like: what to write instead, in the next smaller unit.
std::string decimal_hint(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == text.npos || text.size() != dot + 3) return {};
    const auto whole = parse_number(text.substr(0, dot));
    const auto tenth = parse_number(text.substr(dot + 1, 1));
    const std::string_view units = "smhdw";
    constexpr std::uint64_t k_smaller[] = {0, 60, 60, 24, 7};
    const auto unit = units.find(static_cast<char>(text.back() | 0x20));
    if (!whole || !tenth || *whole > 1000 || unit == units.npos || unit == 0) return {};
    const auto tenths = (*whole * 10 + *tenth) * k_smaller[unit];
    if (tenths % 10 != 0) return {};
    return "; did you mean " + std::to_string(tenths / 10) + units[unit - 1] + '?';
}

Parsed set_lease_time(Line& line, const Field& field, dhcp::Range& range) {
    if (field.is_empty()) return {};
    if (range.is_proxy)
        line.warn("a lease time has no effect with proxy: another server gives the addresses");
    if (field.is_word("deprecated")) {
        line.warn("\"deprecated\" is for DHCPv6 and has no effect");
        return {};
    }
    const auto time = parse_time(field.text());
    if (!time) {
        return fail(quote(field.text()) +
                    " is no lease time (a whole number with s, m, h, d or w, or \"infinite\")" +
                    decimal_hint(field.text()));
    }
    if (*time < dhcp::k_shortest_lease_time) {
        // Nobody leases for 24 seconds: that was meant as a prefix length, which dnsmasq's IPv4 ranges do not
        // know.
        const auto bits = parse_number_between(field.text(), 8, 30);
        line.warn("a lease time of " + std::to_string(time->count()) + " s is raised to " +
                  std::to_string(dhcp::k_shortest_lease_time.count()) + " s" +
                  (bits ? "; a netmask is written " + netmask_of(*bits).text() : std::string{}));
    }
    // dnsmasq's floor, which it applies without a word.
    range.lease_time = std::max(*time, dhcp::k_shortest_lease_time);
    return {};
}

Parsed set_end(Line& line, const Field& field, dhcp::Range& range) {
    if (field.is_word("static")) {
        range.is_static = true;
        return {};
    }
    if (field.is_word("proxy")) {
        range.is_proxy = true;
        return {};
    }
    const auto end = Ipv4::parse(field.text());
    if (!end) return fail(quote(field.text()) + " is no address; START is followed by END, static or proxy");
    range.last = *end;
    // `START,255.255.255.0` with END forgotten would be a range of a billion addresses.
    if (is_contiguous(*end) && end->value() >> 24 == 255) {
        line.warn(end->text() + " looks like a netmask but stands in the place of the last address");
    }
    if (range.last < range.first) {
        line.warn("the ends are swapped: " + range.first.text() + " is above " + range.last.text());
        // dnsmasq swaps without a word.
        std::swap(range.first, range.last);
    }
    return {};
}

// Takes `NETMASK[,BROADCAST]` if they are there.
Parsed take_netmask(FieldReader& fields, dhcp::Range& range) {
    if (!fields.has_more()) return {};
    // Only an address can be a netmask; anything else here is the lease time already.
    const auto netmask = Ipv4::parse(fields.peek().text());
    if (!netmask) return {};
    fields.take();
    if (!is_contiguous(*netmask)) return fail(netmask->text() + " is no netmask");
    // dnsmasq refuses it as well ("inconsistent DHCP range").
    if (!Network{range.first, *netmask}.contains(range.last)) {
        return fail("inconsistent range: " + range.first.text() + " and " + range.last.text() +
                    " are not in one network with netmask " + netmask->text());
    }
    range.netmask = netmask;
    if (!fields.has_more()) return {};
    if (const auto broadcast = Ipv4::parse(fields.peek().text())) {
        fields.take();
        range.broadcast = broadcast;
    }
    return {};
}

// By value, so that the caller's reader still stands at the first field.
bool is_ipv6(FieldReader fields) {
    while (fields.has_more()) {
        const Field field = fields.take();
        const bool is_hex = looks_like_address(field) && std::ranges::count(field.text(), ':') >= 2;
        if (is_hex || field.starts_with("constructor:")) return true;
    }
    return false;
}

}  // namespace

// [tag:T,...][set:T,]START,END|static|proxy[,NETMASK[,BROADCAST]][,LEASE]
Parsed parse_dhcp_range(Line& line) {
    FieldReader fields{line.value()};
    if (is_ipv6(fields)) {
        line.warn_once("this is a range of IPv6 addresses; pxed serves DHCPv4 only and skips it");
        return {};
    }
    dhcp::Range range;
    range.origin = line.origin();
    if (auto tags = take_tags(line, fields, range); !tags) return tags;
    if (!fields.has_more())
        return fail("START and END are missing: dhcp-range=" + std::string{line.directive().syntax});

    const Field start = fields.take();
    const auto first = Ipv4::parse(start.text());
    if (!first) {
        const bool may_be_tag = start.text().find('.') == std::string_view::npos && !start.is_empty();
        return fail(
            quote(start.text()) + " is no address" +
            (may_be_tag ? "; a tag that looks like one is written set:" + start.str() : std::string{}));
    }
    range.first = range.last = *first;
    if (!fields.has_more())
        return fail(std::string{"END is missing: a range is START,END or START,static or START,proxy"});
    if (auto end = set_end(line, fields.take(), range); !end) return end;
    if (auto netmask = take_netmask(fields, range); !netmask) return netmask;
    if (fields.has_more()) {
        if (auto time = set_lease_time(line, fields.take(), range); !time) return time;
    }
    if (fields.has_more()) {
        return fail(quote(fields.take_rest().text()) + " is left over; the lease time is the last field");
    }
    line.config().dhcp.ranges.push_back(std::move(range));
    return {};
}

}  // namespace pxed::config
