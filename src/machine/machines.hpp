#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/time.hpp"
#include "machine/event.hpp"
#include "wire/arch.hpp"
#include "wire/client_id.hpp"

namespace pxed::machine {

/// How far apart two offers are that count as two: what comes quicker is one packet sent twice.
inline constexpr seconds k_between_offers{3};

/// Which form of an offer the machine's firmware takes, as far as it is known (dhcp/offer_shape).
struct Offering {
    std::optional<Arch> arch;     ///< the list of forms is another for each kind of firmware
    std::uint8_t shape = 0;       ///< of the last offer
    std::uint8_t worked = 0;      ///< the one it took last
    std::uint8_t unanswered = 0;  ///< offers since it was last heard of otherwise, k_between_offers apart
    Instant last{};               ///< when the last of these was made
};

/// What is known of one client across all protocols.
struct Machine {
    HwAddr hardware;
    std::optional<Ipv4> address;
    ClientId client_id;
    std::optional<Arch> arch;
    std::uint32_t boot_id = 0;  ///< counts boots seen of any machine; 0 before the first
    std::string boot_program;   ///< the last file named to it or fetched by it
    std::string named_program;  ///< the last file DHCP named to it in this boot
    std::string sent_program;   ///< the last file sent to it whole since its last DISCOVER
    bool is_ipxe = false;       ///< its last DISCOVER in this boot was iPXE's
    std::string ran_before;  ///< if is_ipxe: what this machine had loaded when it asked so, as far as known
    bool firmware_loaded_it = false;  ///< `ran_before`: rather than another iPXE
    bool got_further = false;         ///< than asking for an address, in this boot
    Offering offering;
    std::string program_path;       ///< below the root: the boot program it loaded last, in this boot
    std::vector<std::string> tags;  ///< that it had when DHCP last answered it, where Event::tags has them
    Instant last_seen{};
    Instant
        last_boot_step{};  ///< when firmware or a loader was last heard of; what has booted renews leases too
};

/// What a machine that asks as iPXE has loaded before, which may be that very iPXE.
struct BeforeIpxe {
    std::string_view program;         ///< empty: nothing is known, or iPXE is its network card's ROM
    bool firmware_loaded_it = false;  ///< other firmware did, so it is iPXE or has loaded it, whatever it is
                                      ///< called; otherwise the machine may as well have been reset since
};

/// `asks_anew`: for a DISCOVER that is not in `machine` yet. Views point into the machine.
[[nodiscard]] BeforeIpxe before_ipxe(const Machine& machine, bool asks_anew, Instant now);

/// The machine after `event` at `now`. Pure. A DISCOVER from firmware (option 60 begins with PXEClient or
/// HTTPClient) begins a new boot, numbered `next_boot_id`, unless it repeats the one before: the machine has
/// got no further since, and was not silent for long. The first one from iPXE after other firmware's goes on
/// with that firmware's boot.
[[nodiscard]] Machine observe(Machine machine, const Event& event, Instant now, std::uint32_t next_boot_id);

/// The machines seen last, at most `limit` of them; the one unseen for longest gives way.
class Machines {
 public:
    explicit Machines(std::size_t limit = 65536) : limit_(limit) {}

    /// Records the event and fills in what it lacks and the record has: machine (by address), boot id.
    void observe(Event& event, Instant now);

    [[nodiscard]] const Machine* find(const HwAddr& hardware) const;
    [[nodiscard]] const Machine* find(Ipv4 address) const;
    /// How many took a step of a boot in the second of `since` or later. Cost: one step a second since then.
    [[nodiscard]] std::size_t booting_since(Instant since) const;
    [[nodiscard]] std::size_t size() const { return machines_.size(); }

 private:
    using Order = std::list<Machine>;  // most recently seen first
    void forget_oldest();
    /// A machine's last step of a boot was in the first second and is in the other one now; none: there is
    /// none.
    void note_step(std::optional<Instant> before, std::optional<Instant> now);

    // Bounds memory against a flood of made-up hardware addresses.
    std::size_t limit_;
    std::uint32_t boots_ = 0;
    Order machines_;
    // Both point into machines_, whose iterators stay good until the machine itself is forgotten.
    std::unordered_map<HwAddr, Order::iterator> by_hardware_;
    std::unordered_map<Ipv4, Order::iterator> by_address_;
    std::map<Instant, std::size_t> last_steps_;  // whole seconds: how many took the last step of a boot then
};

}  // namespace pxed::machine
