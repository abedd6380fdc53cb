#include "stages.hpp"

namespace pxed::scenario {

bool is_stage(std::string_view name) {
    using machine::Stage;
    for (unsigned number = 0; number <= static_cast<unsigned>(Stage::http_failed); ++number) {
        if (machine::name_of(static_cast<Stage>(number)) == name) return true;
    }
    return false;
}

}  // namespace pxed::scenario
