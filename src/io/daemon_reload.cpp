// How a new configuration is read and taken over. Reading waits for disks, and where a boot tree lies on a
// file server that is gone, for ever: so a thread does it, with copies, while the configuration of before
// serves. The loop takes over what came of it between two requests.

#include <set>
#include <utility>

#include "config/boot_trees.hpp"
#include "io/clock.hpp"
#include "io/daemon.hpp"

namespace pxed::io {

namespace {

/// After this long a reload says what it waits for.
constexpr seconds k_slow{10};

bool logs_alike(const config::DaemonPolicy& a, const config::DaemonPolicy& b) {
    return a.log.kind == b.log.kind && a.log.path == b.log.path && a.log.facility == b.log.facility &&
           a.log_queue == b.log_queue;
}

}  // namespace

struct Daemon::Reading {
    Cause cause;
    ConfigurationSource source;
    FileMemory memory;
    FileChanges changes;  // Cause::files: what of memory is read anew

    // What came of it.
    std::optional<ConfigurationFailure> failure;
    std::unique_ptr<config::Config> config;  // nullptr: nothing has changed
    std::optional<Result<ServedFiles, std::string>> files;

    void read();

 private:
    void read_all();
};

// In the thread.
void Daemon::Reading::read() {
    try {
        read_all();
    } catch (const std::exception& problem) {
        // No descriptor for an epoll of its own, no memory: refused like any other, not the end of pxed.
        failure = ConfigurationFailure{
            {{{}, std::string{"cannot read the configuration: "} + problem.what()}}, ExitCode::other};
    }
}

void Daemon::Reading::read_all() {
    Result<std::optional<config::Config>, ConfigurationFailure> fresh;
    if (cause == Cause::files) {
        fresh = read_changes(source, memory, changes);
    } else if (auto all = read_configuration(source, &memory)) {
        fresh = std::optional{std::move(*all)};
    } else {
        fresh = fail(std::move(all).error());
    }
    if (!fresh) {
        failure = std::move(fresh).error();
        return;
    }
    if (!*fresh) return;
    config = std::make_unique<config::Config>(std::move(**fresh));
    // A file of hosts says nothing of roots and certificates: those of before stay, whatever has become of
    // them.
    if (cause == Cause::reload) files = open_served_files(*config);
}

void Daemon::reload() {
    if (is_stopping_) return;
    notifier_.reloading();
    log_.write(Level::info, DaemonEvent::reloading, "reading the configuration again");
    begin_reading(Cause::reload);
}

void Daemon::begin_reading(Cause cause) {
    // A reload that comes while something is read reads all of it, too.
    configuration_disk_->forget(reading_);
    changes_being_read_.add(std::exchange(unread_changes_, {}));
    has_new_changes_ = false;
    reading_ = configuration_disk_->submit_with(
        Reading{cause, source_, memory_, changes_being_read_, {}, {}, {}},
        [](Reading& reading) { reading.read(); }, [this](Reading& reading) { on_read(reading); });
    slow_reading_.start(ev_seconds(k_slow));
}

void Daemon::on_read(Reading& reading) {
    reading_ = 0;
    slow_reading_.stop();
    if (is_stopping_) return;
    if (reading.cause == Cause::reload)
        finish_reload(reading);
    else
        finish_change(reading);
    // What was refused is tried once more with the next change: nobody tells of those files again, and what
    // stood in its way may be what changes then.
    unread_changes_.add(std::exchange(changes_being_read_, {}));
    if (has_new_changes_) begin_reading(Cause::files);
}

void Daemon::on_slow_reading(ev::timer&, int) {
    log_.write(
        Level::warning, DaemonEvent::reload_waits,
        "the reload waits for a disk or a file server (tftp-root, http-root, http-tls-cert, or a file of the "
        "configuration); the configuration before it serves on");
}

void Daemon::finish_reload(Reading& reading) {
    if (reading.failure) {
        for (const auto& problem : reading.failure->problems)
            log_.write(Level::error, problem.text(), fields_of(DaemonEvent::reload_refused, problem));
        refusal_ = reading.failure->problems.front().text();
    } else if (!*reading.files) {
        log_.write(Level::error, DaemonEvent::reload_refused, reading.files->error());
        refusal_ = reading.files->error();
    } else if (auto taken = take(std::move(reading.config), std::move(**reading.files)); !taken) {
        log_.write(Level::error, DaemonEvent::reload_refused, taken.error());
        refusal_ = taken.error();
    } else {
        refusal_.clear();
        reloaded_ = read_clocks().wall;
        memory_ = std::move(reading.memory);
        changes_being_read_ = {};
        say_configuration();
        look_at_boot_tree();
        follow_files();
        script_.repeat_all();
    }
    if (refusal_.empty())
        log_.write(Level::info, DaemonEvent::reloaded,
                   "the new configuration is in use: " + status_line(*config_, interfaces_.all()));
    else
        log_.write(Level::error, DaemonEvent::reload_refused,
                   "the reload is refused: the configuration before it stays in use");
    notifier_.ready(status());
}

void Daemon::finish_change(Reading& reading) {
    if (reading.failure) {
        for (const auto& problem : reading.failure->problems)
            log_.write(Level::error, problem.text(), fields_of(DaemonEvent::files_refused, problem));
        log_.write(Level::error, DaemonEvent::files_refused,
                   "the change of files is refused: the configuration before it stays in use");
        return;
    }
    if (!reading.config) {
        changes_being_read_ = {};
        return;
    }
    std::set<std::string> said;
    for (const auto& warning : warnings_of(*config_))
        said.insert(warning.text());
    const auto names_before = config::named_boot_files(*config_);
    if (auto taken = take(std::move(reading.config), std::nullopt); !taken) {
        log_.write(Level::error, DaemonEvent::files_refused, taken.error());
        return;
    }
    changes_being_read_ = {};
    const FileMemory before = std::exchange(memory_, std::move(reading.memory));
    say_changed_files(before);
    // What a file says wrong is said when it is read, and not again when another one changes.
    for (const auto& warning : warnings_of(*config_))
        if (!said.contains(warning.text())) say_warning(warning);
    // A line of the file may name a program that nobody has looked at yet.
    if (config::named_boot_files(*config_) != names_before) look_at_boot_tree();
}

// `files`: nothing where those of before stay.
Result<void, std::string> Daemon::take(std::unique_ptr<config::Config> fresh,
                                       std::optional<ServedFiles> files) {
    bound_transfers(*fresh);
    // What can fail comes first; each step that has succeeded is taken back when a later one fails.
    if (auto prepared = http_->prepare(fresh->http); !prepared) return prepared;
    const auto take_back = [&](std::string why) {
        take_back_sockets();
        return fail(std::move(why));
    };
    if (auto listening = dhcp_.listen(*fresh); !listening) return take_back(listening.error());
    if (auto listening = listen_tftp(*fresh); !listening) return take_back(listening.error());
    if (auto listening = listen_http(*fresh); !listening) return take_back(listening.error());
    give_tftp_sockets();
    if (auto begun = begin_dhcp(*fresh); !begun) return take_back(begun.error());
    if (!logs_alike(fresh->daemon, config_->daemon)) {
        auto opened = log_.open(fresh->daemon.log, fresh->daemon.log_queue.value_or(k_log_lines));
        if (!opened) return take_back(opened.error());
    }
    say_what_needs_a_restart(*fresh);
    if (files) {
        tftp_->use(fresh->tftp, std::move(files->tftp));
        http_->use(fresh->http, std::move(files->http), std::move(files->tls));
    }
    // What was seen of the tree holds until it is looked at again.
    if (config::serve_the_same_tree(*fresh, *config_)) config::use_boot_trees_of(*config_, *fresh);
    // The old one stays until everybody points into the new one.
    auto old = std::exchange(config_, std::move(fresh));
    tftp_rules_ = tftp_rules(*config_);
    http_rules_ = http_rules(*config_);
    events_.use(*config_);
    dhcp_.use(*config_);
    use_script();
    listen_for_metrics();
    // A hundred thousand dhcp-host lines are a pause to give back.
    configuration_disk_->submit_with(
        std::move(old), [](auto& config) { config.reset(); }, [](auto&) {});
    return {};
}

// They held a moment ago; should one fail now, the next change of an interface tries again.
void Daemon::take_back_sockets() {
    for (const auto& back : {dhcp_.listen(*config_), listen_tftp(*config_), listen_http(*config_)})
        if (!back) log_.write(Level::error, DaemonEvent::socket_refused, back.error());
    give_tftp_sockets();
}

void Daemon::say_configuration() {
    for (const auto& warning : warnings_of(*config_))
        say_warning(warning);
    for (auto& line : service_lines(*config_))
        say(Level::info, DaemonEvent::serving, std::move(line));
    say_inherited();
    missing_ = missing_interfaces(config_->daemon, interfaces_.all());  // its warnings have said so
}

// The first dhcp-range may come by a reload: a package starts pxed with a file that serves nothing.
Result<void, std::string> Daemon::begin_dhcp(const config::Config& fresh) {
    if (!fresh.dhcp.is_enabled() || store_ || memory_store_) return {};
    if (auto opened = dhcp_.open(); !opened)
        log_.write(Level::warning, DaemonEvent::socket_refused, opened.error());
    auto opened = open_leases(fresh);
    // Until the new configuration is taken over, the old one decides (it serves nobody).
    dhcp_.use(*config_);
    if (!opened) return fail(opened.error().text);
    return {};
}

void Daemon::say_what_needs_a_restart(const config::Config& fresh) {
    const auto& now = config_->daemon;
    const auto& then = fresh.daemon;
    const auto say = [this](const char* directive) {
        log_.write(Level::warning, DaemonEvent::configuration_warning,
                   std::string{directive} + " has changed: that takes a restart");
    };
    if (now.user != then.user) say("user");
    if (now.group != then.group) say("group");
    if (now.pid_file != then.pid_file) say("pid-file");
    if (now.lease_database != then.lease_database) say("lease-database");
    if (now.lease_file != then.lease_file) say("dhcp-leasefile");
    if (now.script.keeps_leases != then.script.keeps_leases) say("leasefile-ro");
}

}  // namespace pxed::io
