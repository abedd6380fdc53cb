#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dhcp/server.hpp"

namespace pxed::scenario {

/// What an `expect` step wants of one reply.
struct Wanted {
    dhcp::Message message;
    std::vector<std::string> named;    ///< header fields written out: only these are compared
    std::vector<std::string> without;  ///< fields that must not be there
    bool is_exact = false;             ///< all header fields and all options, in their order
    std::string text;                  ///< as it was written
    std::string destination;           ///< empty: any
    std::string source;                ///< empty: any
    unsigned interface = 0;
};

/// Reads the block of an `expect` step. Errors: a sentence.
[[nodiscard]] Result<Wanted, std::string> wanted_from(const std::vector<std::string>& block);

/// What differs, a line each; empty when the reply is as wanted.
[[nodiscard]] std::vector<std::string> differences(const Wanted& wanted, const dhcp::Outgoing& got);

/// Rules that every reply obeys, whatever the scenario; a line for each that is broken.
[[nodiscard]] std::vector<std::string> broken_rules(const dhcp::Outgoing& got);

/// Both texts in two columns, a field a line.
[[nodiscard]] std::string side_by_side(std::string_view wanted, std::string_view got);

}  // namespace pxed::scenario
