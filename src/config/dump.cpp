// --dump: the answer to "where does that come from", when a file, a directory of drop-ins and a command line
// all have a say. Comments carry the answers, so that the dump itself stays a file that can be put in the
// place of all it was made of.

#include "config/dump.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace pxed::config {

namespace {

// Where the places begin; what is longer has its own right behind it.
constexpr std::size_t k_column = 50;

std::string with_place(std::string line, const std::string& place) {
    line.append(line.size() + 2 < k_column ? k_column - line.size() : 2, ' ');
    // A path may hold anything but a NUL; a line break in one must not end the comment.
    return line + "# " + escaped(place) + '\n';
}

std::string_view key_of(const Directive& directive) {
    return directive.alias_of.empty() ? directive.name : directive.alias_of;
}

// A once-only option of the command line gives way to a line of the files, as in dnsmasq.
bool is_replaced(const WrittenLine& line, const std::set<std::string_view>& once_in_files) {
    return line.directive->use == Use::once && !line.origin.is_known() &&
           once_in_files.contains(key_of(*line.directive));
}

std::string text_of(const WrittenLine& line) {
    return std::string{line.directive->name} + (line.has_value ? '=' + line.value : "");
}

}  // namespace

std::string dump(const Written& written) {
    std::set<std::string_view> once_in_files;
    std::set<std::string_view> set;
    for (const auto& line : written.lines) {
        set.insert(key_of(*line.directive));
        if (line.directive->use == Use::once && line.origin.is_known())
            once_in_files.insert(key_of(*line.directive));
    }
    std::string text =
        "# pxed " PXED_VERSION ": the lines that count, in their order, and where each is written\n";
    for (const auto& line : written.lines) {
        const auto place = written.config.text_of(line.origin);
        const std::string why =
            is_replaced(line, once_in_files) ? "a line of the files replaces it" : line.not_counted;
        text += why.empty() ? with_place(text_of(line), place)
                            : with_place('#' + text_of(line), place + ": " + why);
    }
    for (const auto& row : directives()) {
        if (row.default_value.empty() || set.contains(key_of(row))) continue;
        text += with_place('#' + std::string{row.name} + '=' + std::string{row.default_value}, "default");
    }
    return text;
}

}  // namespace pxed::config
