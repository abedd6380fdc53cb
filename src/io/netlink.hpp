#pragma once
// The kernel's routing socket (rtnetlink(7)), as far as interfaces, addresses and neighbours need it, and its
// table of sockets (sock_diag(7)).

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/file_descriptor.hpp"

namespace pxed::io {

/// One rtnetlink message: its type (RTM_*) and what follows the netlink header. Valid during the call it is
/// handed to.
struct NetlinkMessage {
    std::uint16_t type = 0;
    Bytes body;
};

/// The value of attribute `wanted` (RTA_*, IFLA_*, IFA_*, NDA_*) among the attributes in `attributes`.
[[nodiscard]] std::optional<Bytes> find_attribute(Bytes attributes, std::uint16_t wanted);

/// An attribute as it is written: padded to four bytes.
void append_attribute(std::vector<std::uint8_t>& message, std::uint16_t type, Bytes value);

class Netlink {
 public:
    /// `groups` is a mask of RTMGRP_*: what to be told of. `protocol` is one of NETLINK_*; 0: routing.
    /// Errors: a sentence.
    [[nodiscard]] static Result<Netlink, std::string> open(std::uint32_t groups, int protocol = 0);

    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

    using Each = std::function<void(const NetlinkMessage&)>;
    /// Sends a request (`body` follows the netlink header) and hands every answer to `each`. Waits for the
    /// kernel, which answers from memory: microseconds. Errors: a sentence; `is_dump` false: also when the
    /// kernel has no such entry.
    [[nodiscard]] Result<void, std::string> request(std::uint16_t type, Bytes body, bool is_dump,
                                                    const Each& each);

    /// Throws away the notices that wait, and says whether there were any (an overflow counts: something was
    /// missed).
    bool drain();

 private:
    enum class Progress : std::uint8_t { more, done, interrupted };
    explicit Netlink(FileDescriptor descriptor) : descriptor_(std::move(descriptor)), buffer_(65536) {}
    [[nodiscard]] Result<Progress, std::string> read_answers(bool is_dump, const Each& each);

    FileDescriptor descriptor_;
    std::vector<std::uint8_t> buffer_;
    std::uint32_t sequence_ = 0;
};

}  // namespace pxed::io
