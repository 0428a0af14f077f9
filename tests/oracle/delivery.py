"""delivery_by_country, delivery_by_carrier, provider_comparison, delivery_latency, by the headers of their reports."""

from decimal import Decimal
from itertools import combinations

from feeds import Event
from rows import Rows, grouped, left, units, where
from values import micros, nearest_rank, percent, rate, wilson


def fates(scope, sends):
    """The columns from `messages` to `clicked_percent`: what became of messages, as shares of those sent."""
    sent = left(sends)
    of = lambda *buckets: units(where(sends, *buckets))
    clicked = units(s for s in sent if s.key in scope.clicked)
    return dict(
        messages=units(sends),
        sent=units(sent),
        delivered=of("delivered"),
        delivered_percent=percent(of("delivered"), units(sent)),
        soft_bounces=of("soft_bounce"),
        hard_bounces=of("hard_bounce"),
        unknown=of("unknown"),
        awaiting=of("sent"),
        rejected=of("rejected"),
        unsubscribed=of("unsubscribed"),
        pending=of("pending"),
        clicked=clicked,
        clicked_percent=percent(clicked, units(sent)),
    )


def delivery_by_country(scope):
    whole = units(scope.sends)
    return {
        "countries": Rows((
            dict(country=country, messages_percent=percent(units(sends), whole)) | fates(scope, sends)
            for country, sends in grouped(scope.sends, lambda s: s.country).items()
        ), order=()),
        "total": [fates(scope, scope.sends)],
    }


def delivery_by_carrier(scope):
    whole = units(scope.sends)
    known = units(s for s in scope.sends if s.carrier is not None)
    return {
        "carriers": Rows((
            dict(country=country, carrier=carrier, messages_percent=percent(units(sends), whole)) | fates(scope, sends)
            for (country, carrier), sends in grouped(scope.sends, lambda s: (s.country, s.carrier)).items()
        ), order=()),
        "total": [dict(known=known, known_percent=percent(known, whole)) | fates(scope, scope.sends)],
    }


# Time precisions that are exact to the second or better; `received` is, if something recorded the receipt.
EXACT = ("us", "ms", "s")


def exact(event: Event):
    """Whether the time of a report is exact to the second or better (header of delivery_latency)."""
    return event.time_precision in EXACT or (event.time_precision == "received" and event.received_at is not None)


def latency(send):
    """Where a delivered message counts in delivery_latency: its whole milliseconds, or the name of a column."""
    confirmed = [event for _, rank, event in send.reports if rank == 6]
    if send.submitted_at is None:
        return "not_submitted"
    if not confirmed:
        return "operator_only"
    timely = [event.event_time for event in confirmed if exact(event)]
    if not timely:
        return "imprecise"
    span = micros(min(timely) - send.submitted_at)
    return "negative" if span < 0 else span // 1000


def timings(sends):
    """The latencies of the delivered messages that are timed, each as often as it weighs."""
    return [ms for s in where(sends, "delivered") if isinstance(ms := latency(s), int) for _ in range(s.units)]


def latencies(sends):
    """The columns from `delivered` to `not_submitted`."""
    delivered = where(sends, "delivered")
    times = timings(sends)
    apart = lambda name: units(s for s in delivered if latency(s) == name)
    return dict(
        delivered=units(delivered),
        timed=len(times),
        p50_ms=nearest_rank(times, "0.5"),
        p90_ms=nearest_rank(times, "0.9"),
        p99_ms=nearest_rank(times, "0.99"),
        max_ms=max(times, default=None),
        negative=apart("negative"),
        imprecise=apart("imprecise"),
        operator_only=apart("operator_only"),
        not_submitted=apart("not_submitted"),
    )


# The seven classes of the histogram, from the first time on, up to but without the second, in milliseconds.
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
CLASSES = (
    ("0 to 5 s", 0, 5 * SECOND),
    ("5 to 30 s", 5 * SECOND, 30 * SECOND),
    ("30 s to 1 min", 30 * SECOND, MINUTE),
    ("1 to 5 min", MINUTE, 5 * MINUTE),
    ("5 to 60 min", 5 * MINUTE, HOUR),
    ("1 to 24 h", HOUR, 24 * HOUR),
    ("24 h and more", 24 * HOUR, None),
)


def histogram(times):
    for name, begin, end in CLASSES:
        inside = [ms for ms in times if ms >= begin and (end is None or ms < end)]
        within = [ms for ms in times if end is None or ms < end]
        yield dict(latency=name, messages=len(inside), percent=percent(len(inside), len(times)),
                   within_percent=percent(len(within), len(times)))


def delivery_latency(scope):
    by = lambda name: Rows((
        {name: value} | latencies(sends)
        for value, sends in grouped(scope.sends, lambda s: getattr(s, name)).items() if where(sends, "delivered")
    ), order=())
    return {
        "overall": [latencies(scope.sends)],
        "histogram": list(histogram(timings(scope.sends))),
        "providers": by("provider"),
        "countries": by("country"),
    }


class Result:
    """How one provider did: its rate and interval always count messages (header of provider_comparison)."""

    def __init__(self, provider, sends):
        self.provider, self.sends, self.sent = provider, sends, left(sends)
        self.delivered = where(sends, "delivered")
        self.rate = rate(len(self.delivered), len(self.sent))
        self.lower, self.upper = wilson(len(self.delivered), len(self.sent))
        self.share = Decimal(len(self.delivered)) / len(self.sent) if self.sent else None

    def overlaps(self, other):
        """Ends included."""
        return self.lower <= other.upper and other.lower <= self.upper

    def columns(self, rivals):
        best = min((r for r in rivals if r.sent), key=lambda r: (-r.share, r.provider), default=None)
        receipts = units(where(self.sends, "delivered", "soft_bounce", "hard_bounce"))
        times = timings(self.sends)
        return dict(
            provider=self.provider,
            messages=units(self.sends),
            sent=units(self.sent),
            delivered=units(self.delivered),
            delivery_rate=self.rate,
            rate_lower=self.lower,
            rate_upper=self.upper,
            is_best=self is best if self.sent else None,
            overlaps_best=self.overlaps(best) if self.sent else None,
            with_receipt=receipts,
            coverage_percent=percent(receipts, units(self.sent)),
            unknown=units(where(self.sends, "unknown")),
            awaiting=units(where(self.sends, "sent")),
            conflicts=units(s for s in self.sends if s.conflict),
            timed=len(times),
            median_ms=nearest_rank(times, "0.5"),
        )


def provider_comparison(scope):
    rivals = lambda sends: [Result(p, some) for p, some in sorted(grouped(sends, lambda s: s.provider).items())]
    everyone = rivals(scope.sends)
    countries = grouped(scope.sends, lambda s: s.country)
    return {
        "providers": Rows((one.columns(everyone) for one in everyone), order=()),
        "pairs": Rows(map(pair, combinations([r for r in everyone if r.sent], 2)), order=()),
        "countries": Rows((
            dict(country=country) | one.columns(group)
            for country, sends in countries.items() for group in [rivals(sends)] for one in group
        ), order=()),
    }


def pair(two):
    one, other = two
    overlaps = one.overlaps(other)
    better = None if overlaps else max(two, key=lambda r: r.share).provider
    return dict(provider=one.provider, other=other.provider, delivery_rate=one.rate, other_delivery_rate=other.rate,
                difference=one.rate - other.rate, overlaps=overlaps, better=better)
