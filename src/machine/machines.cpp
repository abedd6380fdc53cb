// Which machine a step belongs to, and which boot of it. DHCP names the hardware address; TFTP has only an IP
// address, so the last address a machine was given (or said it has) leads from one to the other. No DHCP
// answer depends on it: it is for the log, the counters and tftp-unique-root=mac.

#include "machine/machines.hpp"

#include <utility>

namespace pxed::machine {

namespace {

// PXE 2.1 and UEFI 2.10 24.7 put these in front of option 60. An operating system sends another class or
// none: its DISCOVER belongs to the boot that started it. iPXE sends PXEClient too, some forks do not.
bool is_firmware(const Event& event) {
    return event.is_ipxe || event.vendor_class.starts_with("PXEClient") ||
           event.vendor_class.starts_with("HTTPClient");
}

// A DISCOVER that is answered is told as the offer; `discover` is one that got none.
bool answers_a_discover(Stage stage) {
    return stage == Stage::offer || stage == Stage::proxy_offer || stage == Stage::discover;
}

// A BOOTP reply and the ciaddr of an INFORM are as good as an ACK, and so is that of a request to the boot
// server: the machine has it from another DHCP server. An OFFER is not: the machine may never take it.
bool gives_address(const Event& event) {
    return event.stage == Stage::ack || event.stage == Stage::inform || event.stage == Stage::bootp ||
           event.stage == Stage::boot_server;
}

// Beside another server its ACK is not heard, and a BIOS asks nothing on port 4011: the REQUEST, which is
// broadcast to all (RFC 2131 4.3.2), is all that says which address the machine takes.
bool takes_others_address(const Event& event) {
    return event.stage == Stage::request &&
           (event.reason == Reason::other_server || event.reason == Reason::proxy_only ||
            event.reason == Reason::not_pxe);
}

bool names_address(const Event& event) {
    return (gives_address(event) || takes_others_address(event)) && event.peer && event.peer->ipv4() &&
           !event.peer->ipv4()->is_zero();
}

// Firmware repeats its DISCOVER at 4, 8, 16 and 32 s (PXE 2.1 2.2.3): repeats belong to the boot they began,
// so a boot begins only where the machine had got further, or has been silent for longer than those repeats
// take.
bool is_silent_for_long(const Machine& machine, Instant now) {
    constexpr seconds k_boot_pause{90};
    return now - machine.last_seen > k_boot_pause;
}

// A step in which DHCP tells the machine what to boot.
bool names_a_program(Stage stage) {
    return stage == Stage::offer || stage == Stage::ack || stage == Stage::proxy_offer ||
           stage == Stage::boot_server || stage == Stage::bootp;
}

bool is_transfer(Stage stage) {
    return stage == Stage::tftp_request || stage == Stage::tftp_sent || stage == Stage::tftp_failed ||
           stage == Stage::http_request || stage == Stage::http_sent || stage == Stage::http_failed;
}

// Whether offers reach the firmware, and which form of them it takes. Bounded: a number wraps nowhere.
void observe_offering(Offering& offering, const Event& event, Instant now) {
    switch (event.stage) {
        case Stage::offer:
        case Stage::proxy_offer:
            if (!event.offer_shape) return;
            if (offering.arch != event.arch) offering = {.arch = event.arch};
            if (offering.unanswered == 0 || now - offering.last >= k_between_offers) {
                constexpr std::uint8_t k_enough = 200;
                if (offering.unanswered < k_enough) ++offering.unanswered;
                offering.last = now;
            }
            offering.shape = *event.offer_shape;
            return;
        case Stage::ack:
        case Stage::boot_server:
            // It took what was offered in that form, from us.
            if (event.offer_shape) offering.worked = *event.offer_shape;
            offering.unanswered = 0;
            return;
        case Stage::request:
        case Stage::nak:
        case Stage::decline:
        case Stage::inform:
        case Stage::tftp_request:
        case Stage::http_request:
            // It hears us, or has what it wants from somebody else: no reason to change anything.
            offering.unanswered = 0;
            return;
        case Stage::discover:
        case Stage::release:
        case Stage::bootp:
        case Stage::relay:
        case Stage::probe:
        case Stage::lease_expired:
        case Stage::tftp_sent:
        case Stage::tftp_failed:
        case Stage::http_sent:
        case Stage::http_failed:
        case Stage::notice:
            return;
    }
}

Instant second_of(Instant moment) {
    return std::chrono::floor<seconds>(moment);
}

std::optional<Instant> second_of_last_step(const Machine& machine) {
    return machine.boot_id == 0 ? std::nullopt : std::optional{second_of(machine.last_boot_step)};
}

}  // namespace

BeforeIpxe before_ipxe(const Machine& machine, bool asks_anew, Instant now) {
    const BeforeIpxe as_it_was{machine.ran_before, machine.firmware_loaded_it};
    if (!asks_anew) return machine.is_ipxe ? as_it_was : BeforeIpxe{};
    if (is_silent_for_long(machine, now)) return {};
    // Other firmware asked, was told a file and took it up, and now iPXE asks. The file may have come from
    // another server, or to an address not known to be this machine's, so that it was named is all there is
    // to go by.
    if (!machine.is_ipxe) return machine.got_further ? BeforeIpxe{machine.named_program, true} : BeforeIpxe{};
    // iPXE in the network card's ROM that loaded another iPXE looks like a machine that was reset; what it
    // fetched tells. A repeated DISCOVER is where the first one was.
    return machine.sent_program.empty() ? as_it_was : BeforeIpxe{machine.sent_program, false};
}

Machine observe(Machine machine, const Event& event, Instant now, std::uint32_t next_boot_id) {
    if (answers_a_discover(event.stage) && is_firmware(event)) {
        // What firmware loads to ask again as iPXE is one boot: its log lines belong together, and the file
        // it had loaded is what must not be named to it once more.
        const bool goes_on = event.is_ipxe && !machine.is_ipxe && !is_silent_for_long(machine, now);
        const bool repeats = !machine.got_further && !is_silent_for_long(machine, now);
        const auto [program, firmware_loaded_it] = before_ipxe(machine, true, now);
        std::string before{event.is_ipxe ? program : std::string_view{}};
        // A machine that never got anywhere goes on where the last attempt ended.
        if (machine.got_further) machine.offering.shape = machine.offering.worked;
        machine.got_further = false;
        if (machine.boot_id == 0 || !(goes_on || repeats)) {
            machine.boot_id = next_boot_id;
            machine.boot_program.clear();
            machine.named_program.clear();
            machine.program_path.clear();
        }
        machine.sent_program.clear();
        machine.is_ipxe = event.is_ipxe;
        machine.ran_before = std::move(before);
        machine.firmware_loaded_it = event.is_ipxe && firmware_loaded_it;
    }
    observe_offering(machine.offering, event, now);
    switch (event.stage) {
        case Stage::request:
        case Stage::ack:
        case Stage::nak:
        case Stage::boot_server:
        case Stage::tftp_request:
        case Stage::tftp_sent:
        case Stage::tftp_failed:
        case Stage::http_request:
        case Stage::http_sent:
        case Stage::http_failed:
            machine.got_further = true;
            break;
        case Stage::release:
        case Stage::decline:
        case Stage::lease_expired:
            // Somebody else may have the address next, and its transfers must not count for this machine.
            machine.address.reset();
            break;
        case Stage::discover:
        case Stage::offer:
        case Stage::proxy_offer:
        case Stage::inform:
        case Stage::bootp:
        case Stage::relay:
        case Stage::notice:
        case Stage::probe:
            break;
    }
    if (names_address(event)) machine.address = event.peer->ipv4();
    if (event.tags) machine.tags = *event.tags;
    if (!event.program.empty()) machine.program_path = event.program;
    if (!event.client_id.is_empty()) machine.client_id = event.client_id;
    if (event.arch) machine.arch = event.arch;
    // A file that was not there is none it boots.
    const bool has_failed = event.stage == Stage::tftp_failed || event.stage == Stage::http_failed;
    if (!has_failed && !event.file.empty()) machine.boot_program = event.file;
    if (names_a_program(event.stage) && !event.file.empty()) machine.named_program = event.file;
    if (event.stage == Stage::tftp_sent || event.stage == Stage::http_sent) machine.sent_program = event.file;
    machine.last_seen = now;
    if (is_firmware(event) || is_transfer(event.stage)) machine.last_boot_step = now;
    return machine;
}

void Machines::observe(Event& event, Instant now) {
    // TFTP's events come without a hardware address.
    if (event.machine.is_empty() && event.peer && event.peer->ipv4()) {
        if (const auto* known = find(*event.peer->ipv4())) event.machine = known->hardware;
    }
    // No record for an address alone: anybody can send from any number of those.
    if (event.machine.is_empty()) return;

    auto found = by_hardware_.find(event.machine);
    if (found == by_hardware_.end()) {
        // Before the insertion, so that a flood of forged addresses costs `limit_` records and no more.
        if (machines_.size() >= limit_) forget_oldest();
        machines_.push_front({});
        machines_.front().hardware = event.machine;
        found = by_hardware_.emplace(event.machine, machines_.begin()).first;
    } else {
        // A splice moves the node and copies nothing; the iterators in both maps stay good.
        machines_.splice(machines_.begin(), machines_, found->second);
    }
    Machine& machine = machines_.front();
    const auto previous = machine.address;
    const auto previous_step = second_of_last_step(machine);
    machine = machine::observe(std::move(machine), event, now, boots_ + 1);
    note_step(previous_step, second_of_last_step(machine));
    if (machine.boot_id > boots_) boots_ = machine.boot_id;
    // Only if the entry is still this machine's: the address may have gone to another one since.
    if (previous && previous != machine.address) {
        const auto entry = by_address_.find(*previous);
        if (entry != by_address_.end() && entry->second == machines_.begin()) by_address_.erase(entry);
    }
    // Only what says so anew: a record may hold an address that went to a sibling meanwhile.
    if (machine.address && (machine.address != previous || names_address(event)))
        by_address_[*machine.address] = machines_.begin();
    event.boot_id = machine.boot_id;
    // TFTP says no architecture, and a log line with it explains most wrong files.
    if (!event.arch) event.arch = machine.arch;
}

const Machine* Machines::find(const HwAddr& hardware) const {
    const auto found = by_hardware_.find(hardware);
    return found == by_hardware_.end() ? nullptr : &*found->second;
}

const Machine* Machines::find(Ipv4 address) const {
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? nullptr : &*found->second;
}

std::size_t Machines::booting_since(Instant since) const {
    std::size_t count = 0;
    for (auto second = last_steps_.lower_bound(second_of(since)); second != last_steps_.end(); ++second)
        count += second->second;
    return count;
}

void Machines::note_step(std::optional<Instant> before, std::optional<Instant> now) {
    if (before == now) return;
    if (now) ++last_steps_[*now];
    if (!before) return;
    const auto second = last_steps_.find(*before);
    if (--second->second == 0) last_steps_.erase(second);
}

void Machines::forget_oldest() {
    const auto oldest = std::prev(machines_.end());
    // As above: the address may be another machine's by now.
    if (oldest->address) {
        const auto entry = by_address_.find(*oldest->address);
        if (entry != by_address_.end() && entry->second == oldest) by_address_.erase(entry);
    }
    note_step(second_of_last_step(*oldest), std::nullopt);
    by_hardware_.erase(oldest->hardware);
    machines_.erase(oldest);
}

}  // namespace pxed::machine
