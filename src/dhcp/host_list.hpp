#pragma once
// The dhcp-host lines, with every look-up that a decision makes in them by a key rather than by a walk: a
// file may have a line for each of a hundred thousand machines, and each message asks half a dozen times.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <initializer_list>

#include "base/hwaddr.hpp"
#include "base/ipv4.hpp"
#include "base/origin.hpp"
#include "base/time.hpp"
#include "dhcp/hw_pattern.hpp"
#include "dhcp/tags.hpp"
#include "wire/client_id.hpp"

namespace pxed::dhcp {

/// `dhcp-host`.
struct Host {
    std::vector<HwPattern> hardware;
    std::vector<ClientId> client_ids;
    bool ignores_client_id = false;  ///< `id:*`
    std::vector<std::string> set_tags;
    TagTests tests;
    std::optional<Ipv4> address;
    std::string name;  ///< host name or FQDN
    std::optional<seconds> lease_time;
    bool is_ignored = false;  ///< `ignore`
    Origin origin;
};

/// The lines in file order. A line is not changed in its place, or the keys would be wrong: take() gives all
/// of them back to be changed and put into a new list. Numbers of lines stay good when the list is copied.
class HostList {
 public:
    /// Position of a line; a higher one stands further down in the file.
    using Number = std::uint32_t;

    HostList() = default;
    HostList(std::initializer_list<Host> lines);
    explicit HostList(std::vector<Host> lines);

    void push_back(Host line);
    void clear() { *this = HostList{}; }
    /// The lines; the list is empty afterwards.
    [[nodiscard]] std::vector<Host> take();

    [[nodiscard]] auto begin() const { return lines_.begin(); }
    [[nodiscard]] auto end() const { return lines_.end(); }
    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    [[nodiscard]] bool empty() const { return lines_.empty(); }
    [[nodiscard]] const Host& operator[](std::size_t number) const { return lines_[number]; }
    [[nodiscard]] const Host& front() const { return lines_.front(); }
    [[nodiscard]] const Host& back() const { return lines_.back(); }

    /// The lines that name this client id or a pattern that matches this hardware address, in no order; one
    /// that does both is there twice. Cost: a look-up for each way to write wildcards that the file uses.
    [[nodiscard]] std::vector<Number> known_by(const HwAddr& hardware, const ClientId& id) const;
    /// The lines that know their machine by this name alone, whatever the case of its letters.
    [[nodiscard]] std::vector<Number> known_by_name(std::string_view label) const;
    /// The lines whose name begins with this label.
    [[nodiscard]] std::vector<Number> named(std::string_view label) const;
    /// The first line that keeps the address; nullptr: none.
    [[nodiscard]] const Host* keeper_of(Ipv4 address) const;

 private:
    /// The patterns that are alike in all but the bytes they compare; nearly all lines have no wildcards.
    struct Shape {
        std::uint8_t type = k_ethernet;
        std::uint8_t length = 0;
        std::uint32_t wildcards = 0;
        std::unordered_multimap<HwAddr, Number> by_bytes;  ///< wildcard bytes are zero in the key
    };
    void index(Number number);
    void index(const HwPattern& pattern, Number number);

    std::vector<Host> lines_;
    std::vector<Shape> shapes_;
    std::unordered_multimap<ClientId, Number> by_client_id_;
    std::unordered_multimap<std::string, Number> by_label_;  ///< of the name, in lower case
    std::unordered_map<Ipv4, Number> by_address_;
};

}  // namespace pxed::dhcp
