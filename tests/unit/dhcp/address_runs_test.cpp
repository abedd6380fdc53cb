#include "dhcp/address_runs.hpp"

#include <random>
#include <set>

#include "rig.hpp"

namespace pxed::dhcp {
namespace {

using rig::ip;

TEST(AddressRuns, JoinsNeighboursAndSplitsThemAgain) {
    AddressRuns runs;
    runs.set(ip("10.0.0.1"), true);
    runs.set(ip("10.0.0.3"), true);
    EXPECT_EQ(runs.run_count(), 2U);
    EXPECT_EQ(runs.first_gap(ip("10.0.0.1"), ip("10.0.0.9")), ip("10.0.0.2"));
    runs.set(ip("10.0.0.2"), true);
    EXPECT_EQ(runs.run_count(), 1U);
    EXPECT_EQ(runs.first_gap(ip("10.0.0.1"), ip("10.0.0.9")), ip("10.0.0.4"));
    EXPECT_EQ(runs.first_gap(ip("10.0.0.1"), ip("10.0.0.3")), std::nullopt);
    runs.set(ip("10.0.0.2"), false);
    EXPECT_EQ(runs.run_count(), 2U);
}

TEST(AddressRuns, EndsWhereAddressesEnd) {
    AddressRuns runs;
    runs.set(ip("255.255.255.255"), true);
    runs.set(ip("0.0.0.0"), true);
    EXPECT_EQ(runs.run_count(), 2U);
    EXPECT_EQ(runs.first_gap(ip("255.255.255.255"), ip("255.255.255.255")), std::nullopt);
    EXPECT_EQ(runs.first_gap(ip("0.0.0.0"), ip("0.0.0.0")), std::nullopt);
    runs.set(ip("255.255.255.255"), false);
    EXPECT_EQ(runs.first_gap(ip("255.255.255.255"), ip("255.255.255.255")), ip("255.255.255.255"));
}

// A hundred thousand leases in a pool that was filled from one end are one run, so that the search for a free
// address is one step however full the pool is.
TEST(AddressRuns, AFullPoolIsOneRun) {
    AddressRuns runs;
    for (std::uint32_t i = 0; i < 100'000; ++i)
        runs.set(Ipv4{ip("10.0.0.0").value() + i}, true);
    EXPECT_EQ(runs.run_count(), 1U);
}

TEST(AddressRuns, SaysWhatASetOfAddressesSays) {
    std::mt19937 random{7};
    AddressRuns runs;
    std::set<std::uint32_t> model;
    for (int i = 0; i < 20'000; ++i) {
        const std::uint32_t value = random() % 64;
        const bool is_in = random() % 2 == 0;
        runs.set(Ipv4{value}, is_in);
        if (is_in) {
            model.insert(value);
        } else {
            model.erase(value);
        }
        const std::uint32_t from = random() % 64;
        std::uint32_t gap = from;
        while (model.contains(gap))
            ++gap;
        const auto expected = gap <= 63 ? std::optional{Ipv4{gap}} : std::nullopt;
        ASSERT_EQ(runs.first_gap(Ipv4{from}, Ipv4{63}), expected);
        ASSERT_EQ(runs.contains(Ipv4{value}), is_in);
    }
}

}  // namespace
}  // namespace pxed::dhcp
