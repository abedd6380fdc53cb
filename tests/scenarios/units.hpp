#pragma once
// Words of a scenario as values.

#include <string>
#include <string_view>
#include <vector>

#include "base/ipv4.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "dhcp/lease.hpp"
#include "tree/boot_program.hpp"

namespace pxed::scenario {

struct AddressPort {
    Ipv4 address;
    std::uint16_t port = 0;
};

// Errors: a sentence that names the word.
[[nodiscard]] Result<Ipv4, std::string> parse_address(std::string_view word);
/// `A.B.C.D[:PORT]`.
[[nodiscard]] Result<AddressPort, std::string> parse_address_port(std::string_view word, std::uint16_t port);
/// `A.B.C.D/BITS`.
[[nodiscard]] Result<Network, std::string> parse_network(std::string_view word);
/// `500ms`, `10s`, `5m`, `8h`, `2d`.
[[nodiscard]] Result<nanoseconds, std::string> parse_time(std::string_view word);
/// `WORD ADDRESS hw=MAC [id=HEX] [name=TEXT] [for=TIME|infinite] [declined]`; without `for` an hour.
[[nodiscard]] Result<dhcp::Lease, std::string> parse_lease(const std::vector<std::string>& words, Now now);

/// `bios`, `efi-x64`, `script` and the like; `loader` may be empty.
[[nodiscard]] Result<tree::BootProgram, std::string> parse_boot_program(std::string_view platform,
                                                                        std::string_view loader);

/// The rows, a line each.
[[nodiscard]] std::string rows_text(const std::vector<dhcp::Lease>& rows, Now now);
/// Whether two rows say the same, where one has been through a file that writes the real clock's time: only
/// whether a lease ends is compared, not when.
[[nodiscard]] bool is_same_row(const dhcp::Lease& a, const dhcp::Lease& b);

}  // namespace pxed::scenario
