#pragma once
// What a test says that cannot run here.

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace pxed::test {

/// Skips the test (`return test::skip(...)`); fails it under PXED_E2E_STRICT, which tests/run sets where
/// everything is at hand: a test that never runs must not look like one that passes.
inline void skip(const std::string& why) {
    if (std::getenv("PXED_E2E_STRICT") != nullptr) FAIL() << "could not run: " << why;
    GTEST_SKIP() << why;
}

}  // namespace pxed::test
