#include "io/file_reader.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "skip.hpp"
#include "test_loop.hpp"

namespace {

using namespace pxed;
using io::FileReader;
using Got = FileReader::Got;
namespace fs = std::filesystem;

class FileReaderTest : public testing::Test {
 protected:
    FileReaderTest() { make_in(fs::temp_directory_path()); }
    ~FileReaderTest() override { fs::remove_all(directory); }

    void make_in(const fs::path& parent) {
        if (!directory.empty()) fs::remove_all(directory);
        std::string pattern = (parent / "pxed-reader-XXXXXX").string();
        directory = ::mkdtemp(pattern.data());
        std::mt19937 random{7};
        content.resize(300'000);
        for (auto& c : content)
            c = static_cast<char>(random());
        std::ofstream{directory / "f", std::ios::binary} << content;
    }
    io::OpenFile opened() const {
        io::OpenFile file;
        file.descriptor = io::FileDescriptor{::open((directory / "f").c_str(), O_RDONLY | O_CLOEXEC)};
        file.size = fs::file_size(directory / "f");
        file.storage = io::storage_of(file.descriptor.get());
        return file;
    }
    // Out of the page cache, where the file system lets us.
    void make_cold() const {
        const io::FileDescriptor file{::open((directory / "f").c_str(), O_RDWR | O_CLOEXEC)};
        ::fsync(file.get());
        ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    }
    // Reads a range in two parts, waiting for the disk where the reader asks for it.
    Got read(FileReader& reader, std::uint64_t offset, std::size_t length) {
        bytes.assign(length, '\0');
        const std::size_t half = length / 2;
        const iovec parts[] = {{bytes.data(), half}, {bytes.data() + half, length - half}};
        for (;;) {
            is_ready = false;
            const Got got = reader.read(offset, parts);
            if (got != Got::later) return got;
            ++waits;
            loop.run_until([this] { return is_ready; });
        }
    }
    std::function<void()> ready() {
        return [this] { is_ready = true; };
    }

    fs::path directory;
    std::string content;
    std::string bytes;
    bool is_ready = false;
    int waits = 0;
    test::TestLoop loop;
    io::Disk disk{loop};
};

TEST_F(FileReaderTest, AnyRangeIsWhatTheFileHas) {
    FileReader reader{opened(), disk, ready()};
    for (const std::size_t length : {1, 512, 1468, 8192, 8193, 65464, 200'000}) {
        for (const std::uint64_t offset : {0, 1, 65'535, 90'000, 3}) {
            ASSERT_EQ(read(reader, offset, length), Got::all);
            EXPECT_TRUE(bytes == content.substr(offset, length)) << offset << ' ' << length;
        }
    }
    EXPECT_EQ(read(reader, content.size(), 0), Got::all);
}

TEST_F(FileReaderTest, AColdFileComesThroughTheDiskThread) {
    make_cold();
    FileReader reader{opened(), disk, ready()};
    for (std::uint64_t offset = 0; offset + 1468 <= content.size(); offset += 1468) {
        ASSERT_EQ(read(reader, offset, 1468), Got::all);
        EXPECT_TRUE(bytes == content.substr(offset, 1468)) << offset;
    }
    EXPECT_LE(waits, 6) << "it is told to read ahead";
}

TEST_F(FileReaderTest, AFileInMemoryNeverWaits) {
    if (!fs::is_directory("/dev/shm")) return test::skip("no tmpfs at /dev/shm");
    make_in("/dev/shm");
    FileReader reader{opened(), disk, ready()};
    for (const std::size_t length : {1468, 65464}) {
        EXPECT_EQ(read(reader, 1000, length), Got::all);
        EXPECT_TRUE(bytes == content.substr(1000, length));
    }
    EXPECT_EQ(waits, 0);
    fs::resize_file(directory / "f", 100'000);
    EXPECT_EQ(read(reader, 150'000, 1468), Got::shrank);
}

TEST_F(FileReaderTest, AFileThatShrankIsSaid) {
    for (const std::size_t length : {1468, 65464}) {
        make_in(fs::temp_directory_path());
        FileReader reader{opened(), disk, ready()};
        fs::resize_file(directory / "f", 150'100);
        EXPECT_EQ(read(reader, 20'000, length), Got::all);
        EXPECT_EQ(read(reader, 150'000, length), Got::shrank);
    }
}

TEST_F(FileReaderTest, AReadErrorIsSaidInWordsOnADiskAndInMemory) {
    for (const fs::path& parent : {fs::temp_directory_path(), fs::path{"/dev/shm"}}) {
        make_in(parent);
        io::OpenFile file;
        file.descriptor = io::FileDescriptor{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        file.size = 4096;
        file.storage = io::storage_of(file.descriptor.get());
        FileReader reader{std::move(file), disk, ready()};
        EXPECT_EQ(read(reader, 0, 100), Got::failed) << parent;
        EXPECT_EQ(reader.error(), "Is a directory") << parent;
    }
}

TEST_F(FileReaderTest, AReaderMayGoWhileTheDiskWorks) {
    make_cold();
    for (int i = 0; i < 20; ++i) {
        FileReader reader{opened(), disk, [] { ADD_FAILURE(); }};
        char byte = 0;
        const iovec part{&byte, 1};
        (void)reader.read(static_cast<std::uint64_t>(i) * 10'000, {&part, 1});
    }
    bool is_over = false;
    disk.submit([] {}, [&is_over] { is_over = true; });
    loop.run_until([&] { return is_over; });
}

}  // namespace
