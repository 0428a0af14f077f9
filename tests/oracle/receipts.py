"""receipt_reconciliation, by the header of its report."""

from datetime import timedelta

from feeds import LANDINGS
from rows import SOME, Rows, grouped, units
from values import percent

FINAL = ("delivered", "soft_bounce", "hard_bounce", "rejected", "unsubscribed")


def receipt_reconciliation(scope):
    late = timedelta(hours=int(scope.options.own.get("late_hours", 72)))
    day = lambda s: scope.day(s.sent_time)
    return {
        "days": Rows((
            dict(day=on, provider=provider) | counts(sends, late)
            for (on, provider), sends in grouped(scope.sends, lambda s: (day(s), s.provider)).items()
        ), order=()),
        "providers": Rows((
            dict(provider=provider) | counts(sends, late)
            for provider, sends in grouped(scope.sends, lambda s: s.provider).items()
        ), order=()),
        "total": [counts(scope.sends, late)],
        "reports": Rows(reports(scope, late), order=()),
        "landings": Rows(landings(scope), order=()),
        "missing": Rows((
            dict(submitted_at=s.submitted_at, provider=s.provider, recipient=s.recipient, campaign_id=s.campaign_id,
                 message_id=s.message_id, message_key=SOME)
            for s in scope.sends if s.winner is None
        ), order=()),
        "not_submitted": Rows((
            dict(first_event_at=s.first_event_at, provider=s.provider, recipient=s.recipient, bucket=s.bucket,
                 status=s.status, message_id=s.message_id, message_key=SOME)
            for s in scope.sends if s.submitted_at is None
        ), order=()),
    }


def end(send):
    """When a final message ended: its first report of delivery, else the report that decided."""
    return send.delivered_at or send.status_at


def counts(sends, late):
    """The columns from `messages` to `out_of_order`."""
    reported = [s for s in sends if s.winner is not None]
    final = [s for s in reported if s.bucket in FINAL]
    submitted, missing = units(s for s in sends if s.submitted_at), units(sends) - units(reported)
    return dict(
        messages=units(sends),
        submitted=submitted,
        not_submitted=units(sends) - submitted,
        with_report=units(reported),
        missing=missing,
        final=units(final),
        unknown=units(s for s in reported if s.bucket == "unknown"),
        not_final=units(s for s in reported if s.bucket in ("pending", "sent")),
        final_percent=percent(units(final), units(sends)),
        missing_percent=percent(missing, units(sends)),
        late=units(s for s in final if s.submitted_at and end(s) - s.submitted_at > late),
        conflicts=units(s for s in sends if s.conflict),
        out_of_order=units(s for s in final if s.sent_at and s.sent_at > end(s)),
    )


def reports(scope, late):
    """Every report on a message in scope, by provider, status and error code.

    The demo is landed more than `late_hours` after it happened, wherever and whenever that is done.
    """
    found = [(send, bucket, e) for send in scope.sends for bucket, _, e in send.reports]
    for (provider, status, code, bucket), some in grouped(
            found, lambda f: (f[2].provider, f[2].status, f[2].error_code, f[1])).items():
        messages = {s.key: s for s, _, _ in some}
        yield dict(
            provider=provider,
            status=status,
            error_code=code,
            bucket=bucket,
            reports=len(some),
            messages=units(messages.values()),
            repeated=len(some) - len(messages),
            repeated_percent=percent(len(some) - len(messages), len(some)),
            received_late=sum(bool(e.received_at) and e.received_at - e.event_time > late for _, _, e in some),
            landed_late=len(some),
        )


def landings(scope):
    """Every file of the demo, whatever the common parameters say."""
    feeds = scope.log.feeds
    for number, (feed, name) in enumerate(LANDINGS, start=1):
        read, twice = feeds.rows_read[name], sum(e.landing == number for e in feeds.duplicates)
        yield dict(landed_at=SOME, feed=feed, source_name=f"demo/{name}", rows_read=read, rows_landed=read - twice,
                   rows_duplicate=twice, duplicate_percent=percent(twice, read), rows_rejected=0, landing_id=SOME)
