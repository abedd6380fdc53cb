#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <microhttpd.h>

#include "http/plan.hpp"
#include "io/disk.hpp"
#include "io/file_root.hpp"

namespace pxed::io {

/// Owns a response of libmicrohttpd.
struct DestroyResponse {
    void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using HttpResponse = std::unique_ptr<MHD_Response, DestroyResponse>;

/// What a file's body does besides being sent; must outlive the response.
struct HttpBodyWatcher {
    std::function<void()> wait;   ///< nothing is there to send now: suspend the connection
    std::function<void()> go_on;  ///< there is again: resume it
    /// The connection is going to be closed: file_shrank or read_failed.
    std::function<void(Reason)> failed;
};

/// A response, and what is known of how it is sent.
struct HttpBody {
    HttpResponse response;
    bool is_copied = false;  ///< the response has it, and the head and all of it leave at once
    int file = -1;           ///< the response's own, that the library sends from; -1: none
    std::uint64_t end = 0;   ///< where the part of that file ends
    /// Whether the file has become too short to send it whole.
    [[nodiscard]] bool has_shrunk() const;
};

/// A response with the text as its body.
[[nodiscard]] HttpResponse text_response(const std::string& text);

/// A response that says how long the body would be and has none: HEAD, 304.
[[nodiscard]] HttpResponse bodiless_response(std::uint64_t size);

/// Bodies up to this size go out with their head, from memory.
inline constexpr std::uint64_t k_small_body = 16 * 1024;

/// The connection that a body goes to.
struct HttpWay {
    bool is_secure;
    bool goes_on;  ///< after a body that is sent past the library, too
    bool is_last;  ///< the client wants no other answer over it
};

/// Whether such a body is a matter for FileSending, and not for the library.
[[nodiscard]] bool goes_past_library(const OpenFile& file, std::uint64_t length, const HttpWay& way);

/// A response with `length` bytes of the file from `first` on. Nothing of it waits for the disk: what is
/// small and cached is copied, what is cached goes by sendfile, and the rest is read by the disk thread,
/// since sendfile would wait for the disk and everybody with it. Requires: length > 0, and the part lies
/// within the file; `disk` and `watcher` outlive the response.
[[nodiscard]] HttpBody file_body(OpenFile file, std::uint64_t first, std::uint64_t length, const HttpWay& way,
                                 Disk& disk, const HttpBodyWatcher& watcher);

/// Puts the headers of an answer on its response.
void add_headers(MHD_Response& response, const http::Plan& plan);

}  // namespace pxed::io
