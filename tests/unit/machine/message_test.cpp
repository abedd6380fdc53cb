#include "machine/message.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "machine/catalog.hpp"

namespace pxed {
namespace {

using ::testing::HasSubstr;

std::set<std::string_view> all_ids() {
    std::set<std::string_view> ids;
    for (const auto& row : reason_messages())
        EXPECT_TRUE(ids.insert(row.id).second) << row_of(row.reason).name;
    for (const auto& row : stage_messages())
        EXPECT_TRUE(ids.insert(row.id).second) << name_of(row.stage);
    for (const auto& row : daemon_messages())
        EXPECT_TRUE(ids.insert(row.id).second) << row.name;
    return ids;
}

TEST(Message, EveryKindHasAnIdOfItsOwn) {
    EXPECT_EQ(all_ids().size(),
              reason_messages().size() + stage_messages().size() + daemon_messages().size());
    // Reason::none is no message; a Reason behind the last one needs a row in message.cpp.
    EXPECT_EQ(reason_messages().size(), reason_table().size() - 1);
}

// Ids are in people's alerts and in journals of years ago.
TEST(Message, IdsNeverChange) {
    EXPECT_EQ(message_id(machine::Stage::ack, Reason::none), "9c430729375847768fd24e9dce84617b");
    EXPECT_EQ(message_id(machine::Stage::discover, Reason::malformed), "42b775ecb4fe493ca9bf85d84494134c");
    EXPECT_EQ(row_of(DaemonEvent::started).id, "d998fae39dfc4c8dacb116e90e1ec680");
}

TEST(Message, AReasonIsExplainedRatherThanItsStep) {
    const auto id = message_id(machine::Stage::discover, Reason::no_address);
    EXPECT_EQ(id, message_id(machine::Stage::request, Reason::no_address));
    EXPECT_NE(id, message_id(machine::Stage::discover, Reason::none));
}

TEST(Message, NamesOfDaemonEventsAreNoStages) {
    for (const auto& event : daemon_messages())
        for (const auto& stage : stage_messages())
            EXPECT_NE(event.name, name_of(stage.stage));
}

TEST(Catalog, HasOneEntryForEachIdWithSubjectAndAdvice) {
    const auto text = catalog_text();
    const auto ids = all_ids();
    std::set<std::string_view> found;
    std::string_view rest = text;
    for (auto at = rest.find("\n-- "); at != std::string_view::npos; at = rest.find("\n-- ")) {
        rest.remove_prefix(at + 4);
        const auto entry = rest.substr(0, rest.find("\n-- "));
        const auto id = entry.substr(0, 32);
        EXPECT_TRUE(ids.contains(id)) << id;
        EXPECT_TRUE(found.insert(id).second) << id;
        EXPECT_THAT(std::string{entry}, HasSubstr("\nSubject: "));
        // What is under the empty line is what journalctl -x shows.
        EXPECT_GT(entry.size() - entry.find("\n\n"), 25U) << entry;
    }
    EXPECT_EQ(found, ids);
    EXPECT_THAT(text, HasSubstr(std::string{row_of(Reason::no_address).advice}.substr(0, 40)));
}

TEST(Catalog, FitsATerminalAndNamesFieldsOfTheJournal) {
    const auto text = catalog_text();
    for (const auto line : split(text, '\n')) {
        EXPECT_TRUE(line.size() <= 80 || line.starts_with("    ") || line.starts_with("#")) << line;
        for (auto at = line.find('@'); at != std::string_view::npos; at = line.find('@', at + 1)) {
            const auto end = line.find('@', at + 1);
            ASSERT_NE(end, std::string_view::npos) << line;
            EXPECT_TRUE(line.substr(at + 1).starts_with("PXED_")) << line;
            at = end;
        }
    }
}

}  // namespace
}  // namespace pxed
