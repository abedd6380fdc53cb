#include "store_under_test.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "io/clock.hpp"
#include "io/lease_store.hpp"

namespace pxed::scenario {
namespace {

constexpr std::array<std::pair<StoreKind, std::string_view>, 4> k_kinds{{
    {StoreKind::at_once, "at-once"},
    {StoreKind::late, "late"},
    {StoreKind::reordered, "reordered"},
    {StoreKind::sqlite, "sqlite"},
}};

test::ScriptedStore::Pace pace_of(StoreKind kind) {
    using Pace = test::ScriptedStore::Pace;
    if (kind == StoreKind::late) return Pace::late;
    return kind == StoreKind::reordered ? Pace::reordered : Pace::at_once;
}

}  // namespace

std::string_view name_of(StoreKind kind) {
    return std::ranges::find(k_kinds, kind, [](const auto& row) { return row.first; })->second;
}

std::optional<StoreKind> store_kind(std::string_view name) {
    const auto* found = std::ranges::find(k_kinds, name, [](const auto& row) { return row.second; });
    return found == k_kinds.end() ? std::nullopt : std::optional{found->first};
}

/// The daemon's store in a directory of its own. The server keeps one LeaseStore while the file behind it is
/// closed and opened again: what rows() gives has been on the disk.
struct StoreUnderTest::Sqlite : dhcp::LeaseStore {
    Sqlite() {
        std::string name = (std::filesystem::temp_directory_path() / "pxed-scenario-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make a directory for the store");
        directory = name;
    }
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;
    ~Sqlite() override {
        store.reset();
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }
    std::vector<dhcp::Lease> open() {
        store.reset();
        auto opened = io::SqliteLeaseStore::open(loop, {directory + "/leases.db", ""}, io::read_clocks());
        if (!opened) throw std::runtime_error(opened.error());
        store = std::move(opened->store);
        std::ranges::sort(opened->rows, {}, &dhcp::Lease::address);
        return std::move(opened->rows);
    }
    void commit(std::vector<dhcp::Change> changes, Done done) override {
        store->commit(std::move(changes), std::move(done));
    }
    void wait() {
        while (store && store->waiting() > 0)
            loop.run(ev::ONCE);
    }

    std::string directory;
    ev::dynamic_loop loop{io::k_loop_flags};
    std::unique_ptr<io::SqliteLeaseStore> store;
};

StoreUnderTest::StoreUnderTest(StoreKind kind) : kind_(kind) {
    if (kind == StoreKind::sqlite) {
        sqlite_ = std::make_unique<Sqlite>();
    } else {
        scripted_ = std::make_unique<test::ScriptedStore>(pace_of(kind));
    }
}

StoreUnderTest::~StoreUnderTest() = default;

void StoreUnderTest::open(const std::vector<dhcp::Lease>& rows) {
    if (scripted_) {
        for (const dhcp::Lease& row : rows)
            scripted_->load(row);
        return;
    }
    sqlite_->open();
    std::vector<dhcp::Change> changes;
    for (const dhcp::Lease& row : rows)
        changes.push_back({row.address, row, 0});
    if (!changes.empty()) sqlite_->commit(std::move(changes), [](const dhcp::CommitResult&) {});
    sqlite_->wait();
}

dhcp::LeaseStore& StoreUnderTest::store() {
    if (scripted_) return *scripted_;
    return *sqlite_;
}

void StoreUnderTest::flush() {
    if (sqlite_) {
        sqlite_->wait();
    } else if (!scripted_->is_holding()) {
        scripted_->answer_all(test::ScriptedStore::Which::newest);
    }
}

std::vector<dhcp::Lease> StoreUnderTest::rows() {
    if (sqlite_) {
        sqlite_->wait();
        return sqlite_->open();
    }
    std::vector<dhcp::Lease> rows;
    for (const auto& [address, row] : scripted_->rows())
        rows.push_back(row);
    return rows;
}

void StoreUnderTest::kill() {
    if (sqlite_) {
        sqlite_->store.reset();
    } else {
        scripted_->forget_pending();
    }
}

}  // namespace pxed::scenario
