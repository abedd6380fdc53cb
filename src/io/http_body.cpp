// Bodies. Most boot files are in the page cache after the first machine has fetched them, and sendfile then
// costs a quarter of a copy through us. Where they are not, sendfile would stop the whole loop for as long as
// the disk (or the NFS server) takes.

#include "io/http_body.hpp"

#include <algorithm>
#include <utility>

#include <sys/stat.h>
#include <sys/uio.h>

#include "io/file_reader.hpp"

namespace pxed::io {

namespace {

constexpr std::size_t k_block = 32 * 1024;
// A page is looked for every so many bytes; a file that has them all is taken to be cached. Should a gap have
// escaped, one sendfile call waits for at most 128 kB.
constexpr std::uint64_t k_sampled_every = 64 * 1024;
constexpr std::uint64_t k_most_samples = 1024;

bool is_cached(const OpenFile& file, std::uint64_t first, std::uint64_t length) {
    if (file.storage != Storage::disk) return file.storage == Storage::memory;
    const auto step = std::max(k_sampled_every, length / k_most_samples);
    for (std::uint64_t at = 0; at < length; at += step) {
        char byte = 0;
        const iovec part{&byte, 1};
        const auto got =
            ::preadv2(file.descriptor.get(), &part, 1, static_cast<off_t>(first + at), RWF_NOWAIT);
        if (got != 1) return false;  // or it cannot be told (EOPNOTSUPP)
    }
    return true;
}

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

HttpBody file_body(OpenFile file, std::uint64_t first, std::uint64_t length, Disk& disk,
                   const HttpBodyWatcher& watcher) {
    if (is_cached(file, first, length)) {
        HttpResponse response{MHD_create_response_from_fd_at_offset64(length, file.descriptor.get(), first)};
        if (!response) return {};
        return {std::move(response), file.descriptor.release(), first + length};  // the response closes it
    }
    auto body = std::make_unique<ReadBody>(std::move(file), first, disk, watcher);
    HttpResponse response{MHD_create_response_from_callback(length, std::min<std::uint64_t>(k_block, length),
                                                            &ReadBody::on_wanted, body.get(),
                                                            &ReadBody::on_done)};
    if (response) (void)body.release();  // on_done() ends it
    return {std::move(response), -1, 0};
}

void add_headers(MHD_Response& response, const http::Plan& plan) {
    for (const auto& header : plan.headers)
        MHD_add_response_header(&response, std::string{header.name}.c_str(), header.value.c_str());
    if (plan.closes) MHD_add_response_header(&response, MHD_HTTP_HEADER_CONNECTION, "close");
}

}  // namespace pxed::io
