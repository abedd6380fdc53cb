#pragma once
// What a fuzz target says when a property does not hold: the sentence, then abort(), which libFuzzer turns
// into a finding and CTest into a failure.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pxed::fuzz {

/// Ends the program unless `holds`. `property` is the sentence that should have been true.
inline void require(bool holds, std::string_view property) {
    if (holds) return;
    std::fprintf(stderr, "property broken: %.*s\n", static_cast<int>(property.size()), property.data());
    std::abort();
}

}  // namespace pxed::fuzz
