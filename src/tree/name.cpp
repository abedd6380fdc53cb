// What the spelling of a client may mean below the root, before any file is looked at. Firmware asks with
// backslashes (`\Boot\BCD`), with the whole path of the server, with `//` between directory and file (shim),
// or with bytes behind the name. Text only: what may be opened in the end is decided by the kernel, which
// resolves the path below the root (io/file_root).

#include "tree/name.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pxed::tree {

namespace {

constexpr std::size_t k_longest_name = 4095;  // PATH_MAX without its NUL
constexpr char k_firmware_end = '\xff';       // DHCP's END option, read as part of the name

bool is_same(std::string_view a, std::string_view b, bool ignores_case) {
    return ignores_case ? equal_ignoring_case(a, b) : a == b;
}

// The components that name a place: "//" and "/./" say nothing.
std::vector<std::string_view> components(std::string_view path) {
    auto parts = split(path, '/');
    std::erase_if(parts, [](std::string_view part) { return part.empty() || part == "."; });
    return parts;
}

std::string joined(std::span<const std::string_view> parts) {
    std::string result;
    for (const auto part : parts) {
        if (!result.empty()) result += '/';
        result += part;
    }
    return result;
}

// Whether something is left behind the prefix: the root alone is a directory and names no file.
bool begins_with(std::span<const std::string_view> parts, std::span<const std::string_view> prefix,
                 bool ignores_case) {
    return !prefix.empty() && parts.size() > prefix.size() &&
           std::ranges::equal(parts.first(prefix.size()), prefix,
                              [ignores_case](auto a, auto b) { return is_same(a, b, ignores_case); });
}

// Adds what one spelling stands for, unless it is there already.
void add(std::vector<std::string>& found, std::span<const std::string_view> parts, const NameRules& rules) {
    if (parts.empty()) return;
    std::string path = joined(parts);
    if (rules.lower_cases) path = lower_case(path);
    if (!rules.unique_directory.empty()) path = rules.unique_directory + '/' + path;
    if (std::ranges::find(found, path) == found.end()) found.push_back(std::move(path));
}

// Eight hexadecimal digits, as a Raspberry Pi writes its serial number.
bool is_serial_number(std::string_view part) {
    constexpr std::size_t k_digits = 8;
    return part.size() == k_digits && part.find_first_not_of("0123456789abcdefABCDEF") == part.npos;
}

}  // namespace

std::vector<std::string> candidates(std::string_view asked, const NameRules& rules) {
    // A NUL would end the name for the kernel and not for the checks here.
    if (asked.size() > k_longest_name || asked.find('\0') != asked.npos) return {};
    std::string path{asked};
    // Always, as in dnsmasq: Windows' boot programs ask for `\Boot\BCD`.
    std::ranges::replace(path, '\\', '/');
    const bool is_absolute = path.starts_with('/');

    // The root's own directory of this client counts as part of the root.
    const std::string root =
        rules.unique_directory.empty() ? rules.root : rules.root + '/' + rules.unique_directory;
    const auto prefix = components(root);

    std::vector<std::string> found;
    std::string_view rest = path;
    for (;;) {
        const auto parts = components(rest);
        // Refused even where it stays inside the root, as dnsmasq does: there it is ERROR 2.
        if (std::ranges::find(parts, "..") != parts.end()) return {};
        // First, since that is how dnsmasq reads an absolute name: below the root as it stands, else below
        // the root with the leading slash dropped.
        if (is_absolute && begins_with(parts, prefix, rules.lower_cases))
            add(found, std::span{parts}.subspan(prefix.size()), rules);
        add(found, parts, rules);
        // Behind the name as it is: a machine may have a directory of its own, in part or whole.
        if (rules.shares_serial_directories && parts.size() > 1 && is_serial_number(parts.front()))
            add(found, std::span{parts}.subspan(1), rules);
        // The name as it was sent goes first: a file may be called so, however unlikely.
        if (!rest.ends_with(k_firmware_end)) return found;
        rest = rest.substr(0, rest.find_last_not_of(k_firmware_end) + 1);
    }
}

std::vector<std::string> beside(std::string_view program, const std::vector<std::string>& names) {
    std::vector<std::string> found;
    const auto slash = program.rfind('/');
    if (slash == program.npos) return found;
    const auto directory = program.substr(0, slash + 1);
    for (const auto& name : names) {
        if (!name.starts_with(directory)) found.push_back(std::string{directory} + name);
    }
    return found;
}

}  // namespace pxed::tree
