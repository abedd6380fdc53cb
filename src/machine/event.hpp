#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/hwaddr.hpp"
#include "base/origin.hpp"
#include "base/time.hpp"
#include "machine/reason.hpp"
#include "wire/arch.hpp"
#include "wire/client_id.hpp"

namespace pxed::machine {

/// One step of a machine's way to its boot. The names are the words of the log.
enum class Stage : std::uint8_t {
    discover,
    offer,
    request,
    ack,
    nak,
    decline,
    release,
    inform,
    bootp,  // DHCP
    proxy_offer,
    boot_server,  // PXE: what to boot beside another server's offer, and on request
    relay,        // a message passed on between a client and somebody else's server
    notice,       // something of the network, or asked for and not served, that is no step of anybody's boot
    probe,        // an address was tested
    lease_expired,
    tftp_request,
    tftp_sent,
    tftp_failed,  // TFTP
    http_request,
    http_sent,
    http_failed,  // HTTP
};

/// The word for a stage, as fields of the log have it: the enumerator's name.
[[nodiscard]] std::string_view name_of(Stage stage);

/// What is said of a step: log, metrics and (later) the boot timeline read the same stream of these. Texts
/// are as the wire had them; readers escape.
struct Event {
    Stage stage{};
    Reason reason = Reason::none;
    HwAddr machine;  ///< empty when not known (TFTP from an unknown address)
    std::uint32_t boot_id =
        0;  ///< set by Machines::observe; one number a boot, 0 when the machine is not known
    std::optional<Endpoint>
        peer;  ///< the machine's address; for DHCP the one offered, asked for or given back
    std::string interface;
    std::uint32_t xid = 0;     ///< DHCP
    std::optional<Arch> arch;  ///< DHCP
    ClientId client_id;        ///< DHCP
    std::string vendor_class;  ///< DHCP, option 60
    bool is_ipxe = false;      ///< DHCP: iPXE asks, whatever firmware started it
    std::string host_name;     ///< DHCP
    std::string file;          ///< the boot file named, or the file asked for over TFTP or HTTP
    std::string found;  ///< TFTP, HTTP: the path below the root that was found for it, where that is another
    std::string program;  ///< TFTP, HTTP: the same wherever it is, if it is a boot program by its name
    /// DHCP: the machine's tags, where they are asked for later in its boot (boot-linux).
    std::optional<std::vector<std::string>> tags;
    std::string detail;       ///< words of this very case: tags, an address, the client's error text
    std::uint64_t bytes = 0;  ///< TFTP, HTTP: sent and acknowledged
    std::optional<std::uint8_t>
        offer_shape;          ///< DHCP: the form of an offer that may have several; 0: as configured
    nanoseconds duration{0};  ///< from the request to this step
    std::uint32_t retransmissions = 0;  ///< TFTP
    Origin line;                        ///< the configuration line that decided
};

}  // namespace pxed::machine
