// The certificate and the key of HTTPS. They are handed to GnuTLS by a callback, a connection at a time, so
// that a reload changes them without a connection being lost.

#include "io/http_tls.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/text.hpp"

namespace pxed::io {

namespace {

constexpr unsigned k_longest_chain = 16;
constexpr std::size_t k_largest_file = 1024 * 1024;

Result<std::string, std::string> read_text(const std::string& path) {
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    if (!file) return fail(escaped(path) + ": " + std::strerror(errno));
    std::string text(k_largest_file, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return fail(escaped(path) + ": " + std::strerror(errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

gnutls_datum_t datum_of(std::string& text) {
    return {reinterpret_cast<unsigned char*>(text.data()), static_cast<unsigned>(text.size())};
}

}  // namespace

struct TlsPair::Parts {
    std::array<gnutls_pcert_st, k_longest_chain> chain{};
    unsigned length = 0;
    gnutls_privkey_t key = nullptr;

    Parts() = default;
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    ~Parts() {
        for (unsigned i = 0; i < length; ++i)
            gnutls_pcert_deinit(&chain[i]);
        if (key != nullptr) gnutls_privkey_deinit(key);
    }

    // Whether the key is that of the first certificate.
    [[nodiscard]] bool belong_together() {
        gnutls_pubkey_t of_key = nullptr;
        if (gnutls_pubkey_init(&of_key) != 0) return false;
        std::array<unsigned char, 64> a{};
        std::array<unsigned char, 64> b{};
        std::size_t a_size = a.size();
        std::size_t b_size = b.size();
        const bool is_known =
            gnutls_pubkey_import_privkey(of_key, key, 0, 0) == 0 &&
            gnutls_pubkey_get_key_id(of_key, GNUTLS_KEYID_USE_SHA256, a.data(), &a_size) == 0 &&
            gnutls_pubkey_get_key_id(chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, b.data(), &b_size) == 0;
        gnutls_pubkey_deinit(of_key);
        return is_known && a_size == b_size && a == b;
    }
};

TlsPair::TlsPair(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TlsPair::TlsPair(TlsPair&&) noexcept = default;
TlsPair& TlsPair::operator=(TlsPair&&) noexcept = default;
TlsPair::~TlsPair() = default;

Result<TlsPair, std::string> TlsPair::read(const std::string& certificate, const std::string& key) {
    TRY(std::string certificate_text, read_text(certificate));
    TRY(std::string key_text, read_text(key));
    auto parts = std::make_unique<Parts>();
    auto certificate_datum = datum_of(certificate_text);
    unsigned length = k_longest_chain;
    int error = gnutls_pcert_list_import_x509_raw(parts->chain.data(), &length, &certificate_datum,
                                                  GNUTLS_X509_FMT_PEM, 0);
    if (error < 0) return fail(escaped(certificate) + " is no certificate: " + gnutls_strerror(error));
    parts->length = length;
    if (length == 0) return fail(escaped(certificate) + " holds no certificate");
    if (gnutls_privkey_init(&parts->key) < 0) return fail(std::string{"no memory for the key of HTTPS"});
    auto key_datum = datum_of(key_text);
    error = gnutls_privkey_import_x509_raw(parts->key, &key_datum, GNUTLS_X509_FMT_PEM, nullptr, 0);
    gnutls_memset(key_text.data(), 0, key_text.size());
    if (error < 0) return fail(escaped(key) + " is no private key: " + gnutls_strerror(error));
    if (!parts->belong_together())
        return fail(escaped(key) + " is not the key of the certificate in " + escaped(certificate));
    return TlsPair{std::move(parts)};
}

gnutls_pcert_st* TlsPair::chain() const {
    return parts_->chain.data();
}

unsigned TlsPair::length() const {
    return parts_->length;
}

gnutls_privkey_t TlsPair::key() const {
    return parts_->key;
}

void TlsKeys::replace(TlsPair pair) {
    uses_.push_back({std::move(pair), 0});
    forget_unused();
}

TlsKeys::Use* TlsKeys::take() {
    ++uses_.back().connections;
    return &uses_.back();
}

void TlsKeys::give_back(Use* use) {
    --use->connections;
    forget_unused();
}

void TlsKeys::forget_unused() {
    for (auto use = uses_.begin(); use != std::prev(uses_.end());)
        use = use->connections == 0 ? uses_.erase(use) : std::next(use);
}

}  // namespace pxed::io
