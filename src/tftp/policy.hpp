#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/origin.hpp"

namespace pxed::tftp {

/// `tftp-root=DIR[,INTERFACE]`.
struct Root {
    std::string directory;
    std::string interface;  ///< empty: for all
    Origin origin;
};

/// tftp-unique-root: whether a client has a directory of its own, and what names it.
enum class UniqueRoot : std::uint8_t { none, by_address, by_hardware };

/// What the administrator wants of TFTP.
struct Policy {
    bool is_enabled = false;
    std::vector<std::string>
        interfaces;           ///< enable-tftp=I,I: only these (a trailing `*` matches); empty: all served
    std::vector<Root> roots;  ///< the first one of an interface counts, else the last of all
    std::vector<Root> allowed_targets;  ///< tree-allow=DIR: links may lead below these
    UniqueRoot unique_root = UniqueRoot::none;
    bool is_secure = false;                  ///< tftp-secure: files must belong to the daemon's user
    bool lower_cases = false;                ///< tftp-lowercase
    bool shares_serial_directories = false;  ///< a quirk profile: see tree::NameRules
    bool looks_elsewhere = true;         ///< cleared by no-sibling-lookup: names are found as asked or not
    bool ignores_missing_root = false;   ///< tftp-no-fail
    bool ignores_blocksize = false;      ///< tftp-no-blocksize
    bool is_single_port = false;         ///< tftp-single-port
    bool is_quiet = false;               ///< quiet-tftp: say nothing of files not found
    std::uint32_t max_transfers = 2000;  ///< tftp-max
    std::optional<std::uint16_t> mtu;    ///< tftp-mtu: largest packet, instead of the interface's MTU
    std::optional<std::pair<std::uint16_t, std::uint16_t>> port_range;  ///< tftp-port-range, first <= second
};

}  // namespace pxed::tftp
