#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "config/world.hpp"
#include "tftp/policy.hpp"

namespace pxed::io {

/// The account that will read the boot files, as far as the permissions of a file ask.
struct Reader {
    std::string name;
    uid_t user = 0;  ///< 0 reads everything
    std::vector<gid_t> groups;
};

/// The account pxed would run as if it were started now, by this user: user=, else `pxed` where root starts
/// it, else whoever we are.
[[nodiscard]] Reader future_reader(const std::string& user, const std::string& group);

/// What keeps `reader` from reading that file, directories on the way included; empty: nothing that shows.
[[nodiscard]] std::string trouble_reading(const std::string& path, const Reader& reader);

/// Looks a boot file up below the tftp-roots as `reader` would find it, each directory on the way included,
/// and reads its head. Only looks; waits for the disk.
[[nodiscard]] config::World::BootFile look_at_boot_file(const std::string& name, const tftp::Policy& policy,
                                                        const Reader& reader);

}  // namespace pxed::io
