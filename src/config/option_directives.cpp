// The rows of what clients are sent, and dhcp-boot. The manual paragraphs tell the two things dnsmasq does
// otherwise: of several lines the last wins, and boot data fills the header always, since shim reads file and
// siaddr there and nowhere else.

#include <array>
#include <string>

#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/parsers.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// [tag:TAG,...]FILE[,NAME[,ADDRESS]], any part empty.
Parsed parse_dhcp_boot(Line& line) {
    FieldReader fields{line.value()};
    dhcp::Boot boot;
    boot.origin = line.origin();
    boot.tests = take_tag_tests(fields);
    // `dhcp-boot=` alone means "no boot file"; with tags and nothing else a comma was forgotten.
    if (!boot.tests.empty() && !fields.has_more()) {
        return fail(std::string{"there is no file behind the tags (tag:TAG,FILE)"});
    }
    if (auto read = read_boot_file(line, fields, boot); !read) return read;
    if (line.value().is_empty()) line.warn("the line is empty: clients it holds for get no boot file");
    line.config().dhcp.boots.push_back(std::move(boot));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "dhcp-option",
     .short_option = 'O',
     .group = Group::options,
     .syntax = "[tag:TAG,...][vendor:[CLASS],|encap:N,|vi-encap:ENTERPRISE,]N|option:NAME[,VALUE...]",
     .help = "send a DHCP option to clients that ask for it",
     .manual = "Sends option N (or the one of that name) to clients that ask for it. Of several lines for "
               "one option the tagged ones that hold go before untagged ones, and the last in the file "
               "wins. Without this line they are told the netmask and the broadcast address, this server or "
               "their relay as the router when they ask, the domain and the name, and no DNS server.\n\n"
               "A named option has its type. Otherwise the value is typed by its looks: digits are a "
               "number, as short as holds it, or of 1, 2 or 4 bytes with `b`, `s` or `i` behind them; "
               "hexadecimal with colons is bytes; dotted quads are addresses, `a.b.c.d/len` a network as in "
               "RFC 3442; everything else, and everything in double quotes, is text. In a list of addresses "
               "`0.0.0.0` stands for this server.\n\n"
               "Without a value options 1, 3, 6, 12, 15 and 28 are not sent at all; others are sent empty. "
               "`option:server-ip-address` is no option but the address to boot from.\n\n"
               "`vendor:CLASS` puts it inside option 43 for clients whose vendor class contains CLASS, "
               "`encap:N` inside option N, `vi-encap:ENTERPRISE` inside option 125."
               "\n\n    dhcp-option=option:router,192.168.1.1"
               "\n    dhcp-option=tag:lab,option:ntp-server,0.0.0.0"
               "\n    dhcp-option=vendor:PXEClient,6,2b",
     .pitfall = "Only clients that ask for the option get it, and firmware asks for few: see "
                "dhcp-option-force.",
     .parse = parse_dhcp_option},
    // RFC 2131 4.3.1 has a server send what the client asked for in option 55; some boot programs need what
    // they do not ask for.
    {.name = "dhcp-option-force",
     .group = Group::options,
     .syntax = "[tag:TAG,...][vendor:[CLASS],|encap:N,|vi-encap:ENTERPRISE,]N|option:NAME[,VALUE...]",
     .help = "send a DHCP option whether or not the client asks for it",
     .manual = "As dhcp-option, but the option is sent to clients that do not ask for it as well: "
               "PXELINUX's options 208 to 211, or `dhcp-option-force=tag:http,60,HTTPClient` for UEFI HTTP "
               "boot. Without this line clients get no option of the file that they did not ask for."
               "\n\n    dhcp-option-force=tag:http,60,HTTPClient",
     .pitfall = "It takes room in every reply; what no longer fits is left out, which the log says.",
     .parse = parse_dhcp_option_force},
    // "First match wins" is the natural mistake: with an architecture's line above that of iPXE, iPXE would
    // be sent to load iPXE for ever.
    {.name = "dhcp-boot",
     .short_option = 'M',
     .group = Group::boot,
     .syntax = "[tag:TAG,...]FILE[,SERVER-NAME[,SERVER-ADDRESS]]",
     .help = "the boot program clients load, and from which server",
     .manual = "Names the boot program, a path below tftp-root or a URL, and perhaps the server that has "
               "it; without SERVER-ADDRESS that is this one. Without this line, and without any other line "
               "of what to boot, pxed names what it finds in its tree (see no-found-boot). An address in "
               "the place of SERVER-NAME is only a name: write two commas.\n\n"
               "Of several lines the last one in the file whose tags hold wins; a line without tags counts "
               "only if no other holds.\n\n"
               "pxed fills the header's file and server fields always, and option 67 and 66 when they are "
               "asked for."
               "\n\n    dhcp-boot=pxelinux.0"
               "\n    dhcp-boot=tag:efi64,grubx64.efi"
               "\n    dhcp-boot=tag:ipxe,http://boot.example.org/menu.ipxe",
     .pitfall = "The machine of another architecture loads the file as well, and cannot start it: use "
                "boot-arch or a tag where there is more than one kind.",
     .parse = parse_dhcp_boot},
    // In dnsmasq the option stops moving file and sname out of the header into 67 and 66. Here they are never
    // moved, so that only the doubling is left to switch off.
    {.name = "dhcp-no-override",
     .group = Group::boot,
     .use = Use::flag,
     .value = Value::none,
     .help = "name boot file and server in the header only, not as options",
     .manual = "Leaves options 66 and 67 out even when a client asks for them, so that boot file and server "
               "stand only in the header of the reply.",
     .pitfall = "IP phones and others that read only the options then find neither.",
     .parse = flag<&dhcp::Policy::keeps_header>},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> option_rows() {
    return k_rows;
}

}  // namespace pxed::config
