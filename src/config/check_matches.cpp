// Lines that look at what a client says of itself and can never hold: the number of an architecture written
// as another client would, text where the option is bytes, a class in the wrong case. Their tag is never set,
// and dnsmasq says nothing.

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/check_rules.hpp"
#include "config/fields.hpp"
#include "wire/arch.hpp"
#include "wire/dhcp_options.hpp"

namespace pxed::config {

namespace {

// The words that dnsmasq's pxe-service takes for architectures, which people write in dhcp-match as well.
struct ArchWord {
    std::string_view word;
    int number;
};
constexpr std::array k_arch_words{
    ArchWord{"x86pc", 0},      ArchWord{"bios", 0},       ArchWord{"ia32_efi", 6}, ArchWord{"x86-64_efi", 7},
    ArchWord{"x86_64-efi", 7}, ArchWord{"efi-x86_64", 7}, ArchWord{"x64", 7},      ArchWord{"bc_efi", 9},
    ArchWord{"arm32_efi", 10}, ArchWord{"arm64_efi", 11}, ArchWord{"aarch64", 11},
};

std::string arch_line(const dhcp::Match& match, std::uint64_t arch) {
    return "dhcp-match=set:" + match.set_tag + ",option:client-arch," + std::to_string(arch);
}

// Option 93 is a list of numbers of two bytes (RFC 4578 2.1). Text is compared byte by byte and finds none.
void check_arch_match(const dhcp::Match& match, Findings& findings) {
    using Kind = dhcp::Match::Kind;
    const auto text = as_text(match.value);
    if (match.kind == Kind::text) {
        const auto word = lower_case(text);
        const auto known = std::ranges::find(k_arch_words, word, &ArchWord::word);
        const auto number = parse_number(text);
        warn(findings, match.origin,
             "dhcp-match: option client-arch is a number of two bytes; the text " + quote(text) +
                 " never matches",
             number                        ? arch_line(match, *number)
             : known != k_arch_words.end() ? arch_line(match, static_cast<std::uint64_t>(known->number))
                                           : std::string{});
    } else if (match.kind == Kind::prefix_bytes && match.value.size() % 2 != 0) {
        warn(findings, match.origin,
             "dhcp-match: option client-arch is a number of two bytes; these " +
                 std::to_string(match.value.size()) + " bytes never match",
             arch_line(match, match.value.back()));
    } else if (match.kind == Kind::numbers && match.value.size() > 2) {
        warn(findings, match.origin,
             "dhcp-match: option client-arch has numbers of two bytes; one of " +
                 std::to_string(match.value.size()) + " bytes is never found",
             match.value.size() == 4 ? arch_line(match, match.value[3]) : std::string{});
    }
}

// What would be found in `PXEClient:Arch:00007:UNDI:003016`: five digits, with zeros in front (PXE 2.1, table
// 2-1).
std::string arch_text_meant(std::string_view text) {
    constexpr std::string_view k_arch = ":Arch:";
    const auto at = text.find(k_arch);
    if (at == text.npos) return {};
    const auto rest = text.substr(at + k_arch.size());
    const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
    const bool is_whole = digits.size() < rest.size();
    const auto number = parse_number(digits);
    if (digits.empty() || !number || *number > 0xffff) return {};
    auto padded = std::to_string(*number);
    padded.insert(0, 5 - std::min<std::size_t>(padded.size(), 5), '0');
    // A beginning of the five digits is found as well, when nothing follows it.
    if (is_whole ? digits == padded : padded.starts_with(digits) || std::string{"00000"}.starts_with(digits))
        return {};
    return std::string{text.substr(0, at + k_arch.size())} + padded + std::string{rest.substr(digits.size())};
}

void check_vendor_text(const std::string& what, const std::string& set_tag, std::string_view text,
                       Origin origin, const std::string& line, Findings& findings) {
    std::string meant = arch_text_meant(text);
    for (const std::string_view word : {"PXEClient", "HTTPClient"}) {
        if (text.size() >= word.size() && equal_ignoring_case(text.substr(0, word.size()), word) &&
            !text.starts_with(word))
            meant = std::string{word} + std::string{text.substr(word.size())};
    }
    if (meant.empty()) return;
    warn(findings, origin,
         what + ": no client says " + quote(text) + ", and case counts; tag " + quote(set_tag) +
             " is never set",
         line + meant);
}

void check_matches(const Config& config, const World&, Findings& findings) {
    for (const auto& match : config.dhcp.matches) {
        if (match.enterprise) continue;
        if (match.code == dhcp::k_client_arch) check_arch_match(match, findings);
        if (match.code == dhcp::k_vendor_class && match.kind == dhcp::Match::Kind::text)
            check_vendor_text("dhcp-match", match.set_tag, as_text(match.value), match.origin,
                              "dhcp-match=set:" + match.set_tag + ",option:vendor-class,", findings);
    }
    for (const auto& line : config.dhcp.vendor_classes)
        check_vendor_text("dhcp-vendorclass", line.set_tag, line.text, line.origin,
                          "dhcp-vendorclass=set:" + line.set_tag + ',', findings);
}

// iPXE writes itself so; people write IPXE.
void check_user_classes(const Config& config, const World&, Findings& findings) {
    for (const auto& line : config.dhcp.user_classes) {
        if (!equal_ignoring_case(line.text, "iPXE") || line.text == "iPXE") continue;
        warn(findings, line.origin,
             "dhcp-userclass: case counts, and iPXE says \"iPXE\"; " + quote(line.text) + " never matches",
             "dhcp-userclass=set:" + line.set_tag + ",iPXE");
    }
}

constexpr Rule k_rules[] = {check_matches, check_user_classes};

}  // namespace

std::span<const Rule> match_rules() {
    return k_rules;
}

}  // namespace pxed::config
