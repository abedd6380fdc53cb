#pragma once
// A network namespace for one test: the work runs in a thread of its own that has moved there, so that the
// tests beside it keep their network.

#include <cstdlib>
#include <functional>
#include <sched.h>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "skip.hpp"

namespace pxed::test {

/// Runs `work` in a new network namespace; test::skip() where that is not allowed.
inline void in_own_network(const std::function<void()>& work) {
    bool has_moved = false;
    std::thread thread{[&] {
        has_moved = ::unshare(CLONE_NEWNET) == 0;
        if (has_moved) work();
    }};
    thread.join();
    if (!has_moved) skip("needs CAP_SYS_ADMIN for a network namespace");
}

/// Runs a command in the caller's namespace; the test fails when the command does.
inline void run(const std::string& command) {
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

}  // namespace pxed::test
