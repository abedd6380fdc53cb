#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/origin.hpp"
#include "base/time.hpp"

namespace pxed::http {

/// `http-root=DIR[,INTERFACE]`.
struct Root {
    std::string directory;
    std::string interface;  ///< empty: for all
    Origin origin;
};

/// How long a client may take. No directives: what a boot needs lies far inside, and what a hostile client
/// would like lies far outside (reliability A10).
struct Patience {
    seconds head{10};  ///< from connecting, or from the last answer's idle time on, to a whole request head
    seconds idle{60};  ///< between an answer and the next request
    seconds lingering{5};             ///< from all of the last answer on until it ends the connection as well
    seconds stall{60};                ///< over which the least rate is asked for
    std::uint32_t least_rate = 1024;  ///< bytes a second that a client takes on average
};

/// What the administrator wants of HTTP.
struct Policy {
    bool is_enabled = false;                       ///< enable-http
    std::vector<std::string> interfaces;           ///< enable-http=I,I: only these (a trailing `*` matches)
    std::uint16_t port = 80;                       ///< http-port
    std::vector<Root> roots;                       ///< http-root; empty: TFTP's
    bool lists_directories = false;                ///< http-listing
    std::uint32_t max_connections = 1000;          ///< http-max
    std::uint32_t max_connections_a_client = 100;  ///< http-max-per-client
    std::string certificate;                       ///< http-tls-cert: PEM, with the chain behind it
    std::string key;                               ///< http-tls-key: PEM
    std::uint16_t tls_port = 443;                  ///< http-tls-port
    Origin enable_origin;
    Origin certificate_origin;
    Origin key_origin;
    Patience patience;

    [[nodiscard]] bool has_tls() const { return is_enabled && !certificate.empty() && !key.empty(); }
};

}  // namespace pxed::http
