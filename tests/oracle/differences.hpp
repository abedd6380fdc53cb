#pragma once
// Where pxed answers otherwise than dnsmasq on purpose: one table, read by this test and by the one of
// man/pxed-dnsmasq.7.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reply.hpp"

namespace pxed::oracle {

/// Which difference is compared away, as narrowly as it can be said. README.md has the grammar.
struct Match {
    std::string field;   ///< a fact's name
    std::string theirs;  ///< pattern for dnsmasq's value
    std::string ours;    ///< pattern for pxed's
    struct Condition {
        std::string name;  ///< `sent.FACT`, `theirs.FACT`, `ours.FACT`, `case` or `config`
        std::string pattern;
    };
    std::vector<Condition> conditions;
};

/// One row of the table.
struct Difference {
    std::string id;
    std::vector<Match> matches;
    std::string what;    ///< a sentence: what a client or an administrator sees
    std::string why;     ///< a sentence
    std::string source;  ///< the RFC or firmware that asks for it
};

/// Errors: `line N: what`.
[[nodiscard]] Result<std::vector<Difference>, std::string> read_differences(std::string_view text);

/// What was seen at one exchange, from both sides. A side that did not answer has no facts.
struct Exchange {
    Facts sent;
    Facts theirs;
    Facts ours;
    std::string_view case_name;
    std::string_view configuration;
};

struct Comparison {
    std::vector<std::string> unexplained;  ///< a line each
    std::set<std::string> used;            ///< ids of the rows that explained something
};
[[nodiscard]] Comparison compare(const Exchange& exchange, const std::vector<Difference>& table);

/// Whether `pattern`, in which `*` stands for anything, is the whole text.
[[nodiscard]] bool is_like(std::string_view pattern, std::string_view text);

}  // namespace pxed::oracle
