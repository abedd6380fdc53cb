// The rows of boot-linux: a kernel without a script of one's own.

#include "config/tables.hpp"

namespace pxed::config {

std::span<const Directive> linux_rows() {
    return {};
}

}  // namespace pxed::config
