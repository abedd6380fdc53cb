#pragma once
// What every load generator here needs and no server shares: its words on the command line, the file it
// compares with, times of many, what it cost itself, and one line of JSON for the program that started it.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>

namespace load {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// `PROGRAM WORD... [--name value]...`, in any order.
class Words {
 public:
    /// Ends the program with `usage` when a word is missing, or an option is none of `known` or has no value.
    Words(std::span<char*> arguments, std::size_t positional, std::span<const std::string_view> known,
          std::string_view usage);

    [[nodiscard]] const std::string& at(std::size_t index) const { return positional_.at(index); }
    [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise) const;
    /// Ends the program when the value is not a whole number.
    [[nodiscard]] std::uint32_t number(std::string_view name, std::uint32_t otherwise) const;

 private:
    [[noreturn]] void refuse(std::string_view why) const;

    std::vector<std::string> positional_;
    std::map<std::string, std::string, std::less<>> options_;
    std::string usage_;
};

/// Ends the program when it is not dotted IPv4.
sockaddr_in address_of(const std::string& text, std::uint16_t port);

/// Binds a socket to the address `index` above `first`, any port: a server that limits what one client may
/// have must see as many clients as there are. Does nothing when `first` is 0.0.0.0. False when this host
/// does not own the address.
bool bind_as_client(int socket, const sockaddr_in& first, std::uint32_t index);

/// A file in memory, mapped and touched once, so that the first transfer does not pay for reading it.
class Original {
 public:
    /// Ends the program when the file cannot be read.
    explicit Original(const std::string& path);
    Original(const Original&) = delete;
    Original& operator=(const Original&) = delete;
    ~Original();
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
    std::span<const std::uint8_t> bytes_;
};

/// How long each of many things took.
class Times {
 public:
    void add(Clock::duration took) { seconds_.push_back(Seconds(took).count()); }
    [[nodiscard]] std::size_t count() const { return seconds_.size(); }
    /// Seconds that `share` (0 to 1) of them stayed within; 0 when there is none. Sorts.
    [[nodiscard]] double within(double share);

 private:
    std::vector<double> seconds_;
};

/// CPU seconds of this process so far, user and system.
double own_cpu_seconds();

/// One line of JSON on standard output.
class Report {
 public:
    Report& number(std::string_view name, double value);
    Report& text(std::string_view name, std::string_view value);
    void print() const;

 private:
    void name(std::string_view name);
    std::string line_;
};

/// As many descriptors as the kernel lets this process have: a thousand sockets are more than the usual soft
/// limit.
void raise_descriptor_limit();

/// A receive buffer that holds several windows, as root beyond net.core.rmem_max: a full buffer here would be
/// measured as a loss of the server's.
void widen_receive_buffer(int socket);

}  // namespace load
