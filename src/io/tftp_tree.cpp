#include "io/tftp_tree.hpp"

#include <algorithm>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "tree/name.hpp"

namespace pxed::io {

namespace {

// dnsmasq puts a slash before a relative root.
std::string absolute(const std::string& directory) {
    return directory.starts_with('/') ? directory : '/' + directory;
}

// `52-54-00-00-00-01`, as tftp-unique-root=mac names directories.
std::string directory_name(const HwAddr& hardware) {
    std::string name = hex_text(hardware.bytes());
    std::ranges::replace(name, ':', '-');
    return name;
}

}  // namespace

bool matches_interface(std::string_view pattern, std::string_view interface) {
    if (pattern.ends_with('*')) return interface.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == interface;
}

Result<TftpTree, std::string> TftpTree::open(const tftp::Policy& policy, std::string_view directive) {
    std::vector<std::string> allowed;
    for (const auto& target : policy.allowed_targets)
        allowed.push_back(absolute(target.directory));
    TftpTree tree;
    for (const auto& root : policy.roots) {
        tree.roots_.push_back({root.interface, FileRoot{absolute(root.directory), allowed}});
        const auto looked = tree.roots_.back().root.look();
        if (!looked && !policy.ignores_missing_root)
            return fail(std::string{directive} + ' ' + looked.error());
    }
    // dnsmasq without tftp-root serves the whole file system. Here nothing is served: nobody means to give
    // away /etc/passwd, and the check of the configuration says what is missing.
    tree.unique_root_ = policy.unique_root;
    tree.lower_cases_ = policy.lower_cases;
    tree.shares_serial_directories_ = policy.shares_serial_directories;
    tree.is_secure_ = policy.is_secure;
    tree.looks_elsewhere_ = policy.looks_elsewhere;
    tree.reader_ = ::geteuid();  // privileges are settled by now
    return tree;
}

const FileRoot* TftpTree::root_for(std::string_view interface) const {
    // As dnsmasq: a root of this interface before one of all; of the first kind the first line counts, of the
    // second the last (measured on 2.90).
    const FileRoot* of_all = nullptr;
    for (const auto& served : roots_) {
        if (served.interface.empty()) {
            of_all = &served.root;
        } else if (matches_interface(served.interface, interface)) {
            return &served.root;
        }
    }
    return of_all;
}

const FileRoot* TftpTree::main_root() const {
    const FileRoot* of_all = nullptr;
    for (const auto& served : roots_)
        if (served.interface.empty()) of_all = &served.root;
    if (of_all != nullptr || roots_.empty()) return of_all;
    return &roots_.front().root;
}

Lookup TftpTree::lookup(const FileRoot& root, const std::string& file, const Endpoint& peer,
                        const HardwareOf& hardware_of, std::string_view program) const {
    tree::NameRules rules{root.directory(), {}, lower_cases_, shares_serial_directories_};
    Lookup lookup;
    lookup.candidates = tree::candidates(file, rules);
    switch (unique_root_) {
        case tftp::UniqueRoot::none:
            break;
        case tftp::UniqueRoot::by_address:
            rules.unique_directory = peer.address_text();
            break;
        case tftp::UniqueRoot::by_hardware:
            if (const auto hardware = hardware_of(peer)) rules.unique_directory = directory_name(*hardware);
            break;
    }
    if (!rules.unique_directory.empty()) {
        lookup.subdirectory = rules.unique_directory;
        lookup.within = tree::candidates(file, rules);
    }
    lookup.folds_case = looks_elsewhere_;
    look_beside(program, lookup);
    return lookup;
}

void TftpTree::look_beside(std::string_view program, Lookup& lookup) const {
    // The program's path has the client's own directory in it already.
    if (looks_elsewhere_) lookup.beside = tree::beside(program, lookup.candidates);
}

std::optional<OpenError> TftpTree::objection(const OpenFile& file) const {
    // dnsmasq's rules: root serves only what all may read, and with tftp-secure a file must be ours.
    if (reader_ == 0 && (file.mode & S_IROTH) == 0)
        return OpenError{Reason::permission_denied, file.name + ": not readable by all, and we run as root"};
    if (reader_ != 0 && is_secure_ && file.owner != reader_)
        return OpenError{Reason::owner_differs, file.name + ": owner is uid " + std::to_string(file.owner)};
    return {};
}

}  // namespace pxed::io
