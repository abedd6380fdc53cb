#pragma once
// One keep-alive HTTP/1.1 connection that asks for the same file, or for random parts of it, again and again,
// and compares every byte of every body with the original. The few lines of protocol are its own.
#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "measure.hpp"

namespace load {

struct HttpPlan {
    sockaddr_in server{};
    sockaddr_in first_client{};  ///< client i has the address i above it; 0.0.0.0: the kernel's choice
    std::string path;
    std::span<const std::uint8_t> original;
    std::uint32_t part = 0;      ///< bytes of a random range each time; 0: the whole file
    std::uint32_t requests = 0;  ///< for each connection; 0: until the run ends
    /// Bodies are thrown away inside the kernel (MSG_TRUNC): only their length is looked at. For the
    /// throughput of a server that sends faster than one core can copy and compare.
    bool is_discarding = false;
    bool is_keeping_alive = true;
};

/// What all connections of a run add up.
struct HttpTally {
    std::uint64_t bytes = 0;       ///< of bodies
    std::uint64_t whole = 0;       ///< answers that came to their end
    std::uint64_t reconnects = 0;  ///< connections the server closed although it was to keep them
    Times times;
};

class HttpConnection {
 public:
    enum class State : std::uint8_t { running, done, failed };

    HttpConnection(const HttpPlan& plan, HttpTally& tally, std::uint32_t index);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    ~HttpConnection();

    [[nodiscard]] int descriptor() const { return socket_; }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::string& why() const { return why_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] bool wants_to_write() const { return is_connecting_ || sent_ < request_.size(); }
    /// How many sockets it has had: the next one may have the number of the one before.
    [[nodiscard]] std::uint32_t sockets() const { return sockets_; }

    /// Called when the kernel says that something can be read or written. A connection that was closed
    /// between two requests is opened again: `sockets` tells.
    void go_on();

 private:
    void connect();
    void compose();
    void write();
    void read();
    void take_head(std::span<const char> bytes);
    void begin_body(std::string_view head);
    void take_body(std::span<const std::uint8_t> bytes);
    void count_body(std::size_t size);
    void end_answer();
    void closed_by_server();
    void fail(std::string why);

    const HttpPlan& plan_;
    HttpTally& tally_;
    std::uint32_t index_;
    std::minstd_rand random_;
    int socket_ = -1;
    State state_ = State::running;
    std::string why_;
    std::string request_;
    std::size_t sent_ = 0;
    std::string head_;      ///< of the answer, until its empty line has come
    std::size_t at_ = 0;    ///< of the original: where the next byte of the body belongs
    std::size_t left_ = 0;  ///< bytes of the body that are still to come
    std::uint64_t bytes_ = 0;
    std::uint32_t answers_ = 0;
    std::uint32_t sockets_ = 0;
    bool is_connecting_ = false;
    bool is_in_body_ = false;
    bool is_last_ = false;  ///< the server closes after this answer
    Clock::time_point asked_;
};

}  // namespace load
