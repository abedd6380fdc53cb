#include "command_line.hpp"

#include <algorithm>
#include <vector>

#include <boost/program_options.hpp>

#include "base/text.hpp"
#include "config/directive.hpp"
#include "config/help.hpp"

namespace pxed {

namespace {

namespace po = boost::program_options;

constexpr std::string_view k_version =
    "pxed " PXED_VERSION
    "\nDHCPv4, TFTP (blksize tsize timeout windowsize), leases in SQLite, dnsmasq 2.90 configuration files\n";

// getopt_long's ways of writing, without its abbreviations.
constexpr int k_style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                        po::command_line_style::long_allow_next | po::command_line_style::allow_short |
                        po::command_line_style::allow_dash_for_short |
                        po::command_line_style::short_allow_adjacent |
                        po::command_line_style::short_allow_next | po::command_line_style::allow_sticky;

po::options_description described() {
    po::options_description options;
    auto add = options.add_options();
    const auto name_of = [](const config::Directive& row) {
        std::string name{row.name};
        // An alias shares its directive's letter, which Boost would call ambiguous.
        if (row.short_option != 0 && row.alias_of.empty()) name += std::string{","} + row.short_option;
        return name;
    };
    for (const auto& row : config::directives()) {
        switch (row.value) {
            case config::Value::none:
                add(name_of(row).c_str(), "");
                break;
            case config::Value::optional:
                add(name_of(row).c_str(), po::value<std::string>()->implicit_value(""), "");
                break;
            case config::Value::required:
                add(name_of(row).c_str(), po::value<std::string>(), "");
                break;
        }
    }
    add("test", po::value<std::string>()->implicit_value(""), "")("dump", "")("help,w", "")("version,v", "");
    return options;
}

// `--pid-file=`: dnsmasq takes an empty value, Boost refuses one. This stands for it while Boost reads.
constexpr std::string_view k_empty = "\1";

std::vector<std::string> tokens_of(int argc, const char* const* argv) {
    std::vector<std::string> tokens;
    for (int i = 1; i < argc; ++i) {
        std::string token = argv[i];
        if (token.starts_with("--") && token.find('=') == token.size() - 1) {
            const auto* row = config::find_directive(std::string_view{token}.substr(2, token.size() - 3));
            if (row != nullptr && row->value != config::Value::none) token += k_empty;
        }
        tokens.push_back(std::move(token));
    }
    return tokens;
}

// Boost's own texts name neither what was meant nor pxed's way of writing.
std::string sentence(const po::unknown_option& error) {
    const std::string written = error.get_option_name();
    std::string_view name = written;
    while (name.starts_with('-'))
        name.remove_prefix(1);
    name = name.substr(0, name.find('='));
    std::vector<std::string_view> names{"test", "dump", "help", "version"};
    for (const auto& row : config::directives())
        names.push_back(row.name);
    const auto meant = nearest(name, names);
    std::string text = "unknown option " + written;
    if (!meant.empty()) text += ": did you mean --" + std::string{meant} + "?";
    return text;
}

Result<void, std::string> take(CommandLine& line, const po::option& option, std::string& topic) {
    const bool is_written_empty = !option.value.empty() && option.value.front() == k_empty;
    const std::string value = option.value.empty() || is_written_empty ? "" : option.value.front();
    if (option.position_key >= 0 && option.string_key.empty()) {
        if (line.prints && topic.empty()) {
            topic = value;
            return {};
        }
        return fail("unexpected argument '" + escaped(value) + "': directives are written --name=value");
    }
    if (option.string_key == "test") {
        line.tests = true;
        // `--test=` is taken for `--test`, as an empty value is everywhere.
        line.is_strict = value == "strict";
        if (!value.empty() && !line.is_strict)
            return fail("--test takes nothing or =strict, not '" + escaped(value) + '\'');
    } else if (option.string_key == "dump") {
        line.dumps = true;
    } else if (option.string_key == "help") {
        line.prints = config::help_text();
    } else if (option.string_key == "version") {
        line.prints = std::string{k_version};
    } else if (option.string_key == "conf-file") {
        line.file = value;
    } else {
        // Boost hands an implicit value where there was none; the original tokens tell the two apart.
        const bool has_value =
            is_written_empty ||
            (!option.value.empty() && !(value.empty() && option.original_tokens.size() < 2 &&
                                        option.original_tokens.front().find('=') == std::string::npos));
        line.arguments.push_back({option.string_key, value, has_value});
    }
    return {};
}

}  // namespace

Result<CommandLine, std::string> read_command_line(int argc, const char* const* argv) {
    CommandLine line;
    std::string topic;
    try {
        const auto options = described();
        const auto parsed =
            po::command_line_parser(tokens_of(argc, argv)).options(options).style(k_style).run();
        for (const auto& option : parsed.options) {
            if (const auto taken = take(line, option, topic); !taken) return fail(taken.error());
        }
    } catch (const po::unknown_option& error) {
        return fail(sentence(error));
    } catch (const po::error& error) {
        return fail(std::string{error.what()});
    }
    if (!topic.empty()) {
        line.prints = config::help_text(topic);
        if (!line.prints)
            return fail("no help on '" + escaped(topic) + "': pxed --help lists all directives");
    }
    return line;
}

}  // namespace pxed
