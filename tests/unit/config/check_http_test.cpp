#include <gtest/gtest.h>

#include "findings.hpp"

namespace {

using namespace pxed;
using namespace pxed::config;

TEST(CheckHttp, NeedsARoot) {
    EXPECT_EQ(findings_of("enable-http\n"),
              "1: enable-http without http-root and tftp-root: no file is served; name the directory");
    EXPECT_EQ(findings_of("enable-http\nhttp-root=/srv/images\n"), "");
    EXPECT_EQ(findings_of("enable-http\ntftp-root=/srv/tftp\n"), "") << "HTTP serves TFTP's files";
    EXPECT_EQ(findings_of("enable-http\nhttp-root=/srv/images\ntftp-root=/srv/tftp\n"),
              "3: tftp-root has no effect without enable-tftp");
    EXPECT_EQ(findings_of(k_range + "http-root=/srv/images\n"),
              "2: http-root has no effect without enable-http");
}

TEST(CheckHttp, AMissingRootIsAnErrorUnlessItMayFail) {
    auto world = ordinary_world();
    world.directories = {{"/srv/images", false, "Permission denied"}};
    EXPECT_EQ(findings_of("enable-http\nhttp-root=/srv/images\n", world),
              "! 2: http-root /srv/images: Permission denied");
    EXPECT_EQ(findings_of("enable-http\nhttp-root=/srv/images\ntftp-no-fail\n", world),
              "2: http-root /srv/images: Permission denied");
    world.directories.front().path = "/srv/tftp";
    EXPECT_EQ(findings_of("enable-http\ntftp-root=/srv/tftp\n", world),
              "! 2: tftp-root /srv/tftp: Permission denied");
}

TEST(CheckHttp, SaysWhoHasThePorts) {
    auto world = ordinary_world();
    world.http_port_owner = "nginx (process 812)";
    world.tls_port_owner = "apache2 (process 9)";
    EXPECT_EQ(findings_of("enable-http\nhttp-root=/ok\nhttp-tls-cert=/c\nhttp-tls-key=/k\n", world),
              "1: port 80 is taken by nginx (process 812); stop that program or name another port by "
              "http-port -> http-port=8080\n"
              "3: port 443 is taken by apache2 (process 9); stop that program or name another port by "
              "http-tls-port -> http-tls-port=8443");
}

TEST(CheckHttp, HttpsNeedsBothFilesAndAPortOfItsOwn) {
    const std::string http = "enable-http\nhttp-root=/ok\n";
    EXPECT_EQ(findings_of(http + "http-tls-cert=/c\n"),
              "! 3: http-tls-cert without http-tls-key: HTTPS needs both");
    EXPECT_EQ(findings_of(http + "http-tls-key=/k\n"),
              "! 3: http-tls-key without http-tls-cert: HTTPS needs both");
    EXPECT_EQ(findings_of(http + "http-tls-cert=/c\nhttp-tls-key=/k\nhttp-tls-port=80\n"),
              "! 3: http-port and http-tls-port are both 80; HTTP and HTTPS cannot share a port");
    EXPECT_EQ(findings_of(k_range + "http-tls-cert=/c\nhttp-tls-key=/k\n"),
              "2: http-tls-cert has no effect without enable-http");
    auto world = ordinary_world();
    world.key_trouble = "file /k cannot be read by the user pxed";
    EXPECT_EQ(findings_of(http + "http-tls-cert=/c\nhttp-tls-key=/k\n", world),
              "! 4: http-tls-key: file /k cannot be read by the user pxed");
}

TEST(CheckHttp, DhcpLearnsThePort) {
    EXPECT_FALSE(read(k_range)->dhcp.http_port);
    EXPECT_EQ(read("http-port=8080\nenable-http\n")->dhcp.http_port, 8080);
    EXPECT_FALSE(read("http-port=8080\n")->dhcp.http_port) << "not without enable-http";
}

TEST(CheckHttp, PortsAndLimitsHaveBounds) {
    EXPECT_NE(problems_of("http-port=0\n"), "");
    EXPECT_NE(problems_of("http-port=65536\n"), "");
    EXPECT_NE(problems_of("http-max=0\n"), "");
    EXPECT_NE(problems_of("http-root=relative\n"), "");
    EXPECT_NE(problems_of("http-root=/a,eth0,b\n"), "");
    EXPECT_NE(problems_of("http-tls-key=boot.key\n"), "");
}

}  // namespace
