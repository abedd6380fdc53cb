#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/hwaddr.hpp"
#include "base/result.hpp"
#include "io/file_root.hpp"
#include "tftp/policy.hpp"

namespace pxed::io {

/// What a policy makes of the file system: which root an interface has, where a name is looked for, and which
/// of the files found may be sent.
class TftpTree {
 public:
    using HardwareOf = std::function<std::optional<HwAddr>(const Endpoint&)>;

    /// `directive` names the roots in the error. Errors: a sentence naming the root that is missing (unless
    /// tftp-no-fail).
    [[nodiscard]] static Result<TftpTree, std::string> open(const tftp::Policy& policy,
                                                            std::string_view directive = "tftp-root");

    /// The root of an interface; nothing when every root is for other interfaces.
    [[nodiscard]] const FileRoot* root_for(std::string_view interface) const;
    /// The root that most clients see: that of all interfaces, else the first; nothing: there is none.
    [[nodiscard]] const FileRoot* main_root() const;
    /// `program`: the boot program that the client runs, a path below the root; empty when it is not known.
    [[nodiscard]] Lookup lookup(const FileRoot& root, const std::string& file, const Endpoint& peer,
                                const HardwareOf& hardware_of, std::string_view program = {}) const;
    /// Adds the places beside that program to a look-up that was made without.
    void look_beside(std::string_view program, Lookup& lookup) const;
    /// Why a file that was found is not sent after all; nothing: it is.
    [[nodiscard]] std::optional<OpenError> objection(const OpenFile& file) const;

 private:
    struct ServedRoot {
        std::string interface;  // empty: all
        FileRoot root;
    };
    std::vector<ServedRoot> roots_;
    tftp::UniqueRoot unique_root_ = tftp::UniqueRoot::none;
    bool lower_cases_ = false;
    bool shares_serial_directories_ = false;
    bool is_secure_ = false;
    bool looks_elsewhere_ = true;
    std::uint32_t reader_ = 0;  ///< uid that opens the files
};

/// Whether an interface is meant by a name of the file; a trailing `*` matches any rest.
[[nodiscard]] bool matches_interface(std::string_view pattern, std::string_view interface);

}  // namespace pxed::io
