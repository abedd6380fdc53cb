// The directive table as a whole, joined from the files that hold its parts.

#include <stdexcept>
#include <vector>

#include "config/directive.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

// Two rows of one name would hide each other; which of the tables has the second one, only the join can see.
std::vector<Directive> join() {
    std::vector<Directive> rows;
    for (const auto part :
         {daemon_rows(), interface_rows(), network_rows(), dhcp_rows(), name_rows(), option_rows(),
          pxe_rows(), tag_rows(), relay_rows(), tftp_rows(), http_rows(), boot_rows(), linux_rows(),
          machine_rows(), external_rows(), script_rows(), other_rows()}) {
        rows.insert(rows.end(), part.begin(), part.end());
    }
    // For find_directive(), and for people: help and manual list them in this order.
    std::ranges::sort(rows, {}, &Directive::name);
    const auto twin = std::ranges::adjacent_find(rows, {}, &Directive::name);
    if (twin != rows.end()) throw std::logic_error("two directives are named " + std::string{twin->name});
    return rows;
}

}  // namespace

std::span<const Directive> directives() {
    // Built once and never changed: a constant that needs sorting.
    static const std::vector<Directive> rows = join();
    return rows;
}

const Directive* find_directive(std::string_view name) {
    const auto rows = directives();
    const auto row = std::ranges::lower_bound(rows, name, {}, &Directive::name);
    return row != rows.end() && row->name == name ? &*row : nullptr;
}

const Directive* find_short_option(char letter) {
    if (letter == 0) return nullptr;
    const auto rows = directives();
    // An alias shares its directive's letter.
    const auto row = std::ranges::find_if(rows, [letter](const Directive& candidate) {
        return candidate.short_option == letter && candidate.alias_of.empty();
    });
    return row != rows.end() ? &*row : nullptr;
}

}  // namespace pxed::config
