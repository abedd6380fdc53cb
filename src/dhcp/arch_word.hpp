#pragma once
// The words for kinds of machines: tags that every booting client has unless the file sets a tag of that
// name, and what boot-arch names.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/boot_client.hpp"
#include "wire/arch.hpp"

namespace pxed::dhcp {

/// `efi-x64` and the architectures it stands for.
struct ArchWord {
    std::string_view name;
    std::span<const Arch> archs;  ///< empty: iPXE, or any way of booting over HTTP
};

/// All of them, in the order of the manual.
[[nodiscard]] std::span<const ArchWord> arch_words();

/// The word of that name; nullptr: there is none.
[[nodiscard]] const ArchWord* find_arch_word(std::string_view name);

/// Whether the word is true of the client. Of nobody who does not boot: an installed system may send option
/// 93 as well.
[[nodiscard]] bool is_true_of(const ArchWord& word, const BootClient& client);

/// The architecture that firmware says instead of this one for the same kind of machine: 7 and 9, 16 and 17
/// (RFC 4578 first printed 7 and 9 the wrong way round, and EBC's number is x64's on some machines).
[[nodiscard]] std::optional<Arch> twin_of(Arch arch);

/// `ARCH` of a boot-arch line: a word, or a number of the registry.
struct ArchTest {
    std::string text;            ///< as it is written
    std::optional<Arch> number;  ///< none: `text` is a word
};

/// How well a client fits what a line names.
enum class ArchFit : std::uint8_t {
    none,
    firmware,  ///< an iPXE, on the firmware the line names: it has started what is for that firmware
    kind,      ///< by the word, or by the number of its twin
    exact,     ///< by its own number, by EBC's word, or as iPXE
};
[[nodiscard]] ArchFit fit_of(const ArchTest& test, const BootClient& client);

}  // namespace pxed::dhcp
