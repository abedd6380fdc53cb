#include "io/script_runner.hpp"

#include <array>
#include <cstring>

#include <unistd.h>

#include "base/text.hpp"

namespace pxed::io {

namespace {

// A program that prints without end must not keep the loop.
constexpr int k_reads_a_turn = 16;

std::string words_of(const ScriptCall& call) {
    std::string words;
    for (const auto& argument : call.arguments)
        words += (words.empty() ? "" : " ") + argument;
    return escaped(words);
}

}  // namespace

void ScriptLines::take(std::string_view text) {
    while (!text.empty()) {
        const auto length = text.find('\n');
        const auto piece = text.substr(0, std::min(length, k_longest - partial_.size()));
        partial_ += piece;
        text.remove_prefix(piece.size());
        const bool is_whole = !text.empty() && text.front() == '\n';
        if (is_whole) text.remove_prefix(1);
        if (is_whole || partial_.size() == k_longest) {
            say_line(partial_);
            partial_.clear();
        }
    }
}

void ScriptLines::end() {
    if (!partial_.empty()) say_line(partial_);
    partial_.clear();
    if (unsaid_ > 0)
        say_(Level::warning, "and " + std::to_string(unsaid_) + " lines more that are not logged");
}

void ScriptLines::say_line(std::string_view line) {
    if (said_ == k_most) {
        ++unsaid_;
        return;
    }
    ++said_;
    // It may print what a client sent.
    say_(Level::info, escaped(trim(line), 4 * k_longest));
}

ScriptRunner::ScriptRunner(ev::default_loop& loop, Say say, std::function<void()> ended, seconds time_limit)
    : say_(std::move(say)),
      ended_(std::move(ended)),
      time_limit_(time_limit),
      output_(loop),
      child_(loop),
      limit_(loop) {
    output_.set<ScriptRunner, &ScriptRunner::on_output>(this);
    child_.set<ScriptRunner, &ScriptRunner::on_end>(this);
    limit_.set<ScriptRunner, &ScriptRunner::on_time>(this);
}

ScriptRunner::~ScriptRunner() {
    kill();
    output_.stop();
}

bool ScriptRunner::start(const ScriptCall& call) {
    auto process = start_script(call, ScriptOutput::both);
    if (!process) {
        say_(Level::error, "cannot run " + call.path + ": " + process.error());
        return false;
    }
    process_ = std::move(*process);
    lines_.emplace(say_);
    path_ = call.path;
    what_ = words_of(call);
    is_killed_ = false;
    output_.start(process_->output.get(), ev::READ);
    child_.start(process_->pid);
    limit_.start(ev_seconds(time_limit_));
    return true;
}

void ScriptRunner::kill() {
    if (process_) process_->kill();
}

void ScriptRunner::on_output(ev::io&, int) {
    drain();
}

void ScriptRunner::drain() {
    std::array<char, 4096> block{};
    for (int i = 0; i < k_reads_a_turn; ++i) {
        const auto got = ::read(process_->output.get(), block.data(), block.size());
        if (got == 0) output_.stop();  // it closed its streams and goes on
        if (got <= 0) return;
        lines_->take({block.data(), static_cast<std::size_t>(got)});
    }
}

void ScriptRunner::on_end(ev::child& watcher, int) {
    const int status = watcher.rstatus;
    limit_.stop();
    child_.stop();
    drain();
    output_.stop();
    lines_->end();
    // What it left running in the background keeps the pipe; nobody reads it any more.
    const auto process = std::exchange(process_, std::nullopt);
    if (const auto error = failure_of(*process)) {
        say_(Level::error, "failed to execute " + escaped(path_) + ": " + std::strerror(*error));
    } else if (is_killed_) {
        say_(Level::error, "script process killed: it did not end within " +
                               std::to_string(time_limit_.count()) + " s (" + what_ + ")");
    } else if (const auto trouble = trouble_text(status); !trouble.empty()) {
        say_(Level::warning, trouble + " (" + what_ + ")");
    }
    ended_();
}

void ScriptRunner::on_time(ev::timer&, int) {
    is_killed_ = true;
    kill();
}

}  // namespace pxed::io
