#include "io/scheduling.hpp"

#include <cstdint>
#include <sched.h>

#include <sys/syscall.h>
#include <unistd.h>

namespace pxed::io {

namespace {

// The least that the kernel takes. A packet costs 10 us.
constexpr std::uint64_t k_turn_ns = 100'000;

// SCHED_ATTR_SIZE_VER0 of sched_setattr(2). The C library has no name for it before glibc 2.41, and the
// kernel's header of it does not go with <sched.h>.
struct Attributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime;  // ns: the turn, with SCHED_OTHER
    std::uint64_t deadline;
    std::uint64_t period;
};
static_assert(sizeof(Attributes) == 48);

}  // namespace

void ask_for_short_time_slices() {
    Attributes attributes{};
    if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
    if (attributes.policy != SCHED_OTHER) return;
    attributes.runtime = k_turn_ns;
    ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace pxed::io
