#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/file_reader.hpp"
#include "io/shared_files.hpp"
#include "tftp/negotiate.hpp"
#include "wire/tftp_packet.hpp"

namespace pxed::io {

/// Makes DATA datagrams of an open file, converted if the mode asks for it.
class TftpBlocks {
 public:
    using Got = FileReader::Got;
    static constexpr std::size_t k_room = 65507;  ///< one UDP_SEGMENT send

    TftpBlocks(OpenFile file, tftp::Mode mode, const tftp::Terms& terms, SharedFiles& files,
               std::function<void()> ready);

    /// How many blocks one fill() makes at most: what one call can send.
    [[nodiscard]] std::uint32_t most_at_once() const;
    /// Writes the datagrams of blocks `first` and on, one behind the other, into `memory` (k_room bytes):
    /// `count` of them or fewer when the file ends. `datagrams` is what was written. Requires:
    /// 1 <= count <= most_at_once(), and blocks that exist or, while the size is not known, not more than a
    /// window past the last one asked for.
    Got fill(std::uint64_t first, std::uint32_t count, std::span<std::uint8_t> memory, Bytes& datagrams);

    /// Bytes that will be sent. Netascii: known once the end was read.
    [[nodiscard]] std::optional<std::uint64_t> size() const;
    [[nodiscard]] const std::string& error() const { return reader_.error(); }
    [[nodiscard]] bool waits_for_disk() const { return reader_.waits_for_disk(); }

 private:
    Got fill_octets(std::uint64_t first, std::uint32_t count, std::span<std::uint8_t> memory,
                    Bytes& datagrams);
    Got fill_text(std::uint64_t first, std::uint32_t count, std::span<std::uint8_t> memory, Bytes& datagrams);
    Got convert_to(std::uint64_t end);

    FileReader reader_;
    bool is_text_;
    std::size_t block_size_;
    std::size_t window_size_;

    // netascii: what was converted and may still be asked for
    std::uint64_t read_ = 0;  // of the file
    std::uint64_t text_offset_ = 0;
    std::vector<std::uint8_t> text_;
};

}  // namespace pxed::io
