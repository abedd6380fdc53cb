#pragma once
// Parse functions for directives that only set one field: a flag or a number needs its field, its row, the
// decision that asks it and a scenario, and no function of its own.

#include <cstdint>
#include <string>
#include <type_traits>

#include "config/line.hpp"

namespace pxed::config {

// Which part of the Config a member belongs to, told by its class: the pointer is never read.
[[nodiscard]] inline DaemonPolicy& section_of(Config& config, const DaemonPolicy*) {
    return config.daemon;
}
[[nodiscard]] inline dhcp::Policy& section_of(Config& config, const dhcp::Policy*) {
    return config.dhcp;
}
[[nodiscard]] inline tftp::Policy& section_of(Config& config, const tftp::Policy*) {
    return config.tftp;
}
[[nodiscard]] inline http::Policy& section_of(Config& config, const http::Policy*) {
    return config.http;
}

/// The field of the configuration that `member` points to.
template <typename Section, typename Type>
[[nodiscard]] Type& field_of(Config& config, Type Section::*member) {
    return section_of(config, static_cast<const Section*>(nullptr)).*member;
}

/// A directive without a value that sets a bool.
template <auto member, bool value = true>
Parsed flag(Line& line) {
    field_of(line.config(), member) = value;
    return {};
}

/// A decimal number from `least` to `most`, into an integer or an optional one.
template <auto member, std::uint32_t least, std::uint32_t most>
Parsed number(Line& line) {
    auto& target = field_of(line.config(), member);
    if (line.value().is_empty()) {
        // What a template with nothing to fill in leaves. dnsmasq reads it as 0 without a word, which no
        // number here is meant to be.
        line.warn("the value is empty; the default holds");
        return {};
    }
    const auto parsed = parse_number_between(line.value().text(), least, most);
    if (!parsed) {
        return fail(quote(line.value().text()) + " is no number from " + std::to_string(least) + " to " +
                    std::to_string(most));
    }
    using Number = std::remove_reference_t<decltype(target)>;
    if constexpr (std::is_integral_v<Number>) {
        target = static_cast<Number>(*parsed);
    } else {
        target = static_cast<std::uint32_t>(*parsed);
    }
    return {};
}

/// Text as it stands. Empty text means "none".
template <auto member>
Parsed text(Line& line) {
    field_of(line.config(), member) = line.value().str();
    return {};
}

}  // namespace pxed::config
