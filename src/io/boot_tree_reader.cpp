#include "io/boot_tree_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <deque>
#include <utility>

#include <unistd.h>

#include "base/bytes.hpp"
#include "config/boot_trees.hpp"
#include "io/served_files.hpp"

namespace pxed::io {

namespace {

// No loader for BIOS is larger: the ROM has 512 KiB of low memory for it.
constexpr std::uint64_t k_largest_of_bios = 1024 * 1024;
// Kernels with a root file system in them, and images of disks, are no loaders.
constexpr std::uint64_t k_largest = 64 * 1024 * 1024;

class Reading {
 public:
    Reading(const BootTreeWish& wish, const TftpTree& served, const FileRoot& root,
            const BootTreeBounds& bounds)
        : wish_(wish), served_(served), root_(root), bounds_(bounds) {}

    // By the names as they stand in the lines: whoever decides has nothing else.
    void look_at_named() {
        const Endpoint nobody;
        end_after(bounds_.time_for_named);
        for (const auto& name : wish_.names) {
            if (std::chrono::steady_clock::now() >= end_) {
                tree_.is_cut_short = true;
                return;
            }
            const auto nobody_known = [](const Endpoint&) { return std::optional<HwAddr>{}; };
            const auto file = root_.open(served_.lookup(root_, name, nobody, nobody_known));
            if (!file || served_.objection(*file)) continue;
            const auto program = identify(*file);
            tree_.programs[name] = program;
            // And as it is looked for beside another: `/boot/x` and `boot\\x` are boot/x.
            auto path = name;
            std::ranges::replace(path, '\\', '/');
            path.erase(0, path.find_first_not_of('/'));
            tree_.programs.emplace(std::move(path), program);
        }
    }

    // Nearest directories first, so that what a bound leaves out lies deep.
    void look_for_programs() {
        end_after(bounds_.time);
        std::deque<Place> places{{"", 0}};
        while (!places.empty()) {
            const Place place = std::move(places.front());
            places.pop_front();
            auto names = root_.list(place.path, bounds_.entries);
            std::ranges::sort(names);
            for (const auto& name : names) {
                if (is_enough()) {
                    tree_.is_cut_short = true;
                    return;
                }
                ++entries_;
                look_at(place, name, places);
            }
        }
    }

    [[nodiscard]] tree::BootTree take() { return std::move(tree_); }

 private:
    struct Place {
        std::string path;  // empty, or ends in /
        unsigned depth;
    };

    void end_after(milliseconds time) { end_ = std::chrono::steady_clock::now() + time; }

    [[nodiscard]] bool is_enough() const {
        return entries_ >= bounds_.entries || bytes_ >= bounds_.bytes ||
               std::chrono::steady_clock::now() >= end_;
    }

    void look_at(const Place& place, const std::string& name, std::deque<Place>& places) {
        auto path = place.path + name;
        const auto file = root_.open({.candidates = {path}, .subdirectory = {}, .within = {}});
        if (!file) {
            // A directory is no file; a link that is one is followed like any other, and a ring of links ends
            // at the depth.
            const bool may_go_on = file.error().reason == Reason::not_a_file && place.depth < bounds_.depth;
            if (may_go_on) places.push_back({std::move(path) + '/', place.depth + 1});
            return;
        }
        if (file->size > k_largest || served_.objection(*file)) return;
        const auto program = identify(*file);
        const bool is_of_use =
            program.platform != tree::Platform::unknown && program.loader != tree::Loader::kernel;
        if (is_of_use) tree_.programs.emplace(std::move(path), program);
    }

    // Only what can be one is read to the end: shim says what it is behind its code.
    tree::BootProgram identify(const OpenFile& file) {
        auto head = read(file, file.size <= k_largest_of_bios ? tree::k_identifying_bytes_of_bios : 2);
        if (as_text(head).starts_with("MZ")) head = read(file, tree::k_identifying_bytes);
        return tree::identify(head);
    }

    std::vector<std::uint8_t> read(const OpenFile& file, std::size_t length) {
        std::vector<std::uint8_t> bytes(length);
        std::size_t filled = 0;
        while (filled < bytes.size()) {
            const auto count = ::pread(file.descriptor.get(), bytes.data() + filled, bytes.size() - filled,
                                       static_cast<off_t>(filled));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            filled += static_cast<std::size_t>(count);
        }
        bytes.resize(filled);
        bytes_ += filled;
        return bytes;
    }

    const BootTreeWish& wish_;
    const TftpTree& served_;
    const FileRoot& root_;
    const BootTreeBounds& bounds_;
    std::chrono::steady_clock::time_point end_{};
    std::size_t entries_ = 0;
    std::uint64_t bytes_ = 0;
    tree::BootTree tree_;
};

}  // namespace

BootTreeWish wish_of(const config::Config& config) {
    BootTreeWish wish;
    const bool has_http_alone =
        !config.tftp.is_enabled && config.http.is_enabled && !config.http.roots.empty();
    wish.tree = has_http_alone ? file_rules_of_http(config) : config.tftp;
    if (config::has_http_another_tree(config)) wish.http = file_rules_of_http(config);
    wish.names = config::named_boot_files(config);
    wish.looks_for_programs = config::looks_for_programs(config);
    return wish;
}

config::BootTrees read_boot_trees(const BootTreeWish& wish, const BootTreeBounds& bounds) {
    const auto read = [&](const tftp::Policy& policy) -> tree::BootTree {
        // Whoever serves a tree says that it is not there.
        const auto served = TftpTree::open(policy);
        const FileRoot* root = served ? served->main_root() : nullptr;
        if (root == nullptr) return {};
        Reading reading{wish, *served, *root, bounds};
        reading.look_at_named();
        if (wish.looks_for_programs) reading.look_for_programs();
        return reading.take();
    };
    config::BootTrees trees;
    trees.tree = read(wish.tree);
    if (wish.http) trees.http = read(*wish.http);
    return trees;
}

}  // namespace pxed::io
