#include "machine/event.hpp"

namespace pxed::machine {

std::string_view name_of(Stage stage) {
    switch (stage) {
        case Stage::discover:
            return "discover";
        case Stage::offer:
            return "offer";
        case Stage::request:
            return "request";
        case Stage::ack:
            return "ack";
        case Stage::nak:
            return "nak";
        case Stage::decline:
            return "decline";
        case Stage::release:
            return "release";
        case Stage::inform:
            return "inform";
        case Stage::bootp:
            return "bootp";
        case Stage::relay:
            return "relay";
        case Stage::notice:
            return "notice";
        case Stage::proxy_offer:
            return "proxy_offer";
        case Stage::boot_server:
            return "boot_server";
        case Stage::probe:
            return "probe";
        case Stage::lease_expired:
            return "lease_expired";
        case Stage::tftp_request:
            return "tftp_request";
        case Stage::tftp_sent:
            return "tftp_sent";
        case Stage::tftp_failed:
            return "tftp_failed";
        case Stage::http_request:
            return "http_request";
        case Stage::http_sent:
            return "http_sent";
        case Stage::http_failed:
            return "http_failed";
    }
    return {};
}

}  // namespace pxed::machine
