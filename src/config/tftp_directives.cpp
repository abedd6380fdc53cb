// The rows of TFTP and of the boot tree. dnsmasq without a tftp-root serves every file of the machine; pxed
// then serves none, which check() says.

#include <algorithm>
#include <array>
#include <string>

#include "config/line.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

Parsed parse_enable_tftp(Line& line) {
    auto& policy = line.config().tftp;
    // Lines add up: one without interfaces switches TFTP on, one with them limits where.
    policy.is_enabled = true;
    for (const auto& field : line.value().split()) {
        if (!field.is_empty()) policy.interfaces.push_back(field.str());
    }
    return {};
}

// dnsmasq takes a relative directory from the root of the file system.
std::string absolute(const Field& path) {
    return path.text().starts_with('/') ? path.str() : '/' + path.str();
}

Parsed parse_tftp_root(Line& line) {
    FieldReader fields{line.value()};
    if (!fields.has_more()) return fail(std::string{"a directory is missing"});
    const Field directory = fields.take();
    if (directory.is_empty()) return fail(std::string{"a directory is missing"});
    const Field interface = fields.has_more() ? fields.take() : Field{};
    if (fields.has_more())
        return fail("there is one comma too many; the form is " + std::string{line.directive().syntax});
    if (!directory.text().starts_with('/')) {
        line.warn(quote(directory.text()) + " is taken as " + quote(absolute(directory)));
    }
    line.config().tftp.roots.push_back({absolute(directory), interface.str(), line.origin()});
    return {};
}

Parsed parse_tree_allow(Line& line) {
    // Ours alone, so there is no older reading of a relative path to keep.
    if (!line.value().text().starts_with('/'))
        return fail(quote(line.value().text()) + " is no absolute path");
    line.config().tftp.allowed_targets.push_back({line.value().str(), {}, line.origin()});
    return {};
}

Parsed parse_unique_root(Line& line) {
    const auto value = line.value();
    if (value.is_empty() && line.has_value())
        return fail(std::string{"ip or mac is missing behind the \"=\""});
    auto& unique = line.config().tftp.unique_root;
    if (value.is_empty() || value.is_word("ip")) {
        unique = tftp::UniqueRoot::by_address;
    } else if (value.is_word("mac")) {
        unique = tftp::UniqueRoot::by_hardware;
    } else {
        return fail(quote(value.text()) + " is neither ip nor mac");
    }
    return {};
}

Parsed parse_port_range(Line& line) {
    const auto fields = line.value().split();
    if (fields.size() == 2) {
        const auto first = parse_number_between(fields[0].text(), 1, 0xffff);
        const auto last = parse_number_between(fields[1].text(), 1, 0xffff);
        if (first && last) {
            // dnsmasq too takes the two in any order.
            const auto [low, high] = std::minmax(*first, *last);
            line.config().tftp.port_range = {static_cast<std::uint16_t>(low),
                                             static_cast<std::uint16_t>(high)};
            return {};
        }
    }
    return fail("bad port range " + quote(line.value().text()) + "; it is FIRST,LAST, each from 1 to 65535");
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "enable-tftp",
     .group = Group::tftp,
     .value = Value::optional,
     .syntax = "INTERFACE[,INTERFACE...]",
     .help = "serve files over TFTP (on these interfaces only)",
     .manual = "Serves files over TFTP, on the interfaces that DHCP is served on or on those named here. "
               "Without this line nothing is served over TFTP."
               "\n\n    enable-tftp"
               "\n    tftp-root=/srv/tftp",
     .pitfall = "Without tftp-root it serves no file.",
     .reload = Reload::sockets,
     .parse = parse_enable_tftp},
    {.name = "tftp-root",
     .group = Group::tftp,
     .syntax = "DIRECTORY[,INTERFACE]",
     .help = "the directory whose files TFTP serves",
     .manual = "The directory whose files are served, perhaps for one interface only. Of several lines for "
               "an interface the first one counts; without any, the last one for all. Nothing outside is "
               "ever served, see tree-allow for symbolic links. Without this line TFTP serves no file, "
               "where dnsmasq serves every file of the machine."
               "\n\n    tftp-root=/srv/tftp"
               "\n    tftp-root=/srv/arm,eth2",
     .pitfall = "The packaged unit hides /home, /root and /run/user from pxed; keep the tree "
                "elsewhere, /srv/tftp for instance.",
     .reload = Reload::sockets,
     .parse = parse_tftp_root},
    // dnsmasq follows links anywhere; a boot tree that links to a distribution's packages needs this line
    // here.
    {.name = "tree-allow",
     .group = Group::tftp,
     .syntax = "DIRECTORY",
     .help = "symbolic links in the root may lead below this directory too",
     .manual = "A symbolic link that leads out of tftp-root is served only when its target lies below a "
               "directory that such a line names. Without this line no such link is served. It is pxed's "
               "own directive."
               "\n\n    tree-allow=/usr/lib/syslinux",
     .pitfall = "It names where links lead, not where they stand.",
     .parse = parse_tree_allow},
    {.name = "tftp-unique-root",
     .group = Group::tftp,
     .value = Value::optional,
     .syntax = "ip|mac",
     .help = "serve each client from its own directory below the root, if there is one",
     .manual = "Looks for files in the directory below tftp-root that is named by the client's address "
               "(`192.168.1.5`) or with `mac` by its hardware address (`52-54-00-12-34-56`), if that "
               "directory exists, else in the root. Bare it means `ip`. Without this line the files are the "
               "same for all."
               "\n\n    tftp-unique-root=mac",
     .pitfall = "What the client's directory lacks is taken from the root all the same.",
     .parse = parse_unique_root},
    {.name = "tftp-secure",
     .group = Group::tftp,
     .use = Use::flag,
     .value = Value::none,
     .help = "serve only files that belong to the account pxed runs as",
     .manual = "Serves only files that belong to the account pxed runs as; as root, files that all may read.",
     .pitfall = "Readable is not enough: the files of a package belong to root and are refused.",
     .parse = flag<&tftp::Policy::is_secure>},
    {.name = "tftp-lowercase",
     .group = Group::tftp,
     .use = Use::flag,
     .value = Value::none,
     .help = "turn the names that clients ask for into lower case",
     .manual = "Turns the names that clients ask for into lower case before the file is looked for.",
     .pitfall = "A file with a capital in its name is then never found.",
     .parse = flag<&tftp::Policy::lower_cases>},
    // dnsmasq finds a name as it is asked or not at all.
    {.name = "no-sibling-lookup",
     .group = Group::tftp,
     .use = Use::flag,
     .value = Value::none,
     .help = "find files only by the very name that is asked for",
     .manual =
         "A name that is not there is looked for with letters of another case, then beside the boot "
         "program that the machine has loaded, both in the same way: shim started from a directory finds "
         "its `grubx64.efi` there, Windows its `\\Boot\\BCD`. The log says `asked -> found`. Of several "
         "spellings the alphabetically first counts. This line switches both off, for HTTP as well. It is "
         "pxed's own directive.",
     .pitfall = "shim may ask for GRUB at the root although it was loaded from a directory: GRUB then has to "
                "be there.",
     .parse = flag<&tftp::Policy::looks_elsewhere, false>},
    {.name = "tftp-no-fail",
     .group = Group::tftp,
     .use = Use::flag,
     .value = Value::none,
     .help = "start although a tftp-root cannot be read",
     .manual = "Starts although a tftp-root is missing or cannot be read, with a warning.",
     .pitfall = "A disk that was not mounted then looks like files that are missing.",
     .parse = flag<&tftp::Policy::ignores_missing_root>},
    {.name = "tftp-no-blocksize",
     .group = Group::tftp,
     .use = Use::flag,
     .value = Value::none,
     .help = "send blocks of 512 bytes whatever the client asks for",
     .manual = "Does not answer the block size option: for clients that ask for it and then cannot do it.",
     .pitfall = "A kernel and its initial RAM disk take minutes in blocks of 512 bytes.",
     .parse = flag<&tftp::Policy::ignores_blocksize>},
    // With dnsmasq's 50 transfers under way no further request is read, and the machines of a large room time
    // out.
    {.name = "tftp-max",
     .group = Group::tftp,
     .use = Use::once,
     .syntax = "NUMBER",
     .help = "most transfers at one time (default: 2000)",
     .manual =
         "Limits how many transfers run at one time. The default is 2000, where dnsmasq has 50, or what "
         "the limit of open files leaves, which is said at start."
         "\n\n    tftp-max=500",
     .pitfall = "Each transfer takes two file descriptors: LimitNOFILE= of the unit has to hold them.",
     .parse = number<&tftp::Policy::max_transfers, 0, 1000000>,
     .default_value = "2000"},
    // The cure for PXE-E35 behind tunnels: some firmware cannot put fragments together.
    {.name = "tftp-mtu",
     .group = Group::tftp,
     .use = Use::once,
     .syntax = "BYTES",
     .help = "largest packet TFTP may send, instead of the interface's MTU",
     .manual = "Bounds the block size as if the interface had this MTU (blocks have 32 bytes less): for "
               "paths that lose large packets. Without this line the MTU of the interface bounds it."
               "\n\n    tftp-mtu=1400",
     .parse = number<&tftp::Policy::mtu, 68, 65535>},
    {.name = "tftp-port-range",
     .group = Group::tftp,
     .use = Use::once,
     .syntax = "FIRST,LAST",
     .help = "ports that transfers use, for firewalls",
     .manual = "Transfers use ports from FIRST to LAST, one each, which bounds their number as well. "
               "Without this line the kernel names a free port for each."
               "\n\n    tftp-port-range=50000,50999",
     .pitfall = "A request for which no port is left gets no answer; and requests come to port 69 all the "
                "same.",
     .parse = parse_port_range},
    // A departure from RFC 1350 4 (a new port for each transfer), for ways that let nothing back but answers
    // of port 69.
    {.name = "tftp-single-port",
     .group = Group::tftp,
     .use = Use::flag,
     .value = Value::none,
     .help = "send everything from port 69, for NAT and containers",
     .manual =
         "Transfers stay on port 69 instead of a port each, so that they pass NAT and container networks.",
     .pitfall = "Two transfers that a client begins from one port of its own cannot be told apart.",
     .parse = flag<&tftp::Policy::is_single_port>},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> tftp_rows() {
    return k_rows;
}

}  // namespace pxed::config
