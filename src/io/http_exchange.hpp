#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <microhttpd.h>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "http/plan.hpp"
#include "http/policy.hpp"
#include "http/request.hpp"
#include "http/target.hpp"
#include "io/disk.hpp"
#include "io/file_sending.hpp"
#include "io/found_name.hpp"
#include "io/http_body.hpp"
#include "io/http_engine.hpp"
#include "io/http_surroundings.hpp"
#include "io/http_tls.hpp"
#include "io/lingering_close.hpp"
#include "io/tftp_tree.hpp"
#include "machine/event.hpp"

namespace pxed::io {

class HttpExchange;
struct HttpConnection;

/// What the exchanges of a service share.
struct HttpBench {
    ev::loop_ref loop;
    HttpSurroundings surroundings;
    SendBudget budget{loop};
    OpenRoots roots{loop};
    Disk* disk = nullptr;
    std::optional<TftpTree> tree{};
    http::Policy policy{};
    TlsKeys keys{};
    bool is_finishing = false;
    /// What HttpExchange::send() has sent is through (true) or broke off.
    std::function<void(HttpConnection&, bool)> sent{};
};

/// A client's connection, which has one request after another.
struct HttpConnection {
    enum class Phase : std::uint8_t {
        head,     ///< nothing or a part of a request has come
        look_up,  ///< the file is being looked for
        sending,
        lingering,  ///< the last answer is sent past the library: the client has to end the connection
    };
    HttpBench* bench = nullptr;
    HttpEngine* engine = nullptr;
    MHD_Connection* handle = nullptr;  ///< nullptr: the library has none
    int socket = -1;
    Endpoint peer;
    std::string interface;
    TlsKeys::Use* keys = nullptr;  ///< HTTPS, once the handshake has begun
    bool has_handshaken = false;   ///< HTTPS: the client went on after our certificate
    Phase phase = Phase::head;
    Instant since{};                 ///< when the phase began
    bool has_answered = false;       ///< one request at least
    Instant looked_at{};             ///< when the sending was last looked at
    std::uint64_t acknowledged = 0;  ///< bytes, then
    bool is_shut = false;            ///< by us: it took too long
    std::string in_parts;            ///< the file it fetches part by part
    std::uint64_t heads = 0;         ///< bytes of all its requests' heads
    /// The client's connection while it is in our hands, and the library's has ended: an answer is sent past
    /// it.
    FileDescriptor own;
    std::unique_ptr<HttpExchange> exchange;
    std::unique_ptr<LingeringClose> lingering;  ///< has `own` then
    std::list<HttpConnection>::iterator place;  ///< in the service's list
};

/// Ours behind one of the library's; nullptr before it was made known.
[[nodiscard]] HttpConnection* connection_of(MHD_Connection* handle);

/// Gives GnuTLS the pair of a connection during its handshake (gnutls_certificate_retrieve_function2).
int choose_certificate(gnutls_session_t session, const gnutls_datum_t* authorities, int authority_count,
                       const gnutls_pk_algorithm_t* algorithms, int algorithm_count, gnutls_pcert_st** chain,
                       unsigned* length, gnutls_privkey_t* key);

/// One request and its answer.
class HttpExchange {
 public:
    HttpExchange(HttpConnection& connection, http::Request request);
    ~HttpExchange();
    HttpExchange(const HttpExchange&) = delete;
    HttpExchange& operator=(const HttpExchange&) = delete;

    /// Whether it is refused before anything is looked for; then answer() may be called at once.
    [[nodiscard]] bool is_refused() const { return plan_.has_value(); }
    /// Whether the client waits for our disk.
    [[nodiscard]] bool waits_for_disk() const {
        return sending_ ? sending_->waits_for_disk() : is_suspended_;
    }
    /// Goes on until the answer is queued or something has to be waited for, with the connection suspended.
    /// False: nothing was queued, and the library's connection is to be closed; if the client's is in our own
    /// hands now, send() is to be called after that.
    [[nodiscard]] bool answer();
    /// Sends the answer past the library. HttpBench::sent is called at its end, maybe from within.
    void send();
    /// Whether the connection ends with the answer.
    [[nodiscard]] bool closes() const { return !plan_ || plan_->closes; }
    /// Lets a connection that waits go on; it must not be answered any more.
    void cancel();

    /// Tells of the request, once. Not before the answer leaves, if it leaves at once: who asked waits for
    /// that.
    void tell_request();
    /// What became of it, once the answer was sent (`is_whole`) or the connection broke off.
    [[nodiscard]] machine::Event conclusion(bool is_whole);
    [[nodiscard]] machine::Event event(machine::Stage stage, Reason reason, std::string detail = {}) const;
    /// Whether the file has become too short to send what was promised.
    [[nodiscard]] bool has_shrunk() const { return body_.has_shrunk(); }
    /// What the peer had acknowledged of the connection before the answer began.
    [[nodiscard]] std::uint64_t acknowledged_before() const { return acknowledged_before_; }

 private:
    void look_up();
    void on_found(Result<OpenFile, OpenError> found);
    void on_missing(OpenError why);
    void look_for_directory();
    void answer_with_text(std::string text, std::string_view media_type);
    void refuse(const OpenError& why);
    bool queue();
    void begin_sending(std::uint64_t acknowledged);
    void suspend();
    [[nodiscard]] bool may_go_on(std::uint64_t received) const;
    bool take_over(std::uint64_t first);
    void on_sent(FileSending::End how);
    void resume();

    HttpConnection& connection_;
    http::Request request_;
    http::Target target_;
    FoundName name_;
    Instant at_;
    Disk::Ticket waiting_ = 0;  // for the disk; 0: not
    bool is_suspended_ = false;
    bool is_cancelled_ = false;
    bool is_told_ = false;
    bool asks_for_index_ = false;
    std::optional<http::Plan> plan_;
    std::optional<OpenFile> file_;
    std::string text_;        // a body that is no file
    std::uint64_t size_ = 0;  // of file or text
    std::uint64_t body_bytes_ = 0;
    std::uint64_t acknowledged_before_ = 0;
    Reason broke_off_ = Reason::none;
    HttpBodyWatcher watcher_;
    HttpBody body_;
    std::optional<FileSending> sending_;
};

}  // namespace pxed::io
