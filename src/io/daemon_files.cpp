// Files beside the configuration that are followed as they change: a new configuration is made of them and of
// what the others held before, and taken over as a reload does. Nothing is taken over from a failure.

#include <set>

#include "config/boot_trees.hpp"
#include "io/boot_tree_reader.hpp"
#include "io/daemon.hpp"

namespace pxed::io {

void Daemon::look_at_boot_tree_again() {
    disk_->forget(boot_tree_look_);
    struct State {
        BootTreeWish wish;
        config::BootTrees trees;
    };
    // The thread that opens boot files: a transfer that begins now waits for it, and no lease does.
    boot_tree_look_ = disk_->submit_with(
        State{wish_of(*config_), {}}, [](State& state) { state.trees = read_boot_trees(state.wish); },
        [this](State& state) { use_boot_trees(std::move(state.trees)); });
}

void Daemon::use_boot_trees(config::BootTrees trees) {
    const auto before = config::found_lines(*config_);
    if (trees.tree.is_cut_short || (trees.http && trees.http->is_cut_short))
        log_.warning(
            "the boot tree has more files than are looked at for programs; name the one you mean "
            "in dhcp-boot or boot-arch");
    // The services point into the configuration and ask it anew for each message.
    config::use_boot_trees(*config_, std::move(trees));
    const auto lines = config::found_lines(*config_);
    if (lines == before) return;
    for (const auto& line : lines)
        say(Level::info, "DHCP, found for " + line);
    if (lines.empty()) say(Level::info, "DHCP, no boot program is looked for or found any more");
}

void Daemon::follow_files() {
    std::vector<std::string> directories;
    for (const auto& source : config_->externals.sources)
        if (source.is_watched) directories.push_back(source.path);
    watch_.follow(std::move(directories));
    // What is in use now was read from the files as they are.
    refused_changes_ = {};
}

void Daemon::on_files_changed(const FileChanges& changes) {
    if (is_stopping_) return;
    // A change that is refused is tried once more with the next one: nobody tells of its files again, and
    // what stood in its way may be what changes now.
    refused_changes_.add(changes);
    FileMemory memory = memory_;
    auto fresh = read_changes(source_, memory, refused_changes_);
    if (!fresh) {
        for (const auto& line : fresh.error().lines)
            log_.error(line);
        log_.error("the change of files is refused: the configuration before it stays in use");
        return;
    }
    if (!*fresh) {
        refused_changes_ = {};
        return;
    }
    const auto warnings_before = warning_lines(*config_);
    const std::set<std::string> said{warnings_before.begin(), warnings_before.end()};
    if (auto taken = take(std::make_unique<config::Config>(std::move(**fresh))); !taken) {
        log_.error(taken.error());
        return;
    }
    refused_changes_ = {};
    const FileMemory before = std::exchange(memory_, std::move(memory));
    say_changed_files(before);
    // What a file says wrong is said when it is read, and not again when another one changes.
    for (auto& line : warning_lines(*config_))
        if (!said.contains(line)) log_.warning(std::move(line));
}

// dnsmasq's words, for those who look for them.
void Daemon::say_changed_files(const FileMemory& before) {
    for (const auto& [path, file] : memory_.files) {
        const auto old = before.files.find(path);
        if (old == before.files.end() || old->second.text != file.text)
            log_.info("inotify: " + path + " new or modified");
    }
    for (const auto& [path, file] : before.files)
        if (!memory_.files.contains(path)) log_.info("inotify: " + path + " removed");
    log_.info("DHCP, " + std::to_string(config_->dhcp.hosts.size()) + " hosts and " +
              std::to_string(config_->dhcp.options.size()) + " options");
}

}  // namespace pxed::io
