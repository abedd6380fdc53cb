#include "case.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.hpp"

namespace pxed::oracle {
namespace {

constexpr std::string_view k_covers = "# covers:";

std::vector<std::string> covered_by(std::string_view text) {
    std::vector<std::string> ids;
    for (std::string_view line : split(text, '\n')) {
        if (!line.starts_with(k_covers)) continue;
        for (std::string& id : scenario::words_of(line.substr(k_covers.size())))
            ids.push_back(std::move(id));
    }
    return ids;
}

}  // namespace

std::string Case::configuration() const {
    std::string text;
    for (const scenario::Step& step : scenario.steps) {
        if (step.verb() == "config" || step.verb() == "file") text += step.text();
    }
    return text;
}

Result<std::string, std::string> read_file(const std::string& path) {
    std::ifstream stream{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream) return fail(path + ": cannot read");
    return text;
}

Result<Case, std::string> read_case(const std::string& path) {
    TRY(const std::string text, read_file(path));
    auto scenario = scenario::read(std::filesystem::path{path}.stem().string(), text);
    if (!scenario) return fail(path + ": " + scenario.error());
    return Case{path, std::move(*scenario), covered_by(text)};
}

std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            plain += text[i];
            continue;
        }
        switch (text[++i]) {
            case 't':
                plain += '\t';
                break;
            case 'r':
                plain += '\r';
                break;
            case 'n':
                plain += '\n';
                break;
            case 's':
                plain += ' ';
                break;
            case 'x':
                plain += static_cast<char>(parse_hex_byte(text.substr(i + 1, 2)).value_or(0));
                i += 2;
                break;
            default:
                plain += text[i];
                break;
        }
    }
    return plain;
}

}  // namespace pxed::oracle
