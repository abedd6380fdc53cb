// A file system that makes everybody wait: what lies in a directory, mounted a second time, where each
// question to it is answered after a while. It stands for a server of files across a slow network, and for a
// disk that sleeps: whoever opens or reads is asleep in the kernel until then, as he would be there.
//
//   slow_files DIRECTORY MOUNTPOINT MILLISECONDS      serves in the foreground, until it is unmounted
//
// Nothing is kept by the kernel (no time-outs, no pages from one opening to the next), so that each client
// waits anew.
#define FUSE_USE_VERSION 312
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <filesystem>
#include <fuse3/fuse.h>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

struct Tree {
    std::string directory;
    std::chrono::milliseconds delay{};
};

const Tree& tree() {
    return *static_cast<const Tree*>(fuse_get_context()->private_data);
}

std::string place_of(const char* path) {
    return tree().directory + path;
}

void wait() {
    std::this_thread::sleep_for(tree().delay);
}

int result_of(int returned) {
    return returned < 0 ? -errno : returned;
}

void* begin(fuse_conn_info*, fuse_config* config) {
    config->attr_timeout = config->entry_timeout = config->negative_timeout = 0;
    config->kernel_cache = 0;
    config->nullpath_ok = 0;
    return fuse_get_context()->private_data;
}

// The kernel asks this for each component of a path as well.
int get_attributes(const char* path, struct stat* status, fuse_file_info* file) {
    wait();
    return result_of(file != nullptr ? ::fstat(static_cast<int>(file->fh), status)
                                     : ::lstat(place_of(path).c_str(), status));
}

int read_directory(const char* path, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info*,
                   fuse_readdir_flags) {
    wait();
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir(place_of(path).c_str()), &::closedir};
    if (!directory) return -errno;
    while (const auto* entry = ::readdir(directory.get()))
        fill(buffer, entry->d_name, nullptr, 0, fuse_fill_dir_flags{});
    return 0;
}

int open_file(const char* path, fuse_file_info* file) {
    wait();
    const int opened = ::open(place_of(path).c_str(), O_RDONLY | O_CLOEXEC);
    if (opened < 0) return -errno;
    file->fh = static_cast<std::uint64_t>(opened);
    return 0;
}

int read_file(const char*, char* buffer, std::size_t size, off_t offset, fuse_file_info* file) {
    wait();
    return result_of(static_cast<int>(::pread(static_cast<int>(file->fh), buffer, size, offset)));
}

// Asked for by each close(), which waits for the answer.
int flush_file(const char*, fuse_file_info*) {
    wait();
    return 0;
}

int close_file(const char*, fuse_file_info* file) {
    return result_of(::close(static_cast<int>(file->fh)));
}

// statfs() waits across a network as much as everything else.
int get_file_system(const char* path, struct statvfs* status) {
    wait();
    return result_of(::statvfs(place_of(path).c_str(), status));
}

}  // namespace

int main(int count, char** arguments) {
    int milliseconds = -1;
    if (count == 4) {
        const std::string_view text{arguments[3]};
        std::from_chars(text.data(), text.data() + text.size(), milliseconds);
    }
    if (milliseconds < 0) {
        std::fprintf(stderr, "usage: %s DIRECTORY MOUNTPOINT MILLISECONDS\n", arguments[0]);
        return 2;
    }
    // libfuse changes to / before it serves.
    Tree tree{std::filesystem::absolute(arguments[1]).string(), std::chrono::milliseconds{milliseconds}};
    fuse_operations operations{};
    operations.init = &begin;
    operations.getattr = &get_attributes;
    operations.readdir = &read_directory;
    operations.open = &open_file;
    operations.read = &read_file;
    operations.flush = &flush_file;
    operations.release = &close_file;
    operations.statfs = &get_file_system;
    // Anybody's: the daemon may have an account of its own. As many waits at a time as there are askers, so
    // that the delay is one of a network and not of a queue.
    std::string options = "allow_other,default_permissions,ro,max_threads=256,max_idle_threads=256";
    std::string foreground = "-f";
    std::string option = "-o";
    char* words[] = {arguments[0], foreground.data(), option.data(), options.data(), arguments[2], nullptr};
    return fuse_main(5, words, &operations, &tree);
}
