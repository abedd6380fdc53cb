#include "io/tftp_blocks.hpp"

#include <algorithm>
#include <array>

#include "tftp/netascii.hpp"

namespace pxed::io {

namespace {

constexpr std::size_t k_header = 4;
constexpr std::size_t k_most_blocks = 64;
constexpr std::size_t k_text_piece = 16 * 1024;

}  // namespace

TftpBlocks::TftpBlocks(OpenFile file, tftp::Mode mode, const tftp::Terms& terms, SharedFiles& files,
                       std::function<void()> ready)
    : reader_(std::move(file), files, std::move(ready)),
      is_text_(mode == tftp::Mode::netascii),
      block_size_(terms.block_size),
      window_size_(terms.window_size) {}

std::uint32_t TftpBlocks::most_at_once() const {
    return static_cast<std::uint32_t>(
        std::clamp<std::size_t>(k_room / (block_size_ + k_header), 1, k_most_blocks));
}

TftpBlocks::Got TftpBlocks::fill(std::uint64_t first, std::uint32_t count, std::span<std::uint8_t> memory,
                                 Bytes& datagrams) {
    return is_text_ ? fill_text(first, count, memory, datagrams)
                    : fill_octets(first, count, memory, datagrams);
}

std::optional<std::uint64_t> TftpBlocks::size() const {
    if (!is_text_) return reader_.size();
    if (read_ < reader_.size()) return std::nullopt;
    return text_offset_ + text_.size();
}

// The file is read straight into the datagrams, between their headers.
TftpBlocks::Got TftpBlocks::fill_octets(std::uint64_t first, std::uint32_t count,
                                        std::span<std::uint8_t> memory, Bytes& datagrams) {
    const std::uint64_t offset = (first - 1) * block_size_;
    const std::uint64_t length = std::min<std::uint64_t>(count * block_size_, reader_.size() - offset);
    std::array<iovec, k_most_blocks> parts;  // as many as are read are written first
    std::uint64_t left = length;
    for (std::size_t i = 0; i < count; ++i) {
        auto* datagram = memory.data() + i * (block_size_ + k_header);
        std::ranges::copy(tftp::data_header(static_cast<std::uint16_t>(first + i)), datagram);
        const auto payload = std::min<std::uint64_t>(left, block_size_);
        parts[i] = {datagram + k_header, payload};
        left -= payload;
    }
    datagrams = memory.first(length + count * k_header);
    return reader_.read(offset, std::span{parts}.first(count));
}

TftpBlocks::Got TftpBlocks::fill_text(std::uint64_t first, std::uint32_t count,
                                      std::span<std::uint8_t> memory, Bytes& datagrams) {
    const std::uint64_t begin = (first - 1) * block_size_;
    if (const Got got = convert_to(begin + count * block_size_); got != Got::all) return got;

    ByteWriter writer{memory};
    for (std::uint64_t block = first; block < first + count; ++block) {
        const std::uint64_t at = (block - 1) * block_size_ - text_offset_;
        if (at > text_.size()) break;  // the block after the last: a full last one has an empty one behind it
        const auto payload = std::min<std::uint64_t>(block_size_, text_.size() - at);
        writer.bytes(tftp::data_header(static_cast<std::uint16_t>(block)));
        writer.bytes(Bytes{text_}.subspan(at, payload));
        if (payload < block_size_) break;
    }
    datagrams = writer.written();

    // Blocks more than a window back are acknowledged and never asked for again.
    const std::uint64_t window = window_size_ * block_size_;
    if (begin > text_offset_ + window) {
        const auto passed = begin - window - text_offset_;
        text_.erase(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(passed));
        text_offset_ += passed;
    }
    return Got::all;
}

// Reads and converts until `end` of the text is there, or the file ends.
TftpBlocks::Got TftpBlocks::convert_to(std::uint64_t end) {
    std::array<std::uint8_t, k_text_piece> piece{};
    while (text_offset_ + text_.size() < end && read_ < reader_.size()) {
        const auto length = std::min<std::uint64_t>(piece.size(), reader_.size() - read_);
        const iovec part{piece.data(), length};
        if (const Got got = reader_.read(read_, std::span{&part, 1}); got != Got::all) return got;
        tftp::append_netascii(std::span{piece}.first(length), text_);
        read_ += length;
    }
    return Got::all;
}

}  // namespace pxed::io
