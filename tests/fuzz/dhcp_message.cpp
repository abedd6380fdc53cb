// A DHCP datagram as anybody may send it. What parses must be within its bounds, come back from its own bytes
// and from its own text, and fit every limit when it is built.

#include "wire/dhcp_message.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "property.hpp"
#include "wire/arch.hpp"
#include "wire/dhcp_text.hpp"
#include "wire/pxe_vendor.hpp"

namespace pxed::dhcp {
namespace {

using fuzz::require;

constexpr std::size_t k_no_limit = 1 << 20;
constexpr std::size_t k_smallest_reply = 300;

bool lies_within(Bytes part, Bytes whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_option(const Options& options, const Option& option) {
    require(option.code != k_pad && option.code != k_end, "pad and end are no options");
    require(option.code != k_overload, "overload says how a message was packed and is no part of it");
    require(option.value.size() <= 0xffff, "a value is at most 65,535 bytes");
    require(options.find(option.code)->data() == option.value.data(), "a code stands once");
    require(options.u8(option.code).has_value() == (option.value.size() == 1), "u8 reads one byte");
    require(options.u16(option.code).has_value() == (option.value.size() == 2), "u16 reads two bytes");
    require(options.u32(option.code).has_value() == (option.value.size() == 4), "u32 reads four bytes");
    require(options.text(option.code)->find('\0') == std::string_view::npos, "a text ends at its first NUL");
    for (const bool has_end : {false, true}) {
        const auto elements = suboptions(option.value, has_end);
        for (const auto& element : elements) {
            require(lies_within(element.value, option.value), "a sub-option lies within its option");
        }
        require(elements.empty() || find_suboption(option.value, elements.back().code, has_end).has_value(),
                "what is listed is found");
    }
}

/// What PXE reads in option 43 comes back from its own bytes, where those are not too long.
void check_pxe(Bytes value) {
    const auto options = pxe::parse(value);
    if (const auto built = pxe::build(options)) require(pxe::parse(*built) == options, "a menu comes back");
    require(options.boot_item == pxe::boot_item_of(value), "both looks find one item");
}

void check_bounds(const Message& message) {
    require(message.sname.size() <= 64 && message.sname.find('\0') == std::string::npos,
            "sname is a text of 64");
    require(message.file.size() <= 128 && message.file.find('\0') == std::string::npos,
            "file is a text of 128");
    for (std::size_t i = 0; i < message.options.size(); ++i)
        check_option(message.options, message.options[i]);
    require(archs_of(message.options).size() <= 0xffff / 2, "architectures take two bytes each");
    (void)arch_of(message.options);
    if (const auto vendor = message.options.find(k_vendor_options)) check_pxe(*vendor);
}

/// The message as it comes back: relay agent information goes last on the wire, whatever it stood before.
Message relay_last(Message message) {
    if (const auto relay = message.options.find(k_relay_agent)) {
        const std::vector<std::uint8_t> value(relay->begin(), relay->end());
        message.options.remove(k_relay_agent);
        message.options.set(k_relay_agent, value);
    }
    return message;
}

void check_bytes(const Message& message) {
    const auto built = build(message, k_no_limit);
    require(built.left_out.empty(), "without a limit nothing is left out");
    const auto again = parse(built.bytes);
    require(again.has_value(), "what is built parses");
    require(*again == relay_last(message), "a message comes back from its bytes");
    require(build(*again, k_no_limit).bytes == built.bytes, "building is stable");
    // One limit an input keeps the target fast; the input chooses which.
    constexpr std::array<std::size_t, 5> k_limits{241, 300, 548, 576, 1472};
    const auto limit = k_limits[message.xid % k_limits.size()];
    const auto bounded = build(message, limit);
    require(bounded.bytes.size() <= std::max(limit, k_smallest_reply), "a reply keeps to its limit");
    const auto part = parse(bounded.bytes);
    require(part.has_value(), "what is built within a limit parses");
    require(part->options.size() + bounded.left_out.size() == message.options.size(),
            "an option is sent whole or named as left out");
}

void check_text(const Message& message) {
    const auto text = text_of(message);
    require(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }), "a text is printable");
    const auto again = message_from_text(text);
    require(again.has_value(), "a message's text reads");
    require(*again == message, "a message comes back from its text");
}

}  // namespace
}  // namespace pxed::dhcp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pxed::dhcp;
    const auto message = parse({data, size});
    if (!message) {
        pxed::fuzz::require(!sentence(message.error()).empty(), "every refusal has its sentence");
        return 0;
    }
    check_bounds(*message);
    check_bytes(*message);
    check_text(*message);
    return 0;
}
