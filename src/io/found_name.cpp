#include "io/found_name.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tree/boot_program.hpp"

namespace pxed::io {

void FoundName::expect(Lookup lookup) {
    expected_ = std::move(lookup.candidates);
    std::ranges::move(lookup.within, std::back_inserter(expected_));
}

void FoundName::is(const std::string& path) {
    path_ = path;
    is_elsewhere_ = std::ranges::find(expected_, path) == expected_.end();
}

void FoundName::is_made_by(Origin line) {
    is_made_ = true;
    made_by_ = line;
}

void FoundName::tell(machine::Event& event) const {
    if (is_elsewhere_) event.found = path_;
    if (is_made_) event.line = made_by_;
    // By its name: this is asked for each file, and the bytes are still with the kernel.
    const auto platform = tree::guess_from_name(path_).platform;
    if (platform == tree::Platform::bios || platform == tree::Platform::efi) event.program = path_;
}

}  // namespace pxed::io
