#include "config/load.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "read.hpp"

namespace pxed::config {
namespace {

using testing::ElementsAre;

struct Mistake {
    std::string line, what;
};

TEST(Load, SaysOfEachMistakeWhatIsWrongAndWhatWasMeant) {
    const Mistake mistakes[] = {
        {"dhcp-rnage=10.0.0.1,10.0.0.9", "unknown directive \"dhcp-rnage\"; did you mean \"dhcp-range\"?"},
        {"Port=0", "unknown directive \"Port\"; names are written in lower case: port"},
        {"zzzzzzzz", "unknown directive \"zzzzzzzz\""},
        {"dhcp-authoritative=yes", "dhcp-authoritative: it takes no value; leave out \"=yes\""},
        {"dhcp-ignore", "dhcp-ignore: a value is missing (dhcp-ignore=tag:TAG[,tag:TAG...])"},
        {"dhcp-ignore=", "dhcp-ignore: no tag is named; to ignore all clients leave out dhcp-range instead"},
        {"dhcp-lease-max=abc", "dhcp-lease-max: \"abc\" is no number from 0 to 4294967295"},
        {"tftp-max=-1", "tftp-max: \"-1\" is no number from 0 to 1000000"},
        {"dhcp-range=10.0.0.5",
         "dhcp-range: END is missing: a range is START,END or START,static or START,proxy"},
        {"dhcp-range=",
         "dhcp-range: START and END are missing: "
         "dhcp-range=[tag:TAG,...][set:TAG,]START,END|static|proxy[,NETMASK[,BROADCAST]][,LEASE-TIME]"},
        {"dhcp-range=set:a,set:b,10.0.0.5,10.0.0.9",
         "dhcp-range: only one tag can be set; here are \"a\" and \"b\""},
        {"dhcp-range=a,tag:b,10.0.0.5,10.0.0.9",
         "dhcp-range: \"a\" is no address; a tag that looks like one is written set:a"},
        {"dhcp-range=300.1.1.1,300.1.1.9", "dhcp-range: \"300.1.1.1\" is no address"},
        {"dhcp-range=10.0.0.5,10.0.0.9,1.5h",
         "dhcp-range: \"1.5h\" is no lease time (a whole number with s, m, h, d or w, or \"infinite\"); did "
         "you mean "
         "90m?"},
        {"dhcp-range=10.0.0.5,10.0.0.9,12h,x",
         "dhcp-range: \"x\" is left over; the lease time is the last field"},
        {"dhcp-range=10.0.0.5,10.0.1.9,255.255.255.0",
         "dhcp-range: inconsistent range: 10.0.0.5 and 10.0.1.9 are not in one network with netmask "
         "255.255.255.0"},
        {"dhcp-range=10.0.0.5,10.0.0.9,255.0.255.0", "dhcp-range: 255.0.255.0 is no netmask"},
        {"dhcp-range=10.0.0.5,satic",
         "dhcp-range: \"satic\" is no address; START is followed by END, static or proxy"},
        {"dhcp-host=zz:zz",
         "dhcp-host: \"zz:zz\" is no hardware address (bytes in hexadecimal with colons, * for any byte)"},
        {"dhcp-host=a b", "dhcp-host: bad host name \"a b\"; a name has letters, digits, \"-\" and \"_\""},
        {"dhcp-host=id:x:y",
         "dhcp-host: bad hexadecimal client id \"x:y\"; text with a colon is quoted: id:\"x:y\""},
        {"dhcp-option=option:routr,1.2.3.4",
         "dhcp-option: there is no option named \"routr\"; did you mean option:router?"},
        {"dhcp-option=router,1.2.3.4",
         "dhcp-option: \"router\" is neither an option number nor option:NAME; did you mean option:router?"},
        {"dhcp-option=option:vendor-encap,1",
         "dhcp-option: option:vendor-encap is set by the server itself; to send it all the same write 43"},
        {"dhcp-option=6,ns1",
         "dhcp-option: bad IP address \"ns1\"; dns-server takes addresses (10.0.0.1,10.0.0.2)"},
        {"dhcp-option=6,1.2.3", "dhcp-option: bad IPv4 address \"1.2.3\""},
        {"dhcp-option=19,256", "dhcp-option: the number 256 does not fit in 1 byte"},
        {"dhcp-option=vendor:X,encap:1,3,4", "dhcp-option: vendor: and encap: exclude each other"},
        {"dhcp-option=encap:999,3,4", "dhcp-option: \"999\" is no number from 0 to 255"},
        {"dhcp-match=set:a,set:b,93",
         "dhcp-match: exactly one tag is set by a match (set:TAG,OPTION[,VALUE]); here are 2"},
        {"dhcp-match=set:a,vendor:x,93",
         "dhcp-match: vendor: and encap: cannot be matched; match the option that holds them"},
        {"dhcp-boot=tag:x", "dhcp-boot: there is no file behind the tags (tag:TAG,FILE)"},
        {"dhcp-option=option:server-identifier,1.2.3.4",
         "dhcp-option: option:server-identifier is set by the server itself and cannot be configured"},
        {"dhcp-boot=" + std::string(255, 'a'),
         "dhcp-boot: the file name has 255 characters; option 67 holds 254"},
        {"dhcp-boot=a,b,c d",
         "dhcp-boot: \"c d\" is neither an address nor a host name; the form is FILE,NAME,ADDRESS"},
        {"dhcp-vendorclass=set:x,a,b",
         "dhcp-vendorclass: there is one comma too many; put a text with a comma in double quotes"},
        {"dhcp-userclass=iPXE", "dhcp-userclass: a tag and a text are wanted: set:TAG,TEXT"},
        {"dhcp-mac=set:x,aa-bb-cc-dd-ee-ff",
         "dhcp-mac: \"aa-bb-cc-dd-ee-ff\" is no hardware address; did you mean aa:bb:cc:dd:ee:ff?"},
        {"tag-if=tag:b", "tag-if: bad tag-if: no set:TAG says what to do when the tags hold"},
        {"tag-if=set:a,b", "tag-if: bad tag-if: \"b\" is neither set:TAG nor tag:TAG"},
        {"tftp-unique-root=name", "tftp-unique-root: \"name\" is neither ip nor mac"},
        {"tftp-port-range=5",
         "tftp-port-range: bad port range \"5\"; it is FIRST,LAST, each from 1 to 65535"},
        {"tree-allow=x", "tree-allow: \"x\" is no absolute path"},
        {"log-facility=foo",
         "log-facility: bad log facility \"foo\"; it is one of syslog's (daemon, local0 ...), a file's path, "
         "or -"},
        {"interface=10.0.0.1", "interface: \"10.0.0.1\" is an address; write listen-address=10.0.0.1"},
        {"listen-address=eth0",
         "listen-address: \"eth0\" is no address; to name an interface write interface=eth0"},
        {"dhcp-alternate-port=0",
         "dhcp-alternate-port: bad ports \"0\"; they are SERVER[,CLIENT], each from 1 to 65535"},
        {"domain=#", "domain: cannot read /etc/resolv.conf: No such file or directory"},
        {"conf-file=-", "conf-file: standard input is not read; name a file"},
        {"conf-file=/x", "cannot read /x: No such file or directory"},
        {"dhcp-luascript=/x",
         "dhcp-luascript is not served: pxed runs no Lua; dhcp-script runs a program with the same facts"},
        {"pxe-service=x86-64EFI,\"B\",b.efi",
         "pxe-service: \"x86-64EFI\" is no client system; did you mean x86-64_EFI?"},
        {"pxe-service=x86PC",
         "pxe-service: the text of the menu is missing: pxe-service=x86PC,\"Install\",pxelinux"},
        {"pxe-service=tag:bios", "pxe-service: the client system is missing: pxe-service=x86PC,TEXT,FILE"},
        {"pxe-prompt=tag:bios", "pxe-prompt: there is no text behind the tags (tag:TAG,TEXT)"},
    };
    for (const auto& mistake : mistakes) {
        EXPECT_EQ(problems_of(mistake.line + "\n"), "/etc/pxed.conf:1: " + mistake.what);
    }
}

TEST(Load, ListsEveryProblemInFileOrder) {
    EXPECT_EQ(problems_of("port=x\ndhcp-range=10.0.0.1,10.0.0.9\n[a]\nno-ping=1\n"),
              "/etc/pxed.conf:1: port: \"x\" is no port from 0 to 65535\n"
              "/etc/pxed.conf:3: \"[a]\" looks like a section; this file has none\n"
              "/etc/pxed.conf:4: no-ping: it takes no value; leave out \"=1\"");
}

TEST(Load, RefusesTwoHostsWithOneAddress) {
    EXPECT_EQ(
        problems_of("dhcp-host=a,10.0.0.1\ndhcp-host=b,10.0.0.1\n"),
        "/etc/pxed.conf:2: dhcp-host: duplicate address 10.0.0.1; it is already given at /etc/pxed.conf:1");
}

TEST(Load, RefusesASecondValueOfWhatIsGivenOnce) {
    EXPECT_EQ(problems_of("tftp-max=5\ntftp-max=6\n"),
              "/etc/pxed.conf:2: tftp-max: it may be given only once, and already is at /etc/pxed.conf:1");
    EXPECT_EQ(problems_of("dhcp-leasefile=/a\ndhcp-lease=/b\n"),
              "/etc/pxed.conf:2: dhcp-lease: it may be given only once, and already is at /etc/pxed.conf:1");
    EXPECT_EQ(problems_of("no-ping\nno-ping\nenable-tftp\nenable-tftp\ndomain=a\ndomain=b\n"), "no problem");
}

TEST(Load, AFilesValueReplacesTheCommandLines) {
    const std::vector<Argument> arguments = {{"tftp-max", "5", true}, {"interface", "eth0", true}};
    const auto config = read("tftp-max=6\ninterface=eth1\n", arguments);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->tftp.max_transfers, 6U);
    ASSERT_EQ(config->daemon.interfaces.size(), 2U);
    EXPECT_EQ(config->text_of(config->daemon.interfaces[0].origin), "command line");
}

TEST(Load, ReportsTheCommandLinesOwnMistakes) {
    const std::vector<Argument> arguments = {{"tftp-max", "x", true},
                                             {"tftp-mtu", "1500", true},
                                             {"tftp-mtu", "1400", true},
                                             {"no-ping", "", true}};
    const auto config = read("", arguments);
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 3U);
    EXPECT_EQ(config.error()[0].text(), "command line: tftp-max: \"x\" is no number from 0 to 1000000");
    EXPECT_EQ(config.error()[1].text(),
              "command line: tftp-mtu: it may be given only once, and already is at command line");
    EXPECT_EQ(config.error()[2].text(), "command line: no-ping: it takes no value; leave out \"=\"");
}

TEST(Load, WarnsOfEachForeignServiceOnce) {
    EXPECT_EQ(
        warnings_of("server=1.1.1.1\nserver=8.8.8.8\naddress=/a/1.2.3.4\nenable-ra\nbogus-priv\ndnssec\n"),
        "/etc/pxed.conf:1: server is DNS; pxed does not serve it\n"
        "/etc/pxed.conf:3: address is DNS; pxed does not serve it\n"
        "/etc/pxed.conf:4: enable-ra is DHCPv6 or router advertisement; pxed does not serve it\n"
        "/etc/pxed.conf:5: bogus-priv is DNS; pxed does not serve it\n"
        "/etc/pxed.conf:6: dnssec is DNS; pxed does not serve it");
}

TEST(Load, WarnsOfIpv6LinesOnceADirective) {
    EXPECT_EQ(
        warnings_of("dhcp-option=option6:23,[::]\ndhcp-option=option6:24,x\ndhcp-range=::1,::2\ndhcp-range=::"
                    "5,::6\n"),
        "/etc/pxed.conf:1: dhcp-option: option6: is DHCPv6; pxed serves DHCPv4 only and skips the line\n"
        "/etc/pxed.conf:3: dhcp-range: this is a range of IPv6 addresses; pxed serves DHCPv4 only and skips "
        "it");
}

TEST(Load, AcceptsDubiousFormsWithAWarning) {
    const Mistake dubious[] = {
        {"dhcp-range=10.0.0.9,10.0.0.5", "dhcp-range: the ends are swapped: 10.0.0.9 is above 10.0.0.5"},
        {"dhcp-range=10.0.0.5,10.0.0.9,deprecated",
         "dhcp-range: \"deprecated\" is for DHCPv6 and has no effect"},
        {"dhcp-range=eth0,10.0.0.5,10.0.0.9",
         "dhcp-range: \"eth0\" in front only sets a tag of that name; it does not tie the range to an "
         "interface"},
        {"dhcp-range=10.0.0.5,10.0.0.9,24",
         "dhcp-range: a lease time of 24 s is raised to 120 s; a netmask is written 255.255.255.0"},
        {"dhcp-range=10.0.0.5,255.255.255.0",
         "dhcp-range: 255.255.255.0 looks like a netmask but stands in the place of the last address"},
        {"dhcp-host=foo_bar", "dhcp-host: \"foo_bar\" has an underscore; many clients refuse such a name"},
        {"dhcp-host=set:x", "dhcp-host: no MAC, client id or name: the line matches no machine"},
        {"dhcp-host=11:22:33,x", "dhcp-host: \"11:22:33\" has 3 bytes; an Ethernet address has 6"},
        {"dhcp-host=300.1.1.1",
         "dhcp-host: \"300.1.1.1\" is no address, and is read as a host name; the host gets any address"},
        {"dhcp-option=121,10.1.0.0/16,x",
         "dhcp-option: \"10.1.0.0/16,x\" is no list of NETWORK/LENGTH,ROUTER; it is sent as text"},
        {"dhcp-match=set:a,300", "dhcp-match: there is no option 300; nothing ever matches"},
        {"dhcp-lease-max=", "dhcp-lease-max: the value is empty; the default holds"},
        {"dhcp-option=300,1", "dhcp-option: there is no option 300; what is sent is 44, as dnsmasq does"},
        {"dhcp-option=0,1", "dhcp-option: option 0 is the server's own and never sent from here"},
        {"dhcp-option=set:x,3,1.2.3.4", "dhcp-option: \"set:x\" tests a tag here; write tag:x"},
        {"dhcp-option=26,abc", "dhcp-option: \"abc\" is no number as mtu wants; it is sent as text"},
        {"tftp-root=srv", "tftp-root: \"srv\" is taken as \"/srv\""},
        {"interface=", "interface: no interface is named, so none is served by this line"},
        {"listen-address=::1",
         "listen-address: the IPv6 address \"::1\" is left out; pxed serves DHCPv4 only"},
        {"port=53", "port: the port is that of DNS, which pxed does not serve"},
    };
    for (const auto& form : dubious) {
        EXPECT_EQ(warnings_of(form.line + "\n"), "/etc/pxed.conf:1: " + form.what);
    }
}

TEST(Load, AcceptsQuietlyWhatIsSoAnyway) {
    EXPECT_EQ(warnings_of(
                  "keep-in-foreground\nno-daemon\nport=0\nbind-interfaces\nbind-dynamic\nuser=nosuchuser\n"),
              "");
}

TEST(Load, ReadsIncludedFilesInPlace) {
    const Files files{{"/etc/pxed.conf", "interface=a\nconf-file=/x\ninterface=d\n"},
                      {"/x", "interface=b\ninterface=c"}};
    const auto config = load("/etc/pxed.conf", {}, reader_of(files));
    ASSERT_TRUE(config);
    std::string names;
    for (const auto& interface : config->daemon.interfaces)
        names += interface.name;
    EXPECT_EQ(names, "abcd");
    EXPECT_THAT(config->files, ElementsAre("command line", "/etc/pxed.conf", "/x"));
    EXPECT_EQ(config->text_of(config->daemon.interfaces[2].origin), "/x:2");
}

TEST(Load, ReadsAFileOnceByWhateverName) {
    Files files{{"/etc/pxed.conf", "conf-file=/etc/pxed.conf\nconf-file=/x\nconf-file=/y\n"},
                {"/x", "interface=b\nconf-file=/x\n"},
                {"/y", "interface=b\n"}};
    EXPECT_EQ(load("/etc/pxed.conf", {}, reader_of(files))->daemon.interfaces.size(), 2U);
    auto reader = reader_of(files);
    const auto plain = reader.read_file;
    reader.read_file = [&plain](const std::string& path) {
        auto file = plain(path);
        if (file) file->identity = path == "/etc/pxed.conf" ? 1 : 2;  // /x and /y are one file
        return file;
    };
    EXPECT_EQ(load("/etc/pxed.conf", {}, reader)->daemon.interfaces.size(), 1U);
}

TEST(Load, ReadsADirectoryInOrderWithoutLeftovers) {
    Files files{{"/etc/pxed.conf", "conf-dir=/d\n"}};
    for (const auto* name : {"b.conf", "a.conf", ".a", "a~", "#a#", "c.bak"}) {
        files["/d/" + std::string{name}] = "interface=" + std::string{name}.substr(0, 1) + "\n";
    }
    const auto names = [&files](const std::string& directory) {
        files["/etc/pxed.conf"] = "conf-dir=" + directory + "\n";
        const auto config = load("/etc/pxed.conf", {}, reader_of(files));
        std::string text;
        for (const auto& interface : config->daemon.interfaces)
            text += interface.name;
        return text;
    };
    EXPECT_EQ(names("/d"), "abc");
    EXPECT_EQ(names("/d/,.bak,.rpmsave"), "ab");
    EXPECT_EQ(names("/d,*.conf"), "ab");
    EXPECT_EQ(names("/d, *.bak"), "c");
    EXPECT_EQ(names("/d,*"), "abc");
}

TEST(Load, NamesTheLineThatAsksForAMissingFileOrDirectory) {
    EXPECT_EQ(problems_of("\nconf-dir=/none\n"),
              "/etc/pxed.conf:2: cannot read /none: No such file or directory");
    const Files files;
    const auto config = load("/none", {}, reader_of(files));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error()[0].text(), "cannot read /none: No such file or directory");
}

TEST(Load, StopsFilesThatIncludeEachOtherWithoutEnd) {
    Reader reader;
    reader.read_file = [](const std::string& path) -> Result<FileText, std::string> {
        return FileText{"conf-file=" + path + "x\n", 0};
    };
    const auto config = load("/a", {}, reader);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().size(), 1U);
    EXPECT_THAT(config.error()[0].what, testing::HasSubstr("more than 32 deep"));
}

TEST(Load, OfNoFileGivesTheDefaults) {
    const auto config = load("", {}, Reader{});
    ASSERT_TRUE(config);
    EXPECT_EQ(config->tftp.max_transfers, 2000U);
    EXPECT_EQ(config->dhcp.lease_max, std::nullopt);
    EXPECT_TRUE(config->dhcp.probes);
    EXPECT_FALSE(config->dhcp.is_enabled());
    EXPECT_EQ(config->directive_count, 0U);
}

TEST(Load, SetsTheDaemonsFields) {
    const auto config = read(
        "interface=eth0, "
        "br*\nexcept-interface=lo\nlisten-address=10.0.0.1,127.0.0.1\nbind-dynamic\nuser=boot\n"
        "group=net\npid-file=/run/x\nlog-facility=local3\nlog-dhcp\nquiet-dhcp\nquiet-tftp\nlog-async=25\n"
        "metrics=/run/m\nmetrics=127.0.0.1#9571\n");
    ASSERT_TRUE(config);
    const auto& daemon = config->daemon;
    EXPECT_TRUE(daemon.interfaces.at(1).matches("br0"));
    EXPECT_FALSE(daemon.interfaces.at(0).matches("eth01"));
    EXPECT_EQ(daemon.except_interfaces.at(0).name, "lo");
    EXPECT_EQ(daemon.listen_addresses.at(1).address, (Ipv4{127, 0, 0, 1}));
    EXPECT_TRUE(daemon.binds_interfaces);
    EXPECT_EQ(daemon.user, "boot");
    EXPECT_EQ(config->text_of(daemon.user_origin), "/etc/pxed.conf:5");
    EXPECT_EQ(daemon.group, "net");
    EXPECT_EQ(daemon.pid_file, "/run/x");
    EXPECT_EQ(daemon.log.kind, LogTarget::Kind::syslog);
    EXPECT_EQ(daemon.log.facility, 19 << 3);
    EXPECT_TRUE(daemon.logs_dhcp);
    EXPECT_TRUE(daemon.is_quiet_dhcp);
    EXPECT_TRUE(config->tftp.is_quiet);
    EXPECT_EQ(daemon.log_queue, 25U);
    EXPECT_EQ(daemon.metrics.at(0).path, "/run/m");
    EXPECT_EQ(daemon.metrics.at(1).path, "");
    EXPECT_EQ(daemon.metrics.at(1).address, (Ipv4{127, 0, 0, 1}));
    EXPECT_EQ(daemon.metrics.at(1).port, 9571);
}

TEST(Load, SetsTheTftpFields) {
    const auto config = read(
        "enable-tftp=eth0, eth1\ntftp-root=/srv/tftp\ntftp-root=/srv/b,eth1\ntree-allow=/usr/lib/syslinux\n"
        "tftp-unique-root=mac\ntftp-secure\ntftp-lowercase\ntftp-no-fail\ntftp-no-blocksize\ntftp-single-"
        "port\n"
        "tftp-max=7\ntftp-mtu=1400\ntftp-port-range=6000,5000\n");
    ASSERT_TRUE(config);
    const auto& tftp = config->tftp;
    EXPECT_TRUE(tftp.is_enabled);
    EXPECT_THAT(tftp.interfaces, ElementsAre("eth0", "eth1"));
    EXPECT_EQ(tftp.roots.at(1).directory, "/srv/b");
    EXPECT_EQ(tftp.roots.at(1).interface, "eth1");
    EXPECT_EQ(tftp.allowed_targets.at(0).directory, "/usr/lib/syslinux");
    EXPECT_EQ(tftp.unique_root, tftp::UniqueRoot::by_hardware);
    EXPECT_TRUE(tftp.is_secure && tftp.lower_cases && tftp.ignores_missing_root && tftp.ignores_blocksize &&
                tftp.is_single_port);
    EXPECT_EQ(tftp.max_transfers, 7U);
    EXPECT_EQ(tftp.mtu, 1400);
    EXPECT_EQ(tftp.port_range, (std::pair<std::uint16_t, std::uint16_t>{5000, 6000}));
}

// --- What is no configuration ---

TEST(Load, EndsACircleOfDirectories) {
    // Its own directory, by the file that names it: read once as itself, and once by its other name.
    const Files files{{"/d/a", "conf-dir=/d\ninterface=x\n"}, {"/d/b", "conf-dir=/d\nconf-file=/d/a\n"}};
    auto reader = reader_of(files);
    reader.read_file = [read = reader.read_file](const std::string& path) {
        auto file = read(path);
        if (file) file->identity = path == "/d/a" ? 1 : 2;
        return file;
    };
    const auto config = load("/d/a", {}, reader);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->daemon.interfaces.size(), 1U);
}

TEST(Load, FollowsTenThousandIncludesInARowNoFurtherThanItMust) {
    Files files;
    for (int i = 0; i < 10000; ++i)
        files["/" + std::to_string(i)] = "conf-file=/" + std::to_string(i + 1) + "\n";
    const auto config = load("/0", {}, reader_of(files));
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 1U);
    EXPECT_EQ(config.error()[0].text(), "/32:1: files include each other more than 32 deep");
}

TEST(Load, RefusesALineOfTenMegabytesAndReadsOn) {
    EXPECT_EQ(problems_of("dhcp-option=43," + std::string(10 << 20, 'a') + "\nbogus\n"),
              "/etc/pxed.conf:1: the line has 10485775 characters; at most 65536 are read\n"
              "/etc/pxed.conf:2: unknown directive \"bogus\"");
}

TEST(Load, NamesTheDirectiveOfAHexadecimalValueThatIsFarTooLong) {
    std::string hex = "01";
    while (hex.size() < 60000)
        hex += ":02";
    for (const std::string start :
         {"dhcp-option=encap:43,1,", "dhcp-option=vi-encap:9,1,", "dhcp-mac=set:x,"}) {
        const auto problems = problems_of(start + hex + "\n");
        EXPECT_THAT(problems, testing::StartsWith("/etc/pxed.conf:1: dhcp-"));
        EXPECT_LT(problems.size(), 400U) << "the value itself is not repeated";
    }
}

TEST(Load, SaysTwoHundredProblemsOfAFileThatIsNoConfiguration) {
    std::string text;
    for (int i = 0; i < 100000; ++i)
        text += "\x7f\x45LF\n";
    const auto config = read(text);
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().size(), 201U);
    EXPECT_EQ(config.error().back().text(), "and 99800 problems more");
}

TEST(Load, TakesAFileOfWindowsAsItIs) {
    const auto config =
        read("interface=eth0\r\n# comment\r\n\r\ndhcp-range=10.0.0.5,10.0.0.9,1h\r\nno-ping\r");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->daemon.interfaces.at(0).name, "eth0");
    EXPECT_EQ(config->dhcp.ranges.at(0).lease_time, seconds{3600});
    EXPECT_FALSE(config->dhcp.probes);
}

TEST(Load, NamesEachMarkOfATemplateThatWasNotFilledIn) {
    for (const std::string line :
         {"dhcp-range={{ start }},{{ end }}", "{% if dhcp %}", "interface=${INTERFACE}",
          "dhcp-boot=%%BOOTFILE%%", "dhcp-option=3,###ROUTER###"})
        EXPECT_THAT(problems_of(line + "\n"), testing::AllOf(testing::StartsWith("/etc/pxed.conf:1: "),
                                                             testing::HasSubstr("is left of a template")))
            << line;
}

}  // namespace
}  // namespace pxed::config
