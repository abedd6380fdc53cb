// The rows of HTTP. All are ours alone, in the manner of dnsmasq's TFTP lines, so that nobody has to learn a
// second way of saying where files are and who gets them.

#include <array>
#include <string>

#include "config/line.hpp"
#include "config/setters.hpp"
#include "config/tables.hpp"

namespace pxed::config {

namespace {

Parsed parse_enable_http(Line& line) {
    auto& policy = line.config().http;
    // Lines add up, as those of enable-tftp do.
    policy.is_enabled = true;
    if (!policy.enable_origin.is_known()) policy.enable_origin = line.origin();
    for (const auto& field : line.value().split()) {
        if (!field.is_empty()) policy.interfaces.push_back(field.str());
    }
    return {};
}

Parsed parse_http_root(Line& line) {
    FieldReader fields{line.value()};
    if (!fields.has_more()) return fail(std::string{"a directory is missing"});
    const Field directory = fields.take();
    const Field interface = fields.has_more() ? fields.take() : Field{};
    if (fields.has_more())
        return fail("there is one comma too many; the form is " + std::string{line.directive().syntax});
    // No older reading of a relative path has to be kept here.
    if (!directory.text().starts_with('/')) return fail(quote(directory.text()) + " is no absolute path");
    line.config().http.roots.push_back({directory.str(), interface.str(), line.origin()});
    return {};
}

// A file of HTTPS, and the line that names it.
template <auto path, auto origin>
Parsed parse_tls_file(Line& line) {
    if (!line.value().text().starts_with('/'))
        return fail(quote(line.value().text()) + " is no absolute path");
    line.config().http.*path = line.value().str();
    line.config().http.*origin = line.origin();
    return {};
}

constexpr auto k_rows = std::to_array<Directive>({
    {.name = "enable-http",
     .group = Group::http,
     .value = Value::optional,
     .syntax = "INTERFACE[,INTERFACE...]",
     .help = "serve files over HTTP (on these interfaces only)",
     .manual = "Serves files over HTTP, on the interfaces that DHCP is served on or on those named here: "
               "GET and HEAD with ranges and conditions, so that downloads go on where they broke off. The "
               "files are those of tftp-root, unless http-root names others, and tftp-unique-root, "
               "tftp-secure, tftp-lowercase, tree-allow and quiet-tftp count for HTTP as they do for TFTP. "
               "Without this line nothing is served over HTTP. It is pxed's own directive.\n\n"
               "Slashes that are doubled are read as one and never redirected, since firmware does not "
               "follow. `..`, `%00` and an encoded slash are refused. A name that ends in a slash stands "
               "for `index.html` in that directory.\n\n"
               "Connections stay open for further requests. Over plain HTTP they end (`Connection: close`) "
               "with 4 MiB or more of a file that is on a disk of this machine or in its memory where the "
               "client speaks HTTP/1.0, or sends a request before it has the last answer."
               "\n\n    enable-http"
               "\n    tftp-root=/srv/tftp",
     .pitfall = "Port 80 may be another web server's already: see http-port.",
     .reload = Reload::sockets,
     .parse = parse_enable_http},
    {.name = "http-port",
     .group = Group::http,
     .use = Use::once,
     .syntax = "PORT",
     .help = "the port HTTP is served on (default: 80)",
     .manual = "The port for HTTP. URLs that pxed makes itself have it as well. It is pxed's own directive."
               "\n\n    enable-http\n    http-port=8080",
     .pitfall = "A URL that you write yourself in dhcp-boot has to name the port too.",
     .reload = Reload::sockets,
     .parse = number<&http::Policy::port, 1, 65535>,
     .default_value = "80"},
    {.name = "http-root",
     .group = Group::http,
     .syntax = "DIRECTORY[,INTERFACE]",
     .help = "the directory whose files HTTP serves, instead of tftp-root",
     .manual = "The directory whose files are served over HTTP, perhaps for one interface only. With such a "
               "line none of the tftp-root lines counts for HTTP. Without this line they all do. It is "
               "pxed's own directive."
               "\n\n    enable-http"
               "\n    http-root=/srv/images",
     .pitfall = "Where all lines name an interface, HTTP serves no file on the others.",
     .reload = Reload::sockets,
     .parse = parse_http_root},
    {.name = "http-listing",
     .group = Group::http,
     .use = Use::flag,
     .value = Value::none,
     .help = "list directories that have no index.html",
     .manual = "Answers a request for a directory without `index.html` by a list of what is in it; names "
               "that begin with a dot are left out. Without this line such a request is refused. It is "
               "pxed's own directive.\n\n    enable-http\n    http-listing",
     .pitfall = "It shows everybody what is in the tree, unattended answers with passwords among it.",
     .parse = flag<&http::Policy::lists_directories>},
    {.name = "http-max",
     .group = Group::http,
     .use = Use::once,
     .syntax = "NUMBER",
     .help = "most HTTP connections at one time (default: 1000)",
     .manual = "Limits how many connections there are at one time. Further clients wait until one ends; one "
               "that idles makes room. It is pxed's own directive.\n\n    enable-http\n    http-max=200",
     .parse = number<&http::Policy::max_connections, 1, 100000>,
     .default_value = "1000"},
    {.name = "http-max-per-client",
     .group = Group::http,
     .use = Use::once,
     .syntax = "NUMBER",
     .help = "most HTTP connections of one address (default: 100)",
     .manual = "Limits how many connections one address has at one time; further ones are closed. Raise it "
               "where many machines share an address (NAT, a proxy). It is pxed's own directive."
               "\n\n    enable-http\n    http-max-per-client=500",
     .parse = number<&http::Policy::max_connections_a_client, 1, 100000>,
     .default_value = "100"},
    {.name = "http-tls-cert",
     .group = Group::http,
     .use = Use::once,
     .syntax = "FILE",
     .help = "the certificate of HTTPS, with its chain (PEM)",
     .manual = "With this line and http-tls-key the same files are served over HTTPS as well. Without this "
               "line there is no HTTPS. The file holds the server's certificate first and then those that "
               "lead to its authority. Both files are read by the account pxed runs as, and again at a "
               "reload: what cannot be used then is said, and the pair before it stays in use. It is pxed's "
               "own directive."
               "\n\n    enable-http"
               "\n    http-tls-cert=/etc/pxed/boot.pem"
               "\n    http-tls-key=/etc/pxed/boot.key",
     .pitfall = "Firmware trusts only the authorities in its own settings: enrol yours there, and see "
                "that its clock is right. Debian's OVMF, for one, takes only RSA keys and TLS 1.2. A "
                "machine that goes away in the middle of the handshake is named in the log.",
     .reload = Reload::sockets,
     .parse = parse_tls_file<&http::Policy::certificate, &http::Policy::certificate_origin>},
    {.name = "http-tls-key",
     .group = Group::http,
     .use = Use::once,
     .syntax = "FILE",
     .help = "the private key of HTTPS (PEM, without a password)",
     .manual = "The key of http-tls-cert. Without this line there is no HTTPS; beside enable-http one of "
               "the two alone is an error. It is pxed's own directive."
               "\n\n    enable-http"
               "\n    http-tls-cert=/etc/pxed/boot.pem"
               "\n    http-tls-key=/etc/pxed/boot.key",
     .pitfall = "The account pxed runs as has to read it, and nobody else should: owner root, group "
                "pxed, mode 0640.",
     .reload = Reload::sockets,
     .parse = parse_tls_file<&http::Policy::key, &http::Policy::key_origin>},
    {.name = "http-tls-port",
     .group = Group::http,
     .use = Use::once,
     .syntax = "PORT",
     .help = "the port HTTPS is served on (default: 443)",
     .manual = "The port for HTTPS, which is served with http-tls-cert and http-tls-key. It is pxed's own "
               "directive."
               "\n\n    http-tls-port=8443",
     .reload = Reload::sockets,
     .parse = number<&http::Policy::tls_port, 1, 65535>,
     .default_value = "443"},
});
static_assert(is_complete(k_rows));

}  // namespace

std::span<const Directive> http_rows() {
    return k_rows;
}

}  // namespace pxed::config
