#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "io/disk.hpp"
#include "io/file_root.hpp"
#include "io/found_name.hpp"
#include "io/loop.hpp"
#include "io/shared_files.hpp"
#include "io/tftp_blocks.hpp"
#include "io/tftp_service.hpp"
#include "io/udp_socket.hpp"
#include "machine/event.hpp"
#include "tftp/transfer.hpp"
#include "wire/tftp_packet.hpp"

namespace pxed::io {

class TftpSession;

/// What all transfers of a service share.
struct TftpBench {
    ev::loop_ref loop;
    Disk& disk;
    SharedFiles files{disk, {}};  ///< what is being sent
    std::size_t transfers = 0;    ///< sessions that there are
    TftpCounts counts{};
    std::array<std::uint8_t, 2048> inbox{};  ///< ACKs and ERRORs: nothing long is expected
    std::vector<std::uint8_t> datagrams{};   ///< room for one run of blocks
    /// A client has shown that it exists: its first ACK came.
    std::function<void(TftpSession&)> validated{};
    /// The session is over, and may be destroyed.
    std::function<void(TftpSession&, machine::Event)> ended{};
};

/// Who asked for what, and where.
struct TftpAsked {
    Endpoint peer;
    Endpoint local;         ///< the address that was asked
    std::string interface;  ///< by name
    tftp::Request request;
    Instant at{};
};

/// An event of a request that is no transfer (yet).
[[nodiscard]] machine::Event tftp_event(const TftpAsked& asked, machine::Stage stage, Reason reason,
                                        std::string detail = {});

/// One read request from its arrival to its end: the file is looked for, then sent. It has a socket of its
/// own (a new port, RFC 1350 4) or, with tftp-single-port, uses the one that listens.
class TftpSession {
 public:
    TftpSession(TftpBench& bench, TftpAsked asked);
    ~TftpSession();
    TftpSession(const TftpSession&) = delete;
    TftpSession& operator=(const TftpSession&) = delete;

    /// The disk thread is looking for the file.
    void await_file(Disk::Ticket look_up) { look_up_ = look_up; }
    /// Sends the file by a socket of our own.
    void start(OpenFile file, const tftp::Terms& terms, unsigned blind_sends, UdpSocket socket);
    /// Sends it by the socket that listens; its datagrams come through take().
    void start_sharing(OpenFile file, const tftp::Terms& terms, unsigned blind_sends, UdpSocket& listening);

    /// A datagram from the peer.
    void take(Bytes payload);
    /// The same request once more: the first datagram was lost, or is not on its way yet.
    void repeat();
    /// Ends it with an ERROR to the client.
    void abandon(std::string_view text);

    [[nodiscard]] const TftpAsked& asked() const { return asked_; }
    /// The root that its file is looked for in.
    void look_below(const std::string& root) { root_ = root; }
    /// What its name stands for; the service finds out.
    [[nodiscard]] FoundName& name() { return name_; }
    /// The file; nothing when there is none, for it was made of a line.
    [[nodiscard]] std::optional<TftpSent> sent_file() const;
    [[nodiscard]] bool is_validated() const { return transfer_ && transfer_->is_validated(); }
    /// Whether the client waits for our disk: for its file to be opened, or for the next blocks.
    [[nodiscard]] bool waits_for_disk() const {
        return !blocks_ || (pending_count_ > 0 && blocks_->waits_for_disk());
    }
    /// Whether it sends by that socket.
    [[nodiscard]] bool uses(const UdpSocket& socket) const { return socket_ == &socket; }
    /// An event of this transfer, with how far it came.
    [[nodiscard]] machine::Event event(machine::Stage stage, Reason reason, std::string detail = {}) const;

 private:
    void begin(OpenFile file, const tftp::Terms& terms, unsigned blind_sends);
    void on_readable(ev::io& watcher, int revents);
    void on_writable(ev::io& watcher, int revents);
    void on_timer(ev::timer& watcher, int revents);
    void on_blocks_ready();

    // Each gives the event that ends the session, or nothing when it goes on.
    using End = std::optional<machine::Event>;
    [[nodiscard]] End perform(const tftp::Step& step, Instant now);
    [[nodiscard]] std::uint32_t most_at_once() const;
    [[nodiscard]] End send_pending(Instant now);
    [[nodiscard]] End on_packet(Bytes payload, Instant now);
    [[nodiscard]] End on_error(const tftp::Error& error) const;
    [[nodiscard]] End refuse(tftp::ErrorCode code, std::string_view text, Reason reason, std::string detail);
    void conclude(End end);

    void wait_until(Instant deadline);
    void answer_stray(const Datagram& datagram);
    [[nodiscard]] Route route() const;

    // What each block touches stands together and in front: with a thousand transfers every line of memory
    // between comes from far away each time.
    TftpBench& bench_;
    ev::io readable_;
    UdpSocket* socket_ = nullptr;
    Instant deadline_{};
    Instant rings_at_{};  // when the timer does, perhaps before the deadline
    Instant sent_at_{};
    std::uint64_t pending_first_ = 0;  // blocks of the last step that did not leave yet
    std::uint32_t pending_count_ = 0;
    std::uint16_t block_size_ = 0;
    bool is_delayed_ = false;  // they wait for the disk or for the socket
    ev::timer timer_;
    std::optional<tftp::Transfer> transfer_;
    std::optional<TftpBlocks> blocks_;
    std::optional<UdpSocket> own_socket_;
    TftpAsked asked_;

    Disk::Ticket look_up_ = 0;
    std::string root_;
    FoundName name_;
    std::uint64_t file_size_ = 0;
    std::vector<std::uint8_t> option_ack_;
    unsigned strays_ = 0;
    ev::io writable_;
};

}  // namespace pxed::io
