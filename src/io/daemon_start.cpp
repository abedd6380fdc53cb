// How the daemon starts. What it does then is in daemon.cpp.

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "io/clock.hpp"
#include "io/daemon.hpp"
#include "io/lease_start.hpp"
#include "io/privileges.hpp"
#include "io/scheduling.hpp"
#include "io/script_init.hpp"
#include "io/world.hpp"

namespace pxed::io {

namespace {

constexpr std::size_t k_most_files_named = 50;

/// How many boot files are opened or read at a time. A thread that waits costs some kilobytes, and a file
/// server that takes 50 ms for each question serves a rack only when many are asked at a time.
constexpr std::size_t k_disk_threads = 32;
/// A reading that waits for a file server that is gone must not keep the next one, with another root,
/// waiting.
constexpr std::size_t k_configuration_threads = 4;

/// systemd's StateDirectory=; it may name several, the first is the one for leases.
std::string state_directory() {
    const char* value = std::getenv("STATE_DIRECTORY");
    if (value == nullptr) return {};
    const std::string_view all{value};
    return std::string{all.substr(0, all.find(':'))};
}

std::string directory_of(const std::string& path) {
    const auto parent = std::filesystem::path{path}.parent_path();
    return parent.empty() ? "." : parent.string();
}

auto failure(ExitCode code, std::string text) {
    return fail(StartFailure{code, std::move(text)});
}

}  // namespace

Result<void, StartFailure> Daemon::start() {
    ask_for_short_time_slices();
    ::tzset();  // or the first HTTP answer's Date would read the time zone
    file_limit_ = raise_file_limit();
    bound_transfers(*config_);
    if (auto opened = open_network(); !opened) return opened;
    if (auto settled = settle_privileges(); !settled) return settled;
    // The log has a thread; from here on there may be threads.
    if (auto opened = log_.open(config_->daemon.log, config_->daemon.log_queue.value_or(k_log_lines));
        !opened)
        return failure(ExitCode::file, opened.error());
    disk_.emplace(loop_, k_disk_threads);
    configuration_disk_.emplace(loop_, k_configuration_threads);
    // As the account that serves the files, while the leases are read.
    look_at_boot_tree();
    if (auto opened = open_leases(*config_); !opened) return opened;
    dhcp_.use(*config_);  // a relay agent alone has no leases to start with
    if (auto opened = open_files(); !opened) return opened;
    await_boot_tree();
    use_script();  // nothing can fail any more: a start that fails tells no script of anything
    started_at_ = read_clocks().wall;
    listen_for_metrics();
    minute_.start(60, 60);
    say_start();
    follow_files();
    notifier_.ready(status());
    return {};
}

Result<void, StartFailure> Daemon::open_network() {
    if (auto opened = interfaces_.open(); !opened) return failure(ExitCode::network, opened.error());
    if (auto listening = dhcp_.listen(*config_); !listening)
        return failure(ExitCode::network, listening.error());
    if (auto listening = listen_tftp(*config_); !listening)
        return failure(ExitCode::network, listening.error());
    http_.emplace(loop_, http_surroundings());
    if (auto listening = listen_http(*config_); !listening)
        return failure(ExitCode::network, listening.error());
    if (!config_->dhcp.is_enabled()) return {};
    if (auto opened = dhcp_.open(); !opened) {
        config_->findings.push_back(
            {{}, opened.error() + "; replies are broadcast, and addresses are offered without a test"});
    }
    return {};
}

Result<void, StartFailure> Daemon::settle_privileges() {
    const auto standing = read_standing();
    const auto& policy = config_->daemon;
    auto plan = plan_privileges(standing, policy.user, policy.group, find_account, find_group);
    if (!plan) {
        const auto& origin = policy.user.empty() ? policy.group_origin : policy.user_origin;
        return failure(ExitCode::configuration,
                       config_->text_of(origin) + ": " + plan.error() +
                           "; correct the line, or make it: `useradd --system`, `groupadd --system`");
    }
    for (auto& warning : plan->warnings)
        config_->findings.push_back({policy.user_origin, std::move(warning)});
    for (auto& warning : plan->group_warnings)
        config_->findings.push_back({policy.group_origin, std::move(warning)});
    if (!policy.pid_file.empty()) {
        auto written = PidFile::write(policy.pid_file);
        if (written) {
            pid_file_ = std::move(*written);
        } else if (standing.is_under_systemd) {
            // systemd knows our number anyway, and the unit's account cannot write where root could.
            config_->findings.push_back({{}, written.error()});
        } else {
            return failure(ExitCode::file, written.error());
        }
    }
    const auto directory = directory_of(config_->lease_database_path(state_directory()));
    const bool needs_directory = config_->dhcp.gives_leases() && !policy.script.keeps_leases;
    if (needs_directory) {
        if (auto prepared = prepare_directory(directory, plan->become); !prepared)
            return failure(ExitCode::file, prepared.error());
    }
    if (policy.log.kind == config::LogTarget::Kind::file && plan->become) {
        if (auto prepared = prepare_file(policy.log.path, *plan->become); !prepared)
            return failure(ExitCode::file, prepared.error());
    }
    Result<void, std::string> changed;
    if (plan->become) changed = change_to(*plan->become);
    if (plan->group) changed = change_group(*plan->group);
    if (!changed) return failure(ExitCode::other, changed.error());
    if (!needs_directory) return {};
    if (auto writable = check_writable(directory); !writable)
        return failure(ExitCode::file, writable.error());
    return {};
}

Result<void, StartFailure> Daemon::open_leases(const config::Config& config) {
    if (!config.dhcp.gives_leases()) return {};
    if (config.daemon.script.keeps_leases) return take_leases_of_script(config);
    const auto& text_file = config.daemon.lease_file;
    const auto database = config.lease_database_path(state_directory());
    const auto other = config.other_lease_database_path(state_directory());
    const bool is_other_newer = !other.empty() && is_written_later(other, database);
    auto opened = SqliteLeaseStore::open(loop_, {database, text_file}, read_clocks());
    if (!opened) return failure(ExitCode::file, opened.error());
    // Whoever tries it by hand and then enables the service would wonder where the leases have gone.
    if (is_other_newer)
        log_.write(Level::warning, DaemonEvent::lease_record,
                   "leases are in " + database + ", but " + other +
                       " was written later: it is where they are when " +
                       (state_directory().empty() ? "systemd starts pxed" : "pxed is started by hand") +
                       "; set lease-database= to the one that counts");
    for (auto& note : opened->notes)
        log_.write(note.level, DaemonEvent::lease_record, std::move(note.text));
    store_ = std::move(opened->store);
    if (!text_file.empty() && config.daemon.mirrors_leases) {
        mirror_.emplace(loop_, LeaseMirror::Settings{text_file, database},
                        [this](Level level, std::string text) {
                            log_.write(level, DaemonEvent::lease_record, std::move(text));
                        });
        store_->on_stored([this] { mirror_->touch(); });
        mirror_->touch();
    }
    dhcp_.start(config, *store_, opened->rows);
    return {};
}

// leasefile-ro: the script is the record, so it says who has what before anybody is answered.
Result<void, StartFailure> Daemon::take_leases_of_script(const config::Config& config) {
    ScriptInit init;
    const auto& script = config.daemon.script;
    if (script.is_given()) {
        // A reload comes from within the loop, and nobody would be served for as long as the script takes.
        const bool is_reload = tftp_.has_value();
        if (is_reload)
            return failure(ExitCode::other, "leasefile-ro with the first dhcp-range takes a restart");
        TRY(init, read_leases_from_script(script.path, read_clocks()));
    }
    for (auto& warning : init.warnings)
        log_.write(Level::warning, DaemonEvent::script_trouble, std::move(warning));
    memory_store_.emplace();
    dhcp_.start(config, *memory_store_, init.leases);
    return {};
}

ScriptSurroundings Daemon::script_surroundings() {
    ScriptSurroundings surroundings;
    surroundings.say = [this](Level level, std::string text) {
        auto fields = level <= Level::warning ? fields_of(DaemonEvent::script_trouble) : std::vector<Field>{};
        fields.push_back({"SYSLOG_IDENTIFIER", "pxed-script"});
        log_.write(level, std::move(text), std::move(fields));
    };
    surroundings.domain_of = [this](Ipv4 address) { return dhcp_.domain_of(address); };
    surroundings.interface_of = [this](Ipv4 address) {
        const auto& all = interfaces_.all();
        const auto found =
            std::ranges::find_if(all, [&](const Interface& one) { return one.is_on_link(address); });
        return found == all.end() ? std::string{} : found->name;
    };
    return surroundings;
}

// At start and after a reload: the script, and whether the leases are followed at all.
void Daemon::use_script() {
    const auto* server = dhcp_.server();
    std::optional<std::vector<dhcp::Lease>> leases;
    // The server may come by a reload, long after the script, and bring the leases of an old database.
    if (config_->daemon.script.is_given() && !script_.knows_leases() && server != nullptr) {
        leases.emplace();
        for (const auto& [address, lease] : server->leases().leases())
            leases->push_back(lease);
    }
    if (server != nullptr) dhcp_.tell_leases(config_->daemon.script.is_given());
    script_.use(config_->daemon.script, config_->daemon.logs_dhcp, leases);
}

Result<void, StartFailure> Daemon::open_files() {
    auto files = open_served_files(*config_);
    if (!files) return failure(ExitCode::file, files.error());
    tftp_.emplace(loop_, *disk_, tftp_surroundings());
    tftp_->use(config_->tftp, std::move(files->tftp));
    give_tftp_sockets();
    http_->start(*disk_);
    if (auto prepared = http_->prepare(config_->http); !prepared)
        return failure(ExitCode::file, prepared.error());
    http_->use(config_->http, std::move(files->http), std::move(files->tls));
    return {};
}

const Interface* Daemon::served_link(const config::DaemonPolicy& rules, unsigned index) const {
    const auto* interface = interfaces_.find(index);
    if (interface == nullptr) return nullptr;
    // A machine that gets its address through an alias gets its files there too.
    const auto* link = taken_for(rules, *interface, interfaces_.all());
    return link != nullptr && is_served(rules, *link, Loopback::always) ? link : nullptr;
}

HttpSurroundings Daemon::http_surroundings() {
    HttpSurroundings surroundings;
    surroundings.link = [this](unsigned index) -> std::optional<std::string> {
        const auto* link = served_link(http_rules_, index);
        if (link == nullptr) return std::nullopt;
        return link->name;
    };
    surroundings.hardware_of = [this](const Endpoint& client) { return hardware_of(client); };
    surroundings.tell = [this](machine::Event event) { tell(std::move(event)); };
    surroundings.program_of = [this](const Endpoint& client) { return program_of(client); };
    surroundings.generated = [this](std::string_view path, const Endpoint& client) {
        return make_file(path, client);
    };
    surroundings.inherited = [this](std::uint16_t port) { return inherited_.listener(port); };
    return surroundings;
}

TftpSurroundings Daemon::tftp_surroundings() {
    TftpSurroundings surroundings;
    surroundings.link = [this](unsigned index) -> std::optional<TftpLink> {
        const auto* link = served_link(tftp_rules_, index);
        if (link == nullptr) return std::nullopt;
        return TftpLink{link->name, interfaces_.find(index)->mtu};
    };
    surroundings.hardware_of = [this](const Endpoint& client) { return hardware_of(client); };
    surroundings.tell = [this](machine::Event event) { tell(std::move(event)); };
    surroundings.sent = [this](const TftpSent& file) { script_.on_sent(file); };
    surroundings.program_of = [this](const Endpoint& client) { return program_of(client); };
    surroundings.make = [this](std::string_view name, const Endpoint& client) {
        return make_file(name, client);
    };
    return surroundings;
}

// The check of the configuration has said so.
void Daemon::bound_transfers(config::Config& config) const {
    const auto share = share_of_files(file_limit_, wanted_files(config));
    if (config.tftp.is_enabled) config.tftp.max_transfers = share.transfers;
    if (config.http.is_enabled) config.http.max_connections = share.connections;
}

void Daemon::say_start() {
    log_.write(Level::info, DaemonEvent::started, "started, version " PXED_VERSION);
    // A dhcp-hostsdir may have a file a machine: more lines than the log's queue holds, and warnings among
    // them.
    const auto named = std::min(config_->files.size(), k_most_files_named + 1);
    for (std::size_t i = 1; i < named; ++i)
        log_.write(Level::info, DaemonEvent::serving, "read " + config_->files[i]);
    if (named < config_->files.size())
        log_.write(Level::info, DaemonEvent::serving,
                   "read " + std::to_string(config_->files.size() - named) + " more files");
    for (const auto& warning : warnings_of(*config_))
        say_warning(warning);
    for (auto& line : service_lines(*config_))
        say(Level::info, DaemonEvent::serving, std::move(line));
    if (const auto* server = dhcp_.server(); server != nullptr)
        say(Level::info, DaemonEvent::serving,
            "DHCP, " + std::to_string(server->leases().lease_count()) + " leases in " +
                (memory_store_ ? "memory" : config_->lease_database_path(state_directory())));
    if (config_->tftp.is_enabled)
        say(Level::info, DaemonEvent::serving,
            "TFTP, at most " + std::to_string(config_->tftp.max_transfers) + " transfers at a time");
    if (config_->http.is_enabled)
        say(Level::info, DaemonEvent::serving,
            "HTTP on port " + std::to_string(config_->http.port) +
                (config_->http.has_tls() ? ", HTTPS on port " + std::to_string(config_->http.tls_port) : "") +
                ", at most " + std::to_string(config_->http.max_connections) + " connections");
    say_inherited();
    missing_ = missing_interfaces(config_->daemon, interfaces_.all());  // a warning above has said so
    log_.write(Level::info, DaemonEvent::serving, status());
}

// Whoever connects to a socket of systemd's that nobody serves waits for ever, and nothing says why.
void Daemon::say_inherited() {
    const auto& http = config_->http;
    for (const auto port : inherited_.ports()) {
        const bool is_served =
            (http.is_enabled && port == http.port) || (http.has_tls() && port == http.tls_port);
        const auto number = std::to_string(port);
        if (is_served)
            say(Level::info, DaemonEvent::serving, "TCP port " + number + " is kept open by systemd");
        else
            log_.write(Level::warning, DaemonEvent::configuration_warning,
                       "systemd listens on TCP port " + number +
                           " for pxed, which does not serve it: write enable-http and http-port=" + number +
                           " (http-tls-port for HTTPS), or `systemctl disable --now` the socket unit");
    }
}

}  // namespace pxed::io
