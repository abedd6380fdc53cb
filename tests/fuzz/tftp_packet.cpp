// A TFTP datagram as anybody may send it: within its bounds, and what is written from it reads the same.

#include "wire/tftp_packet.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "property.hpp"

namespace pxed::tftp {
namespace {

using fuzz::require;

constexpr std::size_t k_most_options = 32;

void check_options(const std::vector<RequestOption>& options) {
    require(options.size() <= k_most_options, "options are bounded");
    for (auto option = options.begin(); option != options.end(); ++option) {
        require(!option->name.empty(), "an option has a name");
        require(
            std::none_of(options.begin(), option,
                         [&](const auto& other) { return equal_ignoring_case(other.name, option->name); }),
            "an option stands once");
    }
}

/// One for each kind of packet; `datagram` is what it was read from.
struct Check {
    Bytes datagram;

    void operator()(const Request& request) const {
        require(!request.file.empty() && request.file.find('\0') == std::string::npos,
                "a file name is a text");
        check_options(request.options);
        const auto bytes = build_request(request);
        require(bytes.size() <= datagram.size(), "a request does not grow");
        const auto again = parse(bytes);
        require(again && std::get<Request>(*again) == request, "a request comes back from its bytes");
    }
    void operator()(const Data& data) const {
        require(data.payload.size() + 4 == datagram.size(), "the payload is all behind the header");
        require(std::ranges::equal(data_header(data.block), datagram.first(4)), "the header comes back");
    }
    void operator()(const Ack& ack) const {
        require(std::ranges::equal(build_ack(ack.block), datagram.first(4)), "an ACK comes back");
    }
    void operator()(const Error& error) const {
        require(error.text.size() <= 255 && error.text.find('\0') == std::string::npos, "a text of 255");
        const auto bytes = build_error(error.code, error.text);
        require(bytes.size() <= 4 + 100 + 1 && bytes.back() == 0, "a text sent is cut at 100 and terminated");
        const auto again = parse(bytes);
        require(again && std::get<Error>(*again).code == error.code, "the code comes back");
        require(error.text.starts_with(std::get<Error>(*again).text),
                "the text comes back as far as it is sent");
    }
    void operator()(const OptionAck& ack) const {
        check_options(ack.options);
        const auto bytes = build_option_ack(ack.options);
        const auto again = parse(bytes);
        require(again && std::get<OptionAck>(*again).options == ack.options,
                "an OACK comes back from its bytes");
    }
};

}  // namespace
}  // namespace pxed::tftp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const pxed::Bytes datagram{data, size};
    const auto packet = pxed::tftp::parse(datagram);
    if (packet) {
        std::visit(pxed::tftp::Check{datagram}, *packet);
    } else {
        pxed::fuzz::require(!sentence(packet.error()).empty(), "every refusal has its sentence");
    }
    return 0;
}
