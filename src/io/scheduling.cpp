#include "io/scheduling.hpp"

#include <algorithm>
#include <cstdint>
#include <sched.h>

#include <sys/syscall.h>
#include <unistd.h>

namespace pxed::io {

namespace {

// The least that the kernel takes. A packet costs 10 us.
constexpr std::uint64_t k_turn_ns = 100'000;
constexpr std::int32_t k_nice = 10;

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

// Where the policy is SCHED_OTHER's; what cannot be read or written stays as it is.
template <typename Change>
void change_own(Change change) {
    Attributes attributes{};
    if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
    if (attributes.policy != SCHED_OTHER) return;
    change(attributes);
    ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace

void ask_for_short_time_slices() {
    change_own([](Attributes& own) { own.runtime = k_turn_ns; });
}

void let_others_go_first() {
    change_own([](Attributes& own) { own.nice = std::max(own.nice, k_nice); });
}

}  // namespace pxed::io
