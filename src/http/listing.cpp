#include "http/listing.hpp"

#include <algorithm>

#include "http/target.hpp"

namespace pxed::http {

namespace {

std::string as_html(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string link(const std::string& path, const std::string& words) {
    return "<li><a href=\"/" + encoded_path(path) + "\">" + as_html(words) + "</a></li>\n";
}

}  // namespace

std::string listing_page(std::string_view path, std::vector<DirectoryEntry> entries) {
    std::erase_if(entries, [](const DirectoryEntry& entry) { return entry.name.starts_with('.'); });
    std::ranges::sort(entries, [](const DirectoryEntry& a, const DirectoryEntry& b) {
        return a.is_directory != b.is_directory ? a.is_directory : a.name < b.name;
    });
    const std::string title = as_html("/" + std::string{path});
    std::string page = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>" + title +
                       "</title></head>\n<body><h1>" + title + "</h1>\n<ul>\n";
    const std::string prefix = path.empty() ? "" : std::string{path} + '/';
    if (!path.empty()) {
        const auto slash = path.rfind('/');
        page += link(slash == path.npos ? "" : std::string{path.substr(0, slash + 1)}, "..");
    }
    for (const auto& entry : entries) {
        const std::string name = entry.name + (entry.is_directory ? "/" : "");
        page += link(prefix + name, name);
    }
    return page + "</ul></body></html>\n";
}

}  // namespace pxed::http
