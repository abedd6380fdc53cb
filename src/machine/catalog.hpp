#pragma once

#include <string>

namespace pxed {

/// The message catalog for `journalctl -x` (systemd's catalog format): one entry for each message id, with
/// what it means, what to do and where to look. Written from the tables of reasons and messages, so that the
/// log, the metrics and this say the same.
[[nodiscard]] std::string catalog_text();

}  // namespace pxed
