#include "stages.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pxed::scenario {
namespace {

using machine::Stage;

constexpr std::array<std::pair<Stage, std::string_view>, 14> k_stages{{
    {Stage::discover, "discover"},
    {Stage::offer, "offer"},
    {Stage::request, "request"},
    {Stage::ack, "ack"},
    {Stage::nak, "nak"},
    {Stage::decline, "decline"},
    {Stage::release, "release"},
    {Stage::inform, "inform"},
    {Stage::bootp, "bootp"},
    {Stage::probe, "probe"},
    {Stage::lease_expired, "lease_expired"},
    {Stage::tftp_request, "tftp_request"},
    {Stage::tftp_sent, "tftp_sent"},
    {Stage::tftp_failed, "tftp_failed"},
}};

}  // namespace

std::string_view name_of(Stage stage) {
    const auto* found = std::ranges::find(k_stages, stage, [](const auto& row) { return row.first; });
    return found == k_stages.end() ? "?" : found->second;
}

bool is_stage(std::string_view name) {
    return std::ranges::any_of(k_stages, [name](const auto& row) { return row.second == name; });
}

}  // namespace pxed::scenario
