#include "io/daemon.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "io/clock.hpp"
#include "io/served.hpp"

namespace pxed::io {

namespace {

constexpr std::uint16_t k_tftp_port = 69;

/// How long running transfers may go on after SIGTERM: a machine in the middle of its kernel gets it whole,
/// and a restart does not hang on one that went away.
constexpr seconds k_stop_grace{5};
constexpr milliseconds k_stop_pace{50};
/// A disk of which nothing was heard for so long is not waited for when we stop, and neither are the
/// transfers that wait for it.
constexpr seconds k_disk_hangs{1};
/// How long what is being read may take to its end: nobody wants it any more, but an orderly end has to be
/// possible while a healthy disk is at work.
constexpr milliseconds k_last_reading{500};
/// systemd is told how we are this long after something happened, however much happens meanwhile.
constexpr seconds k_status_pace{1};
/// How long dhcp-script may go on after that: the next start tells it of all leases that are left.
constexpr seconds k_script_grace{3};
/// The same when nobody else keeps the leases (leasefile-ro): what it has not heard is lost, so it is given
/// nearly all the time that systemd gives us (TimeoutStopSec, 90 s unless set).
constexpr seconds k_only_record_grace{75};

}  // namespace

Daemon::Daemon(ev::default_loop& loop, ConfigurationSource source, config::Config config, FileMemory memory)
    : loop_(loop),
      source_(std::move(source)),
      config_(std::make_unique<config::Config>(std::move(config))),
      tftp_rules_(tftp_rules(*config_)),
      http_rules_(http_rules(*config_)),
      memory_(std::move(memory)),
      events_(log_, *config_),
      notifier_(loop),
      loop_watch_(loop,
                  [this](milliseconds turn) {
                      log_.write(Level::warning, DaemonEvent::loop_stalled,
                                 "nobody was answered for " + std::to_string(turn.count()) +
                                     " ms: no processor for pxed, or a file system that hangs");
                  }),
      inherited_(InheritedListeners::take()),
      interfaces_(loop, [this] { on_interfaces_changed(); }),
      dhcp_(loop, interfaces_,
            {.tell = [this](machine::Event event) { tell(std::move(event)); },
             .trace = [this](const std::string& text) { trace(text); },
             .warn =
                 [this](std::string text) {
                     log_.write(Level::warning, DaemonEvent::socket_refused, std::move(text));
                 },
             .lease_stored = [this](dhcp::StoredLease stored) { script_.on_stored(std::move(stored)); },
             .machine_of = [this](const HwAddr& hardware) { return machines_.find(hardware); }}),
      script_(loop, script_surroundings()),
      pools_(loop, [this] { return dhcp_.server() == nullptr ? nullptr : &dhcp_.server()->leases(); }),
      metrics_service_(loop, [this] { return metrics(); }),
      signals_(loop, {.reload = [this] { reload(); },
                      .stop = [this] { begin_stop(); },
                      .statistics = [this] { say_statistics(); },
                      .reopen_log = [this] { log_.reopen(); }}),
      watch_(loop, {.changed = [this](const FileChanges& changes) { on_files_changed(changes); },
                    .warn =
                        [this](std::string text) {
                            log_.write(Level::warning, DaemonEvent::configuration_warning, std::move(text));
                        }}),
      follow_(loop),
      minute_(loop),
      slow_reading_(loop),
      status_(loop),
      stopping_(loop) {
    follow_.set<Daemon, &Daemon::on_follow>(this);
    minute_.set<Daemon, &Daemon::on_minute>(this);
    slow_reading_.set<Daemon, &Daemon::on_slow_reading>(this);
    status_.set<Daemon, &Daemon::on_status>(this);
    stopping_.set<Daemon, &Daemon::on_stopping>(this);
}

Daemon::~Daemon() = default;

void Daemon::run() {
    log_.wake_after_turns(loop_);
    loop_.run();
    log_.wake_at_once();
    Signals::end_at_once_from_now_on();
    if (tftp_) tftp_->abandon();
    if (http_) http_->abandon();
    metrics_service_.stop();
    // The store first: what it still stores is acknowledged to the clients that wait for it.
    if (store_) store_->finish();
    dhcp_.stop();
    if (mirror_) mirror_->finish();
    script_.finish(loop_, config_->daemon.script.keeps_leases ? k_only_record_grace : k_script_grace);
    events_.on_time(read_clocks().instant);
    log_.write(Level::info, DaemonEvent::stopped, "exiting");
}

void Daemon::leave_hanging_disks(ExitCode code) {
    const auto has_ended = [](auto& disk) { return !disk || disk->end(k_last_reading); };
    if (has_ended(disk_) && has_ended(configuration_disk_)) return;
    metrics_service_.stop();
    // Closed by SQLite, so that the next start has nothing to recover. Its server is not asked any more.
    store_.reset();
    static_cast<void>(PidFile{std::move(pid_file_)});  // removed by the destructor of whoever has it
    log_.write(
        Level::warning, DaemonEvent::stopped,
        "ended without waiting for files that are still being read: the file server they are on answers "
        "nothing");
    log_.finish();
    std::_Exit(static_cast<int>(code));
}

// --- Events ---

void Daemon::tell(machine::Event event) {
    const auto now = read_clocks().instant;
    if (event.reason == Reason::no_range && event.detail.empty()) {
        if (const auto* interface = interfaces_.find(event.interface))
            event.detail = no_range_detail(*config_, *interface);
    }
    machines_.observe(event, now);
    reasons_.count(event.reason);
    metrics_.count(event);
    events_.tell(event, now);
    if (!status_.is_active()) status_.start(ev_seconds(k_status_pace));
}

// The lease of whoever has that address from us; nullptr: nobody.
const dhcp::Lease* Daemon::lease_at(const Endpoint& client) const {
    const auto address = client.ipv4();
    const auto* server = dhcp_.server();
    const auto* lease = address && server != nullptr ? server->leases().find(*address) : nullptr;
    return lease != nullptr && lease->state == dhcp::Lease::State::bound ? lease : nullptr;
}

std::optional<HwAddr> Daemon::hardware_of(const Endpoint& client) {
    const auto address = client.ipv4();
    if (!address) return std::nullopt;
    if (const auto* lease = lease_at(client)) return lease->hardware;
    if (const auto* machine = machines_.find(*address); machine != nullptr) return machine->hardware;
    return interfaces_.neighbour(*address, client.interface());
}

// What was seen of the machine that has this address now.
const machine::Machine* Daemon::machine_at(const Endpoint& client) {
    const auto hardware = hardware_of(client);
    return hardware ? machines_.find(*hardware) : nullptr;
}

std::string Daemon::program_of(const Endpoint& client) {
    const auto* machine = machine_at(client);
    return machine == nullptr ? std::string{} : machine->program_path;
}

std::optional<MadeText> Daemon::make_file(std::string_view name, const Endpoint& client) {
    const bool tags_matter = dhcp::have_tags(config_->dhcp.linux_boots);
    const auto* machine = tags_matter ? machine_at(client) : nullptr;
    auto script = dhcp::script_for(config_->dhcp, name, machine);
    if (!script) return std::nullopt;
    // Whoever has its address from us had tags then. Without them it might be given another system, and an
    // installer would take its disk.
    const auto* lease = lease_at(client);
    if (tags_matter && lease != nullptr && (machine == nullptr || machine->tags.empty())) {
        machine::Event event;
        event.machine = lease->hardware;
        event.stage = machine::Stage::notice;
        event.reason = Reason::tags_forgotten;
        event.peer = client;
        event.file = name;
        tell(std::move(event));
        return std::nullopt;
    }
    return MadeText{std::move(script->text), script->line};
}

void Daemon::on_interfaces_changed() {
    dhcp_.follow_interfaces();
    // Sockets are closed and opened outside of the callback of one of them.
    follow_.start(0);
}

void Daemon::on_follow(ev::timer&, int) {
    if (is_stopping_) return;
    for (const auto& listening : {dhcp_.listen(*config_), listen_tftp(*config_), listen_http(*config_)})
        if (!listening) log_.write(Level::warning, DaemonEvent::socket_refused, listening.error());
    give_tftp_sockets();
    say_missing_interfaces();
    notifier_.status(status());
}

void Daemon::on_minute(ev::timer&, int) {
    const auto now = read_clocks();
    if (store_) store_->on_clock_step(now);
    events_.on_time(now.instant);
    watch_.retry();
    if (metrics_service_.lacks_sockets()) listen_for_metrics();
    notifier_.status(status());  // boots end without a word
    // Nobody tells us that another program has given up the port.
    if (dhcp_.lacks_sockets() || !tftp_refused_.empty() || http_->lacks_sockets()) follow_.start(0);
}

// --- Sockets of TFTP ---

Result<void, std::string> Daemon::listen_tftp(const config::Config& config) {
    std::vector<ListenPoint> wanted;
    if (config.tftp.is_enabled)
        wanted = listen_points(tftp_rules(config), k_tftp_port, interfaces_.all(), Loopback::always);
    const auto is_excluded = [&](const auto& entry) {
        return std::ranges::any_of(wanted, [&](const auto& point) { return excludes(point, entry.first); });
    };
    for (const auto& entry : tftp_listeners_)
        if (is_excluded(entry)) tftp_->remove_socket(entry.second);
    std::erase_if(tftp_listeners_, is_excluded);
    std::erase_if(tftp_sockets_, is_excluded);
    std::vector<ListenPoint> missing;
    std::ranges::copy_if(wanted, std::back_inserter(missing), [&](const auto& point) {
        return !tftp_listeners_.contains(point) && !tftp_sockets_.contains(point);
    });
    auto opened = open_points(missing, {.is_dual_stack = true, .sends_broadcast = false}, tftp_refused_);
    tftp_sockets_.merge(opened.sockets);
    if (!opened.failures.empty()) return fail(std::move(opened.failures));
    const auto is_unwanted = [&](const auto& entry) {
        return std::ranges::find(wanted, entry.first) == wanted.end();
    };
    for (const auto& entry : tftp_listeners_)
        if (is_unwanted(entry)) tftp_->remove_socket(entry.second);
    std::erase_if(tftp_listeners_, is_unwanted);
    std::erase_if(tftp_sockets_, is_unwanted);
    return {};
}

void Daemon::give_tftp_sockets() {
    for (auto& [point, socket] : tftp_sockets_)
        tftp_listeners_.emplace(point, tftp_->add_socket(std::move(socket)));
    tftp_sockets_.clear();
}

Result<void, std::string> Daemon::listen_http(const config::Config& config) {
    const auto points = [&, rules = http_rules(config)](bool is_wanted, std::uint16_t port) {
        if (!is_wanted) return std::vector<ListenPoint>{};
        // systemd's hears all interfaces, with bind-interfaces, too: nobody else can have the port then.
        ListenPoint everywhere;
        everywhere.port = port;
        if (inherited_.has(port)) return std::vector{everywhere};
        return listen_points(rules, port, interfaces_.all(), Loopback::always);
    };
    return http_->listen(points(config.http.is_enabled, config.http.port),
                         points(config.http.has_tls(), config.http.tls_port));
}

// --- Stop ---

void Daemon::begin_stop() {
    const bool is_second = std::exchange(is_stopping_, true);
    if (!is_second) {
        notifier_.stopping();
        stop_deadline_ = read_clocks().instant + k_stop_grace;
        if (tftp_) tftp_->finish();
        if (http_) http_->finish();
    }
    if (is_second || !is_worth_waiting()) {
        loop_.break_loop(ev::ALL);
        return;
    }
    log_.write(Level::info, DaemonEvent::stopping,
               "stopping when " + std::to_string(running_transfers()) + " transfers are done, or in " +
                   std::to_string(k_stop_grace.count()) + " s; a second signal stops at once");
    stopping_.start(ev_seconds(k_stop_pace), ev_seconds(k_stop_pace));
}

std::size_t Daemon::running_transfers() const {
    return (tftp_ ? tftp_->running() : 0) + (http_ ? http_->running() : 0);
}

// Whether a transfer may still come to its end.
bool Daemon::is_worth_waiting() const {
    auto hopeful = running_transfers();
    if (hopeful > 0 && disk_->hangs_for(k_disk_hangs))
        hopeful -= tftp_->waiting_for_disk() + http_->waiting_for_disk();
    return hopeful > 0;
}

void Daemon::on_stopping(ev::timer&, int) {
    if (!is_worth_waiting() || read_clocks().instant >= stop_deadline_) loop_.break_loop(ev::ALL);
}

}  // namespace pxed::io
