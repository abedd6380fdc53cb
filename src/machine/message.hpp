#pragma once
// The kinds of journal messages. Each has a MESSAGE_ID of its own, which never changes: `journalctl
// MESSAGE_ID=...`, alerts and the message catalog know a message by it, whatever its words become.

#include <cstdint>
#include <span>
#include <string_view>

#include "machine/event.hpp"

namespace pxed {

/// What the daemon says of itself, no client being the cause. The order is that of the table in message.cpp,
/// which is checked when it is compiled.
enum class DaemonEvent : std::uint8_t {
    started,
    start_refused,
    serving,
    stopping,
    stopped,
    configuration_warning,
    reloading,
    reloaded,
    reload_refused,
    reload_waits,
    files_changed,
    files_refused,
    interface_missing,
    interface_found,
    socket_refused,
    lease_record,
    script_trouble,
    suppressed,
    lines_lost,
    loop_stalled,
    statistics,
};

/// What a person looks at next, which is the same for many reasons.
enum class Look : std::uint8_t {
    machine,  ///< what DHCP said of this machine
    pool,     ///< ranges and leases
    relay,
    other_server,
    lease_database,
    file,      ///< a file of the boot tree and who may read it
    transfer,  ///< what passed between the client and us
    load,      ///< limits that many clients reach together
};

/// The id of one Reason, and where to look.
struct ReasonMessage {
    Reason reason;
    std::string_view id;  ///< 32 hexadecimal digits
    Look look;
};

/// The id of a step that needs no reason, and what it means.
struct StageMessage {
    machine::Stage stage;
    std::string_view id;
    std::string_view explanation;
};

struct DaemonMessage {
    DaemonEvent event;
    std::string_view name;  ///< for PXED_EVENT: the enumerator's
    std::string_view id;
    std::string_view subject;
    std::string_view explanation;  ///< what it means and what to do
};

/// All rows, in the order of their enums; Reason::none, which is no message, has none.
[[nodiscard]] std::span<const ReasonMessage> reason_messages();
[[nodiscard]] std::span<const StageMessage> stage_messages();
[[nodiscard]] std::span<const DaemonMessage> daemon_messages();

[[nodiscard]] const DaemonMessage& row_of(DaemonEvent event);

/// The MESSAGE_ID of an event: its reason's where it has one, for that is what there is to explain; else its
/// stage's.
[[nodiscard]] std::string_view message_id(machine::Stage stage, Reason reason);

}  // namespace pxed
