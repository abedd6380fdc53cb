#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pxed::oracle {

/// The command line.
struct Settings {
    enum class Mode : std::uint8_t { judge, faults, coverage };
    Mode mode = Mode::judge;
    bool is_self = false;  ///< dnsmasq against itself
    std::string dnsmasq = "/usr/sbin/dnsmasq";
    std::string pxed;
    std::string differences;
    std::string forms;
    std::string record;   ///< written: which case used which row of the table
    std::string records;  ///< read: the directory of such files
    std::string faults;
    std::string filter;
    std::size_t shard = 0;  ///< of `shards`, from 0
    std::size_t shards = 1;
    unsigned jobs = 2;
    std::vector<std::string> cases;
};

/// Errors: a sentence.
[[nodiscard]] Result<Settings, std::string> read_settings(std::span<char*> arguments);

}  // namespace pxed::oracle
