#include "io/storage.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

namespace pxed::io {

namespace {

// Those that <linux/magic.h> does not have (statfs(2)).
constexpr unsigned long k_xfs = 0x58465342;
constexpr unsigned long k_exfat = 0x2011BAB0;
constexpr unsigned long k_udf = 0x15013346;
constexpr unsigned long k_zfs = 0x2FC12FC1;

constexpr std::array<unsigned long, 3> k_in_memory{TMPFS_MAGIC, RAMFS_MAGIC, HUGETLBFS_MAGIC};
// File systems on a disk of this machine, by name: of all others it is not known whether open() waits. FUSE,
// NFS, CIFS, 9P, Ceph do, even where every name is cached, because they tell the server of each opening;
// overlayfs may have one of those below it.
constexpr std::array<unsigned long, 11> k_on_disk{EXT4_SUPER_MAGIC,
                                                  k_xfs,
                                                  BTRFS_SUPER_MAGIC,
                                                  F2FS_SUPER_MAGIC,
                                                  EROFS_SUPER_MAGIC_V1,
                                                  SQUASHFS_MAGIC,
                                                  ISOFS_SUPER_MAGIC,
                                                  MSDOS_SUPER_MAGIC,
                                                  k_exfat,
                                                  k_udf,
                                                  k_zfs};

}  // namespace

Storage storage_of(int file) {
    struct statfs status {};
    if (::fstatfs(file, &status) != 0) return Storage::remote;
    const auto kind = static_cast<unsigned long>(status.f_type);
    if (std::ranges::find(k_in_memory, kind) != k_in_memory.end()) return Storage::memory;
    if (std::ranges::find(k_on_disk, kind) != k_on_disk.end()) return Storage::disk;
    return Storage::remote;
}

std::optional<DeviceNumber> device_of(int file) {
    struct statx status {};
    // Nothing is asked for: the device comes in every answer.
    if (::statx(file, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &status) != 0) return std::nullopt;
    return ::makedev(status.stx_dev_major, status.stx_dev_minor);
}

}  // namespace pxed::io
