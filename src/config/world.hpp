#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ipv4.hpp"
#include "tree/boot_program.hpp"

namespace pxed::config {

/// What check() needs to know of the machine pxed runs on. The edge gathers it; tests write it down.
struct World {
    /// One interface of the machine, whether it is served or not.
    struct Interface {
        std::string name;
        std::vector<Network> networks;  ///< its IPv4 addresses with netmasks
        bool is_loopback = false;
    };
    /// A directory that the configuration names, tried out beforehand: check() touches no file system.
    struct Directory {
        std::string path;       ///< as the configuration names it
        bool is_usable = true;  ///< it exists, is a directory, and the account pxed runs as may search it
        std::string why;        ///< not usable: a sentence, `No such file or directory; ...`
    };

    /// A boot file that a line names, looked up below the tftp-roots as the account pxed runs as would find
    /// it.
    struct BootFile {
        std::string name;         ///< as the line names it
        bool is_readable = true;  ///< it is there, a regular file, and that account may read it
        std::string why;          ///< not readable: a sentence
        tree::BootProgram program;
        std::vector<std::string> missing_companions;  ///< what shim looks for beside itself and will not find
        bool may_be_kernel = false;                   ///< it begins as Linux kernels do
    };

    std::vector<Interface> interfaces;
    bool has_user = true;                ///< the account of user= exists (true when none is named)
    bool has_group = true;               ///< the same of group=
    std::vector<Directory> directories;  ///< every tftp-root, http-root and tree-allow
    std::string account = "pxed";        ///< that pxed runs as, or will
    std::string script_trouble;          ///< why dhcp-script cannot be run; empty: it can, or there is none
    std::string certificate_trouble;     ///< why that account cannot read http-tls-cert; empty: it can
    std::string key_trouble;             ///< the same of http-tls-key
    /// `nginx (process 812)`: who listens on http-port and is not pxed; empty: nobody, or not looked
    /// (--test).
    std::string http_port_owner;
    std::string tls_port_owner;  ///< the same of http-tls-port
    std::uint32_t most_transfers =
        0;  ///< that fit into the limit of open files (RLIMIT_NOFILE); 0: not known
    std::vector<BootFile> boot_files;   ///< empty unless the files were to be looked at (--test)
    std::vector<BootFile> linux_files;  ///< those of boot-linux, in the same way
};

}  // namespace pxed::config
