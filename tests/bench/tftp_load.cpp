// A TFTP client that measures: fetches one file with any number of clients at once, compares every byte with
// the original, prints MiB/s. It has its own few lines of protocol, so that it does not share an error with
// the server.
//
//   tftp_load ADDRESS NAME ORIGINAL [--blksize N] [--windowsize N] [--clients N]
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <list>
#include <optional>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto k_patience = milliseconds(1000);
constexpr int k_tries = 10;

struct Plan {
    sockaddr_in server{};
    std::string name;
    std::vector<std::uint8_t> original;
    std::uint32_t block_size = 1468;
    std::uint32_t window = 1;
    std::uint32_t clients = 1;
};

std::uint16_t two_bytes(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

/// One transfer. `take` is told each datagram, `wait_is_over` each silence.
class Fetch {
 public:
    enum class State : std::uint8_t { running, whole, failed };

    explicit Fetch(const Plan& plan)
        : plan_(plan), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), peer_(plan.server) {
        const int room = 4 << 20;
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        ask();
    }
    Fetch(const Fetch&) = delete;
    Fetch& operator=(const Fetch&) = delete;
    ~Fetch() { ::close(socket_); }

    [[nodiscard]] int descriptor() const { return socket_; }
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] Clock::time_point deadline() const { return heard_ + k_patience; }
    [[nodiscard]] const std::string& why() const { return why_; }

    void drain() {
        std::array<std::uint8_t, 65536> buffer{};
        sockaddr_in from{};
        socklen_t size = sizeof from;
        for (;;) {
            const auto got = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                        reinterpret_cast<sockaddr*>(&from), &size);
            if (got < 0 || state_ != State::running) {
                return;
            }
            if (got >= 4 && from.sin_addr.s_addr == peer_.sin_addr.s_addr) {
                // The first answer comes from the transfer's own port (RFC 1350 section 4).
                peer_ = from;
                take({buffer.data(), static_cast<std::size_t>(got)});
            }
        }
    }

    void wait_is_over() {
        if (++silences_ > k_tries) {
            fail("the server fell silent after block " + std::to_string(block_));
        } else if (block_ == 0 && !answered_) {
            ask();
        } else {
            acknowledge();
        }
    }

 private:
    void ask() {
        std::string request("\0\1", 2);
        const auto word = [&request](std::string_view text) { request.append(text).push_back('\0'); };
        word(plan_.name);
        word("octet");
        word("blksize");
        word(std::to_string(plan_.block_size));
        if (plan_.window > 1) {
            word("windowsize");
            word(std::to_string(plan_.window));
        }
        send(request.data(), request.size());
    }

    void acknowledge() {
        const std::array<std::uint8_t, 4> ack{0, 4, static_cast<std::uint8_t>(block_ >> 8),
                                              static_cast<std::uint8_t>(block_)};
        send(ack.data(), ack.size());
        since_ack_ = 0;
    }

    void take(std::span<const std::uint8_t> datagram) {
        switch (two_bytes(datagram.data())) {
            case 3:
                data(two_bytes(datagram.data() + 2), datagram.subspan(4));
                break;
            case 5:
                fail("the server says: " + std::string(datagram.begin() + 4, datagram.end()));
                break;
            case 6:
                agreed(datagram.subspan(2));
                break;
            default:
                fail("a datagram that no server sends");
        }
    }

    void agreed(std::span<const std::uint8_t> options) {
        std::vector<std::string> words;
        for (auto at = options.begin(); at != options.end();) {
            const auto end = std::find(at, options.end(), 0);
            words.emplace_back(at, end);
            at = end == options.end() ? end : end + 1;
        }
        for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
            const auto value = static_cast<std::uint32_t>(std::stoul(words[i + 1]));
            if (words[i] == "blksize") {
                block_size_ = value;
            } else if (words[i] == "windowsize") {
                window_ = value;
            }
        }
        answered_ = true;
        acknowledge();
    }

    void data(std::uint16_t block, std::span<const std::uint8_t> bytes) {
        if (block != static_cast<std::uint16_t>(block_ + 1)) {
            // Lost or repeated: say once where we are; the server goes on from there (RFC 7440 section 4).
            if (!complained_) {
                acknowledge();
            }
            complained_ = true;
            return;
        }
        answered_ = true;
        complained_ = false;
        silences_ = 0;
        heard_ = Clock::now();
        if (bytes.size() > plan_.original.size() - at_ ||
            !std::equal(bytes.begin(), bytes.end(),
                        plan_.original.begin() + static_cast<std::ptrdiff_t>(at_))) {
            return fail("other bytes than the original's in block " + std::to_string(block_ + 1));
        }
        at_ += bytes.size();
        ++block_;
        const bool is_last = bytes.size() < block_size_;
        if (++since_ack_ >= window_ || is_last) {
            acknowledge();
        }
        if (is_last) {
            state_ = at_ == plan_.original.size() ? State::whole : State::failed;
            why_ = state_ == State::whole ? "" : "the file ended early";
        }
    }

    void send(const void* bytes, std::size_t size) {
        heard_ = Clock::now();
        ::sendto(socket_, bytes, size, 0, reinterpret_cast<const sockaddr*>(&peer_), sizeof peer_);
    }

    void fail(std::string why) {
        state_ = State::failed;
        why_ = std::move(why);
    }

    const Plan& plan_;
    int socket_;
    sockaddr_in peer_;
    State state_ = State::running;
    std::string why_;
    std::uint64_t block_ = 0;  ///< the last one received in order
    std::size_t at_ = 0;
    std::uint32_t block_size_ = 512;
    std::uint32_t window_ = 1;
    std::uint32_t since_ack_ = 0;
    bool answered_ = false;
    bool complained_ = false;
    int silences_ = 0;
    Clock::time_point heard_ = Clock::now();
};

/// Runs all transfers to their ends; the reason of the first that failed, if one did.
std::optional<std::string> fetch_all(const Plan& plan) {
    std::list<Fetch> fetches;
    for (std::uint32_t i = 0; i < plan.clients; ++i) {
        fetches.emplace_back(plan);
    }
    std::vector<pollfd> ready;
    while (!fetches.empty()) {
        ready.clear();
        for (const Fetch& fetch : fetches) {
            ready.push_back({fetch.descriptor(), POLLIN, 0});
        }
        ::poll(ready.data(), ready.size(), 100);
        const auto now = Clock::now();
        std::size_t index = 0;
        for (auto it = fetches.begin(); it != fetches.end(); ++index) {
            Fetch& fetch = *it;
            if (ready[index].revents != 0) {
                fetch.drain();
            } else if (now > fetch.deadline()) {
                fetch.wait_is_over();
            }
            if (fetch.state() == Fetch::State::failed) {
                return fetch.why();
            }
            it = fetch.state() == Fetch::State::whole ? fetches.erase(it) : std::next(it);
        }
    }
    return std::nullopt;
}

std::optional<Plan> read_arguments(std::span<char*> arguments) {
    Plan plan;
    if (arguments.size() < 4 || arguments.size() % 2 != 0) {
        return std::nullopt;
    }
    plan.server.sin_family = AF_INET;
    plan.server.sin_port = htons(69);
    if (::inet_pton(AF_INET, arguments[1], &plan.server.sin_addr) != 1) {
        return std::nullopt;
    }
    plan.name = arguments[2];
    std::ifstream original(arguments[3], std::ios::binary);
    plan.original.assign(std::istreambuf_iterator<char>(original), {});
    for (std::size_t i = 4; i + 1 < arguments.size(); i += 2) {
        const std::string_view name = arguments[i];
        const std::string_view text = arguments[i + 1];
        std::uint32_t value = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) {
            return std::nullopt;
        }
        if (name == "--blksize") {
            plan.block_size = value;
        } else if (name == "--windowsize") {
            plan.window = value;
        } else if (name == "--clients") {
            plan.clients = value;
        } else {
            return std::nullopt;
        }
    }
    return plan;
}

}  // namespace

int main(int argc, char** argv) {
    const auto plan = read_arguments({argv, static_cast<std::size_t>(argc)});
    if (!plan || plan->original.empty()) {
        std::fprintf(stderr,
                     "usage: tftp_load ADDRESS NAME ORIGINAL [--blksize N] [--windowsize N] [--clients N]\n");
        return 2;
    }
    const auto started = Clock::now();
    if (const auto why = fetch_all(*plan)) {
        std::fprintf(stderr, "tftp_load: %s\n", why->c_str());
        return 1;
    }
    const std::chrono::duration<double> took = Clock::now() - started;
    const double size = static_cast<double>(plan->original.size()) * plan->clients / (1 << 20);
    std::printf("%.1f MiB/s\n", size / took.count());
    return 0;
}
