#include "io/file_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pxed::io {

namespace {

// More than this at a time is read straight to where it is wanted: one system call brings many blocks, and a
// copy of them in a piece would only be one copy more.
constexpr std::size_t k_most_from_pieces = 8 * 1024;

// What the disk thread has brought stays until it is asked for: who is told of it may read only in the next
// turn of the loop.
constexpr std::size_t k_idle_of_one = 4 * SharedFile::k_part;

std::size_t length_of(std::span<const iovec> parts) {
    std::size_t length = 0;
    for (const auto& part : parts)
        length += part.iov_len;
    return length;
}

}  // namespace

FileReader::FileReader(OpenFile file, Disk& disk, std::function<void()> ready)
    : alone_(std::make_unique<SharedFiles>(disk, SharedFiles::Limits{.idle_bytes = k_idle_of_one})),
      file_(alone_->join(std::move(file))),
      ready_(std::move(ready)) {}

FileReader::FileReader(OpenFile file, SharedFiles& files, std::function<void()> ready)
    : file_(files.join(std::move(file))), ready_(std::move(ready)) {}

FileReader::~FileReader() {
    for (const auto part : awaited_)
        file_->forget(part, waiter_);
    held_.clear();  // before the file that they are of
}

FileReader::Got FileReader::read(std::uint64_t offset, std::span<const iovec> parts) {
    const std::size_t length = length_of(parts);
    if (length == 0) return Got::all;
    if (copy_at_hand(offset, parts, length)) return Got::all;
    const auto whole = file_->piece_size();
    const auto first = offset / whole;
    const auto last = (offset + length - 1) / whole;
    const bool waits = !awaited_.empty();
    if (file_->problem() == SharedFile::Problem::none) {
        const bool skips_pieces =
            length > k_most_from_pieces || file_->lacks_room_for(first) || file_->lacks_room_for(last);
        if (skips_pieces && !waits && file_->read_at_once(offset, parts)) {
            let_go();  // passed
            return Got::all;
        }
        if (hold(first, last)) {
            copy(offset, parts);
            return Got::all;
        }
    }
    switch (file_->problem()) {
        case SharedFile::Problem::none:
            return Got::later;
        case SharedFile::Problem::shrank:
            return Got::shrank;
        case SharedFile::Problem::failed:
            return Got::failed;
    }
    return Got::failed;
}

bool FileReader::copy_at_hand(std::uint64_t offset, std::span<const iovec> parts, std::size_t length) const {
    if (offset < at_hand_begin_ || offset + length > at_hand_end_) return false;
    const auto* from = at_hand_ + (offset - at_hand_begin_);
    for (const auto& part : parts) {
        std::memcpy(part.iov_base, from, part.iov_len);
        from += part.iov_len;
    }
    return true;
}

void FileReader::let_go() {
    held_.clear();
    at_hand_end_ = at_hand_begin_ = 0;
}

// Takes hold of these pieces; false when some are not there yet.
bool FileReader::hold(std::uint64_t first, std::uint64_t last) {
    const auto is_held = [this](std::uint64_t index) {
        return index >= first_held_ && index - first_held_ < held_.size() && held_[index - first_held_];
    };
    std::vector<PieceUse> wanted;
    wanted.reserve(last - first + 1);
    bool is_whole = true;
    for (auto index = first; index <= last; ++index) {
        wanted.push_back(is_held(index) ? std::move(held_[index - first_held_]) : file_->piece(index));
        if (wanted.back()) continue;
        is_whole = false;
        if (file_->problem() != SharedFile::Problem::none) break;
        const auto part = SharedFile::part_at(index * file_->piece_size());
        if (std::ranges::find(awaited_, part) != awaited_.end()) continue;
        awaited_.push_back(part);
        file_->fetch(part, waiter_);
    }
    held_ = std::move(wanted);
    first_held_ = first;
    at_hand_end_ = at_hand_begin_ = 0;
    if (!held_.empty() && held_.back()) {
        const auto& piece = *held_.back();
        at_hand_ = piece.memory.get();
        at_hand_begin_ = piece.index * file_->piece_size();
        at_hand_end_ = at_hand_begin_ + piece.length;
        file_->expect(at_hand_end_);
    }
    return is_whole;
}

void FileReader::copy(std::uint64_t offset, std::span<const iovec> parts) const {
    for (const auto& part : parts) {
        auto* to = static_cast<std::uint8_t*>(part.iov_base);
        for (std::size_t left = part.iov_len; left > 0;) {
            const auto& piece = *held_[offset / file_->piece_size() - first_held_];
            const auto at = static_cast<std::size_t>(offset % file_->piece_size());
            const auto run = std::min(left, piece.length - at);
            std::memcpy(to, piece.memory.get() + at, run);
            to += run;
            offset += run;
            left -= run;
        }
    }
}

void FileReader::on_part_read(std::uint64_t part) {
    std::erase(awaited_, part);
    ready_();  // the last: it may end us
}

}  // namespace pxed::io
