"""error_breakdown and cost_and_credits, by the headers of their reports."""

from campaign import currency_of
from fold import FAILURES, total
from rows import Rows, billed, credits, grouped, units, where
from values import money, percent, quotient


def error_breakdown(scope):
    undelivered = where(scope.sends, *FAILURES)
    whole = units(undelivered)
    meaning = scope.log.table.reason
    by_provider = {p: units(some) for p, some in grouped(undelivered, lambda s: s.provider).items()}
    errors = grouped(undelivered, lambda s: (s.provider, s.status, s.error_code, s.bucket))
    return {
        "buckets": [
            dict(bucket=bucket, messages=units(where(undelivered, bucket)),
                 percent=percent(units(where(undelivered, bucket)), whole),
                 messages_percent=percent(units(where(undelivered, bucket)), units(scope.sends)))
            for bucket in FAILURES
        ],
        "errors": Rows((
            dict(provider=provider, status=status, error_code=code, bucket=bucket, meaning=meaning(some[0]),
                 messages=units(some), percent=percent(units(some), whole),
                 provider_percent=percent(units(some), by_provider[provider]))
            for (provider, status, code, bucket), some in errors.items()
        ), order=()),
        "by_reason": Rows((
            dict(meaning=reason, bucket=bucket, providers=len({s.provider for s in some}), messages=units(some),
                 percent=percent(units(some), whole))
            for (reason, bucket), some in grouped(undelivered, lambda s: (meaning(s), s.bucket)).items()
        ), order=()),
        "unmapped": Rows(unmapped(scope), order=()),
    }


def unmapped(scope):
    """Reports on messages in scope whose status, or whose error code beside a failure, the table does not know."""
    table, found = scope.log.table, []
    for send in scope.sends:
        for bucket, _, e in send.reports:
            pair = table.meaning(e.provider, "status/error_code", f"{e.status}/{e.error_code}")
            if table.row(e.provider, e.status, e.error_code) is None:
                found.append(("status", send, e))
            elif bucket in FAILURES and e.error_code and not pair and not table.meaning(
                    e.provider, "error_code", e.error_code):
                found.append(("error_code", send, e))
    for (provider, field, status, code), some in grouped(
            found, lambda f: (f[2].provider, f[0], f[2].status, f[2].error_code)).items():
        times = [e.event_time for _, _, e in some]
        yield dict(provider=provider, field=field, status=status, error_code=code, reports=len(some),
                   messages=units({s.key: s for _, s, _ in some}.values()), first_seen_at=min(times),
                   last_seen_at=max(times))


def cost_and_credits(scope):
    sends = scope.sends
    without_credits = units(s for s in sends if s.credits is None)
    without_cost = units(s for s in sends if currency_of(s) is None)
    by = lambda **keys: Rows((
        dict(zip((*keys, "currency"), key)) | amounts(some, key[-1])
        for key, some in grouped(sends, lambda s: (*(get(s) for get in keys.values()), currency_of(s))).items()
    ), order=())
    return {
        "total": [dict(
            messages=units(sends),
            segments=billed(sends),
            credits=credits(sends),
            without_credits=without_credits,
            without_credits_percent=percent(without_credits, units(sends)),
            without_cost=without_cost,
            without_cost_percent=percent(without_cost, units(sends)),
        )],
        "currencies": by(),
        "providers": by(provider=lambda s: s.provider),
        "countries": by(country=lambda s: s.country),
        "campaigns": by(campaign_id=lambda s: s.campaign_id),
        "days": by(day=lambda s: scope.day(s.sent_time)),
    }


def amounts(sends, currency):
    """The columns from `messages` to `cost_per_delivered`, of messages with a cost in one currency."""
    cost = None if currency is None else money(total(s.cost for s in sends))
    delivered = units(where(sends, "delivered"))
    return dict(messages=units(sends), delivered=delivered, segments=billed(sends), credits=credits(sends), cost=cost,
                cost_per_delivered=quotient(cost, delivered, 6))
