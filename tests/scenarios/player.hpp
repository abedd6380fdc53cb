#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/load.hpp"
#include "dhcp/lease_news.hpp"
#include "dhcp/server.hpp"
#include "io/interfaces.hpp"
#include "match.hpp"
#include "scenario.hpp"
#include "store_under_test.hpp"

namespace pxed::scenario {

/// Plays one scenario against a real Server and a real configuration; sockets, clock and prober are the
/// scenario's.
class Player : private dhcp::Surroundings {
 public:
    Player(const Scenario& scenario, StoreKind store);
    ~Player() override;

    /// Errors: what went otherwise, with the line.
    [[nodiscard]] Result<void, std::string> play();
    /// Whether the scenario is written for another kind of store.
    [[nodiscard]] bool is_skipped() const { return is_skipped_; }

 private:
    using Outcome = Result<void, std::string>;
    struct Verb {
        std::string_view word;
        Outcome (Player::*play)(const Step&);
    };
    static const Verb* find_verb(std::string_view word);
    static const Verb* find_expectation(std::string_view word);

    // The scene.
    Outcome play_interface(const Step& step);
    Outcome play_file(const Step& step);
    Outcome play_tree(const Step& step);
    Outcome play_config(const Step& step);
    Outcome play_hup(const Step& step);
    Outcome play_client(const Step& step);
    Outcome play_lease(const Step& step);
    Outcome play_only(const Step& step);
    // What happens.
    Outcome play_send(const Step& step);
    Outcome play_foreign(const Step& step);
    Outcome play_answer(const Step& step);
    Outcome play_wait(const Step& step);
    Outcome play_store(const Step& step);
    Outcome play_restart(const Step& step);
    Outcome play_ask(const Step& step);
    // What is wanted.
    Outcome play_expect(const Step& step);
    Outcome expect_reply(const Step& step);
    Outcome expect_nothing(const Step& step);
    Outcome expect_event(const Step& step);
    Outcome expect_no_event(const Step& step);
    Outcome expect_log(const Step& step);
    Outcome expect_trace(const Step& step);
    Outcome expect_no_trace(const Step& step);
    Outcome expect_left_out(const Step& step);
    Outcome expect_probe(const Step& step);
    Outcome expect_lease(const Step& step);
    Outcome expect_no_lease(const Step& step);
    Outcome expect_problem(const Step& step);
    Outcome expect_warning(const Step& step);
    Outcome expect_setting(const Step& step);
    Outcome expect_script(const Step& step);
    Outcome expect_paths(const Step& step);
    Outcome expect_written(const Step& step);
    Outcome expect_terms(const Step& step);

    Outcome start();
    void follow_leases();
    Outcome play_step(const Step& step, const Step& next);
    void receive_batch();
    /// Whether the relay agent takes it; then it is done.
    [[nodiscard]] bool is_relayed(const dhcp::Arrival& arrival);
    Outcome require_quiet(const Step& step);
    Outcome end();
    Outcome pass_time(nanoseconds length);
    [[nodiscard]] Result<config::Config, std::vector<config::Problem>> read_config(const Step& step) const;
    [[nodiscard]] Result<dhcp::Arrival, std::string> arrival_of(const Step& step);
    [[nodiscard]] const dhcp::Link* find_link(std::string_view name) const;
    [[nodiscard]] std::vector<io::Interface> interfaces() const;
    [[nodiscard]] std::vector<dhcp::Link> links_as_served() const;
    [[nodiscard]] std::string replies_text() const;
    [[nodiscard]] std::string events_text() const;
    [[nodiscard]] static bool is_like(const machine::Event& event, const Step& step);

    // dhcp::Surroundings
    void send(const dhcp::Outgoing& outgoing) override;
    void probe(Ipv4 address, unsigned interface) override;
    void tell(machine::Event event) override;
    void trace(const std::string& text) override;
    [[nodiscard]] Now time() const override { return now_; }
    [[nodiscard]] const machine::Machine* machine_of(const HwAddr& hardware) const override {
        return machines_.find(hardware);
    }
    void deadline_changed() override {}
    void lease_stored(dhcp::StoredLease stored) override { news_.learn(std::move(stored)); }

    const Scenario& scenario_;
    std::vector<dhcp::Link> links_;
    std::map<std::string, std::string> files_;
    tree::BootTree tree_;
    std::map<std::string, std::string, std::less<>> clients_;
    std::vector<dhcp::Lease> rows_at_start_;
    std::deque<config::Config> configs_;  ///< the last one is in use; the server may still look at older ones
    const Step* config_step_ = nullptr;   ///< the last configuration that was read, good or not
    std::vector<config::Problem> problems_;
    StoreUnderTest store_;
    std::unique_ptr<dhcp::Server> server_;
    Now now_;

    std::vector<dhcp::Arrival> batch_;
    std::vector<dhcp::Outgoing> replies_;  ///< as the client reads their bytes
    std::vector<std::string> left_out_;    ///< options that did not fit their reply
    std::vector<Ipv4> probes_;
    machine::Machines machines_;
    std::vector<machine::Event> events_;  ///< since the last `send`, `wait` or `answer`
    std::vector<std::string> traces_;
    dhcp::LeaseNews news_;             ///< for dhcp-script
    std::vector<std::string> broken_;  ///< rules of every reply that one broke
    std::vector<std::string> paths_;
    std::string written_;  ///< the boot loader's script that is made for the request asked last
    std::string terms_;
    bool is_skipped_ = false;
    unsigned expectations_ = 0;
};

}  // namespace pxed::scenario
