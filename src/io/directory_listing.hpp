#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/listing.hpp"
#include "io/file_root.hpp"

namespace pxed::io {

/// What the first directory of `lookup` that is there below `root` holds. Links that leave the root are not
/// followed to a directory. May wait: for the disk thread.
[[nodiscard]] Result<std::vector<http::DirectoryEntry>, OpenError> list_directory(const std::string& root,
                                                                                  const Lookup& lookup);

}  // namespace pxed::io
