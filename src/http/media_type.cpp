// Content types. Only UEFI HTTP Boot acts on them: it tells a boot program from a disk image by the type and,
// failing that, by the suffix. For everything else the type decides what a browser shows.

#include "http/media_type.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace pxed::http {

namespace {

struct MediaType {
    std::string_view suffix;
    std::string_view type;
};

constexpr auto k_types = std::to_array<MediaType>({
    {"cfg", "text/plain"},
    {"conf", "text/plain"},
    {"css", "text/css"},
    // IANA's, registered for UEFI: the firmware starts it, or mounts it as a RAM disk.
    {"efi", "application/efi"},
    {"gz", "application/gzip"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"img", "application/vnd.efi-img"},
    {"ipxe", "text/plain"},
    {"iso", "application/vnd.efi-iso"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "application/javascript"},
    {"json", "application/json"},
    {"ks", "text/plain"},
    {"log", "text/plain"},
    {"png", "image/png"},
    {"sh", "text/plain"},
    {"svg", "image/svg+xml"},
    {"txt", "text/plain"},
    {"xml", "text/xml"},
    {"yaml", "text/plain"},
    {"yml", "text/plain"},
});

}  // namespace

std::string_view media_type_of(std::string_view name) {
    const auto dot = name.rfind('.');
    const auto slash = name.rfind('/');
    if (dot == name.npos || (slash != name.npos && dot < slash)) return "application/octet-stream";
    const auto suffix = name.substr(dot + 1);
    const auto* found = std::ranges::find_if(
        k_types, [suffix](const MediaType& row) { return equal_ignoring_case(row.suffix, suffix); });
    return found == k_types.end() ? "application/octet-stream" : found->type;
}

}  // namespace pxed::http
