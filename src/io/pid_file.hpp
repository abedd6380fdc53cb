#pragma once

#include <string>

#include "base/result.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::io {

/// The file that holds our process number while we run.
class PidFile {
 public:
    PidFile() = default;  ///< none
    PidFile(PidFile&&) = default;
    PidFile& operator=(PidFile&&) = default;
    /// Removes the file; where the directory has become closed to us, empties it.
    ~PidFile();

    /// Writes it. Errors: a sentence.
    [[nodiscard]] static Result<PidFile, std::string> write(const std::string& path);

 private:
    PidFile(std::string path, FileDescriptor file) : path_(std::move(path)), file_(std::move(file)) {}
    std::string path_;
    FileDescriptor file_;
};

}  // namespace pxed::io
