"""hourly_timeline and daily_summary, by the headers of their reports."""

from campaign import currency_of
from fold import total
from rows import Rows, billed, credits, different, grouped, left, units, where
from values import money, percent

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def hourly_timeline(scope):
    sends = scope.sends
    columns = {
        "submitted": [(s.sent_time, s.units) for s in sends],
        "sent": [(s.sent_time, s.units) for s in left(sends)],
        "delivered": [(s.delivered_at, s.units) for s in where(sends, "delivered")],
        "failed": [(s.status_at, s.units) for s in sends if s.has_failed],
        "clicks": [(c.event_time, 1) for c in scope.counted_clicks],
        "replies": [(a.time, 1) for a in scope.replies],
        "opt_outs": [(a.time, 1) for a in scope.opt_outs],
    }
    at_hour = lambda hour: [s for s in sends if scope.local(s.sent_time).hour == hour]
    on_day = lambda day: [s for s in sends if scope.local(s.sent_time).weekday() == day]
    return {
        "hours": list(scope.hourly(columns)),
        "total": [{name: sum(number for _, number in pairs) for name, pairs in columns.items()}],
        "by_hour_of_day": [dict(hour_of_day=hour) | ends(scope, at_hour(hour)) for hour in range(24)],
        "by_weekday": [dict(weekday=name) | ends(scope, on_day(day)) for day, name in enumerate(WEEKDAYS)],
    }


def ends(scope, sends):
    """What became of messages submitted at some time."""
    sent = left(sends)
    counts = dict(
        delivered=units(where(sends, "delivered")),
        failed=units(s for s in sends if s.has_failed),
        clicked=units(s for s in sent if s.key in scope.clicked),
    )
    shares = {f"{name}_percent": percent(number, units(sent)) for name, number in counts.items()}
    return dict(messages=units(sends), sent=units(sent)) | counts | shares


def daily_summary(scope):
    day = lambda s: scope.day(s.sent_time)
    click_day = lambda c: scope.day(c.event_time) if c.message is None else day(scope.by_key[c.message.key])
    clicks = grouped(scope.counted_clicks, click_day)
    replies, opt_outs = ({d: len(a) for d, a in grouped(answers, lambda a: day(a.send)).items()}
                         for answers in (scope.replies, scope.opt_outs))
    sends = grouped(scope.sends, day)

    def engagement(clicks, replies, opt_outs):
        return dict(clicks=len(clicks), clickers=different(c.recipient for c in clicks), replies=replies,
                    opt_outs=opt_outs)

    return {
        "days": [
            dict(day=d) | fates(sends.get(d, []))
            | engagement(clicks.get(d, []), replies.get(d, 0), opt_outs.get(d, 0))
            for d in sorted(sends.keys() | clicks.keys())
        ],
        "total": [fates(scope.sends) | engagement(scope.counted_clicks, len(scope.replies), len(scope.opt_outs))],
        "providers": Rows((
            dict(day=d, provider=provider) | fates(some)
            for (d, provider), some in grouped(scope.sends, lambda s: (day(s), s.provider)).items()
        ), order=()),
        "costs": Rows((
            dict(day=d, currency=currency, messages=units(some),
                 cost=None if currency is None else money(total(s.cost for s in some)))
            for (d, currency), some in grouped(scope.sends, lambda s: (day(s), currency_of(s))).items()
        ), order=()),
    }


def fates(sends):
    """The columns from `messages` to `credits`."""
    sent, delivered = units(left(sends)), units(where(sends, "delivered"))
    return dict(
        messages=units(sends),
        sent=sent,
        delivered=delivered,
        delivered_percent=percent(delivered, sent),
        failed=units(s for s in sends if s.has_failed),
        refused=units(where(sends, "rejected", "unsubscribed")),
        pending=units(where(sends, "pending")),
        segments=billed(sends),
        credits=credits(sends),
    )
