// What iPXE is told to boot: not itself, and no menu.
#include "dhcp/ipxe_boot.hpp"

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using namespace rig;

constexpr std::string_view k_asks_as_rom = "vendor-class=\"PXEClient:Arch:00000:UNDI:002001\" client-arch=0 ";
constexpr std::string_view k_asks_as_ipxe =
    "vendor-class=\"PXEClient:Arch:00000:UNDI:002001\" client-arch=0 user-class=\"iPXE\" 175=13:01:01 ";

std::string rom(std::string_view more = {}) {
    return discover(std::string{k_asks_as_rom} += more);
}
std::string ipxe(std::string_view more = {}) {
    return discover(std::string{k_asks_as_ipxe} += more);
}

std::string file_of(const Decision& decision) {
    return decision.reply ? decision.reply->file : said(decision);
}

Boot tagged(std::string_view file, TagTests tests) {
    Boot boot = boot_file(file);
    boot.tests = std::move(tests);
    boot.origin = {1, 7};
    return boot;
}

PxeService service(std::string_view program, Arch arch = Arch::bios) {
    PxeService one;
    one.arch = arch;
    one.text = "Boot";
    one.program = program;
    one.type = program.empty() ? pxe::k_local_boot : pxe::k_first_own_type;
    one.origin = {1, 9};
    return one;
}

TEST(IpxeBoot, TheProgramThatItIsAlreadyIsNotNamedToItAndTheReasonIsSaid) {
    Rig rig;
    rig.policy.boots = {boot_file("undionly.kpxe")};
    EXPECT_EQ(file_of(rig.ask(rom())), "undionly.kpxe");
    const auto offer = rig.ask(ipxe());
    EXPECT_EQ(file_of(offer), "");
    EXPECT_EQ(offer.reason, Reason::ipxe_would_loop);
    EXPECT_EQ(offer.line, (Origin{1, 2}));
    EXPECT_NE(offered(offer), Ipv4{}) << "it has an address all the same";
}

TEST(IpxeBoot, TheReasonIsSaidWithTheOfferAlone) {
    Rig rig;
    rig.policy.boots = {boot_file("undionly.kpxe")};
    const auto offer = rig.ask(ipxe());
    const auto ack =
        rig.ask(request(std::string{k_asks_as_ipxe} + "requested-address=" + offered(offer).text() +
                        " server-identifier=10.99.0.1"));
    EXPECT_EQ(file_of(ack), "");
    EXPECT_EQ(ack.reason, Reason::none);
}

TEST(IpxeBoot, ProgramsThatAreNotIpxeAreNamedToIt) {
    Rig rig;
    for (const auto* program : {"pxelinux.0", "grubx64.efi", "menu.ipxe", "http://10.99.0.9/menu.ipxe"}) {
        rig.policy.boots = {boot_file(program)};
        EXPECT_EQ(file_of(rig.ask(ipxe())), program);
    }
}

TEST(IpxeBoot, TheScriptBesideTheProgramTakesItsPlaceElseTheOneAtTheRoot) {
    Rig rig;
    rig.policy.boots = {boot_file("/x86\\undionly.kpxe")};
    rig.policy.boot_tree.programs["autoexec.ipxe"] = {.platform = tree::Platform::script};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "autoexec.ipxe");
    rig.policy.boot_tree.programs["x86/autoexec.ipxe"] = {.platform = tree::Platform::script};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "x86/autoexec.ipxe");
    // As where nothing is named: the directory counts before the name.
    rig.policy.boot_tree.programs["boot.ipxe"] = {.platform = tree::Platform::script};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "x86/autoexec.ipxe");
    rig.policy.boot_tree.programs["x86/boot.ipxe"] = {.platform = tree::Platform::script};
    const auto offer = rig.ask(ipxe());
    EXPECT_EQ(file_of(offer), "x86/boot.ipxe");
    EXPECT_EQ(offer.reason, Reason::none);
}

TEST(IpxeBoot, AScriptIsNamedByHttpOnlyWhereHttpHasItToo) {
    Rig rig;
    rig.policy.http_port = 80;
    rig.policy.boots = {boot_file("x86/undionly.kpxe")};
    rig.policy.boot_tree.programs["x86/boot.ipxe"] = {.platform = tree::Platform::script};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "http://10.99.0.1/x86/boot.ipxe") << "one root";
    rig.policy.http_tree.emplace();
    EXPECT_EQ(file_of(rig.ask(ipxe())), "x86/boot.ipxe");
    rig.policy.http_tree->programs["x86/boot.ipxe"] = {.platform = tree::Platform::script};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "http://10.99.0.1/x86/boot.ipxe");
}

TEST(IpxeBoot, TheScriptOfBootLinuxGoesWhereItsFilesAre) {
    Rig rig;
    rig.policy.http_port = 8080;
    rig.policy.linux_boots = {
        {.boot = {"/d/linux", {"d/initrd", "http://10.99.0.9/more"}, ""}, .tests = {}, .origin = {1, 5}}};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "http://10.99.0.1:8080/boot.ipxe");
    rig.policy.http_tree.emplace();
    EXPECT_EQ(file_of(rig.ask(ipxe())), "boot.ipxe");
    rig.policy.http_tree->programs["d/linux"] = {.loader = tree::Loader::kernel};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "boot.ipxe") << "its initrd is not there";
    rig.policy.http_tree->programs["d/initrd"] = {};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "http://10.99.0.1:8080/boot.ipxe");
}

TEST(IpxeBoot, TheScriptIsOursWhereverTheProgramWas) {
    Rig rig;
    rig.policy.boots = {boot_file("undionly.kpxe")};
    rig.policy.boots.front().server_address = ip("10.99.0.9");
    rig.policy.boot_tree.programs["boot.ipxe"] = {.platform = tree::Platform::script};
    EXPECT_EQ(rig.ask(rom()).reply->siaddr, ip("10.99.0.9"));
    EXPECT_EQ(rig.ask(ipxe()).reply->siaddr, ip("10.99.0.1"));
}

TEST(IpxeBoot, TheHeaderOfTheProgramGoesBeforeItsName) {
    Rig rig;
    rig.policy.boots = {boot_file("boot.bin")};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "boot.bin");
    rig.policy.boot_tree.programs["boot.bin"] = {.platform = tree::Platform::bios,
                                                 .loader = tree::Loader::ipxe};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "");
    rig.policy.boots = {boot_file("ipxe.efi")};
    rig.policy.boot_tree.programs["ipxe.efi"] = {.platform = tree::Platform::efi, .cpu = tree::Cpu::x64};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "ipxe.efi");
    // The header of a shim says shim; what it starts is iPXE.
    rig.policy.boots = {boot_file("ipxe-shimx64.efi")};
    rig.policy.boot_tree.programs["ipxe-shimx64.efi"] = {
        .platform = tree::Platform::efi, .cpu = tree::Cpu::x64, .loader = tree::Loader::shim};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "");
}

TEST(IpxeBoot, ALineThatSaysWhomItIsForDecides) {
    Rig rig;
    rig.policy.matches = {matching("http", k_ipxe, Match::Kind::numbers, {0x2f})};
    TagIf line;
    line.sets = {"full"};
    line.tests = {{"http", false}};
    rig.policy.tag_ifs = {line};
    // A network card's iPXE without the feature is to load a better one.
    rig.policy.boots = {tagged("undionly.kpxe", {{"full", true}})};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "undionly.kpxe");
    EXPECT_TRUE(tells_ipxe_apart(rig.policy, {{"full", true}}));
    EXPECT_FALSE(tells_ipxe_apart(rig.policy, {{"ipxe", false}}))
        << "a tag of the file's own, by whatever it sets it";
    rig.policy.predefined_tags = {"ipxe"};
    EXPECT_TRUE(tells_ipxe_apart(rig.policy, {{"ipxe", false}}));
    EXPECT_FALSE(tells_ipxe_apart(rig.policy, {{"efi64", false}}));
}

TEST(IpxeBoot, UserClassesOfOtherProgramsDoNotTellIpxeApart) {
    Rig rig;
    rig.policy.user_classes = {{"kiosk", "kiosk", {}}, {"xnba", "xNBA", {}}};
    EXPECT_FALSE(tells_ipxe_apart(rig.policy, {{"kiosk", true}}));
    EXPECT_TRUE(tells_ipxe_apart(rig.policy, {{"xnba", false}}));
}

// The order that loops under dnsmasq: its last tagged line names iPXE to iPXE.
TEST(IpxeBoot, AnotherLineForIpxeTakesThePlaceOfTheProgram) {
    Rig rig;
    rig.policy.user_classes = {{"ipxe", "iPXE", {}}};
    rig.policy.matches = {matching("efi64", k_client_arch, Match::Kind::numbers, {0, 7})};
    rig.policy.boots = {boot_file("undionly.kpxe"), tagged("boot.ipxe", {{"ipxe", false}}),
                        tagged("ipxe.efi", {{"efi64", false}})};
    EXPECT_EQ(file_of(rig.ask(discover("user-class=\"iPXE\" client-arch=7"))), "boot.ipxe");
}

Boot for_arch(std::string_view word, std::string_view file) {
    Boot boot = boot_file(file);
    boot.arch = ArchTest{std::string{word}, std::nullopt};
    boot.origin = {1, 8};
    return boot;
}

std::string ipxe_on_x64() {
    return discover("vendor-class=\"PXEClient:Arch:00007:UNDI:003010\" client-arch=7 user-class=\"iPXE\"");
}

TEST(IpxeBoot, TheLineOfItsFirmwareGoesBeforeTheLineForEverybody) {
    Rig rig;
    for (const auto* for_all : {"pxelinux.0", "undionly.kpxe", "shell.efi", "loader"}) {
        for (const bool is_first : {true, false}) {
            rig.policy.boots = {for_arch("efi-x64", "grubx64.efi")};
            rig.policy.boots.insert(is_first ? rig.policy.boots.begin() : rig.policy.boots.end(),
                                    boot_file(for_all));
            EXPECT_EQ(file_of(rig.ask(ipxe_on_x64())), "grubx64.efi") << for_all;
        }
    }
    // On other firmware it is nobody's.
    rig.policy.boots = {boot_file("pxelinux.0"), for_arch("efi-x64", "grubx64.efi")};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "pxelinux.0");
}

TEST(IpxeBoot, WhatOnlyIpxeCanUseIsForItThoughItStandsInTheLineForEverybody) {
    Rig rig;
    for (const auto* for_all : {"menu.ipxe", "http://10.99.0.9/menu", "http://10.99.0.9/x64/grubx64.efi"}) {
        rig.policy.boots = {boot_file(for_all), for_arch("efi-x64", "shimx64.efi")};
        EXPECT_EQ(file_of(rig.ask(ipxe_on_x64())), for_all);
    }
    rig.policy.boots.front().file = "http://10.99.0.9/arm64/grubaa64.efi";
    EXPECT_EQ(file_of(rig.ask(ipxe_on_x64())), "shimx64.efi") << "another processor's";
}

TEST(IpxeBoot, WhereItsFirmwaresLineIsWhatRunsTheLineForEverybodyCountsUnlessItIsForOtherFirmware) {
    Rig rig;
    rig.policy.boots = {boot_file("grubx64.efi"), for_arch("efi-x64", "snponly.efi")};
    EXPECT_EQ(file_of(rig.ask(ipxe_on_x64())), "grubx64.efi");
    rig.policy.boots.front().file = "pxelinux.0";
    const auto offer = rig.ask(ipxe_on_x64());
    EXPECT_EQ(file_of(offer), "");
    EXPECT_EQ(offer.reason, Reason::ipxe_would_loop);
    rig.policy.boot_tree.programs["boot.ipxe"] = {.platform = tree::Platform::script};
    EXPECT_EQ(file_of(rig.ask(ipxe_on_x64())), "boot.ipxe");
}

TEST(IpxeBoot, ALineWithTagsGoesBeforeTheLineOfItsFirmware) {
    Rig rig;
    rig.policy.matches = {matching("lab", k_client_arch, Match::Kind::presence)};
    rig.policy.boots = {tagged("lab.efi", {{"lab", false}}), for_arch("efi-x64", "grubx64.efi")};
    EXPECT_EQ(file_of(rig.ask(ipxe_on_x64())), "lab.efi");
}

TEST(IpxeBoot, IsNeverSentAMenuAndGetsItsFirstProgram) {
    Rig rig;
    rig.policy.pxe.services = {service("pxelinux"), service("memtest")};
    const auto menu = rig.ask(rom());
    EXPECT_NE(said(menu).find("vendor-encap=06:01:03"), std::string::npos) << said(menu);
    const auto offer = rig.ask(ipxe());
    EXPECT_EQ(file_of(offer), "pxelinux.0");
    EXPECT_NE(said(offer).find("vendor-encap=06:01:08:0a:04:00:50:58:45:ff"), std::string::npos)
        << said(offer);
}

TEST(IpxeBoot, AMenuThatBeginsWithTheLocalDiskLeavesItThere) {
    Rig rig;
    rig.policy.boots = {boot_file("pxelinux.0")};
    rig.policy.pxe.services = {service(""), service("install.0")};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "");
    // UEFI without a choice takes the only program, whatever else the menu has.
    rig.policy.pxe.services = {service("", Arch::x64_efi), service("install.efi", Arch::x64_efi)};
    EXPECT_EQ(file_of(rig.ask(discover("vendor-class=\"PXEClient\" client-arch=7 user-class=\"iPXE\""))),
              "install.efi");
}

TEST(IpxeBoot, TheBootLineCountsWhereTheMenusProgramIsIpxe) {
    Rig rig;
    rig.policy.boots = {boot_file("http://10.99.0.9/menu.ipxe")};
    rig.policy.pxe.services = {service("undionly.kpxe")};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "http://10.99.0.9/menu.ipxe");
}

TEST(IpxeBoot, WhatThisMachineHasLoadedIsNotNamedAgainWhateverItsName) {
    Rig rig;
    rig.policy.boots = {boot_file("loader.bin")};
    machine::Machine machine;
    machine.boot_id = 1;
    machine.named_program = "/loader.bin";
    machine.got_further = true;
    machine.last_seen = rig.now.instant;
    rig.machine = &machine;
    EXPECT_EQ(file_of(rig.ask(rom())), "loader.bin");
    EXPECT_EQ(file_of(rig.ask(ipxe())), "");
    // Known for another loader: what loaded iPXE from its menu is where its user comes back to.
    for (const auto* program : {"grubx64.efi", "menu.ipxe"}) {
        rig.policy.boots = {boot_file(program)};
        machine.named_program = program;
        EXPECT_EQ(file_of(rig.ask(ipxe())), program);
    }
}

// A reset of a machine whose network card has iPXE looks like iPXE that was loaded.
TEST(IpxeBoot, OfAnIpxeRomOnlyWhatIsIpxeCountsAsLoaded) {
    Rig rig;
    machine::Machine machine;
    machine.boot_id = 1;
    machine.is_ipxe = true;
    machine.last_seen = rig.now.instant;
    rig.machine = &machine;
    for (const auto* program : {"loader.bin", "pxelinux.0", "boot.ipxe"}) {
        rig.policy.boots = {tagged(program, {{"full", true}})};
        machine.sent_program = program;
        EXPECT_EQ(file_of(rig.ask(ipxe())), program);
    }
    rig.policy.matches = {matching("full", k_ipxe, Match::Kind::numbers, {0x2f})};
    rig.policy.boots = {tagged("undionly.kpxe", {{"full", true}})};
    EXPECT_EQ(file_of(rig.ask(ipxe())), "undionly.kpxe") << "the last it loaded was something else";
    machine.sent_program = "http://10.99.0.1/undionly.kpxe";
    EXPECT_EQ(file_of(rig.ask(ipxe())), "") << "it has gone round once";
    rig.pass(seconds{91});
    EXPECT_EQ(file_of(rig.ask(ipxe())), "undionly.kpxe") << "another boot";
}

}  // namespace
}  // namespace pxed::dhcp
