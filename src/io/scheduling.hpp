#pragma once

namespace pxed::io {

/// Asks the kernel for time slices of 0.1 ms instead of some 3 ms (sched_setattr(2); Linux 6.12 and later,
/// others ignore it): less on the processor at a time, and sooner on it when a packet comes while somebody
/// else computes. The share of the processor stays what it was. Threads and children that come later inherit
/// it. Leaves a policy that is not SCHED_OTHER as the administrator set it, and does nothing where it may
/// not.
void ask_for_short_time_slices();

/// For a thread whose work no client waits for: nice 10, a tenth of what the others get where the processor
/// is not enough for all. Never more than it had; another policy stays, too.
void let_others_go_first();

}  // namespace pxed::io
