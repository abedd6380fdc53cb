// The examples of the manual are configuration: each loads, and every directive that takes a value has one.

#include <string>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "config/directive.hpp"
#include "read.hpp"

namespace pxed::config {
namespace {

/// The lines of the paragraph that begin with four blanks, without them.
std::vector<std::string> examples_of(std::string_view manual) {
    constexpr std::string_view k_indent = "    ";
    std::vector<std::string> examples;
    for (std::size_t at = 0; at < manual.size();) {
        const auto end = std::min(manual.find('\n', at), manual.size());
        const auto line = manual.substr(at, end - at);
        if (line.starts_with(k_indent)) examples.emplace_back(line.substr(k_indent.size()));
        at = end + 1;
    }
    return examples;
}

bool needs_example(const Directive& row) {
    return row.status == Status::served && row.value != Value::none && row.alias_of.empty();
}

TEST(Examples, StandAtEveryDirectiveThatTakesAValue) {
    for (const auto& row : directives()) {
        if (!needs_example(row)) continue;
        bool uses_it = false;
        for (const auto& example : examples_of(row.manual))
            uses_it = uses_it || example.substr(0, example.find('=')) == row.name;
        EXPECT_TRUE(uses_it) << row.name << " has no line of its own among its examples";
    }
}

/// Gives these lines to who asks for /etc/pxed.conf. Every other file is there and empty, every directory
/// holds one file.
Reader reader_of_example(const std::string& text) {
    Reader reader;
    reader.read_file = [&text](const std::string& path) -> Result<FileText, std::string> {
        return FileText{path == "/etc/pxed.conf" ? text : "", 0};
    };
    reader.list_directory = [](const std::string&) -> Result<std::vector<std::string>, std::string> {
        return std::vector<std::string>{"one.conf"};
    };
    return reader;
}

TEST(Examples, AreAcceptedWithoutAWarning) {
    for (const auto& row : directives()) {
        std::string text;
        for (const auto& example : examples_of(row.manual))
            text += example + '\n';
        const auto loaded = load("/etc/pxed.conf", {}, reader_of_example(text));
        ASSERT_TRUE(loaded) << row.name << ": " << loaded.error().front().text();
        for (const auto& finding : loaded->findings)
            ADD_FAILURE() << row.name << ": " << finding.text;
    }
}

}  // namespace
}  // namespace pxed::config
