#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "config/script_policy.hpp"
#include "dhcp/lease_news.hpp"
#include "io/script_call.hpp"
#include "io/script_runner.hpp"

namespace pxed::io {

/// What dhcp-script needs to know beside the lease.
struct ScriptSurroundings {
    ScriptRunner::Say say;
    std::function<std::string(Ipv4)> domain_of;     ///< the domain of an address; empty: none
    std::function<std::string(Ipv4)> interface_of;  ///< that an address is on; empty: none
};

/// dhcp-script: tells a program of leases and of files that were sent, one call at a time. Nobody waits for
/// it: what happens meanwhile is kept in a bounded line, leases by what became of them.
class LeaseScript {
 public:
    /// Files whose sending may wait to be told; the oldest gives way.
    static constexpr std::size_t k_most_files = 10000;
    /// A call that could not be started, for want of processes or descriptors, is tried again after that.
    static constexpr seconds k_retry{2};

    LeaseScript(ev::default_loop& loop, ScriptSurroundings surroundings,
                seconds time_limit = ScriptRunner::k_time_limit);

    /// Takes the script that `policy` names. It is told of `leases` unless knows_leases(); nothing: there is
    /// no DHCP server yet that could have any.
    void use(const config::ScriptPolicy& policy, bool logs_dhcp,
             std::optional<std::span<const dhcp::Lease>> leases);
    /// Whether the leases of a server were given: from then on on_stored() keeps them.
    [[nodiscard]] bool knows_leases() const { return knows_leases_; }
    /// Every lease is told again: after a reload.
    void repeat_all();
    [[nodiscard]] bool is_given() const { return !path_.empty(); }

    void on_stored(dhcp::StoredLease stored);
    void on_sent(TftpSent file);

    /// Goes on with what waits until `deadline`, in a loop in which nothing else is left to do. For the exit.
    void finish(ev::default_loop& loop, seconds longest);
    /// Calls that wait, or run.
    [[nodiscard]] std::size_t waiting() const;
    [[nodiscard]] std::uint64_t run() const { return run_; }
    /// What was never told because the line was full.
    [[nodiscard]] std::uint64_t lost() const { return news_.lost() + lost_files_; }

 private:
    void go_on();
    [[nodiscard]] std::optional<ScriptCall> next_call();
    void on_retry(ev::timer& watcher, int revents);
    void drop_unstarted();
    void say_lost();

    ScriptSurroundings surroundings_;
    std::string path_;
    bool logs_dhcp_ = false;
    dhcp::LeaseNews news_;
    bool knows_leases_ = false;
    std::deque<TftpSent> files_;
    std::optional<ScriptCall> unstarted_;  ///< taken from the line, and no process for it so far
    std::uint64_t run_ = 0;
    std::uint64_t lost_files_ = 0;
    std::uint64_t said_lost_ = 0;
    ScriptRunner runner_;
    ev::timer retry_;
};

}  // namespace pxed::io
