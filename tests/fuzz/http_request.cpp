// What a client may write into a request line and its headers: no target names anything outside of the root,
// and no header makes us send what is not in the file. The first line is the target, each further one a
// header's value.

#include <array>
#include <string>

#include "base/text.hpp"
#include "http/conditions.hpp"
#include "http/date.hpp"
#include "http/plan.hpp"
#include "http/target.hpp"
#include "property.hpp"

namespace pxed::http {
namespace {

using fuzz::require;

void check_target(std::string_view text) {
    const auto target = parse_target(text);
    if (!target) {
        require(!sentence(target.error()).empty(), "an error has words");
        return;
    }
    const auto& path = target->path;
    require(!path.starts_with('/') && !path.ends_with('/'), "a path is relative");
    require(path.find('\0') == path.npos && path.find('\n') == path.npos, "no control characters");
    if (!path.empty()) {
        for (const auto part : split(path, '/'))
            require(!part.empty() && part != "." && part != "..", "each part names something");
    }
    const auto again = parse_target('/' + encoded_path(path));
    require(again && again->path == path, "what is written again reads the same");
}

void check_plan(const Request& request, std::uint64_t size) {
    const Resource file{size, "application/efi", seconds{784111777}};
    const auto answer = plan(request, file);
    require(answer.status == 200 || answer.status == 206 || answer.status == 304 || answer.status == 412 ||
                answer.status == 416,
            "a status of a file");
    require(answer.part.has_value() == (answer.status == 206), "a part is 206");
    if (answer.part) {
        require(answer.part->first <= answer.part->last && answer.part->last < size,
                "a part lies within the file");
    }
    for (const auto& header : answer.headers)
        require(header.value.find_first_of("\r\n") == header.value.npos, "one line a header");
}

void check(std::string_view input) {
    const auto lines = split(input, '\n');
    check_target(lines.front());
    const auto line = [&lines](std::size_t number) {
        return number < lines.size() ? std::optional{std::string{lines[number]}} : std::nullopt;
    };
    Request request;
    request.method = "GET";
    request.target = lines.front();
    request.range = line(1);
    request.if_range = line(2);
    request.if_match = line(3);
    request.if_none_match = line(4);
    request.if_modified_since = line(5);
    request.if_unmodified_since = line(6);
    for (const std::uint64_t size :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, ~std::uint64_t{0}})
        check_plan(request, size);
    if (const auto date = parse_date(lines.front()))
        require(parse_date(date_text(*date)) == date, "a date that is written again reads the same");
}

}  // namespace
}  // namespace pxed::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    pxed::http::check(pxed::as_text({data, size}));
    return 0;
}
