// The rows of the process itself, of its log and of further files. dnsmasq's words for forking are accepted
// without effect: systemd starts pxed in the foreground.

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "config/line.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

Parsed parse_user(Line& line) {
    line.config().daemon.user = line.value().str();
    line.config().daemon.user_origin = line.origin();
    return {};
}

Parsed parse_group(Line& line) {
    line.config().daemon.group = line.value().str();
    line.config().daemon.group_origin = line.origin();
    return {};
}

struct Facility {
    std::string_view name;
    int number;  // RFC 5424 6.2.1
};
constexpr Facility k_facilities[] = {
    {"kern", 0},      {"user", 1},    {"mail", 2},    {"daemon", 3},  {"auth", 4},
    {"syslog", 5},    {"lpr", 6},     {"news", 7},    {"uucp", 8},    {"cron", 9},
    {"authpriv", 10}, {"ftp", 11},    {"local0", 16}, {"local1", 17}, {"local2", 18},
    {"local3", 19},   {"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23},
};

Parsed parse_pid_file(Line& line) {
    line.config().daemon.pid_file_origin = line.origin();
    return text<&DaemonPolicy::pid_file>(line);
}

// A path, `-` for standard error, or a facility of syslog.
Parsed parse_log_facility(Line& line) {
    auto& log = line.config().daemon.log;
    line.config().daemon.log_origin = line.origin();
    const auto value = line.value();
    if (value.is_word("-")) {
        log = {LogTarget::Kind::stderr_stream, {}, log.facility};
        return {};
    }
    // A slash tells a path from a facility, as in dnsmasq: no facility has one.
    if (value.text().find('/') != std::string_view::npos) {
        log = {LogTarget::Kind::file, value.str(), log.facility};
        return {};
    }
    const auto facility = std::ranges::find_if(k_facilities, [&](const Facility& candidate) {
        return equal_ignoring_case(candidate.name, value.text());
    });
    if (facility == std::end(k_facilities)) {
        return fail("bad log facility " + quote(value.text()) +
                    "; it is one of syslog's (daemon, local0 ...), a file's path, or -");
    }
    constexpr int k_shift = 3;  // as <syslog.h> has them, above the level
    log = {LogTarget::Kind::syslog, {}, facility->number << k_shift};
    return {};
}

Parsed parse_log_async(Line& line) {
    if (line.value().is_empty()) return {};  // pxed never waits for a log; only the length is a choice
    return number<&DaemonPolicy::log_queue, 0, 1000000>(line);
}

// PATH, or ADDRESS#PORT as dnsmasq writes ports. The port has no default: each of Prometheus' exporters has
// its own, and a number that is written down is one that a firewall rule can be checked against.
Parsed parse_metrics(Line& line) {
    const auto text = line.value().text();
    MetricsPlace place;
    place.origin = line.origin();
    if (text.starts_with('/')) {
        place.path = std::string{text};
        line.config().daemon.metrics.push_back(std::move(place));
        return {};
    }
    const auto mark = text.find('#');
    const auto address = Ipv4::parse(text.substr(0, mark));
    const auto port =
        mark == std::string_view::npos ? std::nullopt : parse_number_between(text.substr(mark + 1), 1, 65535);
    if (!address || !port)
        return fail(quote(text) + " is neither the absolute path of a socket nor an ADDRESS#PORT");
    place.address = *address;
    place.port = static_cast<std::uint16_t>(*port);
    line.config().daemon.metrics.push_back(std::move(place));
    return {};
}

// Escapes in quotes can make one; the name would break up every message about the file.
bool has_control(std::string_view path) {
    return std::ranges::any_of(path,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Parsed parse_conf_file(Line& line) {
    if (line.value().is_empty()) return {};
    // A daemon that reloads would find its input used up at the second reading.
    if (line.value().is_word("-")) return fail(std::string{"standard input is not read; name a file"});
    if (has_control(line.value().text())) return fail("bad file name " + quote(line.value().text()));
    line.include({Include::Kind::file, line.value().str(), {}, {}});
    return {};
}

// DIR[,.suffix...][,*.suffix...]: without a star names that end so are left out, with one only they are read.
Parsed parse_conf_dir(Line& line) {
    const auto fields = line.value().split();
    if (fields.empty() || fields.front().is_empty()) return {};
    if (has_control(fields.front().text())) return fail("bad directory name " + quote(fields.front().text()));
    Include include{Include::Kind::directory, fields.front().str(), {}, {}};
    for (const auto& field : std::span{fields}.subspan(1)) {
        auto suffix = field.text();
        const bool includes = suffix.starts_with('*');
        if (includes) suffix.remove_prefix(1);
        // A lone `*`, or nothing between two commas: an empty suffix would be every name's.
        if (suffix.empty()) continue;
        (includes ? include.included_suffixes : include.excluded_suffixes).emplace_back(suffix);
    }
    line.include(std::move(include));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    // dnsmasq changes to `nobody` or its own account; under systemd the unit's User= has done so already.
    {.name = "user",
     .short_option = 'u',
     .group = Group::daemon,
     .use = Use::once,
     .value = Value::optional,
     .syntax = "NAME",
     .help = "run as this account when started as root (default: pxed)",
     .manual = "When root starts pxed by hand it changes to this account once its sockets are open. Without "
               "this line that is `pxed`, or root stays root where there is no such account. `root` keeps "
               "root. Under systemd the unit decides, and another name here is only warned about."
               "\n\n    user=pxed",
     .pitfall = "The directory of the leases and the boot tree have to be usable for this account; "
                "`pxed --test` looks as it would.",
     .reload = Reload::restart,
     .parse = parse_user},
    {.name = "group",
     .short_option = 'g',
     .group = Group::daemon,
     .use = Use::once,
     .value = Value::optional,
     .syntax = "NAME",
     .help = "run with this group when started as root",
     .manual = "The group that goes with user. Without this line that account's own."
               "\n\n    group=pxed",
     .pitfall = "What is served has to be readable for this group or for everybody.",
     .reload = Reload::restart,
     .parse = parse_group},
    // dnsmasq's default is /run/dnsmasq.pid, so a file without the line makes a difference here.
    {.name = "pid-file",
     .short_option = 'x',
     .group = Group::daemon,
     .use = Use::once,
     .value = Value::optional,
     .syntax = "PATH",
     .help = "write the process id to this file (default: none)",
     .manual = "Writes the process id here at start and removes the file at the end. Without this line, or "
               "without PATH, there is none: systemd needs none."
               "\n\n    pid-file=/run/pxed.pid",
     .pitfall = "The packaged unit lets pxed write below /run/pxed and /var/lib/pxed only.",
     .reload = Reload::restart,
     .parse = parse_pid_file},
    {.name = "keep-in-foreground",
     .short_option = 'k',
     .group = Group::daemon,
     .use = Use::flag,
     .value = Value::none,
     .help = "accepted; pxed always stays in the foreground",
     .manual = "pxed always stays in the foreground; the line is accepted for the sake of dnsmasq's files.",
     .reload = Reload::none,
     .status = Status::without_effect},
    {.name = "no-daemon",
     .short_option = 'd',
     .group = Group::daemon,
     .use = Use::flag,
     .value = Value::none,
     .help = "accepted; pxed always stays in the foreground",
     .manual = "pxed always stays in the foreground; the line is accepted for the sake of dnsmasq's files.",
     .reload = Reload::none,
     .status = Status::without_effect},
    {.name = "log-facility",
     .short_option = '8',
     .group = Group::log,
     .use = Use::once,
     .syntax = "FACILITY|PATH|-",
     .help = "log to syslog with this facility, to a file, or to standard error",
     .manual = "Where messages go. Without this line to the journal when systemd started pxed, to standard "
               "error otherwise. A PATH has a slash; on SIGUSR2 the file is opened again, for logrotate."
               "\n\n    log-facility=/var/log/pxed.log",
     .pitfall = "The packaged unit lets pxed write below /var/lib/pxed and /run/pxed only.",
     .parse = parse_log_facility},
    {.name = "log-dhcp",
     .group = Group::log,
     .use = Use::flag,
     .value = Value::none,
     .help = "log what DHCP clients send, their tags, and every option sent",
     .manual =
         "Logs for each DHCP message what the client asked, which tags it had and what it was sent, and "
         "messages that are dropped because they are malformed.",
     .pitfall = "It writes dozens of lines a boot, and without any limit: not for a hundred machines "
                "at once.",
     .parse = flag<&DaemonPolicy::logs_dhcp>},
    {.name = "quiet-dhcp",
     .group = Group::log,
     .use = Use::flag,
     .value = Value::none,
     .help = "do not log ordinary DHCP answers",
     .manual = "Leaves ordinary DHCP answers out of the log; what went wrong is still said.",
     .parse = flag<&DaemonPolicy::is_quiet_dhcp>},
    // PXELINUX and GRUB ask for a dozen names before one is there; shim asks for optional files
    // (revocations.efi).
    {.name = "quiet-tftp",
     .group = Group::log,
     .use = Use::flag,
     .value = Value::none,
     .help = "do not log files that TFTP clients ask for and that are not there",
     .manual = "Leaves requests for files that do not exist out of the log, over TFTP and over HTTP: boot "
               "programs try many names.",
     .pitfall = "The name that a boot stops at is then not in the log either.",
     .parse = flag<&tftp::Policy::is_quiet>},
    // dnsmasq waits for its log unless this is given; a full pipe or a stopped journal then stops DHCP.
    {.name = "log-async",
     .group = Group::log,
     .use = Use::once,
     .value = Value::optional,
     .syntax = "LINES",
     .help = "how many lines may wait for a slow log",
     .manual = "pxed never waits for its log. LINES says how many may wait for a slow one before lines are "
               "dropped, which is then said. Without this line, or without LINES, 4096 may; 0 stands for "
               "1000, and more than 100000 for 100000."
               "\n\n    log-async=20000",
     .pitfall = "A line takes about a kilobyte of memory while it waits.",
     .parse = parse_log_async},
    {.name = "metrics",
     .group = Group::log,
     .syntax = "PATH|ADDRESS#PORT",
     .help = "let Prometheus read the counters from this socket or port",
     .manual = "Answers `GET /metrics` in Prometheus' text format: messages by type and reason, leases, the "
               "use of each range, transfers, bytes, how long answers took, and what pxed says of itself. "
               "PATH is a Unix socket, which pxed's own account and group may read; ADDRESS#PORT is a TCP "
               "port of its own. It is never on the HTTP port: that one faces machines that boot. Without "
               "this line there is neither socket nor port. It is pxed's own directive.\n\n"
               "Nobody is asked who he is: on an address other than 127.0.0.1 whoever reaches the port can "
               "read how the network is used, though no machine's name."
               "\n\n    metrics=/run/pxed/metrics.sock"
               "\n    metrics=127.0.0.1#9571",
     .pitfall = "The directory of PATH has to be one that pxed's account may write; under systemd that is "
                "/run/pxed.",
     .reload = Reload::sockets,
     .parse = parse_metrics},
    {.name = "conf-file",
     .short_option = 'C',
     .group = Group::files,
     .syntax = "PATH",
     .help = "read this configuration file (default: /etc/pxed.conf)",
     .manual = "Reads another file in the place of the line. A file is read once only, by whatever name. "
               "Without it as an option of the command line /etc/pxed.conf is read, and then `/etc/pxed.d`."
               "\n\n    conf-file=/etc/pxed.hosts",
     .pitfall = "As an option of the command line it takes the place of `/etc/pxed.d` too, whose files are "
                "then not read.",
     .parse = parse_conf_file},
    {.name = "conf-dir",
     .short_option = '7',
     .group = Group::files,
     .syntax = "DIRECTORY[,.SUFFIX...][,*.SUFFIX...]",
     .help = "read all files of this directory",
     .manual = "Reads the files of a directory in the order of their names, without those that end in `~`, "
               "begin with a dot or begin and end with `#`. `.SUFFIX` leaves out files that end so; with "
               "`*.SUFFIX` only files that end so are read. Without this line only `/etc/pxed.d` is read, "
               "which needs no line: its `*.conf` come after /etc/pxed.conf."
               "\n\n    conf-dir=/etc/dnsmasq.d,*.conf",
     .pitfall = "Without a `*.SUFFIX` a package manager's `.dpkg-old` and `.rpmsave` are read as "
                "well.",
     .parse = parse_conf_dir},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> daemon_rows() {
    return k_rows;
}

}  // namespace pxed::config
