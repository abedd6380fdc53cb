// Quirk profiles are data, so that the next odd ROM needs a line in a file and no new pxed. The words are few
// and the file's own; lines, comments and quotes are those of the configuration.

#include "config/quirks.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "config/dhcp_fields.hpp"
#include "config/lines.hpp"

namespace pxed::config {

namespace {

using dhcp::Quirk;
using dhcp::QuirkMatch;
using Applied = Result<void, std::string>;

Result<Arch, std::string> read_arch(const Field& value) {
    const auto number = parse_number_between(value.text(), 0, 0xffff);
    if (!number) return fail(quote(value.text()) + " is no architecture (0 to 65535)");
    return static_cast<Arch>(*number);
}

Applied add_condition(const Field& field, QuirkMatch& match) {
    const auto colon = field.find(':');
    const Field word = field.between(0, std::min(colon, field.size())).trimmed();
    const Field value = colon == std::string_view::npos ? Field{} : field.from(colon + 1).trimmed();
    if (word.is_word("mac")) {
        TRY(match.hardware, parse_hw_pattern(value.text()));
    } else if (word.is_word("arch")) {
        TRY(match.arch, read_arch(value));
    } else if (word.is_word("vendor-class") && !value.is_empty()) {
        match.vendor_class = value.str();
    } else {
        return fail(quote(field.text()) + " is no condition: mac:ADDRESS, arch:NUMBER or vendor-class:TEXT");
    }
    return {};
}

Applied add_match(const Field& value, Quirk& quirk) {
    QuirkMatch match;
    for (const Field& field : value.split()) {
        if (auto added = add_condition(field, match); !added) return added;
    }
    quirk.matches.push_back(std::move(match));
    return {};
}

Applied set_arch(const Field& value, Quirk& quirk) {
    TRY(quirk.arch, read_arch(value));
    return {};
}

Applied set_menu(const Field& value, Quirk& quirk) {
    constexpr std::size_t k_longest_item = 250;  // 253 bytes, of which type and length take three
    if (value.is_empty() || value.size() > k_longest_item)
        return fail(std::string{"a menu has a text of 1 to 250 characters"});
    dhcp::PxeService item;
    item.text = value.str();
    quirk.pxe.services = {std::move(item)};
    return {};
}

Applied set_delay(const Field& value, Quirk& quirk) {
    constexpr std::uint32_t k_longest = 60;
    const auto length = parse_number_between(value.text(), 0, k_longest);
    if (!length) return fail(quote(value.text()) + " is no number of seconds from 0 to 60");
    quirk.reply_delay = seconds{*length};
    return {};
}

Applied set_serial_directories(const Field&, Quirk& quirk) {
    quirk.shares_serial_directories = true;
    return {};
}

struct Word {
    std::string_view name;
    bool takes_value;
    Applied (*apply)(const Field& value, Quirk& quirk);
};

constexpr auto k_words = std::to_array<Word>({
    {"match", true, add_match},
    {"client-arch", true, set_arch},
    {"menu", true, set_menu},
    {"reply-delay", true, set_delay},
    {"serial-directories", false, set_serial_directories},
});

Applied apply(const FileLine& line, std::vector<Quirk>& quirks) {
    if (line.name == "profile") {
        if (line.value.empty()) return fail(std::string{"a profile has a name"});
        quirks.emplace_back().name = line.value;
        return {};
    }
    const auto word = std::ranges::find(k_words, std::string_view{line.name}, &Word::name);
    if (word == k_words.end()) return fail("unknown word " + quote(line.name));
    if (word->takes_value != line.has_value)
        return fail(line.name + (word->takes_value ? ": a value is missing" : ": it takes no value"));
    if (quirks.empty()) return fail(line.name + ": it belongs below a \"profile=\" line");
    if (auto applied = word->apply(line.field(), quirks.back()); !applied)
        return fail(line.name + ": " + applied.error());
    return {};
}

std::vector<Finding> read(std::string_view text, std::uint16_t file, std::vector<Quirk>& quirks) {
    std::vector<Finding> wrong;
    read_lines(
        text,
        [&](const FileLine& line) {
            if (auto applied = apply(line, quirks); !applied)
                wrong.push_back({.origin = {file, line.number}, .text = applied.error()});
        },
        [&](const LineProblem& problem) {
            wrong.push_back({.origin = {file, problem.number}, .text = problem.what});
        });
    for (Quirk& quirk : quirks) {
        // The menu is for what the machine is, and for what it says where the profile does not know better.
        for (auto& item : quirk.pxe.services) {
            if (quirk.arch) item.arch = *quirk.arch;
        }
        if (!quirk.pxe.services.empty() && !quirk.arch)
            wrong.push_back(
                {.origin = {file, 0}, .text = "profile " + quirk.name + ": a menu needs client-arch"});
    }
    return wrong;
}

}  // namespace

std::vector<Finding> finish_quirks(Config& config, const Reader& reader) {
    auto& quirks = config.dhcp.quirks;
    std::vector<Finding> wrong;
    if (!config.quirks_file) {
        wrong = read(built_in_quirks(), 0, quirks);
    } else if (!config.quirks_file->empty()) {
        const Origin asked_by = config.quirks_origin;
        const auto file = reader.read_file(*config.quirks_file);
        if (!file) return {{.origin = asked_by, .text = "quirks: " + file.error()}};
        const auto number = config.add_file(*config.quirks_file);
        if (!number) return {{.origin = asked_by, .text = "quirks: " + number.error()}};
        wrong = read(file->text, *number, quirks);
    }
    config.dhcp.serves_tftp = config.tftp.is_enabled;
    config.tftp.shares_serial_directories = std::ranges::any_of(quirks, &Quirk::shares_serial_directories);
    return wrong;
}

}  // namespace pxed::config
