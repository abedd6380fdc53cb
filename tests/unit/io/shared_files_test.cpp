#include "io/shared_files.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <list>
#include <random>
#include <sched.h>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "io/file_reader.hpp"
#include "skip.hpp"
#include "test_loop.hpp"

namespace {

using namespace pxed;
using io::FileReader;
using io::SharedFiles;
using Got = FileReader::Got;
namespace fs = std::filesystem;

class SharedFilesTest : public testing::Test {
 protected:
    SharedFilesTest() {
        std::string pattern = (fs::temp_directory_path() / "pxed-shared-XXXXXX").string();
        directory = ::mkdtemp(pattern.data());
        content = random_text(300'000, 7);
        write(content);
    }
    ~SharedFilesTest() override {
        ::umount2((directory / "merged").c_str(), MNT_DETACH);
        fs::remove_all(directory);
    }

    static std::string random_text(std::size_t size, unsigned seed) {
        std::mt19937 random{seed};
        std::string text(size, '\0');
        for (auto& c : text)
            c = static_cast<char>(random());
        return text;
    }
    // In place: the file keeps its inode.
    void write(const std::string& text) const { std::ofstream{path(), std::ios::binary} << text; }
    [[nodiscard]] fs::path path() const { return directory / "f"; }
    // As on a file server: only the disk thread may read it.
    [[nodiscard]] static io::OpenFile opened_remote(const fs::path& path) {
        auto file = opened(path);
        file.storage = io::Storage::remote;
        return file;
    }
    [[nodiscard]] static io::OpenFile opened(const fs::path& path) {
        io::OpenFile file;
        file.descriptor = io::FileDescriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
        file.size = fs::file_size(path);
        file.storage = io::storage_of(file.descriptor.get());
        return file;
    }
    void make_cold() const {
        const io::FileDescriptor file{::open(path().c_str(), O_RDWR | O_CLOEXEC)};
        ::fsync(file.get());
        ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    }
    // One of several who send the file.
    struct Client {
        Client(SharedFiles& sent, const fs::path& path) : Client(sent, opened(path)) {}
        Client(SharedFiles& sent, io::OpenFile file)
            : reader(std::move(file), sent, [this] {
                  ++wakes;
                  if (const auto told = on_ready) told();  // a copy: it may end us
              }) {}
        Got read(std::uint64_t offset, std::size_t length) {
            bytes.assign(length, '\0');
            const iovec part{bytes.data(), length};
            return reader.read(offset, {&part, 1});
        }
        std::function<void()> on_ready;
        int wakes = 0;
        std::string bytes;
        FileReader reader;
    };
    Client& client(SharedFiles& sent) { return clients.emplace_back(sent, path()); }
    Got read_whole(Client& c, std::size_t block) {
        for (std::uint64_t offset = 0; offset < content.size(); offset += block) {
            const auto length = std::min<std::size_t>(block, content.size() - offset);
            Got got = c.read(offset, length);
            for (int seen = c.wakes; got == Got::later; got = c.read(offset, length), seen = c.wakes)
                loop.run_until([&] { return c.wakes > seen; });
            if (got != Got::all) return got;
            EXPECT_TRUE(c.bytes == content.substr(offset, length)) << offset;
        }
        return Got::all;
    }

    fs::path directory;
    std::string content;
    test::TestLoop loop;
    io::Disk disk{loop};
    SharedFiles files{disk, {.idle_bytes = 64 * 1024, .settled_after = nanoseconds{0}}};
    std::list<Client> clients;
};

TEST_F(SharedFilesTest, AFileIsOpenOnceAndReadOnceForAllWhoSendIt) {
    auto& first = client(files);
    auto& second = client(files);
    EXPECT_EQ(files.open(), 1U);
    ASSERT_EQ(first.read(0, 1468), Got::all);
    // What is in memory now is what the second one gets, whatever became of the file.
    write(random_text(content.size(), 8));
    ASSERT_EQ(second.read(0, 1468), Got::all);
    EXPECT_TRUE(second.bytes == content.substr(0, 1468));
}

TEST_F(SharedFilesTest, AFileThatWasWrittenIsAnotherOne) {
    auto& old = client(files);
    ASSERT_EQ(old.read(0, 1468), Got::all);
    const auto changed = random_text(content.size(), 8);
    // The clock of a file system may stand still for some milliseconds.
    for (int tries = 0; files.open() == 1 && tries < 100; ++tries) {
        ::usleep(5000);
        write(changed);
        while (clients.size() > 1)
            clients.pop_back();
        client(files);
    }
    EXPECT_EQ(files.open(), 2U);
    ASSERT_EQ(clients.back().read(0, 1468), Got::all);
    EXPECT_TRUE(clients.back().bytes == changed.substr(0, 1468));
}

TEST_F(SharedFilesTest, AFileThatWasJustWrittenIsNotShared) {
    SharedFiles careful{disk, {}};
    auto& first = client(careful);
    auto& second = client(careful);
    EXPECT_EQ(careful.open(), 2U);
    EXPECT_EQ(read_whole(first, 1468), Got::all);
    EXPECT_EQ(read_whole(second, 1468), Got::all);
    clients.clear();
    EXPECT_EQ(careful.open(), 0U);
}

TEST_F(SharedFilesTest, MemoryIsBoundAndGivenBack) {
    for (int i = 0; i < 3; ++i)
        client(files);
    for (auto& c : clients) {
        EXPECT_EQ(read_whole(c, 1468), Got::all);
        EXPECT_LE(files.idle_bytes(), 64U * 1024);
    }
    EXPECT_GT(files.idle_bytes(), 0U) << "for the next one";
    clients.clear();
    EXPECT_EQ(files.idle_bytes(), 0U);
    EXPECT_EQ(files.open(), 0U);
}

TEST_F(SharedFilesTest, ManyAtDifferentPlacesTakeNoMoreMemoryThanThereIs) {
    constexpr std::size_t k_room = 64 * 1024;
    SharedFiles small{disk, {.idle_bytes = 0, .piece_bytes = k_room, .settled_after = nanoseconds{0}}};
    for (int i = 0; i < 40; ++i)
        clients.emplace_back(small, path());
    std::size_t most = 0;
    for (std::size_t turn = 0; turn < 40; ++turn) {
        std::size_t place = 0;
        for (auto& c : clients) {
            const auto offset = place++ * 7'000 + turn * 500;
            ASSERT_EQ(c.read(offset, 500), Got::all);
            EXPECT_TRUE(c.bytes == content.substr(offset, 500)) << offset;
            most = std::max(most, small.piece_bytes());
        }
    }
    EXPECT_EQ(most, k_room) << "used while there is room";
    clients.clear();
    EXPECT_EQ(small.piece_bytes(), 0U);
}

TEST_F(SharedFilesTest, AnyBlockSizeComesWholeFromAColdFile) {
    for (const std::size_t block : {512, 1468, 8192, 65464}) {
        clients.clear();
        make_cold();
        auto& first = client(files);
        auto& second = client(files);
        EXPECT_EQ(read_whole(first, block), Got::all) << block;
        EXPECT_EQ(read_whole(second, block), Got::all) << block;
    }
}

// Overlayfs cannot say whether it would wait, as NFS and FUSE cannot.
TEST_F(SharedFilesTest, AFileThatOnlyTheDiskThreadMayReadIsFetchedOnceForAll) {
    if (::geteuid() != 0 || ::unshare(CLONE_FS | CLONE_NEWNS) != 0) return test::skip("needs root");
    fs::create_directories(directory / "lower");
    fs::create_directories(directory / "merged");
    fs::copy_file(path(), directory / "lower/f");
    const auto options = "lowerdir=" + (directory / "lower").string() + ":" + (directory / "merged").string();
    ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (::mount("overlay", (directory / "merged").c_str(), "overlay", MS_RDONLY, options.c_str()) != 0)
        return test::skip("no overlayfs");
    for (int i = 0; i < 50; ++i)
        clients.emplace_back(files, directory / "merged/f");
    EXPECT_EQ(files.open(), 1U);
    // The descriptors that are not needed are closed aside, too.
    loop.run_until([&] { return disk.queued() == 0; });
    // All ask for the same part; one job reads it.
    for (auto& c : clients)
        EXPECT_EQ(c.read(0, 1468), Got::later);
    EXPECT_LE(disk.queued(), 1U);
    for (auto& c : clients)
        EXPECT_EQ(read_whole(c, 1468), Got::all);
}

// HTTP is told that a part has come and reads it in the next turn of the loop.
TEST_F(SharedFilesTest, WhatHasComeForOneAloneIsThereWhenItReadsLater) {
    auto remote = opened_remote(path());
    bool is_ready = false;
    io::FileReader reader{std::move(remote), disk, [&] { is_ready = true; }};
    std::array<char, 4096> bytes{};
    const iovec part{bytes.data(), bytes.size()};
    EXPECT_EQ(reader.read(0, {&part, 1}), Got::later);
    loop.run_until([&] { return is_ready; });
    EXPECT_EQ(reader.read(0, {&part, 1}), Got::all);
}

TEST_F(SharedFilesTest, TheNextPartIsReadWhileThisOneIsSent) {
    auto remote = opened_remote(path());
    int wakes = 0;
    FileReader reader{std::move(remote), files, [&wakes] { ++wakes; }};
    for (std::uint64_t offset = 0; offset + 1468 <= content.size(); offset += 1468) {
        std::string bytes(1468, '\0');
        const iovec part{bytes.data(), bytes.size()};
        while (reader.read(offset, {&part, 1}) == Got::later)
            loop.run_until([&, seen = wakes] { return wakes > seen; });
        ASSERT_TRUE(bytes == content.substr(offset, 1468)) << offset;
        // The wire takes its time, and the disk thread finishes in it.
        bool is_through = false;
        disk.submit([] {}, [&is_through] { is_through = true; });
        loop.run_until([&is_through] { return is_through; });
    }
    EXPECT_EQ(wakes, 1) << "only the first part was waited for";
    EXPECT_LE(files.idle_bytes(), 64U * 1024);
}

TEST_F(SharedFilesTest, WhoIsWokenMayEndAllTheOthers) {
    for (int i = 0; i < 10; ++i)
        clients.emplace_back(files, opened_remote(path()));
    bool is_over = false;
    for (auto& c : clients) {
        EXPECT_EQ(c.read(200'000, 1468), Got::later);
        c.on_ready = [this, &is_over] {
            is_over = true;
            clients.clear();
        };
    }
    loop.run_until([&] { return is_over; });
    EXPECT_EQ(files.open(), 0U);
}

TEST_F(SharedFilesTest, AFileThatShrankIsSaidToAllAndOpenedAnewForTheNext) {
    auto& first = client(files);
    auto& second = client(files);
    fs::resize_file(path(), 150'100);
    EXPECT_EQ(read_whole(first, 1468), Got::shrank);
    EXPECT_EQ(second.read(150'000, 1468), Got::shrank);
    content.resize(150'100);
    auto& third = client(files);
    EXPECT_EQ(read_whole(third, 1468), Got::all);
}

}  // namespace
