// The rows of files beside the configuration. Their parse functions only note the paths: the files are read
// when all of the configuration is, since what they say goes above it wherever the line stands.

#include <array>

#include "config/line.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

template <ExternalSource::Kind kind, bool is_watched>
Parsed add_source(Line& line) {
    if (line.value().is_empty()) {
        // What a template with nothing to fill in leaves; dnsmasq takes it.
        line.warn("the path is empty: nothing is read");
        return {};
    }
    line.config().externals.sources.push_back({kind, is_watched, line.value().str(), line.origin()});
    return {};
}

Parsed parse_read_ethers(Line& line) {
    line.config().externals.ethers = line.origin();
    return {};
}

Parsed parse_no_hosts(Line& line) {
    line.config().externals.has_etc_hosts = false;
    return {};
}

using Kind = ExternalSource::Kind;

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "dhcp-hostsfile",
     .group = Group::files,
     .syntax = "PATH",
     .help = "read dhcp-host lines from this file, or all files of this directory",
     .manual = "Reads machines from a file another program may write: each line is what would follow "
               "`dhcp-host=`. A line that is wrong is logged and skipped, the others count. With a "
               "directory all its files are read, but for names that begin with a dot, end with `~`, or "
               "begin and end with `#`. Without this line no such file is read.\n\n"
               "A SIGHUP reads it again. When it cannot be read then, what it held before stays in use.\n\n"
               "Lines from files go above those of the configuration, and of several files the one that is "
               "named first above the others; but an address that one line has given, a later one cannot "
               "give again. They are read in this order: the configuration, /etc/ethers, the file named "
               "last to the one named first, then dhcp-hostsdir."
               "\n\n    dhcp-hostsfile=/etc/pxed/machines",
     .pitfall = "A mistake in it is a line in the log and no reason to refuse: look there after each "
                "change.",
     .parse = add_source<Kind::hosts, false>},
    {.name = "dhcp-hostsdir",
     .group = Group::files,
     .syntax = "DIRECTORY",
     .help = "read dhcp-host lines from a directory, and follow its changes",
     .manual = "As dhcp-hostsfile with a directory, and its changes count at once: a file that is written "
               "and closed, renamed into the directory or removed. No SIGHUP is needed. A file that is "
               "being written is read when it is closed; to exchange one without a gap, write it under a "
               "name that begins with a dot and rename it. Without this line no such directory is read.\n\n"
               "dnsmasq only adds what is new and forgets what was removed at the next SIGHUP; pxed always "
               "has what the files hold."
               "\n\n    dhcp-hostsdir=/var/lib/pxed/hosts",
     .pitfall = "On a network file system what another machine writes there is not noticed before a SIGHUP.",
     .parse = add_source<Kind::hosts, true>},
    {.name = "dhcp-optsfile",
     .group = Group::files,
     .syntax = "PATH",
     .help = "read dhcp-option lines from this file, or all files of this directory",
     .manual = "As dhcp-hostsfile, for options: each line is what would follow `dhcp-option=`, tags "
               "included. They go above the dhcp-option lines of the configuration. Without this line no "
               "such file is read."
               "\n\n    dhcp-optsfile=/etc/pxed/options",
     .pitfall = "It takes what would follow dhcp-option=, without that word in front.",
     .parse = add_source<Kind::options, false>},
    {.name = "dhcp-optsdir",
     .group = Group::files,
     .syntax = "DIRECTORY",
     .help = "read dhcp-option lines from a directory, and follow its changes",
     .manual = "As dhcp-hostsdir, for options: each line is what would follow `dhcp-option=`. Without this "
               "line no such directory is read."
               "\n\n    dhcp-optsdir=/var/lib/pxed/options",
     .pitfall = "On a network file system what another machine writes there is not noticed before a SIGHUP.",
     .parse = add_source<Kind::options, true>},
    {.name = "read-ethers",
     .short_option = 'Z',
     .group = Group::files,
     .use = Use::flag,
     .value = Value::none,
     .help = "read machines from /etc/ethers: MAC and address, or MAC and name",
     .manual =
         "Reads /etc/ethers. Each line is a MAC and an address or a name, and counts as a dhcp-host line "
         "that pays no attention to the client id. Where a dhcp-host line has the same address or name, it "
         "gets the MAC; where one has only that MAC, it gets the address or name. A SIGHUP reads it again.",
     .parse = parse_read_ethers},
    // DNS first of all in dnsmasq, whose DHCP asks its cache for names.
    {.name = "addn-hosts",
     .short_option = 'H',
     .group = Group::files,
     .syntax = "PATH",
     .help = "look up names of machines and boot servers in this file, too",
     .manual = "Names another file like /etc/hosts, or a directory of them. pxed answers no DNS; it uses "
               "these files for two things: a dhcp-host line with a name and no address gets the address of "
               "that name (unless the configuration says port=0: dnsmasq reads no hosts file then), and a "
               "boot server may be a name. Without this line, and without hostsdir, only /etc/hosts is "
               "looked at. Of several addresses the first is used for a lease; boot servers are shared out "
               "among machines, each machine always gets the same one. A SIGHUP reads the files again."
               "\n\n    addn-hosts=/etc/pxed/servers",
     .parse = add_source<Kind::names, false>},
    {.name = "hostsdir",
     .group = Group::files,
     .syntax = "DIRECTORY",
     .help = "as addn-hosts with a directory, and follow its changes",
     .manual = "As addn-hosts with a directory; its changes count at once, as those of dhcp-hostsdir do. "
               "Without this line no such directory is read."
               "\n\n    hostsdir=/etc/pxed/servers.d",
     .pitfall = "On a network file system what another machine writes there is not noticed before a SIGHUP.",
     .parse = add_source<Kind::names, true>},
    {.name = "no-hosts",
     .short_option = 'h',
     .group = Group::files,
     .use = Use::flag,
     .value = Value::none,
     .help = "do not look up names in /etc/hosts",
     .manual = "Leaves out /etc/hosts where names of machines and boot servers are looked up. addn-hosts and "
               "hostsdir still count.",
     .parse = parse_no_hosts},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> external_rows() {
    return k_rows;
}

}  // namespace pxed::config
