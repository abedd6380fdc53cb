#!/usr/bin/env python3
"""What the benchmark says of its measurements: medians, ratios within a round, who is the best peer, perfdhcp's report."""
import os
import unittest

from side import dhcp_work, flat, http_work, start_work, table, tftp_work
from side.load import Wrong, exchanges
from side.servers import PEERS, address_of, mac_of
from side.work import Metric, Row, Target, verdicts
from side.usage import Group

SPEED = Metric("speed", "MB/s", targets=(Target("best", 0.9),))
DELAY = Metric("delay", "s", True, (Target("best", 1.0, True),))


def row(*metrics):
    return Row("tftp", "row", "a row", ("pxed", "a", "b", "limit"), None, metrics)


def verdict(metric, turns, others=None):
    return next(verdicts(row(metric), turns, others or {}))


def speeds(*values):
    return [{"speed": value} for value in values]


class Ratios(unittest.TestCase):
    def test_is_the_median_within_a_round_and_not_the_ratio_of_medians(self):
        # A machine that was slow in one round was slow for both.
        found = verdict(SPEED, {"pxed": speeds(100, 10, 90), "a": speeds(50, 5, 100)})
        self.assertEqual((found.ratio, found.against), (2.0, "a"))
        self.assertTrue(found.is_met())

    def test_compares_with_the_best_peer(self):
        found = verdict(SPEED, {"pxed": speeds(80), "a": speeds(50), "b": speeds(100)})
        self.assertEqual((found.ratio, found.against), (0.8, "b"))
        self.assertFalse(found.is_met())

    def test_less_is_better_where_it_says_so(self):
        found = verdict(DELAY, {"pxed": [{"delay": 3}], "a": [{"delay": 2}], "b": [{"delay": 4}]})
        self.assertEqual((found.ratio, found.against), (1.5, "a"))
        self.assertFalse(found.is_met())

    def test_a_peer_that_failed_is_not_the_best(self):
        fast_but_wrong = [{"speed": 900, "failed": 7}]
        found = verdict(SPEED, {"pxed": speeds(80), "a": fast_but_wrong, "b": speeds(40)})
        self.assertEqual((found.ratio, found.against), (2.0, "b"))

    def test_the_limit_of_the_wire_is_no_peer(self):
        found = verdict(SPEED, {"pxed": speeds(80), "a": speeds(40), "limit": speeds(1000)})
        self.assertEqual(found.against, "a")

    def test_without_a_peer_nothing_is_said_to_be_met(self):
        self.assertIsNone(verdict(SPEED, {"pxed": speeds(80)}).is_met())

    def test_own_failure_leaves_nothing_to_compare(self):
        self.assertIsNone(verdict(SPEED, {"pxed": [{"speed": 80, "failed": 1}], "a": speeds(1)}).is_met())

    def test_a_failure_in_one_round_is_one_of_the_row(self):
        metric = Metric("failed", "", True, (Target("value", 0, True),))
        found, = verdicts(row(metric), {"pxed": [{"failed": 0}, {"failed": 2}, {"failed": 0}]}, {})
        self.assertEqual(found.ratio, 2)
        self.assertFalse(found.is_met())

    def test_another_row_and_a_plain_bound(self):
        other = {"small": {"pxed": speeds(100, 120, 110)}}
        metric = Metric("speed", "", targets=(Target("row small", 0.8), Target("value", 50, True)))
        first, second = verdicts(row(metric), {"pxed": speeds(99)}, other)
        self.assertAlmostEqual(first.ratio, 0.9)
        self.assertEqual((first.against, first.theirs), ("row small", 110))
        self.assertTrue(first.is_met())
        self.assertEqual(second.ratio, 99)
        self.assertFalse(second.is_met())


class Perfdhcp(unittest.TestCase):
    REPORT = ("sent packets: 400\nreceived packets: 396\navg delay: 1.500 ms\n"
              "sent packets: 396\nreceived packets: 380\navg delay: 2.500 ms\n")

    def test_counts_what_was_not_completed(self):
        found = exchanges(self.REPORT, rate=100, seconds=4)
        self.assertEqual(found["exchanges_per_second"], 95)
        self.assertAlmostEqual(found["dropped"], 0.05)
        self.assertEqual((found["offer_ms"], found["ack_ms"]), (1.5, 2.5))

    def test_no_report_is_no_measurement(self):
        with self.assertRaises(Wrong):
            exchanges("Interface wire does not exist", 100, 4)


class Search(unittest.TestCase):
    def test_finds_what_a_server_holds(self):
        for holds in (12, 150, 4000, 23000):
            low, high, rate = 0, None, 500
            for _ in range(60):
                low, high = (rate, high) if rate <= holds else (low, rate)
                rate = dhcp_work.next_rate(low, high)
                if rate is None:
                    break
            self.assertIsNone(rate)
            self.assertGreater(low * dhcp_work.NEAR * 1.02 + 1, holds)
            self.assertLessEqual(low, holds)


class Memory(unittest.TestCase):
    def test_a_leak_is_seen(self):
        self.assertAlmostEqual(flat.growth([3 + second / 100 for second in range(600)]), 3.0, places=1)

    def test_filling_at_the_start_and_single_bursts_are_not_a_leak(self):
        samples = [min(3 + second, 20) for second in range(100)]
        samples[90] = 45
        self.assertEqual(flat.growth(samples), 0)

    def test_a_few_samples_say_nothing(self):
        with self.assertRaises(ValueError):
            flat.growth([1, 2, 3])


class Names(unittest.TestCase):
    def test_clients_are_perfdhcps(self):
        self.assertEqual(mac_of(0), "00:0c:01:02:03:04")
        self.assertEqual(mac_of(0xFD), "00:0c:01:02:04:01")
        self.assertEqual((address_of(0), address_of(255)), ("10.65.0.1", "10.65.1.0"))

    def test_every_row_has_a_name_of_its_own_and_known_servers(self):
        rows = [row for work in (dhcp_work, tftp_work, http_work, start_work) for row in work.rows()]
        self.assertEqual(len({row.name for row in rows}), len(rows))
        for one in rows:
            self.assertLessEqual(set(one.servers), {"pxed", "limit", *PEERS}, one.name)
            self.assertIn(one.part, table.PARTS)
            for metric in one.metrics:
                for target in metric.targets:
                    if target.against.startswith("row "):
                        self.assertIn(target.against[4:], {row.name for row in rows})


class Cells(unittest.TestCase):
    def test_failures_are_seen(self):
        self.assertEqual(table.cell([{"speed": 5, "failed": 3}], "speed"), "failed")
        self.assertEqual(table.cell([{"speed": 5, "failed": 3}, {"speed": 7}], "speed"), "7 (1 of 2 failed)")
        self.assertEqual(table.cell([{"speed": 5, "failed": 3}], "failed"), "3")
        self.assertEqual(table.cell([], "speed"), "-")


class Cost(unittest.TestCase):
    def test_counts_this_process(self):
        group = Group.__new__(Group)
        group.directory = None  # as where control groups cannot be made
        before = group.cpu_seconds(os.getpid())
        while group.cpu_seconds(os.getpid()) == before:
            sum(range(100000))
        self.assertGreater(group.cpu_seconds(os.getpid()), before)


if __name__ == "__main__":
    unittest.main()
