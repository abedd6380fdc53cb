#include "dhcp/configured.hpp"

#include <algorithm>
#include <array>

namespace pxed::dhcp {

namespace {

constexpr std::size_t k_longest_element = 255;

// How good a claim a line has to its option; the lower the better. dnsmasq: "range tags are second class".
enum class Claim { tagged, needs_range, untagged, no_claim };

Claim claim_of(const ConfiguredOption& option, const Tags& tags, const Tags& with_range) {
    if (option.tests.empty()) return Claim::untagged;
    if (tags.satisfy(option.tests)) return Claim::tagged;
    return with_range.satisfy(option.tests) ? Claim::needs_range : Claim::no_claim;
}

// Options the server alone knows the value of, or that RFC 2131 table 3 forbids in a reply.
bool is_ours_to_fill(std::uint8_t code) {
    constexpr auto k_ours = std::to_array<std::uint8_t>(
        {k_pad, k_requested_address, k_lease_time, k_overload, k_message_type, k_server_id, k_parameter_list,
         k_max_message_size, k_renewal_time, k_rebinding_time, k_client_id, k_fqdn, k_relay_agent, k_end});
    return std::ranges::find(k_ours, code) != k_ours.end();
}

bool is_for(const ConfiguredOption& option, Audience audience) {
    switch (audience) {
        case Audience::everyone:
            return !option.is_for_pxe;
        case Audience::pxe:
        case Audience::pxe_menu:
            return true;
        case Audience::pxe_proxy:
            // PXE 2.1 says what a ProxyDHCP reply holds; ordinary options there confuse old ROMs, and dnsmasq
            // sends none. Those of dhcp-option-pxe were asked for by name.
            return option.is_for_pxe || option.envelope == Envelope::vendor;
    }
    return false;
}

std::vector<std::uint8_t> value_for(const ConfiguredOption& option, const Client& client) {
    auto value = option.value;
    // Firmware reads the texts of 66 and 67 up to a NUL that nobody promised; old Windows wants one in every
    // text and shows it by sending its own name so.
    const bool is_boot_text =
        option.envelope == Envelope::plain && (option.code == k_boot_file || option.code == k_tftp_server);
    const bool wants_nul = is_boot_text || (option.has_text_value && client.counts_nul);
    if (wants_nul && !value.empty() && value.back() != 0) value.push_back(0);
    return value;
}

void put_own_address(std::vector<std::uint8_t>& addresses, Ipv4 local) {
    for (std::size_t at = 0; at + 4 <= addresses.size(); at += 4) {
        const std::span<std::uint8_t> one{addresses.data() + at, 4};
        if (ByteReader{one}.ipv4().is_zero()) ByteWriter{one}.ipv4(local);
    }
}

void append_element(std::vector<std::uint8_t>& chain, const ConfiguredOption& option, const Client& client) {
    const auto value = value_for(option, client);
    // One length byte: there is no way to say it, and the configuration has refused it.
    if (value.size() > k_longest_element) return;
    chain.push_back(option.code);
    chain.push_back(static_cast<std::uint8_t>(value.size()));
    chain.insert(chain.end(), value.begin(), value.end());
}

void append_chain(Options& reply, std::uint8_t code, std::vector<std::uint8_t> chain) {
    if (chain.empty()) return;
    chain.push_back(k_end);  // some boot ROMs read on without it
    reply.append(code, chain);
}

}  // namespace

ChosenOptions::ChosenOptions(const Policy& policy, const Tags& tags, const Tags& with_range,
                             Audience audience)
    : audience_(audience) {
    std::array<Claim, 256> best;
    best.fill(Claim::no_claim);
    for (const ConfiguredOption* line : policy.options.candidates(tags, with_range)) {
        const ConfiguredOption& option = *line;
        const Claim claim = claim_of(option, tags, with_range);
        if (claim == Claim::no_claim || !is_for(option, audience)) continue;
        if (option.envelope != Envelope::plain) {
            encapsulated_.push_back(&option);
            continue;
        }
        // A better claim further up in the file takes the place of the one below it; an equal one does not.
        Claim& held = best[option.code];
        if (claim >= held) continue;
        if (held != Claim::no_claim)
            std::erase_if(plain_, [&](const ConfiguredOption* other) { return other->code == option.code; });
        held = claim;
        plain_.push_back(&option);
    }
}

const ConfiguredOption* ChosenOptions::find(std::uint8_t code) const {
    const auto found = std::ranges::find(plain_, code, &ConfiguredOption::code);
    return found == plain_.end() ? nullptr : *found;
}

std::optional<Ipv4> ChosenOptions::next_server() const {
    const ConfiguredOption* option = find(k_end);
    if (option == nullptr || option->value.size() != 4) return std::nullopt;
    const Ipv4 address = ByteReader{option->value}.ipv4();
    return address.is_zero() ? std::nullopt : std::optional{address};
}

void ChosenOptions::put_plain(const Client& client, Ipv4 local, Options& reply) const {
    for (const ConfiguredOption* option : plain_) {
        if (!option->is_forced && !client.asks_for(option->code)) continue;
        if (option->is_suppressed || option->sets_next_server) continue;
        if (is_ours_to_fill(option->code) || reply.has(option->code)) continue;
        // Without a list the client reads the header, and there these two stand already.
        const bool is_in_header = option->code == k_boot_file || option->code == k_tftp_server;
        if (is_in_header && !client.parameters && !option->is_forced) continue;
        // With a menu 60 says whose 43 it is, and a 43 of the file's own would be joined to it (RFC 3396).
        const bool has_menu = audience_ == Audience::pxe_menu || audience_ == Audience::pxe_proxy;
        if (has_menu && (option->code == k_vendor_options || option->code == k_vendor_class)) continue;
        auto value = value_for(*option, client);
        if (option->is_address_list) put_own_address(value, local);
        reply.set(option->code, value);
    }
}

std::string ChosenOptions::put_encapsulated(const Client& client, Options& reply) const {
    std::string left_out;
    // One option for each outer code, where the last of its lines stands: dnsmasq reads the file backwards.
    std::vector<std::uint8_t> done;
    for (const ConfiguredOption* option : encapsulated_) {
        if (option->envelope == Envelope::vendor) continue;
        const bool is_by_enterprise = option->envelope == Envelope::vendor_vi;
        const std::uint8_t outer = is_by_enterprise ? std::uint8_t{k_vendor_options_vi} : option->outer_code;
        if (std::ranges::find(done, outer) != done.end()) continue;
        done.push_back(outer);
        if (is_by_enterprise) {
            left_out = put_vendor_vi(client, reply);
        } else {
            put_envelope(outer, client, reply);
        }
    }
    if (audience_ == Audience::everyone || audience_ == Audience::pxe) put_vendor(client, reply);
    return left_out;
}

void ChosenOptions::put_envelope(std::uint8_t outer, const Client& client, Options& reply) const {
    std::vector<std::uint8_t> chain;
    for (const ConfiguredOption* option : encapsulated_) {
        const bool is_inside = option->envelope == Envelope::encapsulated && option->outer_code == outer;
        if (is_inside && (option->is_forced || client.asks_for(outer)))
            append_element(chain, *option, client);
    }
    append_chain(reply, outer, std::move(chain));
}

bool ChosenOptions::is_vendor_for(const ConfiguredOption& option, std::string_view vendor_class) const {
    if (option.envelope != Envelope::vendor) return false;
    const bool is_shown_prompt = option.is_pxe_prompt && audience_ != Audience::everyone;
    return is_shown_prompt || vendor_class.find(option.vendor_class) != std::string_view::npos;
}

bool ChosenOptions::has_vendor(const Client& client, std::uint8_t code) const {
    return std::ranges::any_of(encapsulated_, [&](const ConfiguredOption* option) {
        return option->code == code && is_vendor_for(*option, client.vendor_class);
    });
}

bool ChosenOptions::forces_vendor(const Client& client) const {
    return std::ranges::any_of(encapsulated_, [&](const ConfiguredOption* option) {
        return option->is_forced && is_vendor_for(*option, client.vendor_class);
    });
}

std::vector<std::uint8_t> ChosenOptions::vendor_options(const Client& client) const {
    std::vector<std::uint8_t> chain;
    for (const ConfiguredOption* option : encapsulated_) {
        if (is_vendor_for(*option, client.vendor_class)) append_element(chain, *option, client);
    }
    return chain;
}

// RFC 3925 4: enterprise, length, sub-options; one block for each enterprise.
std::string ChosenOptions::put_vendor_vi(const Client& client, Options& reply) const {
    std::vector<std::pair<std::uint32_t, std::vector<std::uint8_t>>> blocks;
    for (const ConfiguredOption* option : encapsulated_) {
        if (option->envelope != Envelope::vendor_vi) continue;
        if (!option->is_forced && !client.asks_for(k_vendor_options_vi)) continue;
        auto block = std::ranges::find(blocks, option->enterprise, [](const auto& b) { return b.first; });
        if (block == blocks.end()) block = blocks.insert(blocks.end(), {option->enterprise, {}});
        append_element(block->second, *option, client);
    }
    std::string left_out;
    for (const auto& [enterprise, chain] : blocks) {
        // RFC 3925 4: an enterprise should have one block, so what is over its length byte is not split.
        if (chain.size() > k_longest_element) {
            left_out += (left_out.empty() ? "" : ", ") + option_label(k_vendor_options_vi) +
                        " of enterprise " + std::to_string(enterprise) + " is over 255 bytes";
            continue;
        }
        std::array<std::uint8_t, 5> head{};
        ByteWriter writer{head};
        writer.u32(enterprise);
        writer.u8(static_cast<std::uint8_t>(chain.size()));
        reply.append(k_vendor_options_vi, head);
        reply.append(k_vendor_options_vi, chain);
    }
    return left_out;
}

void ChosenOptions::put_vendor(const Client& client, Options& reply) const {
    // A class the reply claims by force counts as the client's: that is how one vendor's options are given
    // to machines that do not name it.
    std::string vendor_class{client.vendor_class};
    if (const auto forced = reply.find(k_vendor_class)) vendor_class = as_text(*forced);
    // Even `vendor:` without a class is for clients that have one (as dnsmasq 2.90 does it).
    if (vendor_class.empty()) return;
    std::vector<std::uint8_t> chain;
    bool is_forced = false;
    for (const ConfiguredOption* option : encapsulated_) {
        if (!is_vendor_for(*option, vendor_class)) continue;
        is_forced = is_forced || option->is_forced;
        append_element(chain, *option, client);
    }
    // One line that is forced brings the others along: 43 is there or it is not.
    if (chain.empty() || (!is_forced && !client.asks_for(k_vendor_options))) return;
    append_chain(reply, k_vendor_options, std::move(chain));
    // Option 43 means what option 60 says it means (RFC 2132 8.4).
    if (!reply.has(k_vendor_class) && !client.vendor_class.empty())
        reply.set(k_vendor_class, as_bytes(client.vendor_class));
}

}  // namespace pxed::dhcp
