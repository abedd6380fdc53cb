// The rows of boot programs by architecture. The words are pxed's own: dnsmasq's files say the same with a
// dhcp-match line and a tag for each architecture, and those count as ever.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/dhcp_fields.hpp"
#include "config/line.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"
#include "dhcp/arch_word.hpp"

namespace pxed::config {

namespace {

Result<dhcp::ArchTest, std::string> read_arch(const Field& field) {
    dhcp::ArchTest test{.text = field.str(), .number = {}};
    if (dhcp::find_arch_word(test.text) != nullptr) return test;
    if (const auto number = parse_number_between(test.text, 0, 0xffff)) {
        test.number = static_cast<Arch>(*number);
        return test;
    }
    std::vector<std::string_view> names;
    for (const auto& word : dhcp::arch_words())
        names.push_back(word.name);
    const auto near = nearest(test.text, names);
    return fail(quote(test.text) + " is no architecture" +
                (near.empty()
                     ? std::string{" (bios, efi-x64, efi-arm64 ... ipxe, or a number from 0 to 65535)"}
                     : "; did you mean " + std::string{near} + '?'));
}

// [tag:TAG,...]ARCH,FILE[,NAME[,ADDRESS]]
Parsed parse_boot_arch(Line& line) {
    FieldReader fields{line.value()};
    dhcp::Boot boot;
    boot.origin = line.origin();
    boot.tests = take_tag_tests(fields);
    if (!fields.has_more())
        return fail(std::string{"the architecture is missing: boot-arch=efi-x64,grubx64.efi"});
    TRY(boot.arch, read_arch(fields.take()));
    if (!fields.has_more()) return fail("the file is missing: boot-arch=" + boot.arch->text + ",FILE");
    if (auto read = read_boot_file(line, fields, boot); !read) return read;
    line.config().dhcp.boots.push_back(std::move(boot));
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "boot-arch",
     .group = Group::boot,
     .syntax = "[tag:TAG,...]ARCH,FILE[,SERVER-NAME[,SERVER-ADDRESS]]",
     .help = "the boot program of one kind of machine",
     .manual = "Names the boot program of machines of one kind, as dhcp-boot does for all: with addresses "
               "from here, beside another DHCP server, and on port 4011. Without this line, and without any "
               "other line of what to boot, pxed names what it finds in its tree (see no-found-boot). ARCH "
               "is `bios`, `efi-ia32`, `efi-x64`, `efi-arm32`, `efi-arm64`, `efi-riscv64`, "
               "`efi-loongarch64`, `efi-ia64`, `efi-ebc`, `efi-riscv32`, `efi-riscv128`, `efi-loongarch32`, "
               "`uboot-arm32`, `uboot-arm64`, `bios-http`, `uefi` (each that begins with efi-), `uefi-http` "
               "(UEFI HTTP Boot of any processor), `ipxe` (on whatever firmware), or a number of option "
               "93.\n\n"
               "A line that also has tags goes before one that has none, and one for an architecture before "
               "dhcp-boot without tags; among equals the last line in the file counts. 7 and 9 are the same "
               "kind of machine, as are 16 and 17, unless a line names the other number or `efi-ebc`.\n\n"
               "iPXE gets what a line for `ipxe` or a dhcp-boot line with tags says. Else it gets what is "
               "for its firmware, unless dhcp-boot without tags names what only iPXE can use: a script or a "
               "URL. That line also counts where the one for its firmware names the iPXE that runs already, "
               "but never with a program for other firmware.\n\n"
               "The words are tags as well, of every machine that boots (`dhcp-option=tag:efi-arm64,...`), "
               "unless the file sets a tag of that name: then the name is the file's alone."
               "\n\n    boot-arch=bios,pxelinux.0"
               "\n    boot-arch=efi-x64,shimx64.efi"
               "\n    boot-arch=efi-arm64,arm64/grubaa64.efi"
               "\n    boot-arch=ipxe,http://192.168.1.1/menu.ipxe",
     .parse = parse_boot_arch},
    // Silence rather than a guess for those who serve a tree and want nobody to boot from it yet.
    {.name = "no-found-boot",
     .group = Group::boot,
     .use = Use::flag,
     .value = Value::none,
     .help = "do not look for boot programs in the tree that is served",
     .manual = "Where the file says nothing of what machines boot (no dhcp-boot, boot-arch, boot-linux, "
               "pxe-service or pxe-prompt, no option 66, 67, 150 or server-ip-address), pxed looks for boot "
               "programs in the tree that it serves, at start and at SIGHUP, and names to each machine one "
               "that it can start. `pxed --test` shows what was found, and pxed-boot(7) in which order it is "
               "preferred. This line switches that off: without a boot line nobody is told a boot file.",
     .parse = flag<&dhcp::Policy::finds_programs, false>},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> boot_rows() {
    return k_rows;
}

}  // namespace pxed::config
