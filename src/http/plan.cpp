#include "http/plan.hpp"

#include <array>
#include <charconv>
#include <utility>
#include <variant>

#include "http/conditions.hpp"
#include "http/date.hpp"

namespace pxed::http {

namespace {

std::string hex(std::uint64_t number) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    return {digits.data(), end};
}

// What names the version that is sent; nothing where there is no version to come back to.
std::vector<Header> version_headers(const Version& version) {
    return {{"Last-Modified", date_text(version.modified)}, {"ETag", version.entity_tag}};
}

void add_range_headers(Plan& answer, const Request& request, const Resource& resource) {
    const auto size = std::to_string(resource.size);
    const auto asked = parse_range(*request.range, resource.size);
    if (const auto* part = std::get_if<ByteRange>(&asked)) {
        answer.status = 206;
        answer.part = *part;
        answer.detail =
            "bytes " + std::to_string(part->first) + '-' + std::to_string(part->last) + '/' + size;
        answer.headers.push_back({"Content-Range", answer.detail});
    } else if (std::holds_alternative<Unsatisfiable>(asked)) {
        answer = refusal(416, Reason::range_not_satisfiable, *request.range + " of " + size + " bytes");
        answer.headers.push_back({"Content-Range", "bytes */" + size});
    }
}

}  // namespace

std::string_view phrase_of(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 206:
            return "Partial Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 412:
            return "Precondition Failed";
        case 416:
            return "Range Not Satisfiable";
        case 503:
            return "Service Unavailable";
        default:
            return "Internal Server Error";
    }
}

std::string head_text(const Plan& plan, std::uint64_t length, WallTime now) {
    auto text =
        "HTTP/1.1 " + std::to_string(plan.status) + ' ' + std::string{phrase_of(plan.status)} + "\r\n";
    const auto add = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    add("Date", date_text(now));
    if (plan.closes) add("Connection", "close");
    for (const auto& header : plan.headers)
        add(header.name, header.value);
    add("Content-Length", std::to_string(length));
    return text + "\r\n";
}

std::string entity_tag(nanoseconds modified, std::uint64_t size) {
    return '"' + hex(static_cast<std::uint64_t>(modified.count())) + '-' + hex(size) + '"';
}

Plan refusal(unsigned status, Reason reason, std::string detail) {
    Plan answer;
    answer.status = status;
    answer.reason = reason;
    answer.detail = std::move(detail);
    answer.text = std::to_string(status) + ' ' + std::string{phrase_of(status)} + '\n';
    answer.headers.push_back({"Content-Type", "text/plain"});
    return answer;
}

std::optional<Plan> objection(const Request& request) {
    std::optional<Plan> answer;
    if (request.method != "GET" && request.method != "HEAD") {
        answer = refusal(405, Reason::method_not_allowed, request.method);
        answer->headers.push_back({"Allow", "GET, HEAD"});
        // Whatever it wants to send is not read.
        answer->closes = true;
    } else if (request.has_broken_header) {
        // RFC 9112 5.1: `Content-Length : 5` means a body to some and none to others.
        answer = refusal(400, Reason::bad_request, "a header name with a blank in it");
        answer->closes = true;
    } else if (request.has_body) {
        // RFC 9110 9.3.1: content in a GET has no meaning, and two readings of where it ends are how a second
        // request is smuggled past a proxy.
        answer = refusal(400, Reason::bad_request, "a body in a " + request.method);
        answer->closes = true;
    } else if (request.is_version_1_1 && !request.has_host) {
        answer = refusal(400, Reason::bad_request, "HTTP/1.1 without Host");  // RFC 9112 3.2
        answer->closes = true;
    }
    return answer;
}

Plan plan(const Request& request, const Resource& resource) {
    Plan answer;
    if (!resource.modified) {
        // A script for this client at this moment: nobody keeps it, and no part of it is worth having.
        answer.headers = {{"Content-Type", std::string{resource.media_type}}, {"Cache-Control", "no-store"}};
        return answer;
    }
    const Version version{entity_tag(*resource.modified, resource.size),
                          WallTime{std::chrono::floor<seconds>(*resource.modified)}};
    switch (judge(request, version)) {
        case Verdict::failed:
            return refusal(412, Reason::precondition_failed);
        case Verdict::not_modified:
            answer.status = 304;
            answer.reason = Reason::not_modified;
            answer.headers = version_headers(version);
            return answer;
        case Verdict::go_on:
            break;
    }
    answer.headers = version_headers(version);
    answer.headers.push_back({"Content-Type", std::string{resource.media_type}});
    // RFC 9110 14.2: Range means something for GET alone.
    if (request.method == "GET" && request.range && range_counts(request, version))
        add_range_headers(answer, request, resource);
    if (answer.status == 200) answer.headers.push_back({"Accept-Ranges", "bytes"});
    return answer;
}

}  // namespace pxed::http
