// Bodies. Most boot files are in the page cache after the first machine has fetched them, and sendfile then
// costs a quarter of a copy through us. Where they are not, sendfile would stop the whole loop for as long as
// the disk takes; across a network it may in any case, so such files are read by the disk thread.

#include "io/http_body.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <sys/stat.h>
#include <sys/uio.h>

#include "io/file_reader.hpp"
#include "io/file_sending.hpp"

namespace pxed::io {

namespace {

constexpr std::size_t k_block = 32 * 1024;
// From here on we send ourselves. The library looks at no piece of a file before it sends it, and gives each
// of a thousand connections its 128 kB in one turn of the loop.
constexpr std::uint64_t k_large_body = 256 * 1024;
// From here on also where the client wants to keep its connection and cannot.
constexpr std::uint64_t k_unkept_body = 4 * 1024 * 1024;

// A body that is read without waiting, a block at a time.
class ReadBody {
 public:
    ReadBody(OpenFile file, std::uint64_t first, Disk& disk, const HttpBodyWatcher& watcher)
        : first_(first), watcher_(watcher), reader_(std::move(file), disk, [this] {
              if (std::exchange(is_waiting_, false)) watcher_.go_on();
          }) {}

    static ssize_t on_wanted(void* self, std::uint64_t offset, char* memory, std::size_t size) {
        return static_cast<ReadBody*>(self)->fill(offset, memory, size);
    }
    static void on_done(void* self) { delete static_cast<ReadBody*>(self); }

 private:
    ssize_t fill(std::uint64_t offset, char* memory, std::size_t size) {
        const auto length =
            std::min<std::uint64_t>(size, reader_.size() - std::min(reader_.size(), first_ + offset));
        const iovec part{memory, length};
        switch (reader_.read(first_ + offset, {&part, 1})) {
            case FileReader::Got::all:
                return static_cast<ssize_t>(length);
            case FileReader::Got::later:
                is_waiting_ = true;
                watcher_.wait();
                return 0;
            case FileReader::Got::shrank:
                watcher_.failed(Reason::file_shrank);
                return MHD_CONTENT_READER_END_WITH_ERROR;
            case FileReader::Got::failed:
                watcher_.failed(Reason::read_failed);
                return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }

    std::uint64_t first_;
    const HttpBodyWatcher& watcher_;
    bool is_waiting_ = false;
    FileReader reader_;
};

// From memory, if it is in the cache: the head and the body leave in one packet.
HttpBody copied_body(const OpenFile& file, std::uint64_t first, std::uint64_t length) {
    std::unique_ptr<char, decltype(&std::free)> memory{static_cast<char*>(std::malloc(length)), &std::free};
    if (!memory) return {};
    const iovec part{memory.get(), length};
    const int flags = file.storage == Storage::memory ? 0 : RWF_NOWAIT;
    const auto got = ::preadv2(file.descriptor.get(), &part, 1, static_cast<off_t>(first), flags);
    if (got < 0 || static_cast<std::uint64_t>(got) != length) return {};
    HttpResponse response{MHD_create_response_from_buffer(length, memory.get(), MHD_RESPMEM_MUST_FREE)};
    if (response) (void)memory.release();
    return {.response = std::move(response), .is_copied = true};
}

HttpBody sent_by_library(OpenFile file, std::uint64_t first, std::uint64_t length) {
    HttpResponse response{MHD_create_response_from_fd_at_offset64(length, file.descriptor.get(), first)};
    if (!response) return {};
    // The response closes it.
    return {.response = std::move(response), .file = file.descriptor.release(), .end = first + length};
}

HttpBody read_in_pieces(OpenFile file, std::uint64_t first, std::uint64_t length, Disk& disk,
                        const HttpBodyWatcher& watcher) {
    auto body = std::make_unique<ReadBody>(std::move(file), first, disk, watcher);
    HttpResponse response{MHD_create_response_from_callback(length, std::min<std::uint64_t>(k_block, length),
                                                            &ReadBody::on_wanted, body.get(),
                                                            &ReadBody::on_done)};
    if (response) (void)body.release();  // on_done() ends it
    return {.response = std::move(response)};
}

}  // namespace

HttpResponse text_response(const std::string& text) {
    // The library does not write to it and copies it, whatever its argument is declared as.
    return HttpResponse{
        MHD_create_response_from_buffer(text.size(), const_cast<char*>(text.data()), MHD_RESPMEM_MUST_COPY)};
}

HttpResponse bodiless_response(std::uint64_t size) {
    const auto never = [](void*, std::uint64_t, char*, std::size_t) -> ssize_t {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    };
    return HttpResponse{MHD_create_response_from_callback(size, 1, never, nullptr, nullptr)};
}

bool HttpBody::has_shrunk() const {
    struct stat status {};
    return file >= 0 && ::fstat(file, &status) == 0 && static_cast<std::uint64_t>(status.st_size) < end;
}

bool goes_past_library(const OpenFile& file, std::uint64_t length, const HttpWay& way) {
    if (file.storage == Storage::remote || way.is_secure)
        return false;  // GnuTLS encrypts, so it has to be read
    return length >= (way.goes_on || way.is_last ? k_large_body : k_unkept_body);
}

HttpBody file_body(OpenFile file, std::uint64_t first, std::uint64_t length, const HttpWay& way, Disk& disk,
                   const HttpBodyWatcher& watcher) {
    if (file.storage != Storage::remote) {
        if (length <= k_small_body) {
            if (auto body = copied_body(file, first, length); body.response) return body;
        } else if (!way.is_secure && is_cached(file, first, length)) {
            return sent_by_library(std::move(file), first, length);
        }
    }
    return read_in_pieces(std::move(file), first, length, disk, watcher);
}

void add_headers(MHD_Response& response, const http::Plan& plan) {
    for (const auto& header : plan.headers)
        MHD_add_response_header(&response, std::string{header.name}.c_str(), header.value.c_str());
    if (plan.closes) MHD_add_response_header(&response, MHD_HTTP_HEADER_CONNECTION, "close");
}

}  // namespace pxed::io
