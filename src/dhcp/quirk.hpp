#pragma once
// Quirk profiles: what firmware needs that no standard asks for, read from a file (config/quirks).

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "dhcp/hw_pattern.hpp"
#include "dhcp/pxe_policy.hpp"
#include "wire/arch.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

struct Policy;

/// One way to know the firmware: all that is given has to hold.
struct QuirkMatch {
    std::optional<HwPattern> hardware;
    std::optional<Arch> arch;  ///< as option 93 lists it
    std::string vendor_class;  ///< option 60 begins so; empty: whatever it is

    [[nodiscard]] bool fits(const Message& message) const;
};

/// One profile.
struct Quirk {
    std::string name;
    std::vector<QuirkMatch> matches;     ///< one is enough
    std::optional<Arch> arch;            ///< what the machine is, whatever it says
    PxePolicy pxe;                       ///< a menu in place of the file's; without items: none
    std::optional<seconds> reply_delay;  ///< where no dhcp-reply-delay is for the machine
    bool shares_serial_directories = false;
};

/// The profile for the sender of this message; nullptr: none. Only firmware has one, and none where the file
/// has the menu itself: dnsmasq's idiom `pxe-service=0,"Raspberry Pi Boot"` is answered as dnsmasq does.
[[nodiscard]] const Quirk* find_quirk(const Policy& policy, const Message& message);

}  // namespace pxed::dhcp
