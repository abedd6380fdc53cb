#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "dhcp/lease.hpp"
#include "scripted_store.hpp"

namespace pxed::scenario {

/// The stores every scenario is played with.
enum class StoreKind {
    at_once,    ///< answers inside commit()
    late,       ///< writes in order, answers later and newest first
    reordered,  ///< writes and answers later, newest first: later commits meet conflicts
    sqlite,     ///< the daemon's own
};

[[nodiscard]] std::string_view name_of(StoreKind kind);
[[nodiscard]] std::optional<StoreKind> store_kind(std::string_view name);

/// One of them, with what a scenario can do to it.
class StoreUnderTest {
 public:
    explicit StoreUnderTest(StoreKind kind);
    ~StoreUnderTest();
    StoreUnderTest(const StoreUnderTest&) = delete;
    StoreUnderTest& operator=(const StoreUnderTest&) = delete;

    [[nodiscard]] StoreKind kind() const { return kind_; }
    /// Opens it with the rows a scenario begins with.
    void open(const std::vector<dhcp::Lease>& rows);
    [[nodiscard]] dhcp::LeaseStore& store();
    /// Lets all answers out, unless the scenario holds them back.
    void flush();
    /// What a restarted server would load. Requires: not called from within an answer of SQLite's.
    [[nodiscard]] std::vector<dhcp::Lease> rows();
    /// The process is killed: nobody hears the answers under way.
    void kill();
    /// For faults; nullptr for SQLite.
    [[nodiscard]] test::ScriptedStore* scripted() { return scripted_.get(); }

 private:
    struct Sqlite;
    StoreKind kind_;
    std::unique_ptr<test::ScriptedStore> scripted_;
    std::unique_ptr<Sqlite> sqlite_;
};

}  // namespace pxed::scenario
