#include "reply.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/dhcp_text.hpp"
#include "wire/tftp_packet.hpp"

namespace pxed::oracle {
namespace {

using dhcp::Message;

void put(Facts& facts, std::string name, std::string value) {
    if (!value.empty()) facts[std::move(name)] = std::move(value);
}

std::string address_text(Ipv4 address) {
    return address.is_zero() ? "" : address.text();
}

/// The word in front of a message's text.
std::string type_word(const Message& message) {
    const std::string text = dhcp::text_of(message);
    return text.substr(0, text.find(' '));
}

std::string value_part(const dhcp::Option& option) {
    const std::string text = dhcp::text_of(option);
    const auto equals = text.find('=');
    const std::string value = text.substr(equals == std::string::npos ? 0 : equals + 1);
    return value.empty() ? "empty" : value;
}

/// A text option as a client reads it: up to its NUL.
std::string client_text(const Message& message, std::uint8_t code, const std::string& header) {
    const auto text = message.options.text(code);
    return text && !text->empty() ? std::string{*text} : header;
}

/// dnsmasq makes the renewal times of a renewal random: up to a sixteenth of the lease earlier than half of
/// it and seven eighths, so that machines which booted together do not ask together for ever.
bool is_desynchronised(std::uint32_t value, std::uint32_t exact, std::uint32_t lease) {
    return value <= exact && value + lease / 16 + 1 >= exact;
}

void level_renewal_times(Facts& facts, const Message& reply, const Message& request) {
    const auto lease = reply.options.u32(dhcp::k_lease_time);
    const bool renews = request.type() == dhcp::MessageType::request && !request.ciaddr.is_zero();
    if (!renews || !lease) return;
    const auto level = [&](std::uint8_t code, std::uint32_t exact, const char* word) {
        const auto value = reply.options.u32(code);
        if (value && is_desynchronised(*value, exact, *lease)) facts["option." + std::to_string(code)] = word;
    };
    const std::uint64_t seven = std::uint64_t{*lease} * 7 / 8;
    level(dhcp::k_renewal_time, *lease / 2, "about half");
    level(dhcp::k_rebinding_time, static_cast<std::uint32_t>(seven), "about seven eighths");
}

std::string link_word(const Datagram& datagram, const Message& request) {
    constexpr std::uint8_t k_all = 0xff;
    const auto bytes = datagram.link_destination.bytes();
    if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == k_all; })) return "everybody";
    if (datagram.link_destination == request.hardware) return "client";
    if (datagram.link_destination == neighbour()) return "neighbour";
    return datagram.link_destination.text();
}

}  // namespace

std::string_view fact(const Facts& facts, std::string_view name) {
    const auto found = facts.find(name);
    return found == facts.end() ? k_none : std::string_view{found->second};
}

Facts facts_of(const Message& message) {
    Facts facts;
    facts["type"] = type_word(message);
    put(facts, "hw", message.hardware.is_empty() ? "" : message.hardware.text());
    put(facts, "hops", message.hops == 0 ? "" : std::to_string(message.hops));
    put(facts, "xid", std::to_string(message.xid));
    put(facts, "secs", message.secs == 0 ? "" : std::to_string(message.secs));
    put(facts, "flags", message.flags == 0 ? "" : message.wants_broadcast() ? "broadcast" : "other");
    put(facts, "ciaddr", address_text(message.ciaddr));
    put(facts, "yiaddr", address_text(message.yiaddr));
    put(facts, "siaddr", address_text(message.siaddr));
    put(facts, "giaddr", address_text(message.giaddr));
    put(facts, "sname", escaped(message.sname));
    put(facts, "file", escaped(message.file));
    for (std::size_t i = 0; i < message.options.size(); ++i) {
        const dhcp::Option option = message.options[i];
        facts["option." + std::to_string(option.code)] = value_part(option);
        facts["order"] += (i == 0 ? "" : ",") + std::to_string(option.code);
    }
    return facts;
}

Facts facts_of_reply(const Datagram& datagram, const Message& request) {
    const auto message = dhcp::parse(datagram.payload);
    if (!message) return {{"type", "unreadable: " + std::string{dhcp::sentence(message.error())}}};
    Facts facts = facts_of(*message);
    level_renewal_times(facts, *message, request);
    put(facts, "boot-file", escaped(client_text(*message, dhcp::k_boot_file, message->file)));
    put(facts, "boot-server", escaped(client_text(*message, dhcp::k_tftp_server, message->sname)));
    facts["to"] = datagram.destination.text() + ":" + std::to_string(datagram.destination_port);
    facts["link"] = link_word(datagram, request);
    facts["from"] = datagram.source.text() + ":" + std::to_string(datagram.source_port);
    // RFC 1542 2.1: a BOOTP message has at least 300 bytes, and some ROMs drop shorter ones.
    if (datagram.payload.size() < 300) facts["size"] = "short: " + std::to_string(datagram.payload.size());
    return facts;
}

Facts facts_of_tftp(const Datagram& datagram, std::string_view server_port_word) {
    Facts facts;
    facts["from"] = datagram.source.text() + ":" + std::string{server_port_word};
    facts["to"] = datagram.destination.text();
    const auto packet = tftp::parse(datagram.payload);
    if (!packet) {
        facts["type"] = "unreadable: " + std::string{tftp::sentence(packet.error())};
    } else if (const auto* data = std::get_if<tftp::Data>(&*packet)) {
        facts["type"] = "DATA";
        facts["block"] = std::to_string(data->block);
        facts["length"] = std::to_string(data->payload.size());
        put(facts, "bytes", escaped(as_text(data->payload), 64));
    } else if (const auto* error = std::get_if<tftp::Error>(&*packet)) {
        facts["type"] = "ERROR";
        facts["code"] = std::to_string(static_cast<unsigned>(error->code));
        put(facts, "text", escaped(error->text));
    } else if (const auto* agreed = std::get_if<tftp::OptionAck>(&*packet)) {
        facts["type"] = "OACK";
        for (const auto& option : agreed->options) {
            facts["option." + lower_case(option.name)] = option.value;
            facts["order"] += (facts["order"].empty() ? "" : ",") + lower_case(option.name);
        }
    } else {
        facts["type"] = "another packet";
    }
    return facts;
}

std::string text_of(const Facts& facts) {
    std::string text{fact(facts, "type")};
    for (const auto& [name, value] : facts) {
        if (name != "type" && name != "order" && name != "xid" && name != "hw")
            text += " " + name + "=" + value;
    }
    return text;
}

}  // namespace pxed::oracle
