#pragma once

#include <cstdint>
#include <gnutls/abstract.h>
#include <list>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace pxed::io {

/// A certificate with its chain, and its key.
class TlsPair {
 public:
    /// Reads both files (PEM). Errors: a sentence that names the file: it cannot be read, it is no such
    /// thing, or the two do not belong together.
    [[nodiscard]] static Result<TlsPair, std::string> read(const std::string& certificate,
                                                           const std::string& key);
    TlsPair(TlsPair&&) noexcept;
    TlsPair& operator=(TlsPair&&) noexcept;
    ~TlsPair();

    [[nodiscard]] gnutls_pcert_st* chain() const;
    [[nodiscard]] unsigned length() const;
    [[nodiscard]] gnutls_privkey_t key() const;

 private:
    struct Parts;
    explicit TlsPair(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// The pair that new connections are given. A handshake refers to its pair until the connection ends, so an
/// old one stays as long as somebody uses it.
class TlsKeys {
 public:
    /// One connection's hold on a pair.
    struct Use {
        TlsPair pair;
        unsigned connections = 0;
    };

    void replace(TlsPair pair);
    [[nodiscard]] bool is_empty() const { return uses_.empty(); }
    /// Requires: not is_empty().
    [[nodiscard]] Use* take();
    void give_back(Use* use);

 private:
    void forget_unused();
    std::list<Use> uses_;  // the last one is given to new connections
};

}  // namespace pxed::io
