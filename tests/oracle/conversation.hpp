#pragma once
// Plays one case to both daemons at once and compares what comes back.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "case.hpp"
#include "daemon.hpp"
#include "differences.hpp"
#include "lab.hpp"
#include "wire.hpp"

namespace pxed::oracle {

/// How long is waited. A loaded machine is slow, so a difference is looked at again with more patience.
struct Patience {
    milliseconds silence{250};  ///< after which no answer is no answer
    milliseconds grace{25};     ///< for a second answer, where one has come
    milliseconds start{15000};
    [[nodiscard]] Patience times(int factor) const {
        return {silence * factor, grace * factor, start * factor};
    }
};

struct Outcome {
    unsigned exchanges = 0;
    std::set<std::string> used;  ///< rows of the difference table
    std::string differences;     ///< for a person; empty when there is none
};

class Conversation {
 public:
    /// Requires: enter_own_world() before. Borrows all of them.
    Conversation(const Case& played, const Pair<const Program*>& programs,
                 const std::vector<Difference>& table, Patience patience);

    /// Errors: the case or the machine cannot be used so.
    [[nodiscard]] Result<Outcome, std::string> play();

 private:
    using Done = Result<void, std::string>;
    using Step = scenario::Step;
    /// A message that is on its way, and what it is answered with.
    struct Question {
        std::size_t port = 0;
        Pair<dhcp::Message> messages;  ///< may name the address that each side has offered
        unsigned line = 0;
        std::string text;
    };
    /// What a TFTP client asks for.
    struct Request {
        std::size_t port = 0;
        Ipv4 client;
        std::vector<std::uint8_t> packet;
    };
    struct Seen {
        std::size_t port = 0;
        Datagram datagram;
    };
    struct Verb {
        std::string_view word;
        Done (Conversation::*play)(const Step&);
        bool is_traffic = false;  ///< the daemons run by then
    };
    static const Verb* find_verb(std::string_view word);
    /// How a message travels, from the words behind `send INTERFACE`.
    struct Travel {
        Ipv4 source;
        std::uint16_t source_port = 0;
        std::uint16_t server_port = 0;
        bool is_to_us = false;
        std::string client;
    };

    Done play_step(const Step& step);
    Done play_interface(const Step& step);
    Done play_config(const Step& step);
    Done play_file(const Step& step);
    Done play_tree(const Step& step);
    Done play_client(const Step& step);
    Done play_lease(const Step& step);
    Done play_setting(const Step& step);
    Done play_send(const Step& step);
    Done play_ask(const Step& step);
    Done play_wait(const Step& step);
    Done play_signal(const Step& step);
    Done play_restart(const Step& step);

    Done start(unsigned line);
    Done start_daemons(unsigned line);
    [[nodiscard]] Result<Travel, std::string> travel_of(const Step& step) const;
    [[nodiscard]] Result<dhcp::Message, std::string> message_for(Side side, const std::string& text) const;
    void emit(Side side, const Question& question, const Travel& travel);
    [[nodiscard]] Result<std::size_t, std::string> port_named(const std::string& name) const;
    void end_batch();
    /// Looks at all taps until both sides have `wanted` datagrams each, or the time is over.
    void listen(Pair<std::vector<Seen>>& seen, std::size_t wanted, milliseconds longest);
    void pass(milliseconds length);
    void compare_answers(const Question& question, const Pair<std::vector<Seen>>& seen);
    void note(Exchange exchange, unsigned line, const std::string& text);
    /// One side's TFTP conversation: the facts of the first packet, and of the first block where that is
    /// another.
    [[nodiscard]] std::vector<Facts> ask(Side side, const Request& request);
    [[nodiscard]] std::vector<Network> server_addresses() const;

    const Case& case_;
    const Pair<const Program*>& programs_;
    const std::vector<Difference>& table_;
    Patience patience_;
    std::string configuration_;

    Lab lab_;
    Pair<std::vector<Tap>> taps_;
    Pair<std::unique_ptr<Daemon>> daemons_;
    std::map<std::string, std::string, std::less<>> clients_;
    Pair<std::map<HwAddr, Ipv4>> offered_;
    std::string lease_lines_;
    std::vector<Question> batch_;
    std::uint16_t server_port_ = dhcp::k_server_port;
    std::uint16_t client_port_ = dhcp::k_client_port;
    std::uint16_t next_transfer_ = 49152;
    bool probes_ = false;
    bool is_started_ = false;
    bool is_refused_ = false;
    Outcome outcome_;
};

}  // namespace pxed::oracle
