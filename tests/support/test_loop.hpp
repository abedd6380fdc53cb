#pragma once

#include <gtest/gtest.h>

#include "io/loop.hpp"

namespace pxed::test {

/// A loop of its own that a test drives until something has happened. The deadline is for a test that would
/// otherwise hang; no healthy run comes near it.
class TestLoop {
 public:
    operator ev::loop_ref() { return loop_; }

    template <typename Condition>
    void run_until(Condition is_over) {
        ev::timer deadline{loop_};
        is_late_ = false;
        deadline.set<TestLoop, &TestLoop::on_deadline>(this);
        // The loop's time is that of its last round, which a test may have made long ago.
        ev_now_update(static_cast<struct ev_loop*>(loop_));
        deadline.start(60.0);
        while (!is_over() && !is_late_)
            loop_.run(ev::ONCE);
        EXPECT_FALSE(is_late_) << "nothing happened for a minute";
    }

    /// Runs for so long. How often something woke the loop.
    unsigned turns_within(milliseconds time) {
        ev::timer end{loop_};
        is_over_ = false;
        end.set<TestLoop, &TestLoop::on_end>(this);
        ev_now_update(static_cast<struct ev_loop*>(loop_));
        end.start(io::ev_seconds(time));
        const auto before = loop_.iteration();
        while (!is_over_)
            loop_.run(ev::ONCE);
        return loop_.iteration() - before;
    }

 private:
    void on_end(ev::timer&, int) { is_over_ = true; }
    void on_deadline(ev::timer&, int) { is_late_ = true; }

    ev::dynamic_loop loop_{io::k_loop_flags};
    bool is_late_ = false;
    bool is_over_ = false;
};

}  // namespace pxed::test
