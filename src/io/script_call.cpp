#include "io/script_call.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace pxed::io {

namespace {

using dhcp::LeaseEvent;

// Fixed, not ours: a program that runs by itself should find the same under systemd and by hand.
constexpr std::string_view k_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// A line feed in a vendor class must not make two lines of somebody's log. Other bytes pass as they are:
// names are UTF-8 nowadays, and a variable is no place for quotes that the program would have to take off.
std::string without_control(std::string_view text) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f)
            result += c;
        else
            result += {'\\', 'x', k_digits[byte >> 4], k_digits[byte & 15]};
    }
    return result;
}

class Environment {
 public:
    /// Left out when empty: dnsmasq's scripts test whether a variable is there.
    void add(std::string_view name, std::string_view value) {
        if (!value.empty())
            variables_.push_back("DNSMASQ_" + std::string{name} + '=' + without_control(value));
    }
    [[nodiscard]] std::vector<std::string> take() { return std::move(variables_); }

 private:
    std::vector<std::string> variables_{std::string{k_path}};
};

std::string_view action_of(LeaseEvent::Kind kind) {
    switch (kind) {
        case LeaseEvent::Kind::added:
            return "add";
        case LeaseEvent::Kind::changed:
        case LeaseEvent::Kind::lost_name:
            return "old";
        case LeaseEvent::Kind::deleted:
            return "del";
    }
    return {};
}

// As in the lease file: dnsmasq writes the type of an address without bytes even for Ethernet.
std::string hardware_text(const HwAddr& hardware) {
    if (!hardware.is_empty()) return hardware.text();
    return hex_text(std::array{hardware.type()}) + '-';
}

// Of dnsmasq's tags the one that was set last is the first.
std::string tags_text(const std::vector<std::string>& tags) {
    std::string text;
    for (auto tag = tags.rbegin(); tag != tags.rend(); ++tag)
        text += (text.empty() ? "" : " ") + *tag;
    return text;
}

std::string numbers_text(const std::vector<std::uint8_t>& numbers) {
    std::string text;
    for (const auto number : numbers)
        text += (text.empty() ? "" : ",") + std::to_string(number);
    return text;
}

void add_facts(const dhcp::ClientFacts& facts, Environment& environment) {
    environment.add("VENDOR_CLASS", facts.vendor_class);
    environment.add("SUPPLIED_HOSTNAME", facts.supplied_name);
    environment.add("CPEWAN_OUI", facts.cpewan_oui);
    environment.add("CPEWAN_SERIAL", facts.cpewan_serial);
    environment.add("CPEWAN_CLASS", facts.cpewan_class);
    environment.add("CIRCUIT_ID", facts.circuit_id);
    environment.add("SUBSCRIBER_ID", facts.subscriber_id);
    environment.add("REMOTE_ID", facts.remote_id);
    environment.add("REQUESTED_OPTIONS", numbers_text(facts.requested_options));
    environment.add("MUD_URL", facts.mud_url);
    environment.add("TAGS", tags_text(facts.tags));
    for (std::size_t i = 0; i < facts.user_classes.size(); ++i)
        environment.add("USER_CLASS" + std::to_string(i), facts.user_classes[i]);
}

void add_times(const LeaseEvent& event, Now now, Environment& environment) {
    if (event.lease.expires == k_never) {
        environment.add("LEASE_EXPIRES", "0");
        return;
    }
    const auto left = std::chrono::ceil<seconds>(event.lease.expires - now.instant);
    const auto epoch = std::max<std::int64_t>((now.wall + left).time_since_epoch().count(), 1);
    environment.add("LEASE_EXPIRES", std::to_string(epoch));
    if (event.kind != LeaseEvent::Kind::deleted && left.count() > 0)
        environment.add("TIME_REMAINING", std::to_string(left.count()));
}

}  // namespace

ScriptCall call_of(const LeaseEvent& event, const ScriptScene& scene) {
    const auto& lease = event.lease;
    // A name may bear its domain; dnsmasq hands them over apart.
    const auto dot = std::min(lease.host_name.find('.'), lease.host_name.size());
    const auto name = lease.host_name.substr(0, dot);
    const auto own_domain = dot < lease.host_name.size() ? lease.host_name.substr(dot + 1) : scene.domain;

    ScriptCall call{scene.path, {}, {}};
    call.arguments = {std::string{action_of(event.kind)}, hardware_text(lease.hardware),
                      lease.address.text()};
    const bool has_lost_it = event.kind == LeaseEvent::Kind::lost_name;
    if (!name.empty() && !has_lost_it) call.arguments.push_back(without_control(name));

    Environment environment;
    if (!lease.client_id.is_empty()) environment.add("CLIENT_ID", lease.client_id.text());
    environment.add("INTERFACE", event.interface.empty() ? scene.interface : event.interface);
    add_times(event, scene.now, environment);
    if (!name.empty()) environment.add("DOMAIN", own_domain);
    if (event.facts)
        add_facts(*event.facts, environment);
    else
        environment.add("DATA_MISSING", "1");
    if (!event.relay.is_zero()) environment.add("RELAY_ADDRESS", event.relay.text());
    if (has_lost_it) environment.add("OLD_HOSTNAME", name);
    if (scene.logs_dhcp) environment.add("LOG_DHCP", "1");
    call.environment = environment.take();
    return call;
}

ScriptCall call_of(const TftpSent& file, std::string path) {
    return {std::move(path),
            {"tftp", std::to_string(file.size), file.client.address_text(), file.path},
            Environment{}.take()};
}

ScriptCall init_call(std::string path) {
    return {std::move(path), {"init"}, Environment{}.take()};
}

}  // namespace pxed::io
