"""campaign_report, by the header of its report file (DESIGN 1: Sarbacane / Mailify)."""

from decimal import Decimal

from fold import total
from overview import newest_first
from rows import (Rows, by_text, credits, different, grouped, least, left, listed, segments, share, units,
                  where)
from values import money, percent, quantized, rate

# Parameters of the report and their defaults, in its header.
THRESHOLDS = {
    "bounce_warning": "0.05",
    "bounce_limit": "0.10",
    "unsubscribe_warning": "0.01",
    "unsubscribe_limit": "0.03",
    "minimum_sent": "20",
}


def campaign_report(scope):
    return {
        "summary": list(summary(scope)),
        "costs": Rows(costs(scope), order=()),
        "results": list(results(scope)),
        "lists": Rows(lists(scope), order=("line",)),
        "bounce_reasons": Rows(sorted(bounce_reasons(scope), key=lambda r: -r["messages"]), order=("messages",)),
        "timeline": Rows(sorted(timeline(scope), key=lambda r: r["time"]), order=("time",)),
        "activity": list(activity(scope)),
        "health": list(health(scope)),
    }


def summary(scope):
    for campaign, sends in newest_first(scope.sends):
        known = scope.log.campaigns[campaign]
        yield dict(
            campaign_id=campaign,
            name=known.name,
            status=known.status,
            senders=listed(s.sender for s in sends),
            text=least(s.body for s in sends),
            created_at=known.created_at,
            scheduled_at=known.scheduled_at,
            first_sent_at=sends[0].sent_time,
            last_sent_at=sends[-1].sent_time,
            users=listed(s.user for s in sends),
            recipients=different(s.recipient for s in sends),
            messages=units(sends),
            segments=segments(sends),
            credits=credits(sends),
        )


def currency_of(send):
    """The currency of a message's cost; None where the cost is not known."""
    return None if send.cost is None else send.currency


def costs(scope):
    for (campaign, currency), sends in grouped(scope.sends, lambda s: (s.campaign_id, currency_of(s))).items():
        cost = None if currency is None else money(total(s.cost for s in sends))
        yield dict(campaign_id=campaign, currency=currency, messages=units(sends), cost=cost)


def answered(scope, answers):
    """The sent messages with at least one of these answers."""
    keys = {a.send.key for a in answers}
    return [s for s in left(scope.sends) if s.key in keys]


def results(scope):
    sends = scope.sends
    wholes = {"all messages": units(sends), "sent": units(left(sends))}
    for result, some, share_of in (
        ("delivered", where(sends, "delivered"), "all messages"),
        ("soft bounces", where(sends, "soft_bounce"), "all messages"),
        ("hard bounces", where(sends, "hard_bounce"), "all messages"),
        ("processing", where(sends, "pending", "sent"), "all messages"),
        ("unknown", where(sends, "unknown"), "all messages"),
        ("rejected", where(sends, "rejected"), "all messages"),
        ("blocked", where(sends, "unsubscribed"), "all messages"),
        ("replied", answered(scope, scope.replies), "sent"),
        ("unsubscribed", answered(scope, scope.opt_outs), "sent"),
    ):
        number = units(some)
        yield dict(result=result, messages=number, percent=percent(number, wholes[share_of]), share_of=share_of)


def lists(scope):
    names = sorted({one for s in scope.sends for one in s.list_ids or ()})
    lines = [("list", one, [s for s in scope.sends if one in (s.list_ids or ())]) for one in names]
    if alone := [s for s in scope.sends if not s.list_ids]:
        lines.append(("no list", None, alone))
    lines.append(("total", None, scope.sends))
    replied = {s.key for s in answered(scope, scope.replies)}
    gone = {s.key for s in answered(scope, scope.opt_outs)}
    for line, one, sends in lines:
        sent = left(sends)
        whole = units(sent)
        among = lambda keys: units(s for s in sent if s.key in keys)
        soft, hard = units(where(sends, "soft_bounce")), units(where(sends, "hard_bounce"))
        yield (
            dict(line=line, list_id=one, messages=units(sends), sent=whole)
            | share(units(where(sends, "delivered")), whole, "delivered")
            | dict(soft_bounces=soft, hard_bounces=hard, bounced_percent=percent(soft + hard, whole))
            | share(among(scope.clicked), whole, "clicked")
            | share(among(replied), whole, "replied")
            | share(among(gone), whole, "unsubscribed")
        )


def bounce_reasons(scope):
    bounced = [s for s in scope.sends if s.has_failed]
    for (bucket, provider, status, code), sends in grouped(
            bounced, lambda s: (s.bucket, s.provider, s.status, s.error_code)).items():
        yield dict(
            bounce=bucket.removesuffix("_bounce"),
            reason=scope.log.table.reason(sends[0]) or "not in the status table",
            provider=provider,
            status=status,
            error_code=code,
            messages=units(sends),
            percent=percent(units(sends), units(bounced)),
        )


def timeline(scope):
    """Of the campaign asked for, otherwise of every campaign with a message in scope."""
    asked = scope.options.campaign
    campaigns = {asked} if asked else {s.campaign_id for s in scope.sends}
    for event in scope.log.events:
        if event.kind == "campaign" and event.campaign_id in campaigns:
            yield dict(time=event.event_time, campaign_id=event.campaign_id, action=event.status, user=event.user)


def activity(scope):
    delivered = where(scope.sends, "delivered")
    columns = {
        "sent": [(s.sent_time, s.units) for s in left(scope.sends)],
        "delivered": [(s.delivered_at, s.units) for s in delivered],
        "clicks": [(c.event_time, 1) for c in scope.counted_clicks],
        "replies": [(a.time, 1) for a in scope.replies],
        "unsubscribes": [(a.time, 1) for a in scope.opt_outs],
    }
    return scope.hourly(columns)


def health(scope):
    """Rates against thresholds, which are rates too and have the six digits of `rate`."""
    given = {name: Decimal(scope.options.own.get(name, default)) for name, default in THRESHOLDS.items()}
    gone = {s.key for s in answered(scope, scope.opt_outs)}
    for campaign, sends in sorted(grouped(scope.sends, lambda s: s.campaign_id).items(), key=lambda i: by_text(i[0])):
        sent = left(sends)
        for measure, name, bad in (
            ("bounce rate", "bounce", [s for s in sends if s.has_failed]),
            ("unsubscribe rate", "unsubscribe", [s for s in sent if s.key in gone]),
        ):
            warning, limit = given[f"{name}_warning"], given[f"{name}_limit"]
            share_of_sent = rate(units(bad), units(sent))
            exact = Decimal(units(bad)) / units(sent) if sent else Decimal(-1)
            enough = units(sent) >= given["minimum_sent"]
            verdict = "suspend" if exact >= limit and enough else "warning" if exact >= min(warning, limit) else "ok"
            yield dict(campaign_id=campaign, measure=measure, messages=units(bad), sent=units(sent), rate=share_of_sent,
                       warning_from=quantized(warning, 6), suspend_from=quantized(limit, 6), verdict=verdict)
