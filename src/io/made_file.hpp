#pragma once

#include <string>
#include <string_view>

#include "base/origin.hpp"
#include "base/result.hpp"
#include "io/file_root.hpp"

namespace pxed::io {

/// What is served in the place of a file that is not there.
struct MadeText {
    std::string text;
    Origin line;  ///< the configuration line that says it
};

/// A file of this text that stands in no directory: it is read and sent like any other, and is gone when it
/// is closed. `name` is for the log.
[[nodiscard]] Result<OpenFile, OpenError> made_file(std::string name, std::string_view text);

}  // namespace pxed::io
