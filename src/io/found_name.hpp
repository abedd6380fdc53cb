#pragma once

#include <string>
#include <vector>

#include "base/origin.hpp"
#include "io/file_root.hpp"
#include "machine/event.hpp"

namespace pxed::io {

/// What the name that a client asked for stands for in the end, as events tell it.
class FoundName {
 public:
    /// The names that are looked for; all but `beside` and other spellings are the asked one.
    void expect(Lookup lookup);
    /// The file that was found, relative to the root.
    void is(const std::string& path);
    /// No file was found, and this line of the configuration stands in for it.
    void is_made_by(Origin line);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool is_made() const { return is_made_; }
    /// Fills in Event::found, program and line.
    void tell(machine::Event& event) const;

 private:
    std::vector<std::string> expected_;
    std::string path_;
    bool is_elsewhere_ = false;
    bool is_made_ = false;
    Origin made_by_;
};

}  // namespace pxed::io
