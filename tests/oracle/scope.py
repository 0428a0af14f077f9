"""The common parameters of every report, and the shared definitions they filter.

`sends`, `counted_clicks`, `clicked`, `replies` and `opt_outs` as the headers of `queries/reports/shared/*.sql` define
them. A parameter that is not given filters nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from zoneinfo import ZoneInfo

from feeds import Event
from fold import Click, Log, Message, other_party

SENT_BUCKETS = ("sent", "delivered", "soft_bounce", "hard_bounce", "unknown")


@dataclass
class Options:
    """What was given on the command line; `own` has the report's own parameters as texts."""

    since: str | None = None
    until: str | None = None
    campaign: str | None = None
    provider: str | None = None
    account: str | None = None
    list: str | None = None
    bots: str = "exclude"
    count: str = "messages"
    tz: str = "UTC"
    own: dict[str, str] = field(default_factory=dict)

    @cached_property
    def zone(self):
        return ZoneInfo(self.tz)

    def moment(self, text):
        """A time without an offset is local time in --tz (README, "Times")."""
        if text is None:
            return None
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=self.zone)).astimezone(timezone.utc)


@dataclass(frozen=True)
class Send:
    """One row of `sends`: an outbound message in scope, and what it counts for."""

    message: Message
    units: int

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "message"), name)

    @property
    def sent_time(self):
        return sent_time(self.message)

    @property
    def was_sent(self):
        """It left for the carrier."""
        return self.message.bucket in SENT_BUCKETS

    @property
    def has_failed(self):
        """It left for the carrier and came back: a soft or a hard bounce."""
        return self.message.bucket in ("soft_bounce", "hard_bounce")


@dataclass(frozen=True)
class Answer:
    """One row of `replies` or `opt_outs`: what a person answered, and the message in scope that it answers."""

    event: Event
    send: Send

    time = property(lambda self: self.event.event_time)
    recipient = property(lambda self: other_party(self.event))
    body = property(lambda self: self.event.body)
    campaign_id = property(lambda self: self.send.campaign_id)

    via = property(lambda self: via(self.event))


def via(event):
    """How an opt-out came: one by link says so in its tag `by`; all others came as a keyword."""
    return "link" if event.tag("by") == "link" else "keyword"


def sent_time(message):
    """When a message counts as sent: when it was submitted, else when it was first heard of."""
    return message.submitted_at or message.first_event_at


class Scope:
    """The shared definitions over the demo, for one set of options."""

    def __init__(self, options: Options, log: Log | None = None):
        self.options, self.log = options, log or Log()

    def holds(self, provider, account, campaign_id, time, lists=None):
        """Whether the common parameters let something pass."""
        o = self.options
        return (
            (o.since is None or time >= o.moment(o.since))
            and (o.until is None or time < o.moment(o.until))
            and (o.campaign is None or campaign_id == o.campaign)
            and (o.provider is None or provider == o.provider)
            and (o.account is None or account == o.account)
            and (o.list is None or o.list in (lists or ()))
        )

    def covers(self, message):
        m = message
        return self.holds(m.provider, m.account, m.campaign_id, sent_time(m), m.list_ids)

    @cached_property
    def sends(self):
        """Outbound messages in scope, in the order they were sent."""
        segments = self.options.count == "segments"
        weight = lambda m: m.segments or 1 if segments else 1
        found = [Send(m, weight(m)) for m in self.log.outbound if self.covers(m)]
        return sorted(found, key=lambda s: s.sent_time)

    @cached_property
    def by_key(self):
        return {s.key: s for s in self.sends}

    @cached_property
    def all_clicks(self) -> list[Click]:
        """Clicks in scope, by people and bots, in time order: of messages in scope, or naming none and in scope."""
        def in_scope(click):
            if click.message is not None:
                return click.message.key in self.by_key
            e = click.event
            return self.options.list is None and self.holds(e.provider, e.account, e.campaign_id, e.event_time)

        return sorted(filter(in_scope, self.log.clicks), key=lambda c: c.event_time)

    @cached_property
    def counted_clicks(self) -> list[Click]:
        """Clicks that count: those by bots only with --bots include."""
        return [c for c in self.all_clicks if not c.is_bot or self.options.bots == "include"]

    @cached_property
    def clicked(self):
        """message key -> its counted clicks."""
        found = {}
        for click in self.counted_clicks:
            if click.message is not None:
                found.setdefault(click.message.key, []).append(click)
        return found

    @property
    def window(self):
        return timedelta(hours=int(self.options.own.get("window_hours", 72)))

    def message_of(self, event):
        """Which outbound message an answer is to: the one it names, else the last to that number in the window."""
        named = self.log.messages.get(event.message)
        if named is not None and named.direction == "outbound":
            return named
        to = [m for m in self.log.outbound if m.recipient == other_party(event)
              and event.event_time - self.window <= sent_time(m) <= event.event_time]
        return max(to, key=sent_time, default=None)

    def answers(self, kind):
        """Events of a kind that are attributed to a message in scope, in time order."""
        found = []
        for event in self.log.events:
            if event.kind == kind:
                message = self.message_of(event)
                if message is not None and message.key in self.by_key:
                    found.append(Answer(event, self.by_key[message.key]))
        return sorted(found, key=lambda a: a.time)

    @cached_property
    def replies(self):
        return self.answers("reply")

    @cached_property
    def opt_outs(self):
        return self.answers("opt_out")

    def local(self, time):
        """A time by the clock of --tz."""
        return time and time.astimezone(self.options.zone)

    def day(self, time):
        """The day a time falls on in --tz."""
        return time and self.local(time).date()

    def hour(self, time):
        """The moment the hour of a time begins, by the clock of --tz."""
        return self.local(time).replace(minute=0, second=0, microsecond=0)

    def hourly(self, columns):
        """One row per hour: for each column the sum of what (time, number) pairs put into that hour."""
        hours = sorted({self.hour(time) for pairs in columns.values() for time, _ in pairs})
        for hour in hours:
            sums = {name: sum(n for time, n in pairs if self.hour(time) == hour) for name, pairs in columns.items()}
            yield dict(hour=hour) | sums

    def shown(self, value):
        """A value as results show it: times by the clock of --tz."""
        return self.local(value) if isinstance(value, datetime) else value
