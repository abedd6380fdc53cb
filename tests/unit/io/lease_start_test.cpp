#include "io/lease_start.hpp"

#include <chrono>
#include <filesystem>

#include <gtest/gtest.h>

#include "temporary_directory.hpp"

namespace pxed::io {
namespace {

// A file that was written so many minutes ago.
std::string made(const TemporaryDirectory& directory, const std::string& name, int minutes_ago) {
    directory.write(name, "x");
    std::filesystem::last_write_time(directory.file(name), std::filesystem::file_time_type::clock::now() -
                                                               std::chrono::minutes{minutes_ago});
    return directory.file(name);
}

TEST(IsWrittenLater, GoesByTheDatabaseAndItsLog) {
    const TemporaryDirectory directory;
    const auto old = made(directory, "old.db", 60);
    const auto recent = made(directory, "recent.db", 10);
    EXPECT_TRUE(is_written_later(recent, old));
    EXPECT_FALSE(is_written_later(old, recent));
    EXPECT_FALSE(is_written_later(old, old));
    made(directory, "old.db-wal", 1);
    EXPECT_TRUE(is_written_later(old, recent)) << "its last leases are in the log still";
}

TEST(IsWrittenLater, WhatIsNotThereIsNot) {
    const TemporaryDirectory directory;
    const auto there = made(directory, "there.db", 60);
    EXPECT_TRUE(is_written_later(there, directory.file("none.db"))) << "a first start, and leases elsewhere";
    EXPECT_FALSE(is_written_later(directory.file("none.db"), there));
    EXPECT_FALSE(is_written_later(directory.file("none.db"), directory.file("no/directory.db")));
}

}  // namespace
}  // namespace pxed::io
