#include "dhcp_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>

namespace load {

namespace {

constexpr std::uint64_t k_first_mac = 0x000c01020304;
constexpr std::size_t k_header = 240;  // RFC 2131 figure 1, with the magic cookie

std::uint32_t four_bytes(const std::uint8_t* at) {
    std::uint32_t value = 0;
    std::memcpy(&value, at, 4);
    return value;
}

}  // namespace

void write_message(std::vector<std::uint8_t>& bytes, const Question& question) {
    bytes.assign(k_header, 0);
    // BOOTREQUEST, Ethernet, and one hop: it came through a relay agent, so the answers come to one address
    // and port.
    constexpr std::array<std::uint8_t, 4> begin{1, 1, 6, 1};
    std::ranges::copy(begin, bytes.begin());
    const std::uint32_t xid = htonl(question.xid);
    std::memcpy(&bytes[4], &xid, 4);
    std::memcpy(&bytes[24], &question.relay, 4);
    for (unsigned i = 0; i < 6; ++i) {
        bytes[28 + i] = static_cast<std::uint8_t>((k_first_mac + question.client) >> (40 - 8 * i));
    }
    constexpr std::array<std::uint8_t, 4> cookie{99, 130, 83, 99};
    std::ranges::copy(cookie, bytes.begin() + 236);
    const auto option = [&bytes](std::uint8_t code, const void* value, std::uint8_t size) {
        bytes.push_back(code);
        bytes.push_back(size);
        const auto* from = static_cast<const std::uint8_t*>(value);
        bytes.insert(bytes.end(), from, from + size);
    };
    option(53, &question.kind, 1);
    if (question.kind == DhcpKind::request) {
        option(50, &question.address, 4);
        option(54, &question.server, 4);
    }
    // What boot firmware asks for at least: mask, router, DNS, lease time, server, boot server and file.
    constexpr std::array<std::uint8_t, 7> wanted{1, 3, 6, 51, 54, 66, 67};
    option(55, wanted.data(), wanted.size());
    bytes.push_back(255);
}

std::optional<Answer> read_answer(std::span<const std::uint8_t> bytes) {
    if (bytes.size() <= k_header || bytes[0] != 2) {
        return std::nullopt;
    }
    Answer answer;
    answer.xid = ntohl(four_bytes(&bytes[4]));
    answer.address = four_bytes(&bytes[16]);
    for (std::size_t at = k_header; at < bytes.size() && bytes[at] != 255;) {
        if (bytes[at] == 0) {
            ++at;
            continue;
        }
        if (at + 2 > bytes.size() || at + 2 + bytes[at + 1] > bytes.size()) {
            return std::nullopt;
        }
        if (bytes[at] == 53 && bytes[at + 1] == 1) {
            answer.kind = static_cast<DhcpKind>(bytes[at + 2]);
        } else if (bytes[at] == 54 && bytes[at + 1] == 4) {
            answer.server = four_bytes(&bytes[at + 2]);
        }
        at += 2 + std::size_t{bytes[at + 1]};
    }
    return answer;
}

}  // namespace load
