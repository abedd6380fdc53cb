#include "command.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"

namespace pxed::oracle {
namespace {

struct TextOption {
    std::string_view word;
    std::string Settings::*value;
};
constexpr std::array<TextOption, 8> k_texts{{{"--dnsmasq", &Settings::dnsmasq},
                                             {"--pxed", &Settings::pxed},
                                             {"--differences", &Settings::differences},
                                             {"--forms", &Settings::forms},
                                             {"--record", &Settings::record},
                                             {"--records", &Settings::records},
                                             {"--faults", &Settings::faults},
                                             {"--filter", &Settings::filter}}};

bool read_shard(std::string_view text, Settings& settings) {
    const auto parts = split(text, '/');
    const auto which = parse_number(parts.front());
    const auto count = parse_number(parts.back());
    if (parts.size() != 2 || !which || !count || *which < 1 || *which > *count) return false;
    settings.shard = *which - 1;
    settings.shards = *count;
    return true;
}

}  // namespace

Result<Settings, std::string> read_settings(std::span<char*> arguments) {
    Settings settings;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        if (!word.starts_with("--")) {
            settings.cases.emplace_back(word);
            continue;
        }
        if (word == "--self") {
            settings.is_self = true;
            continue;
        }
        if (word == "--coverage") {
            settings.mode = Settings::Mode::coverage;
            continue;
        }
        if (i + 1 == arguments.size()) return fail(std::string{word} + " lacks its value");
        const std::string_view value = arguments[++i];
        if (word == "--case") {
            settings.cases.emplace_back(value);
        } else if (word == "--jobs") {
            settings.jobs = static_cast<unsigned>(parse_number(value).value_or(1));
        } else if (word == "--shard") {
            if (!read_shard(value, settings)) return fail(std::string{"--shard I/N counts from 1/N to N/N"});
        } else {
            const auto* option = std::ranges::find(k_texts, word, &TextOption::word);
            if (option == k_texts.end()) return fail("there is no " + std::string{word});
            settings.*option->value = value;
        }
    }
    if (!settings.faults.empty()) settings.mode = Settings::Mode::faults;
    if (settings.cases.empty()) return fail(std::string{"which cases?"});
    if (!settings.is_self && settings.pxed.empty() && settings.mode != Settings::Mode::coverage)
        return fail(std::string{"--pxed PATH says which program is judged"});
    return settings;
}

}  // namespace pxed::oracle
