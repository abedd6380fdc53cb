#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "tftp/policy.hpp"
#include "wire/tftp_packet.hpp"

namespace pxed::tftp {

inline constexpr std::uint16_t k_default_block_size = 512;
inline constexpr std::uint16_t k_smallest_block_size = 8;  // RFC 2348
inline constexpr std::uint16_t k_largest_block_size = 65464;
inline constexpr std::uint16_t k_largest_window = 64;  // ours: RFC 7440 allows 65535; more only amplifies

/// What both sides agreed on.
struct Terms {
    std::uint16_t block_size = k_default_block_size;
    std::uint16_t window_size = 1;
    std::optional<seconds> timeout;           ///< the client's wish (RFC 2349), 1 to 255
    std::vector<RequestOption> acknowledged;  ///< what the OACK carries, in dnsmasq's order; empty: no OACK
};

/// Answers a read request's options. `file_size` in bytes; `path_mtu` bounds the block size to mtu - 32 (IP,
/// UDP and TFTP headers, as dnsmasq counts). Out-of-range or malformed values are ignored, never an error
/// (RFC 2347). tsize is answered for octet only, and not for an empty file. Nothing that was not asked is in
/// the answer.
[[nodiscard]] Terms negotiate(const Request& request, const Policy& policy, std::uint64_t file_size,
                              std::uint16_t path_mtu);

}  // namespace pxed::tftp
