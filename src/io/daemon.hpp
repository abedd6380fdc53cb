#pragma once

#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/boot_trees.hpp"
#include "config/config.hpp"
#include "io/configuration.hpp"
#include "io/dhcp_service.hpp"
#include "io/directory_watch.hpp"
#include "io/disk.hpp"
#include "io/event_log.hpp"
#include "io/exit_code.hpp"
#include "io/file_memory.hpp"
#include "io/http_service.hpp"
#include "io/inherited_listeners.hpp"
#include "io/interfaces.hpp"
#include "io/lease_mirror.hpp"
#include "io/lease_script.hpp"
#include "io/lease_store.hpp"
#include "io/log.hpp"
#include "io/loop.hpp"
#include "io/loop_watch.hpp"
#include "io/memory_lease_store.hpp"
#include "io/metrics.hpp"
#include "io/metrics_service.hpp"
#include "io/notify.hpp"
#include "io/pid_file.hpp"
#include "io/pool_tally.hpp"
#include "io/report.hpp"
#include "io/served_files.hpp"
#include "io/signals.hpp"
#include "io/tftp_service.hpp"
#include "machine/machines.hpp"

namespace pxed::io {

/// The whole daemon: starts in an order in which each step has what it needs, serves, reloads, stops.
class Daemon {
 public:
    /// Lines the log's queue holds unless log-async says otherwise: a second of the busiest boot storm.
    static constexpr std::size_t k_log_lines = 4096;

    /// `memory` is of `config`.
    Daemon(ev::default_loop& loop, ConfigurationSource source, config::Config config, FileMemory memory);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Interfaces, sockets, privileges, lease database, services, ready. Errors: what stands in the way, with
    /// the exit status for it; everything opened so far is closed by the destructor.
    [[nodiscard]] Result<void, StartFailure> start();
    /// Serves until SIGTERM or SIGINT.
    void run();
    /// For the end, after run() or a start() that failed: nobody can end a thread that waits for a file
    /// server which answers nothing, and the destructor would wait with it. Where there is such a one, all is
    /// put in order that lasts longer than the process, and the process ends here with that status.
    void leave_hanging_disks(ExitCode code);

 private:
    // Start, in this order.
    [[nodiscard]] Result<void, StartFailure> open_network();
    [[nodiscard]] Result<void, StartFailure> settle_privileges();
    [[nodiscard]] Result<void, StartFailure> open_leases(const config::Config& config);
    [[nodiscard]] Result<void, StartFailure> take_leases_of_script(const config::Config& config);
    [[nodiscard]] ScriptSurroundings script_surroundings();
    void use_script();
    [[nodiscard]] Result<void, StartFailure> open_files();
    void say_start();
    void say_inherited();

    [[nodiscard]] TftpSurroundings tftp_surroundings();
    [[nodiscard]] HttpSurroundings http_surroundings();
    [[nodiscard]] Result<void, std::string> listen_tftp(const config::Config& config);
    [[nodiscard]] Result<void, std::string> listen_http(const config::Config& config);
    /// The interface that counts for requests by the one of that index; nullptr: not served by these rules.
    [[nodiscard]] const Interface* served_link(const config::DaemonPolicy& rules, unsigned index) const;
    void give_tftp_sockets();
    void bound_transfers(config::Config& config) const;

    // While it runs.
    void tell(machine::Event event);
    void trace(const std::string& text);
    void say(Level level, DaemonEvent event, std::string text);
    void say_warning(const config::Problem& warning);
    [[nodiscard]] const dhcp::Lease* lease_at(const Endpoint& client) const;
    [[nodiscard]] std::optional<HwAddr> hardware_of(const Endpoint& client);
    [[nodiscard]] const machine::Machine* machine_at(const Endpoint& client);
    [[nodiscard]] std::string program_of(const Endpoint& client);
    [[nodiscard]] std::optional<MadeText> make_file(std::string_view name, const Endpoint& client);
    void on_interfaces_changed();
    void on_follow(ev::timer& watcher, int revents);
    void on_minute(ev::timer& watcher, int revents);
    void on_status(ev::timer& watcher, int revents);
    void say_missing_interfaces();
    void say_statistics();
    [[nodiscard]] std::string status() const;
    [[nodiscard]] std::string metrics();
    void listen_for_metrics();

    // Reload (daemon_reload.cpp).
    struct Reading;  ///< what a thread has read
    enum class Cause : std::uint8_t { reload, files };
    void reload();
    void begin_reading(Cause cause);
    void on_read(Reading& reading);
    void on_slow_reading(ev::timer& watcher, int revents);
    void finish_reload(Reading& reading);
    [[nodiscard]] Result<void, std::string> take(std::unique_ptr<config::Config> fresh,
                                                 std::optional<ServedFiles> files);
    void take_back_sockets();
    void say_configuration();
    [[nodiscard]] Result<void, std::string> begin_dhcp(const config::Config& fresh);
    void say_what_needs_a_restart(const config::Config& fresh);

    // What the boot tree holds (daemon_files.cpp).
    void look_at_boot_tree();
    void await_boot_tree();
    void use_boot_trees(config::BootTrees trees);

    // Files beside the configuration, followed as they change (daemon_files.cpp).
    void follow_files();
    void on_files_changed(const FileChanges& changes);
    void finish_change(Reading& reading);
    void say_changed_files(const FileMemory& before);

    // Stop.
    void begin_stop();
    void on_stopping(ev::timer& watcher, int revents);
    [[nodiscard]] std::size_t running_transfers() const;
    [[nodiscard]] bool is_worth_waiting() const;

    ev::default_loop& loop_;
    ConfigurationSource source_;
    std::unique_ptr<config::Config> config_;  ///< services point into it
    config::DaemonPolicy tftp_rules_;         ///< config_'s, asked at each request
    config::DaemonPolicy http_rules_;         ///< the same
    FileMemory memory_;                       ///< what config_ was made of
    FileChanges unread_changes_;              ///< of files since then: refused, or just heard of
    FileChanges changes_being_read_;          ///< and those in the running reading
    bool has_new_changes_ = false;            ///< heard of while it runs
    std::uint64_t file_limit_ = 0;
    std::optional<WallTime> reloaded_;  ///< the last reload that was taken over
    std::string refusal_;               ///< why the last reload was refused; empty: it was not
    std::vector<std::string> missing_;

    Log log_;
    EventLog events_;
    Notifier notifier_;
    machine::Machines machines_;
    ReasonCounts reasons_;
    LoopWatch loop_watch_;
    Metrics metrics_;
    WallTime started_at_{};
    InheritedListeners inherited_;
    Interfaces interfaces_;
    PidFile pid_file_;
    DhcpService dhcp_;
    LeaseScript script_;

    // From here on threads are started: only after privileges are settled. The store outlives the server that
    // refers to it, because stop() has emptied both by then.
    std::optional<Disk> disk_;  ///< boot files
    /// The configuration, and what must be there before it is taken over; apart, since a file server that is
    /// gone holds the threads of the boot files.
    std::optional<Disk> configuration_disk_;
    Disk::Ticket reading_ = 0;  ///< the one that runs; 0: none
    std::unique_ptr<SqliteLeaseStore> store_;
    std::optional<MemoryLeaseStore> memory_store_;  ///< instead of it: leasefile-ro
    std::optional<LeaseMirror> mirror_;
    std::optional<TftpService> tftp_;
    Disk::Ticket boot_tree_look_ = 0;                ///< the last one asked for; 0: none
    std::future<config::BootTrees> seen_;            ///< what it sees; not valid once it is in use
    std::map<ListenPoint, UdpSocket> tftp_sockets_;  ///< opened, and not yet given to the service
    std::map<ListenPoint, unsigned> tftp_listeners_;
    std::set<ListenPoint> tftp_refused_;  ///< points that could not be opened, and are tried again

    PoolTally pools_;
    MetricsService metrics_service_;
    std::optional<HttpService> http_;  ///< it listens before privileges are settled, and begins after

    Signals signals_;
    DirectoryWatch watch_;
    ev::timer follow_;  ///< sockets follow the interfaces, outside of anybody's callback
    ev::timer minute_;
    ev::timer slow_reading_;  ///< a reload that takes long says so
    ev::timer status_;        ///< one-shot, so that an idle daemon sleeps
    ev::timer stopping_;
    // Interfaces, files and SIGHUP are still heard while dhcp-script is waited for; they must open nothing.
    bool is_stopping_ = false;
    Instant stop_deadline_{};
};

}  // namespace pxed::io
