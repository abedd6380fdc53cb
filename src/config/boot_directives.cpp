// The rows of boot programs by architecture.

#include "config/tables.hpp"

namespace pxed::config {

std::span<const Directive> boot_rows() {
    return {};
}

}  // namespace pxed::config
