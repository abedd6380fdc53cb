#pragma once
// The parts of the directive table, by the file that holds them; directives.cpp joins them.

#include <span>

#include "config/directive.hpp"

namespace pxed::config {

/// The reason of every directive of dnsmasq's DNS.
inline constexpr std::string_view k_is_dns = "is DNS; pxed does not serve it";

[[nodiscard]] std::span<const Directive> daemon_rows();
[[nodiscard]] std::span<const Directive> interface_rows();
[[nodiscard]] std::span<const Directive> network_rows();
[[nodiscard]] std::span<const Directive> dhcp_rows();
[[nodiscard]] std::span<const Directive> name_rows();
[[nodiscard]] std::span<const Directive> option_rows();
[[nodiscard]] std::span<const Directive> pxe_rows();
[[nodiscard]] std::span<const Directive> tag_rows();
[[nodiscard]] std::span<const Directive> relay_rows();
[[nodiscard]] std::span<const Directive> tftp_rows();
[[nodiscard]] std::span<const Directive> http_rows();
/// What machines boot, in words of our own: boot-arch, boot-linux.
[[nodiscard]] std::span<const Directive> boot_rows();
[[nodiscard]] std::span<const Directive> linux_rows();
/// What is remembered of a machine from one stage of its boot to the next.
[[nodiscard]] std::span<const Directive> machine_rows();
[[nodiscard]] std::span<const Directive> external_rows();
[[nodiscard]] std::span<const Directive> script_rows();
/// dnsmasq's directives that pxed knows and does not serve.
[[nodiscard]] std::span<const Directive> other_rows();

}  // namespace pxed::config
