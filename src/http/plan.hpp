#pragma once
// What is answered: a function of the request and of what the file is. No file is touched here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "http/range.hpp"
#include "http/request.hpp"
#include "machine/reason.hpp"

namespace pxed::http {

/// What is known of what a target names.
struct Resource {
    std::uint64_t size = 0;
    std::string_view media_type = "application/octet-stream";
    std::optional<nanoseconds> modified;  ///< since 1970; nothing: made for this request, so never cached
};

struct Header {
    std::string_view name;
    std::string value;
    friend bool operator==(const Header&, const Header&) = default;
};

/// An answer.
struct Plan {
    unsigned status = 200;
    std::vector<Header> headers;    ///< without Content-Length, Date and Connection
    std::optional<ByteRange> part;  ///< 206: this part is the body; nothing: the whole
    std::string text;               ///< the body of a refusal
    bool closes = false;            ///< the connection ends with it
    Reason reason = Reason::none;
    std::string detail;  ///< for the log

    [[nodiscard]] bool sends_resource() const { return status == 200 || status == 206; }
};

/// Whether a request is refused whatever its target names: another method than GET and HEAD (405), a
/// broken header, a body, or HTTP/1.1 without Host (400).
[[nodiscard]] std::optional<Plan> objection(const Request& request);

/// The answer for a resource that is there: 200, 206, 304, 412 or 416, in the order of RFC 9110 13.2.2.
[[nodiscard]] Plan plan(const Request& request, const Resource& resource);

/// A refusal with a line of text that says nothing of this machine's paths.
[[nodiscard]] Plan refusal(unsigned status, Reason reason, std::string detail = {});

/// The head of an answer that has a body of so many bytes (RFC 9112 2.1), with the empty line behind it.
[[nodiscard]] std::string head_text(const Plan& plan, std::uint64_t length, WallTime now);

/// Changes whenever the file does: `"<nanoseconds of its date>-<size>"`, in hexadecimal. Strong (RFC 9110
/// 8.8.1).
[[nodiscard]] std::string entity_tag(nanoseconds modified, std::uint64_t size);

/// `Not Found`, for the statuses that are answered here.
[[nodiscard]] std::string_view phrase_of(unsigned status);

}  // namespace pxed::http
