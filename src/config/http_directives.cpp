// The rows of HTTP.

#include "config/tables.hpp"

namespace pxed::config {

std::span<const Directive> http_rows() {
    return {};
}

}  // namespace pxed::config
