#pragma once

#include <cstdint>
#include <optional>

namespace pxed::io {

/// What a file lies on, by what asking it may cost the loop.
enum class Storage : std::uint8_t {
    memory,  ///< tmpfs and its kind: never waits, and cannot say so (RWF_NOWAIT fails)
    disk,  ///< of this machine: what the kernel has cached opens at once, and a read can be asked not to wait
    remote,  ///< across a network, in another process, or unknown: opening alone waits for somebody's answer
};

/// What an open file lies on. Waits for it.
[[nodiscard]] Storage storage_of(int file);

/// Names a file system while it is mounted (st_dev).
using DeviceNumber = std::uint64_t;

/// The file system of an open file, as far as the kernel knows without asking it (AT_STATX_DONT_SYNC); O_PATH
/// will do. Never waits.
[[nodiscard]] std::optional<DeviceNumber> device_of(int file);

}  // namespace pxed::io
