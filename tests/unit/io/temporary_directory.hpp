#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace pxed::io {

/// A directory that goes when the test ends. Its name has what a path may have and a URI may not.
class TemporaryDirectory {
 public:
    TemporaryDirectory() {
        // In memory where there is such a place: these tests ask what is written, not whether disks are slow.
        const std::filesystem::path memory = "/dev/shm";
        const auto parent =
            ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
        std::string pattern = (parent / "pxed test?a=%41-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ + '/' + name; }
    [[nodiscard]] const std::string& path() const { return path_; }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream{file(name), std::ios::binary} << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream{file(name), std::ios::binary}.rdbuf();
        return text.str();
    }
    /// Names in it that contain `part`.
    [[nodiscard]] std::vector<std::string> names_with(const std::string& part) const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator{path_}) {
            auto name = entry.path().filename().string();
            if (name.find(part) != name.npos) names.push_back(std::move(name));
        }
        return names;
    }

 private:
    std::string path_;
};

}  // namespace pxed::io
