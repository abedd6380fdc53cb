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
    std::function<void()> wait;          ///< nothing is there to send now: suspend the connection
    std::function<void()> go_on;         ///< there is again: resume it
    std::function<void(Reason)> failed;  ///< file_shrank or read_failed: the connection is going to be closed
};

/// A response, and the file that sendfile takes it from.
struct HttpBody {
    HttpResponse response;
    int file = -1;          ///< the response's own; -1: none
    std::uint64_t end = 0;  ///< where the part of the file ends
    /// Whether the file has become too short to send it whole.
    [[nodiscard]] bool has_shrunk() const;
};

/// A response with the text as its body.
[[nodiscard]] HttpResponse text_response(const std::string& text);

/// A response that says how long the body would be and has none: HEAD, 304.
[[nodiscard]] HttpResponse bodiless_response(std::uint64_t size);

/// A response with `length` bytes of the file from `first` on. What the kernel has cached goes by sendfile;
/// else the disk thread reads ahead of us, since sendfile would wait for the disk and everybody with it.
/// Requires: length > 0, and the part lies within the file.
[[nodiscard]] HttpBody file_body(OpenFile file, std::uint64_t first, std::uint64_t length, Disk& disk,
                                 const HttpBodyWatcher& watcher);

/// Puts the headers of an answer on its response.
void add_headers(MHD_Response& response, const http::Plan& plan);

}  // namespace pxed::io
