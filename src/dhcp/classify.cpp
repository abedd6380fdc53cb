#include "dhcp/classify.hpp"

#include <algorithm>

#include "dhcp/host.hpp"

namespace pxed::dhcp {

namespace {

Tags with_tag_ifs(const Policy& policy, Tags tags) {
    apply_tag_ifs(policy.tag_ifs, tags);
    return tags;
}

void set_what_the_message_shows(const Policy& policy, const Message& message, const Client& client,
                                Tags& tags) {
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

const Host* set_known(const Policy& policy, const Place& place, Client& client, Tags& tags) {
    const Tags now = with_tag_ifs(policy, tags);
    const Host* host = find_host(policy, &place, client, now);
    if (host != nullptr) {
        tags.set("known");
    } else if (find_host(policy, nullptr, client, now) != nullptr) {
        tags.set("known-othernet");
    }
    if (host == nullptr || host->name.empty()) {
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
    return with_tag_ifs(policy, tags);
}

}  // namespace pxed::dhcp
