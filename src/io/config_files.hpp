#pragma once

#include "config/load.hpp"

namespace pxed::io {

/// config::load()'s reader over the real file system. Regular files of at most 16 MiB: a directory, a device
/// or a FIFO in a configuration's place is a mistake worth a sentence, not a wait.
[[nodiscard]] config::Reader config_reader();

}  // namespace pxed::io
