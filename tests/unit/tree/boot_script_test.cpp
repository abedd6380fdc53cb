#include <gmock/gmock.h>

#include "tree/pxelinux_script.hpp"

namespace {

using namespace pxed::tree;
using testing::HasSubstr;
using testing::Not;

LinuxBoot debian() {
    return {"debian/linux", {"debian/initrd.gz"}, "priority=low --- console=ttyS0,115200n8"};
}

/// The script of a boot with this command line.
std::string said(ScriptLanguage language, std::string command_line) {
    return boot_script({"k", {}, std::move(command_line)}, language);
}

TEST(BootScript, IpxeLoadsKernelAndInitrdFromWhereItsScriptCame) {
    EXPECT_EQ(boot_script(debian(), ScriptLanguage::ipxe),
              "#!ipxe\n"
              "# Written by pxed from a boot-linux line; a file of this name wins.\n"
              "isset ${ip} || dhcp\n"
              "kernel /debian/linux initrd=initrd priority=low --- console=ttyS0,115200n8\n"
              "initrd --name initrd /debian/initrd.gz\n"
              "boot\n");
}

TEST(BootScript, GrubHasAMenuOfOneThatIsTakenAtOnce) {
    EXPECT_EQ(boot_script(debian(), ScriptLanguage::grub),
              "# Written by pxed from a boot-linux line; a file of this name wins.\n"
              "set default=0\n"
              "set timeout=0\n"
              "menuentry 'Linux' {\n"
              "  linux /debian/linux priority=low --- console=ttyS0,115200n8\n"
              "  initrd /debian/initrd.gz\n"
              "}\n");
}

TEST(BootScript, PxelinuxGetsTheCommandLineAsItIs) {
    EXPECT_EQ(boot_script(debian(), ScriptLanguage::pxelinux),
              "# Written by pxed from a boot-linux line; a file of this name wins.\n"
              "DEFAULT linux\n"
              "PROMPT 0\n"
              "LABEL linux\n"
              "  LINUX /debian/linux\n"
              "  INITRD /debian/initrd.gz\n"
              "  APPEND priority=low --- console=ttyS0,115200n8\n");
}

TEST(BootScript, SeveralInitrdsKeepTheirOrderAndHaveNamesOfTheirOwn) {
    const LinuxBoot boot{"k", {"a/initrd", "b/initrd"}, ""};
    EXPECT_THAT(boot_script(boot, ScriptLanguage::ipxe), HasSubstr("kernel /k initrd=initrd initrd=initrd1\n"
                                                                   "initrd --name initrd /a/initrd\n"
                                                                   "initrd --name initrd1 /b/initrd\n"));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::grub), HasSubstr("  initrd /a/initrd /b/initrd\n"));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::pxelinux), HasSubstr("  INITRD /a/initrd,/b/initrd\n"));
}

TEST(BootScript, WithoutInitrdOrCommandLineNoLineSpeaksOfThem) {
    const LinuxBoot boot{"vmlinuz", {}, ""};
    EXPECT_THAT(boot_script(boot, ScriptLanguage::ipxe), HasSubstr("kernel /vmlinuz\nboot\n"));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::grub), Not(HasSubstr("initrd")));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::pxelinux), Not(HasSubstr("INITRD")));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::pxelinux), Not(HasSubstr("APPEND")));
}

TEST(BootScript, ALeadingSlashIsNotDoubled) {
    const LinuxBoot boot{"/d/vmlinuz", {"//i"}, ""};
    EXPECT_THAT(boot_script(boot, ScriptLanguage::ipxe), HasSubstr("kernel /d/vmlinuz initrd=initrd\n"));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::pxelinux), HasSubstr("INITRD /i\n"));
}

TEST(BootScript, AUrlStaysOneInEachLanguage) {
    const LinuxBoot boot{"http://10.0.0.5:8080/k", {"tftp://10.0.0.5/d/i"}, ""};
    EXPECT_THAT(boot_script(boot, ScriptLanguage::ipxe), HasSubstr("kernel http://10.0.0.5:8080/k initrd"));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::grub), HasSubstr("  linux '(http,10.0.0.5:8080)/k'\n"));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::grub), HasSubstr("  initrd '(tftp,10.0.0.5)/d/i'\n"));
    EXPECT_THAT(boot_script(boot, ScriptLanguage::pxelinux), HasSubstr("LINUX http://10.0.0.5:8080/k\n"));
}

TEST(BootScript, NoFileNameBecomesAnIpxeSettingOrAnotherUrl) {
    EXPECT_THAT(boot_script({"d:1/${net0}?a#b%c", {}, ""}, ScriptLanguage::ipxe),
                HasSubstr("kernel /d%3A1/%24%7Bnet0%7D%3Fa%23b%25c\n"));
    EXPECT_THAT(boot_script({"http://h/${mac}", {}, ""}, ScriptLanguage::ipxe),
                HasSubstr("kernel http://h/$%7Bmac}\n"));
}

TEST(BootScript, IpxeDoesNotTakeAWordOfTheCommandLineForItsOwn) {
    EXPECT_THAT(said(ScriptLanguage::ipxe, "a ; b && c || #d e#f"),
                HasSubstr("kernel /k a ${nothing}; b ${nothing}&& c ${nothing}|| ${nothing}#d e#f\n"));
}

TEST(BootScript, IpxeKeepsBlanksInARow) {
    EXPECT_THAT(said(ScriptLanguage::ipxe, "a=\"b   c\""),
                HasSubstr("set space:hex 20\nkernel /k a=\"b ${space:string} c\"\n"));
    EXPECT_THAT(said(ScriptLanguage::ipxe, "a  b"), HasSubstr("kernel /k a ${space:string}b\n"));
    EXPECT_THAT(said(ScriptLanguage::ipxe, "a b"), Not(HasSubstr("set space")));
}

TEST(BootScript, GrubTakesNothingForAShellsWords) {
    EXPECT_THAT(said(ScriptLanguage::grub, "$a ;b `c` {d} e|f #g *"),
                HasSubstr("linux /k '$a' ';b' '`c`' '{d}' 'e|f' '#g' '*'\n"));
    EXPECT_THAT(said(ScriptLanguage::grub, "it's"), HasSubstr(R"(linux /k 'it'\''s')"));
}

TEST(BootScript, GrubGetsAQuotedParameterAsOneWord) {
    EXPECT_THAT(said(ScriptLanguage::grub, "dyndbg=\"file x +p\" quiet"),
                HasSubstr("linux /k 'dyndbg=file x +p' quiet\n"));
    EXPECT_THAT(said(ScriptLanguage::grub, "a \"\" b"), HasSubstr("linux /k a '' b\n"));
}

TEST(BootScript, PxelinuxOfADirectoryIsToldToLeaveItsDirectoryAway) {
    const LinuxBoot boot{"/debian/linux", {"initrd", "http://10.0.0.5/i"}, ""};
    const auto script = pxelinux_script(boot, "bios/pxelinux.cfg/default");
    EXPECT_THAT(script, HasSubstr("  LINUX ::/debian/linux\n  INITRD ::/initrd,http://10.0.0.5/i\n"));
    for (const auto* name : {"", "pxelinux.cfg/default", "/pxelinux.cfg/default"})
        EXPECT_EQ(pxelinux_script(boot, name), boot_script(boot, ScriptLanguage::pxelinux)) << name;
}

TEST(BootScript, EveryScriptEndsItsLinesWhereItsLanguageDoes) {
    for (const auto language : {ScriptLanguage::ipxe, ScriptLanguage::grub, ScriptLanguage::pxelinux}) {
        const auto text = boot_script(debian(), language);
        EXPECT_EQ(text.back(), '\n');
        EXPECT_EQ(text.find('\r'), std::string::npos);
    }
}

TEST(BootScript, ScriptsAreKnownByTheirNamesInAnyDirectory) {
    for (const auto* name : {"boot.ipxe", "autoexec.ipxe", "efi/autoexec.ipxe"})
        EXPECT_EQ(script_language_of(name), ScriptLanguage::ipxe) << name;
    for (const auto* name : {"grub.cfg", "grub/grub.cfg", "EFI/fedora/grub.cfg", "grub/x86_64-efi/grub.cfg"})
        EXPECT_EQ(script_language_of(name), ScriptLanguage::grub) << name;
    for (const auto* name : {"pxelinux.cfg/default", "bios/pxelinux.cfg/default"})
        EXPECT_EQ(script_language_of(name), ScriptLanguage::pxelinux) << name;
    for (const auto* name : {"", "/", "default", "x.cfg/default", "my-pxelinux.cfg/default", "grub.cfg-01-02",
                             "mygrub.cfg", "pxelinux.cfg", "boot.ipxe/x", "pxelinux.cfg/default-arm"})
        EXPECT_EQ(script_language_of(name), std::nullopt) << name;
}

}  // namespace
