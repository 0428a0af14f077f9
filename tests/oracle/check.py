"""Checks the fold of the oracle against numbers that were counted by other means: `python3 tests/oracle/check.py`.

They stand in README.md ("Read the store as it was") and in tests/slt/views/*.slt.
"""

import unittest
from collections import Counter
from datetime import datetime, timezone
from decimal import Decimal
from itertools import groupby

from feeds import Feeds, e164, instant, load, smpp_instant
from fold import Log, StatusTable, total

FEEDS = load()
LOG = Log(FEEDS)


def at(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc)


class Reading(unittest.TestCase):
    """What feeds.py makes of the files."""

    def test_every_event_once(self):
        self.assertEqual((len(FEEDS.events), len(FEEDS.duplicates)), (345, 13))

    def test_times(self):
        self.assertEqual(instant("2025-03-04T10:00:01.000+0100"), at("2025-03-04T09:00:01Z"))
        self.assertEqual(smpp_instant("250304090002"), at("2025-03-04T09:00:02Z"))
        self.assertEqual(smpp_instant("2503040900"), at("2025-03-04T09:00:00Z"))

    def test_numbers(self):
        self.assertEqual([e164(n) for n in ("33639980001", "0033639980001", "36034", "LUMEN")],
                         ["+33639980001", "+33639980001", "36034", "LUMEN"])


class Folding(unittest.TestCase):
    """What fold.py makes of the events."""

    def buckets(self, log):
        return dict(Counter(m.bucket for m in log.outbound))

    def test_buckets(self):
        expected = dict(delivered=96, hard_bounce=8, pending=1, rejected=2, sent=1, soft_bounce=7, unknown=1,
                        unsubscribed=2)
        self.assertEqual(self.buckets(LOG), expected)

    def test_buckets_before_the_late_file(self):
        early = Feeds([e for e in FEEDS.events if e.landing < 8], {}, [])
        expected = dict(delivered=94, hard_bounce=8, pending=3, rejected=2, sent=2, soft_bounce=6, unknown=1,
                        unsubscribed=2)
        self.assertEqual(self.buckets(Log(early)), expected)

    def test_order_changes_nothing(self):
        log = Log(Feeds(FEEDS.events[::-1], {}, []))
        rows = lambda log: {k: (m.winner, m.submitted_at, m.list_ids, m.cost) for k, m in log.messages.items()}
        self.assertEqual(rows(log), rows(LOG))

    def test_campaigns_and_directions(self):
        self.assertEqual([(c.campaign_id, c.messages, c.group_id) for c in LOG.campaigns.values()],
                         [("spring-sale-1", 44, "spring-sale"), ("spring-sale-2", 40, "spring-sale"),
                          ("spring-sale-3", 34, "spring-sale")])
        self.assertEqual(Counter(m.direction for m in LOG.messages.values()), {"outbound": 118, "inbound": 12})

    def test_money(self):
        by = lambda name: {k: total(getattr(m, name) for m in ms) for k, ms in groupby(
            sorted(LOG.outbound, key=lambda m: m.campaign_id), key=lambda m: m.campaign_id)}
        self.assertEqual(by("credits"), {"spring-sale-1": 66, "spring-sale-2": 119, "spring-sale-3": Decimal("50.5")})
        costs = {p: total(m.cost for m in LOG.outbound if m.provider == p) for p in ("infobip", "smpp", "twilio")}
        self.assertEqual(costs, {"infobip": Decimal("2.34"), "smpp": None, "twilio": Decimal("0.4503")})

    def test_clicks(self):
        self.assertEqual((len(LOG.clicks), sum(not c.is_bot for c in LOG.clicks)), (39, 30))
        people = {(c.campaign_id, c.recipient) for c in LOG.clicks if not c.is_bot}
        self.assertEqual(Counter(c for c, _ in people), {"spring-sale-1": 8, "spring-sale-2": 6, "spring-sale-3": 7})

    def test_recipients(self):
        self.assertEqual(len(LOG.recipients), 44)
        self.assertEqual({r.recipient: r.suppressed_reason for r in LOG.recipients.values() if r.suppressed},
                         {"+12025550105": "opted_out", "+12025550108": "hard_bounces", "+33639980004": "opted_out",
                          "+33639980006": "hard_bounces", "+33639980009": "opted_out", "+447700900112": "opted_out"})

    def test_lists_users_failures(self):
        lists = Counter(one for m in LOG.outbound for one in m.list_ids)
        self.assertEqual(lists, {"newsletter": 87, "store-opening": 18, "vip": 58})
        self.assertEqual(Counter(m.user for m in LOG.outbound), {"ana@lumen.example": 78, "ben@lumen.example": 40})
        self.assertEqual(sum(m.failed_attempts for m in LOG.messages.values()), 20)

    def test_a_code_refines_a_failure_only(self):
        table = StatusTable()
        bucket = lambda *key: (table.row(*key) or {}).get("bucket")
        self.assertEqual(bucket("infobip", "UNDELIVERABLE_NOT_DELIVERED", "NO_ERROR"), "soft_bounce")
        self.assertEqual(bucket("infobip", "UNDELIVERABLE_NOT_DELIVERED", "EC_UNKNOWN_SUBSCRIBER"), "hard_bounce")
        self.assertEqual(bucket("twilio", "delivered", "30005"), "delivered")
        self.assertEqual(bucket("twilio", "failed", "21610"), "unsubscribed")
        self.assertIsNone(bucket("twilio", "misplaced", None))


if __name__ == "__main__":
    unittest.main()
