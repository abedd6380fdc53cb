#include "dhcp/classify.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "dhcp/host.hpp"

namespace pxed::dhcp {

namespace {

Tags with_tag_ifs(const Policy& policy, Tags tags) {
    apply_tag_ifs(policy.tag_ifs, tags);
    return tags;
}

constexpr std::uint32_t k_broadband_forum = 3561;

// TR-069 annex F: a device behind a gateway says who makes it (1) and its serial number (2) under the
// Broadband Forum's number; with both it can be told from others.
bool names_device(Bytes suboptions) {
    const auto is_filled = [suboptions](std::uint8_t code) {
        const auto value = find_suboption(suboptions, code, false);
        return value && !value->empty();
    };
    return is_filled(1) && is_filled(2);
}

// RFC 3925 4: option 125 is enterprise, length, and that many bytes of sub-options; and so on.
bool is_behind_gateway(const Options& options) {
    const auto vendor_options = options.find(k_vendor_options_vi);
    if (!vendor_options) return false;
    ByteReader reader{*vendor_options};
    while (!reader.is_at_end()) {
        const std::uint32_t enterprise = reader.u32();
        const Bytes data = reader.take(reader.u8());
        if (reader.is_bad()) return false;
        if (enterprise == k_broadband_forum && names_device(data)) return true;
    }
    return false;
}

// What its relay says of the client's line (RFC 3046 3.1, 3.2; RFC 3993).
void set_relay_tags(const Policy& policy, const Options& options, Tags& tags) {
    const auto relay_agent = options.find(k_relay_agent);
    if (!relay_agent) return;
    for (const auto& line : policy.relay_matches) {
        const auto value = find_suboption(*relay_agent, line.suboption, false);
        if (value && std::ranges::equal(*value, line.value)) tags.set(line.set_tag);
    }
}

// What pxed says of a machine by itself. Only where the file asks for it and has no tag of that name of its
// own: every other file has the tags it would have with dnsmasq, in the log and for dhcp-script too.
void set_predefined_tags(const Policy& policy, const Message& message, const Client& client, Tags& tags) {
    if (policy.predefined_tags.empty()) return;
    auto boots = boot_client_of(message);
    boots.arch = client.arch;  // a quirk profile may know better than the message
    for (const auto& name : policy.predefined_tags) {
        const auto* word = find_arch_word(name);
        if (word != nullptr && is_true_of(*word, boots)) tags.set(name);
    }
}

void set_what_the_message_shows(const Policy& policy, const Message& message, const Client& client,
                                Tags& tags) {
    set_predefined_tags(policy, message, client, tags);
    if (is_behind_gateway(message.options)) tags.set("cpewan-id");
    set_relay_tags(policy, message.options, tags);
    for (const auto& line : policy.macs) {
        if (line.pattern.matches(client.hardware)) tags.set(line.set_tag);
    }
    for (const auto& line : policy.matches) {
        if (matches(line, message.options)) tags.set(line.set_tag);
    }
    if (const auto vendor_class = message.options.find(k_vendor_class)) {
        for (const auto& line : policy.vendor_classes) {
            if (as_text(*vendor_class).find(line.text) != std::string_view::npos) tags.set(line.set_tag);
        }
    }
    if (const auto user_class = message.options.find(k_user_class)) {
        for (const auto& line : policy.user_classes) {
            if (user_class_contains(*user_class, line.text)) tags.set(line.set_tag);
        }
    }
}

// BOOTP has no options to match: its tag is `bootp`, and the file name it asks for is one as well.
void set_bootp_tags(const Message& message, Tags& tags) {
    if (message.type() != MessageType::none) return;
    tags.set("bootp");
    tags.set(message.file);
}

bool matches(const NameMatch& line, std::string_view name) {
    return equal_ignoring_case(line.is_prefix ? name.substr(0, line.name.size()) : name, line.name);
}

// After the host is looked for by MAC and id and before it is by name: so dnsmasq has it, and a line for a
// name may be limited to such a tag.
void set_name_tags(const Policy& policy, const Client& client, Tags& tags) {
    if (policy.names.matches.empty() || client.host_name.empty()) return;
    const std::string name = client.full_name();
    for (const auto& line : policy.names.matches) {
        if (matches(line, name)) tags.set(line.set_tag);
    }
}

const Host* set_known(const Policy& policy, const Place& place, Client& client, Tags& tags) {
    const Tags now = with_tag_ifs(policy, tags);
    const Host* host = find_host(policy, &place, client, now);
    if (host != nullptr) {
        tags.set("known");
    } else if (find_host(policy, nullptr, client, now) != nullptr) {
        tags.set("known-othernet");
    }
    set_name_tags(policy, client, tags);
    // Only a machine that no line knows otherwise: or a name, which anybody may claim, would go before a MAC.
    if (host == nullptr) {
        const Host* by_name = find_host_by_name(policy, place, client, with_tag_ifs(policy, tags));
        if (by_name != nullptr) {
            host = by_name;
            tags.set("known");
        }
    }
    if (host != nullptr && host->ignores_client_id) client.id = ClientId{};
    return host;
}

}  // namespace

Classification classify(const Policy& policy, const Message& message, std::string_view interface,
                        const Place& place, Client& client) {
    Classification result;
    Tags& tags = result.without_tag_if;
    tags.set(interface);
    set_what_the_message_shows(policy, message, client, tags);
    result.host = set_known(policy, place, client, tags);
    if (result.host != nullptr) tags.set_all(result.host->set_tags);
    set_bootp_tags(message, tags);
    result.tags = with_tag_ifs(policy, tags);

    if (result.host != nullptr && result.host->is_ignored) {
        result.silence = Reason::ignored_host;
        result.silenced_by = result.host->origin;
        return result;
    }
    const auto ignore = std::ranges::find_if(
        policy.ignores, [&](const Condition& line) { return result.tags.satisfy(line.tests); });
    if (ignore != policy.ignores.end()) {
        result.silence = Reason::ignored_by_tag;
        result.silenced_by = ignore->origin;
    }
    return result;
}

Tags tags_with_range(const Policy& policy, const Classification& classification, const Range& range) {
    Tags tags = classification.without_tag_if;
    tags.set(range.set_tag);
    return with_tag_ifs(policy, std::move(tags));
}

}  // namespace pxed::dhcp
