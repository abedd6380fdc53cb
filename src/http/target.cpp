// What the client wrote behind GET. libmicrohttpd's own decoding is switched off: it turns %00 into an end of
// the text and lets broken escapes through, and what a path may not hold has to be judged before and after
// decoding alike.

#include "http/target.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace pxed::http {

namespace {

constexpr std::size_t k_longest = 4096;  // PATH_MAX: nothing longer can be opened

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// RFC 9112 3.2.2: a server MUST accept the absolute form, though only proxies are sent it.
std::string_view without_origin(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        const auto rest = target.substr(scheme.size());
        const auto path = rest.find_first_of("/?#");
        if (path == rest.npos || rest[path] != '/') return "/";
        return rest.substr(path);
    }
    return target;
}

Result<std::string, TargetError> decoded(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            // Length first: a `%` or `%4` at the end is how CVE-2013-7038 read on.
            if (i + 2 >= text.size()) return fail(TargetError::broken_escape);
            const auto digits = text.substr(i + 1, 2);
            const auto byte = parse_hex_byte(digits);
            if (!byte) return fail(TargetError::broken_escape);
            c = static_cast<char>(*byte);
            if (c == '/') return fail(TargetError::encoded_slash);
            i += 2;
        }
        if (is_control(c)) return fail(TargetError::control_character);
        result += c;
    }
    return result;
}

}  // namespace

std::string_view sentence(TargetError error) {
    switch (error) {
        case TargetError::not_a_path:
            return "the target is no path";
        case TargetError::broken_escape:
            return "the path has a broken % escape";
        case TargetError::encoded_slash:
            return "the path has an encoded slash";
        case TargetError::control_character:
            return "the path has a control character";
        case TargetError::leaves:
            return "the path has a .. segment";
        case TargetError::too_long:
            return "the path is too long";
    }
    return {};
}

Result<Target, TargetError> parse_target(std::string_view target) {
    if (target.size() > k_longest) return fail(TargetError::too_long);
    target = without_origin(target);
    target = target.substr(0, target.find_first_of("?#"));
    if (!target.starts_with('/')) return fail(TargetError::not_a_path);
    TRY(const std::string path, decoded(target));

    Target result;
    std::string_view last;
    for (const auto segment : split(path, '/')) {
        last = segment;
        if (segment.empty() || segment == ".") continue;
        // A backslash is a slash to whoever looks the name up (tree/name), so it hides no `..` here.
        if (std::ranges::any_of(split(segment, '\\'), [](auto part) { return part == ".."; }))
            return fail(TargetError::leaves);
        if (!result.path.empty()) result.path += '/';
        result.path += segment;
    }
    result.names_directory = last.empty() || last == ".";
    return result;
}

std::string encoded_path(std::string_view path) {
    constexpr std::string_view k_digits = "0123456789ABCDEF";
    constexpr std::string_view k_plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string result;
    for (const char c : path) {
        if (k_plain.find(c) != k_plain.npos) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += k_digits[byte >> 4U];
        result += k_digits[byte & 0xfU];
    }
    return result;
}

}  // namespace pxed::http
