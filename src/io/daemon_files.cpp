// Files beside the configuration that are followed as they change: a new configuration is made of them and of
// what the others held before, and taken over as a reload does (daemon_reload.cpp). And what boots, as it
// lies in the tree that is served.

#include "config/boot_trees.hpp"
#include "io/boot_tree_reader.hpp"
#include "io/daemon.hpp"

namespace pxed::io {

namespace {

/// How long a start waits for the boot tree: it looks for programs no longer than this.
constexpr milliseconds k_patience_with_tree{2500};

}  // namespace

// In a thread that opens boot files: a transfer that begins now may wait for it, and no lease does.
void Daemon::look_at_boot_tree() {
    disk_->forget(boot_tree_look_);
    struct Look {
        BootTreeWish wish;
        std::promise<config::BootTrees> seen;
    };
    Look look{wish_of(*config_), {}};
    seen_ = look.seen.get_future();
    boot_tree_look_ = disk_->submit_with(
        std::move(look), [](Look& there) { there.seen.set_value(read_boot_trees(there.wish)); },
        [this](Look&) {
            if (seen_.valid()) use_boot_trees(seen_.get());
        });
}

// At the start, before the first answer: who asks meanwhile waits in the sockets' buffers.
void Daemon::await_boot_tree() {
    if (seen_.wait_for(k_patience_with_tree) == std::future_status::ready)
        use_boot_trees(seen_.get());
    else
        log_.write(Level::warning, DaemonEvent::configuration_warning,
                   "the boot tree is slow: requests are answered while it is still looked at for programs");
}

void Daemon::use_boot_trees(config::BootTrees trees) {
    const auto before = config::found_lines(*config_);
    if (trees.tree.is_cut_short || (trees.http && trees.http->is_cut_short))
        log_.write(Level::warning, DaemonEvent::configuration_warning,
                   "the boot tree has more files than are looked at for programs; name the one you mean "
                   "in dhcp-boot or boot-arch");
    // The services point into the configuration and ask it anew for each message.
    config::use_boot_trees(*config_, std::move(trees));
    const auto lines = config::found_lines(*config_);
    if (lines == before) return;
    for (const auto& line : lines)
        say(Level::info, DaemonEvent::serving, "DHCP, found for " + line);
    if (lines.empty())
        say(Level::info, DaemonEvent::serving, "DHCP, no boot program is looked for or found any more");
}

void Daemon::follow_files() {
    std::vector<std::string> directories;
    for (const auto& source : config_->externals.sources)
        if (source.is_watched) directories.push_back(source.path);
    watch_.follow(std::move(directories));
}

void Daemon::on_files_changed(const FileChanges& changes) {
    if (is_stopping_) return;
    unread_changes_.add(changes);
    has_new_changes_ = true;
    if (reading_ == 0) begin_reading(Cause::files);
}

// dnsmasq's words, for those who look for them.
void Daemon::say_changed_files(const FileMemory& before) {
    for (const auto& [path, file] : memory_.files) {
        const auto old = before.files.find(path);
        if (old == before.files.end() || old->second.text != file.text)
            log_.write(Level::info, DaemonEvent::files_changed, "inotify: " + path + " new or modified");
    }
    for (const auto& [path, file] : before.files)
        if (!memory_.files.contains(path))
            log_.write(Level::info, DaemonEvent::files_changed, "inotify: " + path + " removed");
    log_.write(Level::info, DaemonEvent::files_changed,
               "DHCP, " + std::to_string(config_->dhcp.hosts.size()) + " hosts and " +
                   std::to_string(config_->dhcp.options.size()) + " options");
}

}  // namespace pxed::io
