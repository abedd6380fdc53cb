#pragma once

#include "dhcp/client.hpp"
#include "dhcp/place.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/tags.hpp"
#include "machine/reason.hpp"

namespace pxed::dhcp {

/// What the file says a client is.
struct Classification {
    Tags tags;                      ///< all of them, tag-if included; without the range's
    Tags without_tag_if;            ///< to run tag-if again when the range's tag is known
    const Host* host = nullptr;     ///< its dhcp-host line, usable where it is
    Reason silence = Reason::none;  ///< ignored_host or ignored_by_tag: it is to get no answer
    Origin silenced_by;
};

/// Sets the tags in dnsmasq's order (reference dnsmasq-directives A.1): interface, cpewan-id, what the relay
/// says, dhcp-mac, dhcp-match, classes, the host line and known, dhcp-name-match, the host line found by
/// name, its tags, tag-if at each stage, dhcp-ignore. Changes `client`: `id:*` on
/// its host line makes its client id not count.
[[nodiscard]] Classification classify(const Policy& policy, const Message& message,
                                      std::string_view interface, const Place& place, Client& client);

/// The tags once the range is known: its own tag and tag-if again.
[[nodiscard]] Tags tags_with_range(const Policy& policy, const Classification& classification,
                                   const Range& range);

/// Whether the option (or the class of option 124) is what the line looks for. An absent option never is.
[[nodiscard]] bool matches(const Match& line, const Options& options);

}  // namespace pxed::dhcp
