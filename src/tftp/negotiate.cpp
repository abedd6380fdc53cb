// Which options of a read request are granted: RFC 2347 (the frame), 2348 (blksize), 2349 (tsize, timeout),
// 7440 (windowsize). The OACK has them in dnsmasq's order, blksize then tsize, whatever order they were asked
// in: that is what firmware has been tested with.

#include "tftp/negotiate.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace pxed::tftp {

namespace {

constexpr std::uint16_t k_header_bytes = 32;  // IPv4 20, UDP 8, TFTP 4

// The value of an option that was asked for and is a number in range; all else is as if not asked
// (RFC 2347: what the server does not acknowledge, it ignores).
std::optional<std::uint64_t> asked(const Request& request, std::string_view name, std::uint64_t smallest,
                                   std::uint64_t largest) {
    for (const auto& option : request.options) {
        if (!equal_ignoring_case(option.name, name)) continue;
        const auto value = parse_number(option.value);
        if (!value || *value < smallest || *value > largest) return std::nullopt;
        return value;
    }
    return std::nullopt;
}

}  // namespace

Terms negotiate(const Request& request, const Policy& policy, std::uint64_t file_size,
                std::uint16_t path_mtu) {
    Terms terms;
    const auto agree = [&terms](std::string_view name, std::uint64_t value) {
        terms.acknowledged.push_back({std::string{name}, std::to_string(value)});
    };

    // RFC 2348: the answer is at most what was asked, so a small MTU makes it smaller; but never below the
    // smallest block that there is.
    // A blksize below 8 or of letters is passed over; dnsmasq 2.90 answers both and then sends blocks of that
    // size.
    const auto block_size = asked(request, "blksize", k_smallest_block_size, k_largest_block_size);
    if (block_size && !policy.ignores_blocksize) {
        const auto fits = std::max<int>(path_mtu - k_header_bytes, k_smallest_block_size);
        terms.block_size =
            static_cast<std::uint16_t>(std::min<std::uint64_t>(*block_size, static_cast<unsigned>(fits)));
        agree("blksize", terms.block_size);
    }
    // The size after conversion is not known before the end: netascii has no tsize. Nor has an empty file,
    // since curl takes a tsize of 0 for an illegal answer (seen with 7.88; TftpTest's empty file guards it).
    if (request.mode == Mode::octet && file_size > 0 && asked(request, "tsize", 0, UINT64_MAX))
        agree("tsize", file_size);
    if (const auto timeout = asked(request, "timeout", 1, 255)) {  // RFC 2349: the same value or none
        terms.timeout = seconds{*timeout};
        agree("timeout", *timeout);
    }
    if (const auto window = asked(request, "windowsize", 1, 65535)) {  // RFC 7440: at most what was asked
        // No amplifier: a window leaves only when the OACK was acknowledged, so the sender's address is real.
        terms.window_size = static_cast<std::uint16_t>(std::min<std::uint64_t>(*window, k_largest_window));
        agree("windowsize", terms.window_size);
    }
    return terms;
}

}  // namespace pxed::tftp
