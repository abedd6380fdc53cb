#pragma once

#include <string>

#include "config/load.hpp"

namespace pxed::config {

/// `--dump`: every line that counts, in the order it was read, with includes in their place and behind each
/// the file and line it comes from; what sets nothing as a comment with the reason; then the defaults of what
/// no line sets, as comments. The text is a configuration: read again, it gives the same one.
[[nodiscard]] std::string dump(const Written& written);

}  // namespace pxed::config
