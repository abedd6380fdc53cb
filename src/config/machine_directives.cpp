// The rows of what is remembered of a machine during its boot.

#include "config/tables.hpp"

namespace pxed::config {

std::span<const Directive> machine_rows() {
    return {};
}

}  // namespace pxed::config
