#pragma once
// Bytes from outside: length first, then read. Everything on the wire is big-endian.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ipv4.hpp"

namespace pxed {

using Bytes = std::span<const std::uint8_t>;

/// Reads big-endian values front to back. Reading past the end gives zeros and makes is_bad() true for good,
/// so a parser may read on and ask once.
class ByteReader {
 public:
    explicit ByteReader(Bytes data) : data_(data) {}

    std::uint8_t u8() {
        const auto b = take(1);
        return b.empty() ? std::uint8_t{0} : b[0];
    }
    std::uint16_t u16() {
        const auto b = take(2);
        return b.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(b[0] << 8 | b[1]);
    }
    std::uint32_t u32() {
        const std::uint32_t high = u16();
        return high << 16 | u16();
    }
    Ipv4 ipv4() { return Ipv4{u32()}; }

    /// The next `count` bytes, or none at all when fewer are left.
    Bytes take(std::size_t count) {
        // Here a length from the wire meets what is there. Servers that copied first and asked later sent
        // their memory along (CVE-2017-14494).
        if (is_bad_ || count > data_.size()) {
            is_bad_ = true;
            return {};
        }
        const auto taken = data_.first(count);
        data_ = data_.subspan(count);
        return taken;
    }

    /// What was not read yet; nothing once is_bad().
    [[nodiscard]] Bytes rest() const { return is_bad_ ? Bytes{} : data_; }
    /// Also true once is_bad(), so that a loop over elements ends.
    [[nodiscard]] bool is_at_end() const { return is_bad_ || data_.empty(); }
    [[nodiscard]] bool is_bad() const { return is_bad_; }

 private:
    Bytes data_;
    bool is_bad_ = false;
};

/// Writes big-endian values into memory that the caller owns. What does not fit is left out whole and makes
/// is_bad() true for good.
class ByteWriter {
 public:
    explicit ByteWriter(std::span<std::uint8_t> memory) : memory_(memory) {}

    void u8(std::uint8_t value) { bytes(std::array{value}); }
    void u16(std::uint16_t value) {
        bytes(std::array{static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
    }
    void u32(std::uint32_t value) {
        bytes(std::array{static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                         static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
    }
    void ipv4(Ipv4 address) { u32(address.value()); }
    void bytes(Bytes data) {
        if (is_bad_ || data.size() > left()) {
            is_bad_ = true;
            return;
        }
        std::ranges::copy(data, memory_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ += data.size();
    }
    void zeros(std::size_t count) {
        if (is_bad_ || count > left()) {
            is_bad_ = true;
            return;
        }
        std::fill_n(memory_.begin() + static_cast<std::ptrdiff_t>(used_), count, std::uint8_t{0});
        used_ += count;
    }

    [[nodiscard]] std::size_t size() const { return used_; }
    [[nodiscard]] std::size_t left() const { return memory_.size() - used_; }
    [[nodiscard]] Bytes written() const { return memory_.first(used_); }
    [[nodiscard]] bool is_bad() const { return is_bad_; }

 private:
    std::span<std::uint8_t> memory_;
    std::size_t used_ = 0;
    bool is_bad_ = false;
};

}  // namespace pxed
