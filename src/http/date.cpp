// Dates of HTTP (RFC 9110 5.6.7). The C library's functions follow a locale and a time zone; these do not.

#include "http/date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "base/text.hpp"

namespace pxed::http {

namespace {

constexpr std::array<std::string_view, 7> k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string two_digits(unsigned value) {
    return {static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
}

std::optional<unsigned> month_of(std::string_view name) {
    const auto* found = std::ranges::find(k_months, name);
    if (found == k_months.end()) return std::nullopt;
    return static_cast<unsigned>(found - k_months.begin()) + 1;
}

std::optional<seconds> time_of_day(std::string_view text) {
    const auto parts = split(text, ':');
    if (parts.size() != 3) return std::nullopt;
    std::array<std::uint64_t, 3> values{};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto value = parts[i].size() == 2 ? parse_number(parts[i]) : std::nullopt;
        if (!value) return std::nullopt;
        values[i] = *value;
    }
    // 60 is a leap second, which our own clock does not have.
    if (values[0] > 23 || values[1] > 59 || values[2] > 60) return std::nullopt;
    return seconds{values[0] * 3600 + values[1] * 60 + std::min<std::uint64_t>(values[2], 59)};
}

std::optional<WallTime> moment(std::string_view day, std::string_view month,
                               std::optional<std::uint64_t> year, std::string_view time) {
    const auto day_number = parse_number(day);
    const auto month_number = month_of(month);
    const auto clock = time_of_day(time);
    if (!day_number || *day_number > 31 || !month_number || !year || *year > 9999 || !clock)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{*month_number},
                                           std::chrono::day{static_cast<unsigned>(*day_number)}};
    if (!date.ok()) return std::nullopt;
    return WallTime{std::chrono::sys_days{date}} + *clock;
}

// RFC 850 has two digits of the year. What would lie more than 50 years ahead is meant to be past (RFC 9110
// 5.6.7); no file of such a date is served, so the century is divided where POSIX divides it.
std::optional<std::uint64_t> full_year(std::string_view two) {
    const auto year = two.size() == 2 ? parse_number(two) : std::nullopt;
    if (!year) return std::nullopt;
    return *year + (*year < 70 ? 2000 : 1900);
}

}  // namespace

std::string date_text(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    return std::string{k_days[std::chrono::weekday{day}.c_encoding()]} + ", " +
           two_digits(static_cast<unsigned>(date.day())) + ' ' +
           std::string{k_months[static_cast<unsigned>(date.month()) - 1]} + ' ' + two_digits(year / 100) +
           two_digits(year) + ' ' + two_digits(static_cast<unsigned>(clock.hours().count())) + ':' +
           two_digits(static_cast<unsigned>(clock.minutes().count())) + ':' +
           two_digits(static_cast<unsigned>(clock.seconds().count())) + " GMT";
}

std::optional<WallTime> parse_date(std::string_view text) {
    constexpr std::size_t k_longest = 64;
    if (text.size() > k_longest) return std::nullopt;
    auto words = split(trim(text), ' ');
    std::erase(words, std::string_view{});
    // Sun, 06 Nov 1994 08:49:37 GMT
    if (words.size() == 6 && words[0].ends_with(',') && words[5] == "GMT" && words[3].size() == 4)
        return moment(words[1], words[2], parse_number(words[3]), words[4]);
    // Sunday, 06-Nov-94 08:49:37 GMT
    if (words.size() == 4 && words[0].ends_with(',') && words[3] == "GMT") {
        const auto parts = split(words[1], '-');
        if (parts.size() != 3) return std::nullopt;
        return moment(parts[0], parts[1], full_year(parts[2]), words[2]);
    }
    // Sun Nov  6 08:49:37 1994
    if (words.size() == 5 && words[4].size() == 4)
        return moment(words[2], words[1], parse_number(words[4]), words[3]);
    return std::nullopt;
}

}  // namespace pxed::http
