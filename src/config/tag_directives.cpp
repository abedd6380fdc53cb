// The rows that set tags from what a client sends. Order matters at run time, not here: tag-if lines work in
// file order, and for all others each matching line sets its tag.

#include <array>
#include <string>

#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// set:TAG,[enterprise:N,]TEXT; the enterprise is DHCPv6's.
Result<dhcp::ClassMatch, std::string> read_class(Line& line, bool may_name_enterprise) {
    FieldReader fields{line.value()};
    dhcp::ClassMatch match;
    match.origin = line.origin();
    // A bare word sets the tag too: `dhcp-vendorclass=efi64,PXEClient:Arch:00007`.
    match.set_tag = fields.has_more() ? set_tag_name(fields.take()) : std::string{};
    if (match.set_tag.empty() || !fields.has_more()) {
        return fail(std::string{"a tag and a text are wanted: set:TAG,TEXT"});
    }
    const Field first = fields.take();
    if (!fields.has_more()) {
        match.text = first.str();
        return match;
    }
    // dnsmasq refuses it too: in a vendor class nothing but an enterprise can stand before a comma.
    if (!may_name_enterprise || !first.starts_with("enterprise:")) {
        return fail(std::string{"there is one comma too many; put a text with a comma in double quotes"});
    }
    line.warn("enterprise: is for DHCPv6 and has no effect");
    match.text = fields.take_rest().str();
    return match;
}

Parsed parse_vendorclass(Line& line) {
    TRY(auto match, read_class(line, true));
    line.config().dhcp.vendor_classes.push_back(std::move(match));
    return {};
}

Parsed parse_userclass(Line& line) {
    TRY(auto match, read_class(line, false));
    line.config().dhcp.user_classes.push_back(std::move(match));
    return {};
}

Parsed parse_dhcp_mac(Line& line) {
    FieldReader fields{line.value()};
    const std::string tag = fields.has_more() ? set_tag_name(fields.take()) : std::string{};
    if (tag.empty() || !fields.has_more())
        return fail(std::string{"a tag and a MAC are wanted: set:TAG,MAC"});
    const Field mac = fields.take_rest();
    // An error here and only a warning in dhcp-host: where nothing but a MAC can stand, it can be no name.
    if (const auto meant = misspelt_mac(mac.text())) {
        return fail(quote(mac.text()) + " is no hardware address; did you mean " + *meant + '?');
    }
    TRY(const auto pattern, parse_hw_pattern(mac.text()));
    line.config().dhcp.macs.push_back({tag, pattern, line.origin()});
    return {};
}

// Only written-out set: and tag: are taken here, as in dnsmasq.
Parsed parse_tag_if(Line& line) {
    dhcp::TagIf rule;
    rule.origin = line.origin();
    for (const auto& field : line.value().split()) {
        const bool sets = field.starts_with("set:");
        // Five characters: `tag:` and at least one of a name.
        if ((!sets && !field.starts_with("tag:")) || field.size() < 5) {
            return fail("bad tag-if: " + quote(field.text()) + " is neither set:TAG nor tag:TAG");
        }
        if (sets) {
            rule.sets.push_back(set_tag_name(field));
        } else {
            rule.tests.push_back(tag_test(field));
        }
    }
    if (rule.sets.empty())
        return fail(std::string{"bad tag-if: no set:TAG says what to do when the tags hold"});
    line.config().dhcp.tag_ifs.push_back(std::move(rule));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    // 175 is the test for iPXE that also finds builds with another user class (option 77), as vendors ship
    // them.
    {.name = "dhcp-match",
     .group = Group::tags,
     .syntax = "set:TAG,N|option:NAME|vi-encap:ENTERPRISE[,VALUE]",
     .help = "set a tag for clients that send an option (with this value)",
     .manual = "Gives the tag to clients that send the option. With VALUE only to those whose option has "
               "it: text matches anywhere in it, hexadecimal with colons (and `*` for any byte) from its "
               "beginning, a number any element of a list such as client-arch. Without this line the option "
               "sets no tag; what kind of machine boots pxed knows by itself, see the words of boot-arch."
               "\n\n    dhcp-match=set:ipxe,175"
               "\n    dhcp-match=set:efi64,option:client-arch,7",
     .pitfall = "client-arch 7 misses the x64 machines that say 9; boot-arch=efi-x64 has both.",
     .parse = parse_dhcp_match},
    // A substring: firmware writes `PXEClient:Arch:00007:UNDI:003016`, and the part behind the number
    // differs.
    {.name = "dhcp-vendorclass",
     .short_option = 'U',
     .group = Group::tags,
     .syntax = "set:TAG,TEXT",
     .help = "set a tag for clients whose vendor class contains TEXT",
     .manual = "Gives the tag to clients whose vendor class (option 60) contains TEXT, upper and lower case "
               "as written. Without this line the class sets no tag but the words of boot-arch."
               "\n\n    dhcp-vendorclass=set:efi64,PXEClient:Arch:00007",
     .pitfall = "iPXE says PXEClient and the number of the firmware below it: a tag for the firmware alone "
                "wants `tag:!ipxe` beside it.",
     .parse = parse_vendorclass},
    // iPXE sends the bare word where RFC 3004 wants a length in front; both are found.
    {.name = "dhcp-userclass",
     .short_option = 'j',
     .group = Group::tags,
     .syntax = "set:TAG,TEXT",
     .help = "set a tag for clients whose user class contains TEXT",
     .manual = "Gives the tag to clients whose user class (option 77) contains TEXT, upper and lower case "
               "as written. `dhcp-userclass=set:ipxe,iPXE` finds iPXE. Without this line iPXE has the tag "
               "`ipxe` all the same, unless another line sets one of that name (see boot-arch)."
               "\n\n    dhcp-userclass=set:ipxe,iPXE"
               "\n    dhcp-boot=tag:ipxe,http://192.168.1.1/menu.ipxe",
     .pitfall = "The iPXE in a network card's ROM says iPXE too, and may lack what yours has.",
     .parse = parse_userclass},
    {.name = "dhcp-mac",
     .short_option = '4',
     .group = Group::tags,
     .syntax = "set:TAG,MAC",
     .help = "set a tag for clients with this hardware address",
     .manual = "Gives the tag to clients with the hardware address; `*` stands for any byte. Every line "
               "that matches sets its tag. Without this line a MAC sets no tag but by dhcp-host."
               "\n\n    dhcp-mac=set:pi,b8:27:eb:*:*:*",
     .pitfall = "It makes no machine `known`: that takes a dhcp-host line.",
     .parse = parse_dhcp_mac},
    // The one place where dnsmasq lets a tag end in `*`.
    {.name = "tag-if",
     .group = Group::tags,
     .syntax = "set:TAG[,set:TAG...][,tag:TAG...]",
     .help = "set tags when other tags are set",
     .manual = "Sets its tags when all tests hold (`tag:TAG`, `tag:!TAG`; `tag:ab*` holds for any tag that "
               "begins so, of an interface or of boot-arch's words too: `tag:efi-*`). The lines are worked "
               "through in file order, so that one sees what those above it set. Without this line no tag "
               "follows from others."
               "\n\n    tag-if=set:efi,tag:efi64"
               "\n    tag-if=set:chain,tag:efi,tag:!ipxe",
     .pitfall = "A line sees only the tags that lines above it have set.",
     .parse = parse_tag_if},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> tag_rows() {
    return k_rows;
}

}  // namespace pxed::config
