#include "measure.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace load {

namespace {

[[noreturn]] void give_up(std::string_view what, std::string_view why) {
    std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
                 static_cast<int>(why.size()), why.data());
    std::exit(2);
}

}  // namespace

Words::Words(std::span<char*> arguments, std::size_t positional, std::span<const std::string_view> known,
             std::string_view usage)
    : usage_(usage) {
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        if (!word.starts_with("--")) {
            positional_.emplace_back(word);
            continue;
        }
        if (std::ranges::find(known, word.substr(2)) == known.end()) {
            refuse("unknown option " + std::string(word));
        }
        if (++i == arguments.size()) {
            refuse("a value is missing after " + std::string(word));
        }
        options_.emplace(word.substr(2), arguments[i]);
    }
    if (positional_.size() != positional) {
        refuse("words are missing, or there are too many");
    }
}

std::string Words::text(std::string_view name, std::string_view otherwise) const {
    const auto found = options_.find(name);
    return found == options_.end() ? std::string(otherwise) : found->second;
}

std::uint32_t Words::number(std::string_view name, std::uint32_t otherwise) const {
    const auto found = options_.find(name);
    if (found == options_.end()) {
        return otherwise;
    }
    const std::string& text = found->second;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        refuse("not a number: --" + std::string(name) + " " + text);
    }
    return value;
}

void Words::refuse(std::string_view why) const {
    give_up(why, "\n" + usage_);
}

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) {
        give_up(text, "not an IPv4 address");
    }
    return address;
}

bool bind_as_client(int socket, const sockaddr_in& first, std::uint32_t index) {
    if (first.sin_addr.s_addr == INADDR_ANY) {
        return true;
    }
    sockaddr_in address = first;
    address.sin_addr.s_addr = htonl(ntohl(first.sin_addr.s_addr) + index);
    const int on = 1;  // or a TCP socket takes its port before it knows to whom, and runs out of them
    ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Original::Original(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (file < 0 || ::fstat(file, &status) != 0 || status.st_size == 0) {
        give_up(path, file < 0 ? std::strerror(errno) : "is empty");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    ::close(file);
    if (at == MAP_FAILED) {
        give_up(path, std::strerror(errno));
    }
    bytes_ = {static_cast<const std::uint8_t*>(at), size};
}

Original::~Original() {
    ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

double Times::within(double share) {
    if (seconds_.empty()) {
        return 0;
    }
    std::ranges::sort(seconds_);
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(seconds_.size())));
    return seconds_[std::clamp<std::size_t>(rank, 1, seconds_.size()) - 1];
}

double own_cpu_seconds() {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(use.ru_utime) + seconds(use.ru_stime);
}

void Report::name(std::string_view name) {
    line_.append(line_.empty() ? "{" : ", ").append("\"").append(name).append("\": ");
}

Report& Report::number(std::string_view name, double value) {
    this->name(name);
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 9).ptr;
    line_.append(text.data(), end);
    return *this;
}

Report& Report::text(std::string_view name, std::string_view value) {
    this->name(name);
    line_.push_back('"');
    for (const char c : value) {
        // What a server says goes into our JSON: nothing in it may end the string.
        line_.push_back(c < ' ' || c > '~' || c == '"' || c == '\\' ? '?' : c);
    }
    line_.push_back('"');
    return *this;
}

void Report::print() const {
    std::printf("%s}\n", line_.c_str());
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void widen_receive_buffer(int socket) {
    const int room = 4 << 20;
    if (::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0) {
        ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    }
}

}  // namespace load
