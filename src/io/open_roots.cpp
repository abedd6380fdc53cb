#include "io/open_roots.hpp"

#include <utility>

#include "io/file_gate.hpp"

namespace pxed::io {

OpenRoots::OpenRoots(ev::loop_ref loop) : over_(loop) {
    over_.set<OpenRoots, &OpenRoots::on_over>(this);
}

Result<const OpenRoots::Root*, int> OpenRoots::at(const std::string& path) {
    if (const auto known = roots_.find(path); known != roots_.end()) return &known->second;
    auto directory = FileGate::open_directory(path, Waiting::no);
    if (!directory) return fail(int{directory.error()});
    const auto device = device_of(directory->get());
    if (roots_.empty()) over_.start(ev_seconds(k_moment));
    return &roots_.emplace(path, Root{std::move(*directory), device}).first->second;
}

void OpenRoots::on_over(ev::timer&, int) {
    roots_.clear();
}

}  // namespace pxed::io
