"""Events -> messages, clicks, campaigns, recipients: DESIGN section 4 by sorting and taking the greatest.

The rules are those of DESIGN 3 ("Status buckets") and 4 ("The fold"), README ("Buckets", "Tables and views") and the
comment headers of `queries/views/*.sql`. Nothing here is clever: every message keeps the list of its events, and each
column is one expression over that list.
"""

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from feeds import ROOT, Event, Feeds, known_at, load

# README, "Buckets". A delivery that is not final ranks as `sent`, one by the operator's word alone as 4 (DESIGN 4).
RANKS = {"pending": 1, "sent": 2, "unknown": 3, "soft_bounce": 4, "hard_bounce": 5, "rejected": 5, "unsubscribed": 5,
         "delivered": 6}
FAILURES = ("soft_bounce", "hard_bounce", "rejected", "unsubscribed")
FINAL_FAILURES = ("hard_bounce", "rejected", "unsubscribed")

# Three hard bounces and a recipient gets no further message (DESIGN 1, campaign_overview).
HARD_BOUNCES_MAX = 3


class StatusTable:
    """data/status_codes.csv: (provider, field, value) -> bucket and finality."""

    def __init__(self, path=ROOT / "data" / "status_codes.csv"):
        with open(path, newline="", encoding="utf-8") as file:
            self.rows = {(r["provider"], r["field"], r["value"]): r for r in csv.DictReader(file)}

    def row(self, provider, status, error_code):
        """The row that decides (DESIGN 3): of the pair, else of the status, a failure refined by the code."""
        pair = self.rows.get((provider, "status/error_code", f"{status}/{error_code}"))
        own = self.rows.get((provider, "status", status))
        code = self.rows.get((provider, "error_code", error_code))
        if pair:
            return pair
        if own and own["bucket"] in FAILURES and code and code["bucket"] in FAILURES:
            return code
        return own

    def meaning(self, provider, field, value):
        """What the table says of a value in words; None where it has no such row."""
        row = self.rows.get((provider, field, value))
        return row and row["meaning"]

    def reason(self, message):
        """What the table says of the report that decided: the meaning of the row that gave the bucket."""
        row = message.winner and self.row(message.provider, message.status, message.error_code)
        return row and row["meaning"]

    def judge(self, event):
        """(bucket, rank) of a status report; None for an event that is no status report."""
        if event.kind != "status" or event.status is None:
            return None
        row = self.row(event.provider, event.status, event.error_code)
        if row is None:
            return "unknown", RANKS["unknown"]
        bucket = row["bucket"]
        if bucket == "delivered" and row["is_final"] == "false":
            return "sent", RANKS["sent"]
        if bucket == "delivered" and event.level == "operator":
            return "delivered", 4
        return bucket, RANKS[bucket]


def is_bot(user_agent):
    """The demo's only program is Google's link preview, which names itself; the others are phones' browsers."""
    return user_agent is not None and "PageRenderer" in user_agent


@dataclass
class Message:
    """One row of the view `messages`."""

    key: tuple
    events: list[Event]
    table: StatusTable

    @cached_property
    def reports(self):
        """(bucket, rank, event) of its status reports."""
        judged = ((self.table.judge(e), e) for e in self.events)
        return [(*judgement, e) for judgement, e in judged if judgement]

    @cached_property
    def winner(self):
        """The report with the greatest (rank, event_time, received_at, status, error_code); None without any."""
        order = lambda r: (r[1], r[2].event_time, known_at(r[2]), r[2].status, r[2].error_code or "")
        return max(self.reports, key=order, default=None)

    def latest(self, name):
        """The value with the greatest (event_time, value) of its own reports; of other events where those have none."""
        for own in (True, False):
            values = [(e.event_time, getattr(e, name)) for e in self.events
                      if (e.kind == "status") == own and getattr(e, name) is not None]
            if values:
                return max(values)[1]
        return None

    def first(self, *buckets):
        """When it was first reported to be in one of these buckets."""
        return min((e.event_time for bucket, _, e in self.reports if bucket in buckets), default=None)

    def of_kind(self, kind):
        """Its events of a kind, in time order."""
        return sorted((e for e in self.events if e.kind == kind), key=lambda e: e.event_time)

    @property
    def provider(self):
        return self.key[0]

    @property
    def account(self):
        return self.key[1] or None

    @property
    def message_id(self):
        return self.key[2]

    @cached_property
    def direction(self):
        return self.latest("direction")

    @cached_property
    def bucket(self):
        """Of the winner; `pending` without any status; None for a reply."""
        if self.winner:
            return self.winner[0]
        return "pending" if self.direction == "outbound" else None

    @property
    def status(self):
        return self.winner and self.winner[2].status

    @property
    def error_code(self):
        return self.winner and self.winner[2].error_code

    @property
    def level(self):
        return self.winner[2].level if self.winner and self.bucket == "delivered" else None

    @property
    def status_at(self):
        return self.winner and self.winner[2].event_time

    @property
    def is_final(self):
        """All but pending and sent; None of a reply, which has no bucket."""
        return None if self.bucket is None else self.bucket not in ("pending", "sent")

    @cached_property
    def submitted_at(self):
        return min((e.submitted_at for e in self.events if e.submitted_at), default=None)

    @cached_property
    def first_event_at(self):
        return min(e.event_time for e in self.events)

    @cached_property
    def last_event_at(self):
        return max(e.event_time for e in self.events)

    @property
    def sent_at(self):
        return self.first("sent")

    @property
    def delivered_at(self):
        return self.first("delivered")

    @property
    def failed_at(self):
        return self.first(*FAILURES)

    @property
    def failed_attempts(self):
        return sum(bucket in FAILURES for bucket, _, _ in self.reports)

    @property
    def conflict(self):
        """A final failure follows a delivery that the handset, or nobody in particular, confirmed (rank 6)."""
        firsts = [e.event_time for _, rank, e in self.reports if rank == 6]
        return bool(firsts) and any(b in FINAL_FAILURES and e.event_time > min(firsts) for b, _, e in self.reports)

    # Attributes: all are the latest.
    recipient = property(lambda self: self.latest("recipient"))
    sender = property(lambda self: self.latest("sender"))
    country = property(lambda self: self.latest("country"))
    carrier = property(lambda self: self.latest("carrier"))
    campaign_id = property(lambda self: self.latest("campaign_id"))
    list_ids = property(lambda self: self.latest("list_ids"))
    user = property(lambda self: self.latest("user"))
    body = property(lambda self: self.latest("body"))
    encoding = property(lambda self: self.latest("encoding"))
    segments = property(lambda self: self.latest("segments"))
    credits = property(lambda self: self.latest("credits"))
    cost = property(lambda self: self.latest("cost"))
    currency = property(lambda self: self.latest("currency"))


@dataclass(frozen=True)
class Click:
    """One row of the view `clicks`: campaign and recipient are the click's own, else its message's."""

    event: Event
    message: Message | None

    event_time = property(lambda self: self.event.event_time)
    campaign_id = property(lambda self: self.event.campaign_id or (self.message and self.message.campaign_id))
    recipient = property(lambda self: self.event.recipient or (self.message and self.message.recipient))
    link_id = property(lambda self: self.event.link_id)
    link_url = property(lambda self: self.event.link_url)
    user_agent = property(lambda self: self.event.user_agent)
    is_bot = property(lambda self: is_bot(self.event.user_agent))


@dataclass
class Campaign:
    """One row of the view `campaigns`; it has one also if it is known from its messages only."""

    campaign_id: str
    actions: list[Event]
    messages: int

    def latest(self, name):
        """The value with the greatest (event_time, value) among its actions."""
        values = [(e.event_time, getattr(e, name)) for e in self.actions if getattr(e, name) is not None]
        return max(values)[1] if values else None

    def latest_tag(self, name):
        """The latest value of a tag of its actions."""
        values = [(e.event_time, e.tag(name)) for e in self.actions if e.tag(name) is not None]
        return max(values)[1] if values else None

    def at(self, action, pick):
        """The first (min) or last (max) time of an action."""
        return pick((e.event_time for e in self.actions if e.status == action), default=None)

    name = property(lambda self: self.latest_tag("name"))
    group_id = property(lambda self: self.latest_tag("campaign"))
    status = property(lambda self: self.latest("status"))
    status_at = property(lambda self: max((e.event_time for e in self.actions), default=None))
    created_at = property(lambda self: self.at("created", min))
    scheduled_at = property(lambda self: self.at("scheduled", max))
    sent_at = property(lambda self: self.at("sent", min))
    suspended_at = property(lambda self: self.at("suspended", max))
    user = property(lambda self: self.latest("user"))
    sender = property(lambda self: self.latest("sender"))
    list_ids = property(lambda self: self.latest("list_ids"))
    body = property(lambda self: self.latest("body"))


def other_party(event):
    """The person an event is about: the sender of an inbound event, else the recipient."""
    return event.sender if event.direction == "inbound" else event.recipient


@dataclass
class Recipient:
    """One row of the view `recipients`."""

    recipient: str
    sends: list[Message] = field(default_factory=list)
    opted_out_at: datetime | None = None
    opted_in_at: datetime | None = None

    def count(self, bucket):
        return sum(m.bucket == bucket for m in self.sends)

    messages = property(lambda self: len(self.sends))
    last_delivered_at = property(lambda self: max((m.delivered_at for m in self.sends if m.delivered_at), default=None))

    @property
    def opted_out(self):
        return self.opted_out_at is not None and (self.opted_in_at is None or self.opted_out_at > self.opted_in_at)

    @property
    def suppressed_reason(self):
        if self.opted_out:
            return "opted_out"
        return "hard_bounces" if self.count("hard_bounce") >= HARD_BOUNCES_MAX else None

    suppressed = property(lambda self: self.suppressed_reason is not None)


class Log:
    """Everything the reports are made of, folded from the demo's feeds."""

    def __init__(self, feeds: Feeds | None = None, table: StatusTable | None = None):
        self.feeds, self.table = feeds or load(), table or StatusTable()
        self.events = self.feeds.events
        groups = {}
        for event in self.events:
            if event.message:
                groups.setdefault(event.message, []).append(event)
        self.messages = {key: Message(key, events, self.table) for key, events in groups.items()}
        self.outbound = [m for m in self.messages.values() if m.direction == "outbound"]
        self.clicks = [Click(e, self.messages.get(e.message)) for e in self.events if e.kind == "click"]
        self.campaigns = self._campaigns()
        self.recipients = self._recipients()

    def _campaigns(self):
        actions = {}
        for event in self.events:
            if event.kind == "campaign":
                actions.setdefault(event.campaign_id, []).append(event)
        sizes = Counter(m.campaign_id for m in self.outbound if m.campaign_id is not None)
        return {c: Campaign(c, actions.get(c, []), sizes[c]) for c in sorted(set(actions) | set(sizes))}

    def _recipients(self):
        people = {}
        person = lambda number: people.setdefault(number, Recipient(number))
        for message in self.outbound:
            if message.recipient is not None:
                person(message.recipient).sends.append(message)
        for event in self.events:
            if event.kind in ("opt_out", "opt_in"):
                one, name = person(other_party(event)), "opted_out_at" if event.kind == "opt_out" else "opted_in_at"
                setattr(one, name, max(filter(None, (getattr(one, name), event.event_time))))
        return dict(sorted(people.items()))


def total(values):
    """A sum of decimals in which None is not 0: None where there is nothing to add, as in SQL."""
    known = [v for v in values if v is not None]
    return sum(known, Decimal(0)) if known else None
