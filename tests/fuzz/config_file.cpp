// A configuration as anybody may write it: the main file, and behind the first byte 1e one that it can
// include as /inc or by conf-dir=/d, as file of hosts or options too, and that is /etc/ethers and /etc/hosts.
// Whatever it is, it loads or every problem has a place, and it does so again; what --dump prints of it means
// the same.

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"
#include "config/check.hpp"
#include "config/dump.hpp"
#include "config/lines.hpp"
#include "config/load.hpp"
#include "property.hpp"

namespace pxed::config {
namespace {

using fuzz::require;

constexpr char k_separator = '\x1e';

Reader reader_of(std::string_view main, std::string_view included) {
    Reader reader;
    reader.read_file = [main, included](const std::string& path) -> Result<FileText, std::string> {
        if (path == "/etc/pxed.conf") return FileText{std::string{main}, 1};
        if (path == "/inc") return FileText{std::string{included}, 2};
        if (path == "/d/a.conf") return FileText{std::string{included}, 3};
        if (path == "/etc/ethers" || path == "/etc/hosts") return FileText{std::string{included}, 0};
        if (path.starts_with("/deep")) return FileText{"conf-file=" + path + "p\n", 0};
        return fail("cannot read " + escaped(path) + ": No such file or directory");
    };
    reader.list_directory = [](const std::string& path) -> Result<std::vector<std::string>, std::string> {
        if (path == "/d" || path == "/d/") return std::vector<std::string>{"b~", "a.conf", ".c"};
        return fail("cannot read " + escaped(path) + ": No such file or directory");
    };
    return reader;
}

// One line for a log: whatever stood in the file, nothing in it breaks the line or moves the cursor.
bool is_one_line(std::string_view text) {
    return !text.empty() && std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

void check_problems(const std::vector<Problem>& problems) {
    require(!problems.empty(), "what does not load has a problem");
    for (const auto& problem : problems) {
        require(is_one_line(problem.where), "a problem has a place");
        require(is_one_line(problem.what), "a problem is told in one line");
    }
}

void check_ranges(const dhcp::Policy& policy) {
    for (const auto& range : policy.ranges) {
        require(range.first <= range.last, "a range begins before it ends");
        require(range.lease_time >= dhcp::k_shortest_lease_time && range.lease_time <= k_infinite,
                "a lease time fits in four bytes and is no shorter than two minutes");
        require(range.origin.is_known(), "a range knows its line");
    }
    for (const auto& option : policy.options) {
        // RFC 3396: those behind RFC 2132's, and 43, may come in pieces of at most 255 bytes each.
        const bool may_be_long = option.code > 76 || option.code == 43;
        require(option.value.size() <= (may_be_long ? 0xffffU : 255U), "an option fits into its message");
        require(!option.is_address_list || option.value.size() % 4 == 0, "addresses take four bytes each");
    }
    for (const auto& match : policy.matches) {
        require(!match.set_tag.empty(), "a match sets a tag");
        require(match.wildcards.empty() || match.wildcards.size() == match.value.size(),
                "a wildcard is a byte");
    }
    for (const auto& rule : policy.tag_ifs)
        require(!rule.sets.empty(), "a tag-if sets a tag");
    std::set<Ipv4> addresses;
    for (const auto& host : policy.hosts) {
        require(!host.address || addresses.insert(*host.address).second, "no two hosts have one address");
        require(host.origin.is_known(), "a host knows its line");
        for (const auto& pattern : host.hardware)
            require(pattern.length <= 16, "a hardware address fits");
    }
}

void check_config(const Config& config) {
    require(config.files.size() >= 2 && config.files[0] == "command line", "the files are listed");
    for (const auto& warning : config.findings) {
        require(is_one_line(warning.text), "a warning is told in one line");
        require(is_one_line(config.text_of(warning.origin)), "a warning has a place");
    }
    check_ranges(config.dhcp);
    World world;
    world.interfaces = {{"br0", {{Ipv4{192, 168, 1, 1}, netmask_of(24)}}, false}};
    world.directories = {{"/srv/tftp", false, "No such file or directory"}};
    for (const auto& finding : check(config, world)) {
        require(is_one_line(finding.text) && (finding.suggestion.empty() || is_one_line(finding.suggestion)),
                "a finding is told in one line");
    }
}

// What is compared of two readings: everything said, and how much there is.
std::string summary(const Result<Config, std::vector<Problem>>& loaded) {
    std::string text;
    if (!loaded) {
        for (const auto& problem : loaded.error())
            text += problem.text() + '\n';
        return text;
    }
    for (const auto& warning : loaded->findings)
        text += loaded->text_of(warning.origin) + warning.text + '\n';
    for (const auto& file : loaded->files)
        text += file + '\n';
    for (const auto& option : loaded->dhcp.options)
        text += hex_text(option.value) + '\n';
    return text + std::to_string(loaded->directive_count) + ' ' + std::to_string(loaded->dhcp.ranges.size()) +
           ' ' + std::to_string(loaded->dhcp.hosts.size()) + ' ' + std::to_string(loaded->dhcp.boots.size());
}

// What sets something, without where it stands: the places of a dump are its own.
std::string lines_of(const Written& written) {
    std::string text;
    for (const auto& line : written.lines) {
        if (line.not_counted.empty()) text += std::string{line.directive->name} + '=' + line.value + '\n';
    }
    for (const auto& option : written.config.dhcp.options)
        text += hex_text(option.value) + '\n';
    return text + std::to_string(written.config.dhcp.hosts.size());
}

void check_dump(std::string_view main, std::string_view included) {
    const auto written = load_written("/etc/pxed.conf", {}, reader_of(main, included));
    require(written.has_value(), "what loads, loads with its lines kept");
    const auto once = dump(*written);
    // Escapes make a line longer; a reader's limit is no fault of the dump.
    for (const auto line : split(once, '\n')) {
        if (line.size() > k_longest_line) return;
    }
    const auto again = load_written("/etc/pxed.conf", {}, reader_of(once, included));
    require(again.has_value(), "a dump is a configuration");
    require(lines_of(*written) == lines_of(*again), "a dump says what it was made of");
}

}  // namespace
}  // namespace pxed::config

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pxed;
    using namespace pxed::config;
    const auto text = as_text({data, size});
    const auto end = text.find(k_separator);
    const auto main = text.substr(0, end);
    const auto included = end == text.npos ? std::string_view{} : text.substr(end + 1);
    const auto reader = reader_of(main, included);
    const auto loaded = load("/etc/pxed.conf", {}, reader);
    if (loaded) {
        check_config(*loaded);
        check_dump(main, included);
    } else {
        check_problems(loaded.error());
    }
    fuzz::require(summary(loaded) == summary(load("/etc/pxed.conf", {}, reader)),
                  "loading twice gives the same");
    return 0;
}
