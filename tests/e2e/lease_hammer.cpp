// Load for the crash tests of the lease store: rows are written, replaced and deleted as fast as the store
// takes them, and every step is told on standard output before and after, so that whoever kills us knows what
// must be there.
//
//   lease_hammer run DATABASE SEED [ACKS]   until killed, or until ACKS changes were acknowledged
//   lease_hammer list DATABASE              the rows, as a daemon that starts would find them
//
// Told by run, one line each: `> ADDRESS VERSION STAMP` a change is about to be committed (version 0: a
// deletion),
// `< ADDRESS VERSION STAMP` it was acknowledged, `! ADDRESS WHY` it was refused. Exit status 3: the store
// answered with a conflict, which nobody else's writing can explain.

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>

#include <unistd.h>

#include "base/text.hpp"
#include "io/clock.hpp"
#include "io/lease_store.hpp"

namespace {

using namespace pxed;

constexpr std::uint32_t k_addresses = 3000;
constexpr std::size_t k_in_flight = 24;
constexpr Ipv4 k_first{10, 0, 0, 0};

// One write() a line: what was told is told, even if the next instruction never runs.
void tell(const std::string& line) {
    const std::string text = line + '\n';
    if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::exit(4);
}

class Hammer {
 public:
    Hammer(ev::loop_ref loop, io::SqliteLeaseStore& store, unsigned seed, std::uint64_t acks_wanted)
        : loop_(loop), store_(store), random_(seed), seed_(seed), acks_wanted_(acks_wanted), pause_(loop) {
        pause_.set<Hammer, &Hammer::fill>(this);
    }

    void load(std::span<const dhcp::Lease> rows) {
        for (const auto& row : rows)
            versions_[row.address] = row.version;
    }

    void fill() {
        while (busy_.size() < k_in_flight && acks_ < acks_wanted_)
            strike();
    }

    [[nodiscard]] bool met_conflict() const { return met_conflict_; }

 private:
    void strike() {
        Ipv4 address;
        do {
            address = Ipv4{k_first.value() + static_cast<std::uint32_t>(random_() % k_addresses)};
        } while (busy_.contains(address));
        const auto known = versions_.find(address);
        dhcp::Change change{address, std::nullopt, known == versions_.end() ? 0 : known->second};
        const bool deletes = change.replaces != 0 && random_() % 8 == 0;
        const std::string stamp = "s" + std::to_string(seed_) + "-" + std::to_string(++strikes_);
        if (!deletes) {
            const auto now = io::read_clocks();
            dhcp::Lease lease;
            lease.address = address;
            lease.hardware = *HwAddr::parse("52:54:00:00:00:01");
            lease.host_name = stamp;
            lease.duration = seconds{86400};
            lease.expires = after(now.instant, lease.duration);
            change.row = lease;
        }
        const auto version = deletes ? 0 : change.replaces + 1;
        const std::string words = address.text() + ' ' + std::to_string(version) + ' ' + stamp;
        busy_.insert(address);
        tell("> " + words);
        store_.commit({change}, [=, this](const dhcp::CommitResult& result) {
            busy_.erase(address);
            on_answer(address, version, words, result);
        });
    }

    void on_answer(Ipv4 address, std::uint64_t version, const std::string& words,
                   const dhcp::CommitResult& result) {
        if (std::holds_alternative<dhcp::Stored>(result)) {
            tell("< " + words);
            if (version == 0) {
                versions_.erase(address);
            } else {
                versions_[address] = version;
            }
            if (++acks_ == acks_wanted_) loop_.break_loop(ev::ALL);
            fill();
        } else if (const auto* failed = std::get_if<dhcp::Failed>(&result)) {
            tell("! " + address.text() + ' ' + failed->why);
            pause_.start(0.005);  // a client asks again, but not at once
        } else {
            tell("? " + words);
            met_conflict_ = true;
            loop_.break_loop(ev::ALL);
        }
    }

    ev::loop_ref loop_;
    io::SqliteLeaseStore& store_;
    std::mt19937 random_;
    unsigned seed_;
    std::uint64_t acks_wanted_;
    std::uint64_t acks_ = 0;
    std::uint64_t strikes_ = 0;
    std::map<Ipv4, std::uint64_t> versions_;
    std::set<Ipv4> busy_;
    bool met_conflict_ = false;
    ev::timer pause_;
};

}  // namespace

int main(int argc, char** argv) {
    const std::span arguments{argv, static_cast<std::size_t>(argc)};
    if (arguments.size() < 3) return 2;
    const bool lists = std::string_view{arguments[1]} == "list";
    ev::dynamic_loop loop{io::k_loop_flags};
    auto opened = io::SqliteLeaseStore::open(loop, {arguments[2], ""}, io::read_clocks());
    if (!opened) {
        std::cerr << opened.error() << '\n';
        return 1;
    }
    for (const auto& note : opened->notes)
        tell("# " + note.text);
    if (lists) {
        for (const auto& row : opened->rows)
            tell(row.address.text() + ' ' + std::to_string(row.version) + ' ' + row.host_name);
        return 0;
    }
    if (arguments.size() < 4) return 2;
    const auto seed = parse_number(arguments[3]).value_or(0);
    const auto acks = arguments.size() > 4 ? parse_number(arguments[4]).value_or(0) : UINT64_MAX;
    Hammer hammer{loop, *opened->store, static_cast<unsigned>(seed), acks};
    hammer.load(opened->rows);
    ev::timer keeps_running{loop};  // an idle disk thread alone would let the loop end
    keeps_running.set<Hammer, &Hammer::fill>(&hammer);
    keeps_running.start(0, 1);
    loop.run();
    return hammer.met_conflict() ? 3 : 0;
}
