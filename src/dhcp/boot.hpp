#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dhcp/boot_client.hpp"
#include "dhcp/configured.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/tags.hpp"
#include "machine/reason.hpp"
#include "wire/dhcp_message.hpp"

namespace pxed::dhcp {

/// What a machine is told to boot. Views and pointers are the policy's.
struct BootAnswer {
    std::string file;
    std::string_view server_name;
    std::optional<Ipv4> server;  ///< none: this server; 0.0.0.0: one that is named and not known
    Origin line;
    const TagTests* tests = nullptr;  ///< of the line that names the file; none: no line does
    bool is_for_ipxe = false;         ///< boot-arch=ipxe
    bool is_for_firmware = false;     ///< boot-arch of the firmware that the iPXE which asks runs on
    bool is_from_boot_line = false;   ///< dhcp-boot rather than dhcp-option 66, 67 and 255
    bool is_generated = false;        ///< a URL made here of a name: option 67 of the file must not differ
    Reason note = Reason::none;       ///< what is to be said beside it

    /// Whether the name has room in the header: 128 bytes and one of them a NUL.
    [[nodiscard]] bool fits_header() const { return file.size() < 128; }
    /// Whether a dhcp-boot line names the file that is for certain machines by its tags.
    [[nodiscard]] bool is_for_some() const {
        return is_from_boot_line && tests != nullptr && !tests->empty();
    }
};

/// Who is told what to boot, and how.
struct BootAsk {
    const BootClient& client;
    HwAddr machine;         ///< chooses among several addresses of one server name
    bool is_proxy = false;  ///< another server gives the addresses
};

/// What is known of a file that a line names, by path, URL or with backslashes: by its header where it was
/// looked at and says something, else by its name.
[[nodiscard]] tree::BootProgram program_named(const Policy& policy, std::string_view file);

/// Whether nothing that is known of the file speaks against the client's starting it: other firmware, another
/// processor, a script where no iPXE runs.
[[nodiscard]] bool may_start(const Policy& policy, std::string_view file, const BootClient& client);

/// What the dhcp-boot and boot-arch lines say: of those with tags whose tags match the last, else of those
/// for the client's architecture the last, else the last without either. iPXE takes a line of its firmware's
/// architecture unless the line for everybody has what iPXE alone can use. Else dhcp-option's 67, 66 and
/// server-ip-address. Else, where the file names nothing to anybody, what was found in the boot tree.
[[nodiscard]] BootAnswer boot_of(const Policy& policy, const Tags& tags, const ChosenOptions& options,
                                 const BootAsk& ask);

/// Whether the file says anything of what machines boot: then nothing is looked for in the boot tree.
[[nodiscard]] bool names_boot_files(const Policy& policy);

/// The same of one line that holds.
[[nodiscard]] BootAnswer boot_of(const Boot& line, const ChosenOptions& options, const HwAddr& machine);

/// The same of a pxe-service: its program, layer 0, for a client that is shown no menu; no file for local
/// boot.
[[nodiscard]] BootAnswer boot_of(const PxeService& service, const HwAddr& machine);

}  // namespace pxed::dhcp
