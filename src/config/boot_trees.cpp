#include "config/boot_trees.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "config/check_rules.hpp"
#include "dhcp/boot.hpp"
#include "tree/boot_choice.hpp"

namespace pxed::config {

namespace {

bool serves_files(const Config& config) {
    const bool has_http_tree = !config.http.roots.empty() || !config.tftp.roots.empty();
    return (config.tftp.is_enabled && !config.tftp.roots.empty()) ||
           (config.http.is_enabled && has_http_tree);
}

std::string kind_text(const tree::FoundFor& kind) {
    std::string text = kind.platform == tree::Platform::efi ? "efi-" + std::string{tree::name_of(kind.cpu)}
                                                            : std::string{"bios"};
    if (kind.is_http) text += " by HTTP";
    if (kind.is_ipxe) text = "iPXE on " + text;
    return text;
}

// `boot/shimx64.efi (shim)`.
std::string file_text(const tree::BootTree& tree, const std::string& file) {
    const auto* program = tree.find(file);
    const auto loader = program == nullptr ? std::string_view{} : tree::name_of(program->loader);
    return escaped(file) + (loader.empty() ? std::string{} : " (" + std::string{loader} + ')');
}

}  // namespace

bool looks_for_programs(const Config& config) {
    return config.dhcp.finds_programs && config.dhcp.gives_leases() && serves_files(config) &&
           !dhcp::names_boot_files(config.dhcp);
}

bool has_http_another_tree(const Config& config) {
    return config.tftp.is_enabled && config.http.is_enabled && !config.http.roots.empty();
}

std::vector<std::string> named_boot_files(const Config& config) {
    std::vector<std::string> names;
    const auto add = [&names](std::string_view name) {
        const bool is_known = std::ranges::find(names, name) != names.end();
        if (!name.empty() && name.find("://") == name.npos && !is_known) names.emplace_back(name);
    };
    if (!serves_files(config)) return names;
    for (const auto& boot : config.dhcp.boots)
        add(boot.file);
    for (const auto& service : config.dhcp.pxe.services)
        if (service.is_ours()) add(service.file_of(0));
    for (const auto& option : config.dhcp.options) {
        const auto text = as_text(option.value);
        if (option.envelope == dhcp::Envelope::plain && option.code == dhcp::k_boot_file)
            add(text.substr(0, text.find('\0')));
    }
    // iPXE that was named an iPXE gets a script instead, if there is one.
    for (std::size_t i = 0, count = names.size(); i < count; ++i) {
        const std::string directory = names[i].substr(0, names[i].find_last_of("/\\") + 1);  // npos + 1 is 0
        for (const std::string_view script : {"boot.ipxe", "autoexec.ipxe"}) {
            add(directory + std::string{script});
            add(script);
        }
    }
    if (!has_http_another_tree(config)) return names;
    for (const auto& line : config.dhcp.linux_boots) {
        add(line.boot.kernel);
        for (const auto& initrd : line.boot.initrds)
            add(initrd);
    }
    return names;
}

bool serve_the_same_tree(const Config& one, const Config& other) {
    const auto is_same = [](const auto& a, const auto& b) {
        return a.directory == b.directory && a.interface == b.interface;
    };
    return std::ranges::equal(one.tftp.roots, other.tftp.roots, is_same) &&
           std::ranges::equal(one.http.roots, other.http.roots, is_same) &&
           one.tftp.is_enabled == other.tftp.is_enabled && one.http.is_enabled == other.http.is_enabled;
}

void use_boot_trees(Config& config, BootTrees trees) {
    config.dhcp.boot_tree = std::move(trees.tree);
    config.dhcp.http_tree = std::move(trees.http);
    config.dhcp.found = {};
    if (!looks_for_programs(config)) return;
    const tree::BootTree nothing;
    const auto& programs = config.dhcp.boot_tree;
    const auto& by_http = config.dhcp.http_tree ? *config.dhcp.http_tree : programs;
    config.dhcp.found = tree::choose_all(config.tftp.is_enabled ? programs : nothing,
                                         config.http.is_enabled ? by_http : nothing);
}

void use_boot_trees_of(Config& old, Config& config) {
    config.dhcp.boot_tree = std::move(old.dhcp.boot_tree);
    config.dhcp.http_tree = std::move(old.dhcp.http_tree);
    config.dhcp.found = {};
    // Where the old one left it to its lines, nothing was looked for: the next look says what there is.
    if (looks_for_programs(config)) config.dhcp.found = old.dhcp.found;
}

std::vector<std::string> found_lines(const Config& config) {
    std::vector<std::string> lines;
    const bool has_proxy = std::ranges::any_of(config.dhcp.ranges, &dhcp::Range::is_proxy);
    const bool has_pool = gives_addresses(config.dhcp);
    for (const auto& [kind, file] : config.dhcp.found.files) {
        if (kind.is_proxy ? !has_proxy : !has_pool) continue;
        auto firmware = kind;
        firmware.is_ipxe = false;
        const bool is_said = kind.is_ipxe && config.dhcp.found.file_for(firmware) == file;
        if (is_said) continue;
        const std::string beside =
            has_proxy && has_pool && kind.is_proxy ? " beside another DHCP server" : "";
        auto line = kind_text(kind) + beside + ": " + file_text(config.dhcp.boot_tree, file);
        // Better than nothing: later releases of GRUB have it mended.
        const auto* program = config.dhcp.boot_tree.find(file);
        const bool is_grub = program != nullptr && kind.platform == tree::Platform::efi &&
                             (program->loader == tree::Loader::grub || program->is_shim());
        if (kind.is_proxy && !kind.is_ipxe && is_grub)
            line += "; GRUB 2.06 does not find its configuration beside another DHCP server, iPXE does";
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace pxed::config
