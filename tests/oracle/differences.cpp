#include "differences.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "scenario.hpp"

namespace pxed::oracle {
namespace {

constexpr std::string_view k_reply = "reply";

Result<Match, std::string> read_match(std::string_view text) {
    auto words = scenario::words_of(text);
    if (words.size() < 3) return fail(std::string{"match FIELD THEIRS OURS [NAME=PATTERN...]"});
    Match match{words[0],
                std::string{scenario::value_of("=" + words[1])},
                std::string{scenario::value_of("=" + words[2])},
                {}};
    for (std::size_t i = 3; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        if (equals == std::string::npos) return fail("'" + words[i] + "' is no NAME=PATTERN");
        match.conditions.push_back({words[i].substr(0, equals), std::string{scenario::value_of(words[i])}});
    }
    return match;
}

void add_sentence(std::string& all, std::string_view more) {
    if (!all.empty()) all += ' ';
    all += more;
}

/// Who is asked for the value of `sent.FACT`, `theirs.FACT` or `ours.FACT`.
std::string_view named_value(const Exchange& exchange, std::string_view name) {
    const auto dot = name.find('.');
    const std::string_view side = name.substr(0, dot);
    const std::string_view rest = dot == std::string_view::npos ? "" : name.substr(dot + 1);
    if (side == "sent") return fact(exchange.sent, rest);
    if (side == "theirs") return fact(exchange.theirs, rest);
    if (side == "ours") return fact(exchange.ours, rest);
    return k_none;
}

/// `any`, `some`, `none`, `@SIDE.FACT` (the value there), or a text with `*`; alternatives between `|`.
bool fits(std::string_view pattern, std::string_view value, const Exchange& exchange) {
    for (const std::string_view one : split(pattern, '|')) {
        if (one == "any") return true;
        if (one == "some") {
            if (value != k_none) return true;
        } else if (one.starts_with('@')) {
            const std::string_view wanted = named_value(exchange, one.substr(1));
            if (value == wanted && value != k_none) return true;
        } else if (is_like(one, value)) {
            return true;
        }
    }
    return false;
}

bool holds(const Match::Condition& condition, const Exchange& exchange) {
    if (condition.name == "case") return is_like(condition.pattern, exchange.case_name);
    if (condition.name == "config") return is_like("*" + condition.pattern + "*", exchange.configuration);
    return fits(condition.pattern, named_value(exchange, condition.name), exchange);
}

const Difference* explanation(std::string_view field, std::string_view theirs, std::string_view ours,
                              const Exchange& exchange, const std::vector<Difference>& table) {
    for (const Difference& row : table) {
        for (const Match& match : row.matches) {
            if (!fits(match.field, field, exchange)) continue;
            if (!fits(match.theirs, theirs, exchange) || !fits(match.ours, ours, exchange)) continue;
            if (std::ranges::all_of(match.conditions, [&](const auto& c) { return holds(c, exchange); }))
                return &row;
        }
    }
    return nullptr;
}

/// The options of `order` that the other side has as well: what only one of them sends is a difference of its
/// own.
std::string common_order(std::string_view order, const Facts& other) {
    std::string common;
    for (const std::string_view code : split(order, ',')) {
        if (!other.contains("option." + std::string{code})) continue;
        common += (common.empty() ? "" : ",") + std::string{code};
    }
    return common;
}

}  // namespace

bool is_like(std::string_view pattern, std::string_view text) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    text.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
        if (is_like(pattern, text.substr(skipped))) return true;
    }
    return false;
}

Result<std::vector<Difference>, std::string> read_differences(std::string_view text) {
    std::vector<Difference> table;
    unsigned number = 0;
    for (const std::string_view line : split(text, '\n')) {
        ++number;
        const std::string_view content = trim(line);
        if (content.empty() || content.front() == '#') continue;
        const auto blank = content.find(' ');
        const std::string_view word = content.substr(0, blank);
        const std::string_view rest = blank == std::string_view::npos ? "" : trim(content.substr(blank));
        const std::string place = "line " + std::to_string(number) + ": ";
        if (word == "difference") {
            table.push_back({std::string{rest}, {}, {}, {}, {}});
            continue;
        }
        if (table.empty()) return fail(place + "below no `difference`");
        if (word == "match") {
            auto match = read_match(rest);
            if (!match) return fail(place + match.error());
            table.back().matches.push_back(std::move(*match));
        } else if (word == "what") {
            add_sentence(table.back().what, rest);
        } else if (word == "why") {
            add_sentence(table.back().why, rest);
        } else if (word == "source") {
            add_sentence(table.back().source, rest);
        } else {
            return fail(place + "there is no '" + std::string{word} + "' of a difference");
        }
    }
    for (const Difference& row : table) {
        const bool is_whole =
            !row.matches.empty() && !row.what.empty() && !row.why.empty() && !row.source.empty();
        if (!is_whole) return fail("difference " + row.id + " lacks match, what, why or source");
    }
    return table;
}

Comparison compare(const Exchange& exchange, const std::vector<Difference>& table) {
    Comparison result;
    const auto judge = [&](std::string_view field, std::string_view theirs, std::string_view ours) {
        if (theirs == ours) return;
        if (const Difference* row = explanation(field, theirs, ours, exchange, table)) {
            result.used.insert(row->id);
        } else {
            result.unexplained.push_back(std::string{field} + ": dnsmasq " + std::string{theirs} + ", pxed " +
                                         std::string{ours});
        }
    };
    if (exchange.theirs.empty() || exchange.ours.empty()) {
        judge(k_reply, fact(exchange.theirs, "type"), fact(exchange.ours, "type"));
        return result;
    }
    std::set<std::string> names;
    for (const Facts* facts : {&exchange.theirs, &exchange.ours}) {
        for (const auto& [name, value] : *facts)
            names.insert(name);
    }
    names.erase("order");
    for (const std::string& name : names)
        judge(name, fact(exchange.theirs, name), fact(exchange.ours, name));
    judge("order", common_order(fact(exchange.theirs, "order"), exchange.ours),
          common_order(fact(exchange.ours, "order"), exchange.theirs));
    return result;
}

}  // namespace pxed::oracle
