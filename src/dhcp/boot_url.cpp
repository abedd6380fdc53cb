#include "dhcp/boot_url.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace pxed::dhcp {

namespace {

constexpr std::string_view k_scheme_end = "://";

// RFC 3986 3.3: what stands in a path as it is. Firmware hands the rest on unchanged, and a blank or a `?`
// would end the path on its way.
bool is_plain_in_path(char byte) {
    const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool is_digit = byte >= '0' && byte <= '9';
    return is_letter || is_digit ||
           std::string_view{"-._~/!$&'()*+,;=:@"}.find(byte) != std::string_view::npos;
}

}  // namespace

bool is_url(std::string_view file) {
    const auto scheme = file.find(k_scheme_end);
    if (scheme == file.npos || scheme == 0) return false;
    const auto host = file.substr(scheme + k_scheme_end.size());
    return !host.empty() && host.front() != '/';
}

bool is_http_url(std::string_view file) {
    if (!is_url(file)) return false;
    const auto scheme = lower_case(file.substr(0, file.find(k_scheme_end)));
    return scheme == "http" || scheme == "https";
}

std::string path_of(std::string_view file) {
    if (is_url(file)) {
        const auto path = file.find('/', file.find(k_scheme_end) + k_scheme_end.size());
        file = path == file.npos ? std::string_view{} : file.substr(path);
    }
    std::string path{file};
    std::ranges::replace(path, '\\', '/');
    return path.substr(std::min(path.find_first_not_of('/'), path.size()));
}

std::string http_url(Ipv4 server, std::uint16_t port, std::string_view file) {
    constexpr std::uint16_t k_default_port = 80;
    std::string url = "http://" + server.text();
    if (port != k_default_port) url += ':' + std::to_string(port);
    url += '/';
    for (const char byte : path_of(file)) {
        constexpr std::string_view k_digits = "0123456789ABCDEF";
        const auto number = static_cast<unsigned char>(byte);
        if (is_plain_in_path(byte)) {
            url += byte;
        } else {
            url += {'%', k_digits[number >> 4U], k_digits[number & 0xfU]};
        }
    }
    return url;
}

}  // namespace pxed::dhcp
