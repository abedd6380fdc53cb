#pragma once
// What the configuration says of files beside it, whose lines are not directives.

#include <cstdint>
#include <string>
#include <vector>

#include "base/origin.hpp"

namespace pxed::config {

/// A file, or a directory of files, that a directive names.
struct ExternalSource {
    enum class Kind : std::uint8_t {
        hosts,    ///< each line what follows `dhcp-host=`
        options,  ///< each line what follows `dhcp-option=`
        names,    ///< as /etc/hosts
    };
    Kind kind = Kind::hosts;
    /// dhcp-hostsdir, dhcp-optsdir, hostsdir: a directory whose changes count at once, without a SIGHUP.
    bool is_watched = false;
    std::string path;
    Origin origin;
};

/// All of them, in file order.
struct Externals {
    std::vector<ExternalSource> sources;
    Origin ethers;              ///< of read-ethers; not known: it is not given
    bool has_etc_hosts = true;  ///< cleared by no-hosts
};

}  // namespace pxed::config
