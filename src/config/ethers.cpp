#include "config/ethers.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/hwaddr.hpp"
#include "base/text.hpp"
#include "config/dhcp_fields.hpp"

namespace pxed::config {

namespace {

// What stands on one line.
struct Entry {
    dhcp::HwPattern hardware;
    std::optional<Ipv4> address;
    std::string name;
};

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!(line = trim(line)).empty()) {
        const auto end = std::min(line.find_first_of(" \t\r"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

Result<Entry, std::string> parse_entry(std::string_view line) {
    const auto words = words_of(line);
    if (words.size() != 2) return fail(std::string{"a line is a MAC and an address or a name"});
    Entry entry;
    // Windows' dashes are read as well: here no type may stand in front of one.
    std::string mac{words[0]};
    std::ranges::replace(mac, '-', ':');
    TRY(entry.hardware, parse_hw_pattern(mac));
    if (entry.hardware.length != 6 || entry.hardware.wildcards != 0)
        return fail(quote(words[0]) + " is no Ethernet address");
    entry.address = Ipv4::parse(words[1]);
    if (entry.address) return entry;
    const bool is_number = words[1].find_first_not_of("0123456789.") == std::string_view::npos;
    if (is_number || !is_host_name(words[1]))
        return fail(quote(words[1]) + " is neither an address nor a host name");
    entry.name = std::string{words[1]};
    return entry;
}

std::string key_of(const dhcp::HwPattern& hardware) {
    return hex_text({hardware.bytes.data(), hardware.length});
}

// Finds the dhcp-host lines that an ethers line completes. Keeps positions, because the list grows.
class Completion {
 public:
    explicit Completion(std::vector<dhcp::Host>& hosts) : hosts_(hosts) {
        // Of several the last one in the file is completed: it is the first in dnsmasq's list.
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const auto& host = hosts[i];
            if (host.address) by_target_[host.address->text()] = i;
            if (!host.name.empty()) by_target_[lower_case(host.name)] = i;
            // A line of several MACs is not one machine's.
            const bool is_one = host.hardware.size() == 1 && host.hardware[0].wildcards == 0 &&
                                host.hardware[0].type == k_ethernet;
            if (is_one) by_hardware_[key_of(host.hardware[0])] = i;
        }
    }

    // The host to complete, a new one when there is none; nullptr when an ethers line before had the same
    // address or name.
    dhcp::Host* host_for(const Entry& entry) {
        const std::string target = entry.address ? entry.address->text() : lower_case(entry.name);
        const auto known = by_target_.find(target);
        std::size_t index = hosts_.size();
        if (known != by_target_.end()) {
            if (completed_.contains(known->second)) return nullptr;
            index = known->second;
        } else if (const auto same = by_hardware_.find(key_of(entry.hardware)); same != by_hardware_.end()) {
            index = same->second;
            if (entry.address && hosts_[index].address) by_target_.erase(hosts_[index].address->text());
        }
        if (index == hosts_.size()) hosts_.emplace_back();
        by_target_[target] = index;
        by_hardware_[key_of(entry.hardware)] = index;
        completed_.insert(index);
        return &hosts_[index];
    }

 private:
    std::vector<dhcp::Host>& hosts_;
    std::unordered_map<std::string, std::size_t> by_target_, by_hardware_;
    std::unordered_set<std::size_t> completed_;
};

}  // namespace

void add_ethers(Config& config, Reading& reading, std::uint16_t file, std::string_view text) {
    auto hosts = config.dhcp.hosts.take();
    Completion completion{hosts};
    std::uint32_t number = 0;
    for (const auto physical : split(text, '\n')) {
        const Origin origin{file, ++number};
        // dnsmasq takes a comment behind the name for a part of it. ethers(5) allows comments.
        const auto line = trim(physical.substr(0, physical.find('#')));
        if (line.empty()) continue;
        const auto warn = [&](const std::string& what) {
            config.findings.push_back(
                {.origin = origin, .text = "read-ethers: " + what + "; the line is skipped"});
        };
        const auto entry = parse_entry(line);
        if (!entry) {
            warn(entry.error());
            continue;
        }
        dhcp::Host* host = completion.host_for(*entry);
        if (host == nullptr) {
            warn("the address or name is on a line above already");
            continue;
        }
        host->hardware = {entry->hardware};
        // dnsmasq: an ethers line knows nothing of client ids.
        host->ignores_client_id = true;
        if (!host->origin.is_known()) host->origin = origin;
        if (!entry->name.empty()) host->name = entry->name;
        if (entry->address && host->address != entry->address) {
            if (host->address) reading.host_addresses.erase(*host->address);
            host->address = entry->address;
            reading.host_addresses.emplace(*entry->address, origin);
        }
    }
    config.dhcp.hosts = dhcp::HostList{std::move(hosts)};
}

}  // namespace pxed::config
