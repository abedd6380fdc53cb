#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace pxed::tftp {

/// Appends `bytes` of a local file as netascii has them (RFC 764 by way of RFC 1350 1): LF becomes CR LF, a
/// lone CR becomes CR NUL. No state is kept between calls: a file may be converted in pieces of any size.
void append_netascii(Bytes bytes, std::vector<std::uint8_t>& text);

}  // namespace pxed::tftp
