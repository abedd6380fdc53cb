#include "dhcp/server.hpp"

#include <algorithm>
#include <utility>

#include "base/reversed.hpp"
#include "dhcp/address.hpp"
#include "dhcp/stored_rows.hpp"

namespace pxed::dhcp {
namespace {

// A full disk fails every client at once, and each of them again every few seconds.
constexpr seconds k_failure_window{10};
constexpr std::uint32_t k_failures_told = 8;

/// The interface the client is on. bridge-interface lets a link stand for others; the wire stays theirs.
unsigned way_out(const Question& question) {
    return question.arrival.leaves_by != 0 ? question.arrival.leaves_by : question.interface;
}

}  // namespace

Server::Server(const Policy& policy, LeaseStore& store, Surroundings& surroundings)
    : policy_(&policy), store_(store), surroundings_(surroundings) {
    use(policy);
}

void Server::use(const Policy& policy) {
    policy_ = &policy;
    leases_.set_aside(addresses_set_aside(policy));
}

void Server::load(std::span<const Lease> rows) {
    leases_.load(rows);
    for (const Lease& row : rows)
        last_version_ = std::max(last_version_, row.version);
}

void Server::follow(std::span<const Link> links) {
    links_.assign(links.begin(), links.end());
    others_.follow(links);
}

void Server::receive(std::vector<Arrival> batch, Now now) {
    see(now);
    // Before anybody is decided: an address whose lease ended a moment ago is free for this batch.
    expire();
    std::vector<Question> questions;
    questions.reserve(batch.size());
    for (Arrival& arrival : batch) {
        const unsigned interface = arrival.link->index;
        questions.push_back({std::move(arrival), interface, 0});
    }
    decide_all(std::move(questions));
}

void Server::on_probe_answer(Ipv4 address, bool is_in_use, Now now) {
    see(now);
    const auto answer = is_in_use ? Probed::Answer::in_use : Probed::Answer::free;
    decide_all(desk_.answer(address, answer, now.instant));
}

void Server::on_time(Now now) {
    see(now);
    expire();
    send_delayed();
    // A prober that does not answer must not keep a machine from booting: its address counts as free.
    for (const Ipv4 address : desk_.overdue(now.instant)) {
        decide_all(desk_.answer(address, Probed::Answer::free, now.instant));
    }
}

std::optional<Instant> Server::next_deadline() const {
    std::optional<Instant> first = desk_.next_deadline();
    if (const auto delayed = delays_.next_deadline()) first = first ? std::min(*first, *delayed) : delayed;
    if (const auto expiry = leases_.next_expiry(); expiry && *expiry != k_never) {
        const Instant at = std::max(*expiry, expire_again_at_);
        first = first ? std::min(*first, at) : at;
    }
    return first;
}

void Server::abandon() {
    desk_.abandon();
    delays_.abandon();
    // The flights stay: when they land, the table still has to learn what became of its rows.
    for (auto& entry : flights_)
        entry.second.answers.clear();
    replies_waiting_ = 0;
}

void Server::see(Now now) {
    now_ = now;
    desk_.forget_stale(now.instant);
    leases_.pass_time(now.instant);
}

const Link* Server::find_link(unsigned interface) const {
    const auto found = std::ranges::find(links_, interface, &Link::index);
    return found == links_.end() ? nullptr : &*found;
}

void Server::decide_all(std::vector<Question> questions) {
    Flight flight;
    for (Question& question : questions)
        take(std::move(question), flight);
    launch(std::move(flight));
}

void Server::take(Question question, Flight& flight) {
    question.arrival.link = find_link(question.interface);
    // The interface went away while the message waited: there is nobody left to answer.
    if (question.arrival.link == nullptr) {
        tell_silence(question, Reason::wrong_interface, "it went away while an address was tested");
        return;
    }
    Decision decision = decide({.policy = *policy_,
                                .leases = leases_,
                                .arrival = question.arrival,
                                .links = links_,
                                .now = now_,
                                .probed = desk_,
                                .probe_more = desk_.has_room(),
                                .traces = traces_,
                                .tells_leases = tells_leases_,
                                .machine = surroundings_.machine_of(question.arrival.message.hardware),
                                .foreign_proxy_seen = others_.has_proxy(question.interface, now_.instant)});
    if (decision.probe) {
        await_probe(std::move(question), std::move(decision));
        return;
    }
    note_others(question.arrival, decision);
    if (!decision.trace.empty()) surroundings_.trace(decision.trace);
    // OFFER, NAK, INFORM's ACK and silence promise nothing: they do not wait, however slow the disk is. What
    // rests on a row that is not stored yet carries that row in its changes, and so waits below.
    if (decision.changes.empty()) {
        apply_holds(decision);
        answer(std::move(question), std::move(decision));
        return;
    }
    // Memory is bounded while the disk hangs; the client asks again.
    if (replies_waiting_ + flight.answers.size() >= k_most_waiting) {
        tell_silence(question, Reason::overloaded, "too many replies wait for the lease store");
        return;
    }
    std::vector<Hold> used_holds;
    for (const Ipv4 address : decision.released_holds) {
        if (const Hold* hold = leases_.find_hold(address)) used_holds.push_back(*hold);
    }
    apply_holds(decision);
    if (tells_leases_) note_rows(decision, question.arrival, flight.rows);
    add_changes(std::move(decision.changes), flight);
    flight.answers.push_back(
        {std::move(question), std::move(decision), std::move(used_holds), last_version_});
}

void Server::await_probe(Question question, Decision decision) {
    const Ipv4 address = *decision.probe;
    apply_holds(decision);
    // The decision that ends the wait tells the rest; an address found in use is worth a line of its own.
    for (machine::Event& event : decision.events) {
        if (event.stage == machine::Stage::probe) tell(std::move(event), question);
    }
    const unsigned interface = way_out(question);
    switch (desk_.join(address, question, now_.instant)) {
        case ProbeDesk::Joined::first:
            surroundings_.probe(address, interface);
            break;
        case ProbeDesk::Joined::later:
            break;
        case ProbeDesk::Joined::full:
            tell_silence(question, Reason::overloaded,
                         "too many clients wait for a test of " + address.text());
            break;
    }
}

void Server::apply_holds(const Decision& decision) {
    // First what is given back: the hold that gives way is often for the same address.
    for (const Ipv4 address : decision.released_holds)
        leases_.release_hold(address);
    for (const Hold& hold : decision.holds)
        leases_.hold(hold);
}

void Server::add_changes(std::vector<Change> changes, Flight& flight) {
    // One count for all rows: a row deleted and made anew never bears a version it had before, so whoever
    // acts on the old one is found out.
    for (Change& change : changes) {
        last_version_ = std::max(last_version_, change.replaces) + 1;
        if (change.row) change.row->version = last_version_;
        const Lease* before = leases_.find(change.address);
        const bool takes_away = before != nullptr && (!change.row || change.row->state != before->state ||
                                                      change.row->hardware != before->hardware);
        if (takes_away) taken_away_[change.address] = last_version_;
    }
    // One ticket a decision, so that a failure takes the steps back one by one, newest first.
    flight.tickets.push_back(++last_ticket_);
    leases_.apply(changes, last_ticket_);
    for (Change& change : changes) {
        const auto earlier = std::ranges::find(flight.changes, change.address, &Change::address);
        if (earlier == flight.changes.end()) {
            flight.changes.push_back(std::move(change));
        } else {
            // The store sees one step: from the row it has to the last one of this batch.
            earlier->row = std::move(change.row);
        }
    }
}

void Server::expire() {
    if (now_.instant < expire_again_at_) return;
    std::vector<Change> changes = leases_.expired(now_.instant, k_expiry_batch);
    if (changes.empty()) return;
    Flight flight;
    for (const Change& change : changes) {
        if (const Lease* lease = leases_.find(change.address)) flight.events.push_back(end_event(*lease));
    }
    if (tells_leases_) note_ended(changes, flight.rows);
    add_changes(std::move(changes), flight);
    launch(std::move(flight));
}

void Server::launch(Flight flight) {
    if (flight.tickets.empty()) return;
    const std::uint64_t number = ++last_flight_;
    std::vector<Change> changes = std::exchange(flight.changes, {});
    replies_waiting_ += flight.answers.size();
    // In the map first: the store may answer inside commit().
    flights_.emplace(number, std::move(flight));
    store_.commit(std::move(changes), [this, number](const CommitResult& result) { land(number, result); });
}

void Server::land(std::uint64_t number, const CommitResult& result) {
    auto node = flights_.extract(number);
    if (node.empty()) return;
    Flight flight = std::move(node.mapped());
    replies_waiting_ -= flight.answers.size();
    // The disk took its time: the durations told and the pause before the next attempt count from now.
    now_ = surroundings_.time();
    // The table first: what is decided again must see the rows as they are now.
    settle(flight, result);
    if (std::holds_alternative<Stored>(result)) {
        on_stored(std::move(flight));
    } else if (const auto* failed = std::get_if<Failed>(&result)) {
        on_failed(std::move(flight), failed->why);
    } else {
        on_conflict(std::move(flight));
    }
    if (flights_.empty()) taken_away_.clear();
    surroundings_.deadline_changed();
}

void Server::settle(const Flight& flight, const CommitResult& result) {
    if (std::holds_alternative<Stored>(result)) {
        for (const std::uint64_t ticket : flight.tickets)
            leases_.settle(ticket, result);
        return;
    }
    for (const std::uint64_t ticket : reversed(flight.tickets))
        leases_.settle(ticket, result);
    // The address stays promised to its client, which will ask for it again.
    for (const Answer& answer : flight.answers) {
        for (const Hold& hold : answer.used_holds) {
            const bool is_still_free = leases_.find_hold(hold.address) == nullptr &&
                                       leases_.find_hold(hold.hardware, hold.client_id) == nullptr;
            if (is_still_free) leases_.hold(hold);
        }
    }
}

bool Server::is_still_true(const Answer& answer) const {
    const auto& reply = answer.decision.reply;
    if (!reply || reply->type() != MessageType::ack || reply->yiaddr.is_zero()) return true;
    const auto taken = taken_away_.find(reply->yiaddr);
    if (taken != taken_away_.end() && taken->second > answer.version) return false;
    const Lease* lease = leases_.find(reply->yiaddr);
    return lease != nullptr && lease->state == Lease::State::bound && lease->hardware == reply->hardware;
}

void Server::on_stored(Flight flight) {
    // In the order of arrival: a client that asked twice hears its last transaction last.
    for (Answer& answer : flight.answers) {
        if (!is_still_true(answer)) {
            tell_silence(answer.question, Reason::lease_ended, "");
            continue;
        }
        send(answer.question, answer.decision);
    }
    for (machine::Event& event : flight.events)
        surroundings_.tell(std::move(event));
    for (StoredLease& row : flight.rows)
        surroundings_.lease_stored(std::move(row));
}

void Server::on_failed(Flight flight, const std::string& why) {
    // RFC 2131 3.1(4): what is not committed is not acknowledged. The client asks again, and so the store is
    // tried again.
    for (const Answer& answer : flight.answers)
        tell_failure(answer, why);
    if (!flight.events.empty()) expire_again_at_ = now_.instant + k_expiry_pause;
}

void Server::on_conflict(Flight flight) {
    if (!flight.events.empty()) expire_again_at_ = now_.instant + k_expiry_pause;
    for (Answer& answer : flight.answers) {
        if (++answer.question.attempts >= k_most_attempts) {
            tell_failure(answer, "the row was changed by somebody else each time");
            continue;
        }
        // Alone this time: one row in dispute must not hold up those who shared its transaction.
        std::vector<Question> alone;
        alone.push_back(std::move(answer.question));
        decide_all(std::move(alone));
    }
}

void Server::send(const Question& question, Decision& decision) {
    if (decision.reply)
        surroundings_.send(
            {std::move(*decision.reply), decision.reply_limit, decision.destination, way_out(question)});
    for (machine::Event& event : decision.events)
        tell(std::move(event), question);
}

void Server::tell(machine::Event event, const Question& question) {
    // The wait for a probe or for the disk is in it: that is what the client felt.
    event.duration = now_.instant - question.arrival.received;
    surroundings_.tell(std::move(event));
}

void Server::tell_failure(const Answer& answer, const std::string& why) {
    FailureTelling& telling = failure_telling_;
    if (now_.instant >= telling.window_ends) {
        telling.window_ends = now_.instant + k_failure_window;
        telling.told = 0;
    }
    if (telling.told >= k_failures_told) {
        ++telling.kept_back;
        return;
    }
    ++telling.told;
    std::string detail = why;
    if (const auto more = std::exchange(telling.kept_back, 0); more > 0) {
        detail += " (and " + std::to_string(more) + " more before this one)";
    }
    // The facts of the answer that could not be given, under the name of the message that asked for it.
    machine::Event event;
    if (!answer.decision.events.empty()) event = answer.decision.events.front();
    event.stage = stage_of(answer.question.arrival.message.type());
    event.reason = Reason::store_failed;
    event.detail = std::move(detail);
    tell(std::move(event), answer.question);
}

void Server::tell_silence(const Question& question, Reason reason, std::string detail) {
    const Message& message = question.arrival.message;
    machine::Event event;
    event.stage = stage_of(message.type());
    event.reason = reason;
    event.machine = message.hardware;
    event.xid = message.xid;
    if (const Link* link = find_link(question.interface)) event.interface = link->name;
    event.detail = std::move(detail);
    tell(std::move(event), question);
}

}  // namespace pxed::dhcp
