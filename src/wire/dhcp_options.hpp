#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ipv4.hpp"

namespace pxed::dhcp {

/// Option codes that pxed itself reads or writes (IANA "BOOTP Vendor Extensions and DHCP Options").
enum Code : std::uint8_t {
    k_pad = 0,
    k_subnet_mask = 1,
    k_router = 3,
    k_dns_server = 6,
    k_host_name = 12,
    k_boot_file_size = 13,
    k_domain_name = 15,
    k_root_path = 17,
    k_broadcast = 28,
    k_vendor_options = 43,
    k_requested_address = 50,
    k_lease_time = 51,
    k_overload = 52,
    k_message_type = 53,
    k_server_id = 54,
    k_parameter_list = 55,
    k_message = 56,
    k_max_message_size = 57,
    k_renewal_time = 58,
    k_rebinding_time = 59,
    k_vendor_class = 60,
    k_client_id = 61,
    k_tftp_server = 66,
    k_boot_file = 67,
    k_user_class = 77,
    k_rapid_commit = 80,
    k_fqdn = 81,
    // RFC 3046.
    k_relay_agent = 82,
    // RFC 4578: what PXE clients say of themselves.
    k_client_arch = 93,
    k_client_interface = 94,
    k_client_machine_id = 97,
    // RFC 3011.
    k_subnet_selection = 118,
    // RFC 3925: by enterprise number.
    k_vendor_class_vi = 124,
    k_vendor_options_vi = 125,
    // RFC 5859: addresses, where 66 is a name.
    k_tftp_server_address = 150,
    // Encapsulated options of iPXE (and Etherboot before it); their presence tells iPXE from a ROM.
    k_ipxe = 175,
    k_end = 255,
};

/// One option of a list: its code and its whole value.
struct Option {
    std::uint8_t code;
    Bytes value;
};

/// The options of one message in their order: a flat buffer and an index. Each code stands once; a value is
/// up to 65,535 bytes (what is longer is cut) and is split into pieces of 255 only on the wire (RFC 3396).
/// Copyable; spans stay valid until the next change. Equal: the same values in the same order.
class Options {
 public:
    /// The value of `code`; nullopt when absent, an empty span when present with length zero.
    [[nodiscard]] std::optional<Bytes> find(std::uint8_t code) const;
    [[nodiscard]] bool has(std::uint8_t code) const { return find(code).has_value(); }

    // Typed getters: nullopt when absent or when the length is not the type's (a shorter or longer value is
    // never read).
    [[nodiscard]] std::optional<std::uint8_t> u8(std::uint8_t code) const;
    [[nodiscard]] std::optional<std::uint16_t> u16(std::uint8_t code) const;
    [[nodiscard]] std::optional<std::uint32_t> u32(std::uint8_t code) const;
    [[nodiscard]] std::optional<Ipv4> address(std::uint8_t code) const;
    /// The value up to its first NUL: what a text option says whether or not its sender counted a NUL.
    [[nodiscard]] std::optional<std::string_view> text(std::uint8_t code) const;

    /// Puts the option at the end; a code that is already there keeps its place and its bytes are added to
    /// (RFC 3396 joining). Pad and end are ignored.
    void append(std::uint8_t code, Bytes value);
    /// Sets the whole value: in place when the code is there, at the end otherwise.
    void set(std::uint8_t code, Bytes value);
    void set_u8(std::uint8_t code, std::uint8_t value);
    void set_u16(std::uint8_t code, std::uint16_t value);
    void set_u32(std::uint8_t code, std::uint32_t value);
    void set_address(std::uint8_t code, Ipv4 value);
    /// `text`, followed by one NUL when `with_nul` (66 and 67: firmware reads past the end otherwise).
    void set_text(std::uint8_t code, std::string_view text, bool with_nul = false);
    void remove(std::uint8_t code);
    /// Room for so many in all, with `bytes` of values together: what is built or read anew need not grow.
    void reserve(std::size_t options, std::size_t bytes);

    [[nodiscard]] bool is_empty() const { return index_.empty(); }
    [[nodiscard]] std::size_t size() const { return index_.size(); }
    /// The `i`-th option in order. Requires: i < size().
    [[nodiscard]] Option operator[](std::size_t i) const;

    friend bool operator==(const Options& a, const Options& b);

 private:
    struct Entry {
        std::uint8_t code;
        std::uint32_t offset;
        std::uint32_t length;
    };
    [[nodiscard]] const Entry* entry(std::uint8_t code) const;
    void put(std::uint8_t code, Bytes value, bool is_added);
    /// The value of entry `at` becomes its first `keep` bytes and `value`.
    void replace(std::size_t at, std::size_t keep, Bytes value);

    std::vector<std::uint8_t> buffer_;
    std::vector<Entry> index_;
};

/// The elements of a chain of (code, length, value): option 43, 82, 175 and their like. Reading stops at the
/// first element that does not fit; what came before is kept. With `has_end` (43, 175: RFC 2132 8.4) code 255
/// ends the chain and code 0 is padding; without (82: RFC 3046 2.0) both are elements like any other. Spans
/// point into `value`.
[[nodiscard]] std::vector<Option> suboptions(Bytes value, bool has_end);

/// The sub-option `code` of such a chain.
[[nodiscard]] std::optional<Bytes> find_suboption(Bytes value, std::uint8_t code, bool has_end);

}  // namespace pxed::dhcp
