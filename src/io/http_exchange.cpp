#include "io/http_exchange.hpp"

#include <utility>

#include <fcntl.h>

#include "http/media_type.hpp"
#include "io/clock.hpp"
#include "io/directory_listing.hpp"
#include "io/tcp_listener.hpp"

namespace pxed::io {

namespace {

using machine::Stage;

// Bodies up to this size are often in the kernel's hands at once. Others are told of before they are sent.
constexpr std::uint64_t k_at_once = 4 * 1024 * 1024;

unsigned status_of(Reason reason) {
    if (reason == Reason::file_not_found) return 404;
    if (reason == Reason::read_failed) return 500;
    if (reason == Reason::too_many_transfers) return 503;
    return 403;  // it is there, or might be, and nobody gets it
}

std::string sized(std::uint64_t size) {
    return std::to_string(size) + " bytes";
}

}  // namespace

HttpConnection* connection_of(MHD_Connection* handle) {
    const auto* known = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return known == nullptr ? nullptr : static_cast<HttpConnection*>(known->socket_context);
}

namespace {

// The client's Finished (RFC 8446 4.4.4, RFC 5246 7.4.9): nearly all have looked at our certificate before.
int on_finished(gnutls_session_t session, unsigned, unsigned, unsigned is_incoming, const gnutls_datum_t*) {
    auto* connection = connection_of(static_cast<MHD_Connection*>(gnutls_session_get_ptr(session)));
    if (connection != nullptr && is_incoming != 0) connection->has_handshaken = true;
    return 0;
}

}  // namespace

// The callback has no argument of ours; the library has made the connection the session's pointer.
int choose_certificate(gnutls_session_t session, const gnutls_datum_t*, int, const gnutls_pk_algorithm_t*,
                       int, gnutls_pcert_st** chain, unsigned* length, gnutls_privkey_t* key) {
    auto* connection = connection_of(static_cast<MHD_Connection*>(gnutls_session_get_ptr(session)));
    if (connection == nullptr || connection->bench->keys.is_empty()) return -1;
    if (connection->keys == nullptr) connection->keys = connection->bench->keys.take();
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST, &on_finished);
    const auto& pair = connection->keys->pair;
    *chain = pair.chain();
    *length = pair.length();
    *key = pair.key();
    return 0;
}

HttpExchange::HttpExchange(HttpConnection& connection, http::Request request)
    : connection_(connection), request_(std::move(request)), at_(read_instant()) {
    watcher_ = {.wait = [this] { suspend(); },
                .go_on = [this] { resume(); },
                .failed =
                    [this](Reason reason) {
                        broke_off_ = reason;
                        connection_.engine->clear_away(connection_.handle);
                    }};
    plan_ = http::objection(request_);
    if (plan_) return;
    auto target = http::parse_target(request_.target);
    if (target) {
        target_ = std::move(*target);
    } else {
        plan_ = http::refusal(400, Reason::bad_target, std::string{http::sentence(target.error())});
    }
}

HttpExchange::~HttpExchange() {
    if (waiting_ != 0) connection_.bench->disk->forget(waiting_);
    if (file_) let_go(std::move(*file_), *connection_.bench->disk);
}

bool HttpExchange::answer() {
    if (is_cancelled_) return false;
    if (!plan_ && waiting_ == 0) look_up();
    if (plan_) return queue();
    suspend();
    return true;
}

void HttpExchange::cancel() {
    is_cancelled_ = true;
    resume();
}

void HttpExchange::suspend() {
    tell_request();
    is_suspended_ = true;
    MHD_suspend_connection(connection_.handle);
}

void HttpExchange::resume() {
    if (std::exchange(is_suspended_, false)) connection_.engine->resume(connection_.handle);
}

// Whether the connection goes on after a body that is sent past the library. For that, the library must have
// read nothing but what was answered: a request that came together with this one would be lost.
bool HttpExchange::may_go_on(std::uint64_t received) const {
    return !request_.is_last && received == connection_.heads;
}

// Takes the connection out of the library's hands, by another descriptor of it, since the library closes its
// own. False: there is none.
bool HttpExchange::take_over(std::uint64_t first) {
    connection_.own = FileDescriptor{::fcntl(connection_.socket, F_DUPFD_CLOEXEC, 0)};
    if (!connection_.own.is_open()) return false;
    connection_.socket = connection_.own.get();
    auto& bench = *connection_.bench;
    sending_.emplace(bench.loop, connection_.socket, http::head_text(*plan_, body_bytes_, read_clocks().wall),
                     std::move(*file_), first, body_bytes_, *bench.disk, bench.budget,
                     [this](FileSending::End how) { on_sent(how); });
    file_.reset();
    return true;
}

void HttpExchange::send() {
    if (body_bytes_ > k_at_once) tell_request();
    sending_->start();  // the last: it may end us
}

void HttpExchange::on_sent(FileSending::End how) {
    if (how == FileSending::End::shrank) broke_off_ = Reason::file_shrank;
    if (how == FileSending::End::failed) broke_off_ = Reason::read_failed;
    connection_.bench->sent(connection_, how == FileSending::End::whole);  // the last: it ends us
}

// The same way as a TFTP name: the root of the interface, the client's own directory in it, and what the
// kernel opens below it.
void HttpExchange::look_up() {
    connection_.phase = HttpConnection::Phase::look_up;
    auto& bench = *connection_.bench;
    const auto* root = bench.tree ? bench.tree->root_for(connection_.interface) : nullptr;
    if (root == nullptr) {
        refuse({Reason::file_not_found, "no http-root or tftp-root for this interface"});
        return;
    }
    asks_for_index_ = target_.names_directory;
    const auto slash = target_.path.empty() ? "" : "/";
    const auto name = '/' + target_.path + (asks_for_index_ ? slash + std::string{"index.html"} : "");
    const auto& surroundings = bench.surroundings;
    auto lookup = bench.tree->lookup(*root, name, connection_.peer, surroundings.hardware_of);
    if (auto found = root->open_now(lookup, bench.roots)) {
        name_.expect(std::move(lookup));
        on_found(std::move(*found));
        return;
    }
    // What the client runs is worth asking (the kernel for its hardware address, at each request) only where
    // the file is not where it is said to be.
    if (surroundings.program_of) bench.tree->look_beside(surroundings.program_of(connection_.peer), lookup);
    name_.expect(lookup);
    waiting_ = root->open_later(std::move(lookup), *bench.disk, [this](Result<OpenFile, OpenError> found) {
        waiting_ = 0;
        on_found(std::move(found));
        if (plan_) resume();
    });
}

void HttpExchange::on_found(Result<OpenFile, OpenError> found) {
    if (!found) {
        on_missing(std::move(found).error());
        return;
    }
    const auto& tree = connection_.bench->tree;  // none: a reload has switched HTTP off meanwhile
    if (auto why = tree ? tree->objection(*found) : std::optional{OpenError{}}) {
        let_go(std::move(*found), *connection_.bench->disk);
        refuse(*why);
        return;
    }
    name_.is(found->name);
    file_ = std::move(*found);
    size_ = file_->size;
    plan_ = http::plan(request_, {size_, http::media_type_of(file_->name), file_->modified});
}

void HttpExchange::on_missing(OpenError why) {
    tell_request();  // what makes a file for it may have something to say
    const auto& bench = *connection_.bench;
    const bool is_missing = why.reason == Reason::file_not_found;
    if (is_missing && !asks_for_index_ && bench.surroundings.generated) {
        if (auto made = bench.surroundings.generated(target_.path, connection_.peer)) {
            name_.is_made_by(made->line);
            answer_with_text(std::move(made->text), http::media_type_of(target_.path));
            return;
        }
    }
    const bool may_be_directory = asks_for_index_ ? is_missing : why.reason == Reason::not_a_file;
    if (may_be_directory && (asks_for_index_ || bench.policy.lists_directories))
        look_for_directory();
    else
        refuse(why);
}

void HttpExchange::look_for_directory() {
    struct Look {
        std::string root;
        Lookup lookup;
        Result<std::vector<http::DirectoryEntry>, OpenError> entries;
    };
    auto& bench = *connection_.bench;
    const auto* root = bench.tree ? bench.tree->root_for(connection_.interface) : nullptr;
    if (root == nullptr) {
        refuse({Reason::file_not_found, "no root for this interface any more"});
        return;
    }
    auto lookup =
        bench.tree->lookup(*root, '/' + target_.path, connection_.peer, bench.surroundings.hardware_of);
    if (target_.path.empty()) {
        lookup.candidates = {"."};
        lookup.within = {lookup.subdirectory};
    }
    waiting_ = bench.disk->submit_with(
        Look{root->directory(), std::move(lookup), {}},
        [](Look& look) { look.entries = list_directory(look.root, look.lookup); },
        [this](Look& look) {
            waiting_ = 0;
            if (!look.entries) {
                refuse(look.entries.error());
            } else if (!connection_.bench->policy.lists_directories) {
                refuse({Reason::not_a_file, "a directory without index.html, and no http-listing"});
            } else {
                answer_with_text(http::listing_page(target_.path, std::move(*look.entries)), "text/html");
            }
            resume();
        });
}

void HttpExchange::answer_with_text(std::string text, std::string_view media_type) {
    text_ = std::move(text);
    size_ = text_.size();
    plan_ = http::plan(request_, {size_, media_type, std::nullopt});
}

void HttpExchange::refuse(const OpenError& why) {
    plan_ = http::refusal(status_of(why.reason), why.reason, why.detail);
    // What is lacking now (a descriptor) will be there in a moment.
    if (plan_->status == 503) plan_->headers.push_back({"Retry-After", "1"});
}

bool HttpExchange::queue() {
    const bool is_head = request_.method == "HEAD";
    plan_->closes |= connection_.bench->is_finishing;
    std::optional<BytesPassed> passed;
    if (plan_->sends_resource() && !is_head) {
        const auto first = plan_->part ? plan_->part->first : 0;
        body_bytes_ = plan_->part ? plan_->part->length() : size_;
        // A small one never goes past the library.
        if (body_bytes_ > k_small_body) passed = bytes_passed(connection_.socket);
        // With HTTP/1.0 it may be kept all the same.
        const HttpWay way{connection_.keys != nullptr, passed && may_go_on(passed->received),
                          request_.is_last && request_.is_version_1_1};
        if (file_ && body_bytes_ > 0) {
            if (goes_past_library(*file_, body_bytes_, way)) {
                plan_->closes |= !way.goes_on;
                begin_sending(passed->acknowledged);
                if (take_over(first)) return false;
            }
            body_ = file_body(std::move(*file_), first, body_bytes_, way, *connection_.bench->disk, watcher_);
        } else {
            body_.response = text_response(text_);
        }
    } else if (plan_->sends_resource() || plan_->status == 304) {
        body_.response = bodiless_response(size_);
    } else {
        body_.response = text_response(plan_->text);
    }
    // HEAD and 304 send nothing of it.
    if (file_) let_go(std::move(*file_), *connection_.bench->disk);
    file_.reset();
    if (!body_.response) return false;
    add_headers(*body_.response, *plan_);
    // A small body is in the kernel's hands at once: nobody will ask how far it has got.
    if (!body_.is_copied && !passed) passed = bytes_passed(connection_.socket);
    begin_sending(passed ? passed->acknowledged : connection_.acknowledged);
    return MHD_queue_response(connection_.handle, plan_->status, body_.response.get()) == MHD_YES;
}

void HttpExchange::begin_sending(std::uint64_t acknowledged) {
    connection_.phase = HttpConnection::Phase::sending;
    connection_.looked_at = read_instant();
    connection_.acknowledged = acknowledged;
    acknowledged_before_ = acknowledged;
}

void HttpExchange::tell_request() {
    if (!std::exchange(is_told_, true))
        connection_.bench->surroundings.tell(event(Stage::http_request, Reason::none));
}

machine::Event HttpExchange::event(Stage stage, Reason reason, std::string detail) const {
    machine::Event event;
    event.stage = stage;
    event.reason = reason;
    event.peer = connection_.peer;
    event.interface = connection_.interface;
    event.file = target_.path.empty() ? request_.target : target_.path;
    event.detail = std::move(detail);
    if (stage == Stage::http_request) return event;
    event.duration = read_instant() - at_;
    name_.tell(event);
    return event;
}

machine::Event HttpExchange::conclusion(bool is_whole) {
    if (!plan_ || !is_whole) {
        if (connection_.bench->is_finishing)
            return event(Stage::http_failed, Reason::none, "server is stopping");
        Reason why = broke_off_;
        if (why == Reason::none && body_.has_shrunk()) why = Reason::file_shrank;
        if (why == Reason::none) why = connection_.is_shut ? Reason::timed_out : Reason::client_error;
        return event(Stage::http_failed, why,
                     why == Reason::client_error
                         ? "closed the connection before the end of " + sized(plan_ ? body_bytes_ : 0)
                         : "");
    }
    if (plan_->status >= 400) return event(Stage::http_failed, plan_->reason, plan_->detail);
    auto sent = event(Stage::http_sent, plan_->reason, plan_->detail);
    sent.bytes = body_bytes_;
    if (plan_->status == 200 && request_.method == "HEAD") sent.reason = Reason::size_probe;
    if (plan_->part) {
        // The first part of a file is news; those that follow on the connection are sectors of a disk image.
        if (connection_.in_parts == target_.path) sent.reason = Reason::part_sent;
        connection_.in_parts = target_.path;
    }
    return sent;
}

}  // namespace pxed::io
