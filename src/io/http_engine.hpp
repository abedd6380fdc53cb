#pragma once

#include <gnutls/abstract.h>
#include <memory>

#include <microhttpd.h>

#include "http/request.hpp"
#include "io/file_descriptor.hpp"
#include "io/loop.hpp"
#include "io/socket_address.hpp"

namespace pxed::io {

/// libmicrohttpd in our loop: no thread and no listening socket of its own. It parses what connections say
/// and sends what it is given; who is let in and what is answered is decided by whoever hands connections
/// over.
class HttpEngine {
 public:
    /// What it calls, with `self` as the first argument. See libmicrohttpd's manual.
    struct Callbacks {
        void* self = nullptr;
        MHD_AccessHandlerCallback answer = nullptr;
        MHD_NotifyConnectionCallback connection = nullptr;
        MHD_RequestCompletedCallback completed = nullptr;
    };
    /// Chooses the certificate of a connection (gnutls_certificate_retrieve_function2).
    using ChooseCertificate = int (*)(gnutls_session_int*, const gnutls_datum_t*, int,
                                      const gnutls_pk_algorithm_t*, int, gnutls_pcert_st**, unsigned*,
                                      gnutls_privkey_st**);

    /// `certificate`: with HTTPS; nullptr: HTTP. Nothing: the library could not be started.
    [[nodiscard]] static std::unique_ptr<HttpEngine> start(ev::loop_ref loop, const Callbacks& callbacks,
                                                           ChooseCertificate certificate);
    /// Ends every connection. Requires: none is suspended, or all were resumed.
    ~HttpEngine();
    HttpEngine(const HttpEngine&) = delete;
    HttpEngine& operator=(const HttpEngine&) = delete;

    /// Takes a connection over; `connection` is called from within. False: it could not be, and is closed.
    bool add(FileDescriptor socket, const SocketAddress& peer);
    /// Lets a suspended connection go on in the loop's next turn.
    void resume(MHD_Connection* connection);
    /// Has the library look at a connection again that it may have forgotten: its body is about to say
    /// MHD_CONTENT_READER_END_WITH_ERROR (to be called before it does), or its socket is dead.
    void clear_away(MHD_Connection* connection);
    /// How many bytes the head of the request has that is being answered.
    [[nodiscard]] static std::size_t head_size(MHD_Connection* connection);

 private:
    HttpEngine(ev::loop_ref loop, MHD_Daemon* daemon, int epoll);
    void on_ready(ev::io& watcher, int revents);
    void on_due(ev::timer& watcher, int revents);
    void run();
    void run_soon();

    MHD_Daemon* daemon_;
    ev::io ready_;
    ev::timer due_;
    bool is_due_ = false;  // in the loop's next turn
};

/// What a connection asks for, as the library hands it over.
[[nodiscard]] http::Request request_of(MHD_Connection* connection, const char* target, const char* method,
                                       const char* version);

}  // namespace pxed::io
