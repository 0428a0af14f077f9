"""status_summary and reception_statistics, by the headers of their report files."""

from overview import newest_first
from rows import (Rows, credits, different, grouped, last, least, left, listed, segments, share, units,
                  where)
from values import percent


def status_summary(scope):
    """Sent is a share of all activity; delivered, clicked and failed are shares of sent (DESIGN 1)."""
    days = sorted(grouped(scope.sends, lambda s: scope.day(s.sent_time)).items())
    campaigns = newest_first(scope.sends)
    return {
        "summary": list(outcomes(scope)),
        "days": [dict(day=day) | shares(scope, sends) for day, sends in days],
        "campaigns": [
            dict(campaign_id=campaign, name=scope.log.campaigns[campaign].name, last_sent_at=sends[-1].sent_time)
            | shares(scope, sends)
            for campaign, sends in campaigns
        ],
    }


def outcomes(scope):
    sends, sent = scope.sends, left(scope.sends)
    activity = "all SMS activity"
    wholes = {activity: units(sends), "sent": units(sent)}
    for status, some, share_of in (
        ("sent", sent, activity),
        ("delivered", where(sends, "delivered"), "sent"),
        ("clicked", [s for s in sent if s.key in scope.clicked], "sent"),
        ("failed", [s for s in sends if s.has_failed], "sent"),
        ("unconfirmed", where(sends, "sent", "unknown"), "sent"),
        ("refused", where(sends, "rejected", "unsubscribed"), activity),
        ("pending", where(sends, "pending"), activity),
    ):
        number = units(some)
        yield dict(status=status, messages=number, percent=percent(number, wholes[share_of]), share_of=share_of)


def shares(scope, sends):
    """The columns from `activity` to `failed_percent`."""
    sent = left(sends)
    return (
        dict(activity=units(sends))
        | share(units(sent), units(sends), "sent")
        | share(units(where(sends, "delivered")), units(sent), "delivered")
        | share(units(s for s in sent if s.key in scope.clicked), units(sent), "clicked")
        | share(units(s for s in sends if s.has_failed), units(sent), "failed")
    )


# The five rates and their buckets (header of reception_statistics; DESIGN 1).
RATES = {
    "receipt": ("delivered", "sent"),
    "pending": ("pending", "unknown"),
    "temporary error": ("soft_bounce",),
    "permanent error": ("hard_bounce", "rejected"),
    "unsubscribe": ("unsubscribed",),
}


def rate_of(send):
    return next(rate for rate, buckets in RATES.items() if send.bucket in buckets)


def reception_statistics(scope):
    return {
        "summary": list(reception_summary(scope)),
        "rates": [
            dict(rate=rate, contacts=units(where(scope.sends, *buckets)),
                 percent=percent(units(where(scope.sends, *buckets)), units(scope.sends)))
            for rate, buckets in RATES.items()
        ],
        "contacts": Rows((
            dict(recipient=s.recipient, campaign_id=s.campaign_id, rate=rate_of(s), bucket=s.bucket, status=s.status,
                 error_code=s.error_code, status_at=s.status_at, message_id=s.message_id)
            for s in sorted(scope.sends, key=lambda s: s.recipient)
        ), order=("recipient",)),
        "address_book": list(address_book(scope)),
        "keep": list(keep(scope)),
    }


def reception_summary(scope):
    for campaign, sends in sorted(grouped(scope.sends, lambda s: s.campaign_id).items()):
        longest = last(s.segments for s in sends)
        yield dict(
            campaign_id=campaign,
            first_submitted_at=least(s.submitted_at for s in sends),
            last_submitted_at=last(s.submitted_at for s in sends),
            sender=least(s.sender for s in sends),
            type=None if longest is None else "long SMS" if longest > 1 else "SMS",
            encoding=listed(s.encoding for s in sends),
            contacts=different(s.recipient for s in sends),
            messages=units(sends),
            segments=segments(sends),
            credits=credits(sends),
            text=least(s.body for s in sends),
        )


def people(scope):
    """Recipients of messages in scope, by number, each with its messages in scope."""
    for recipient, sends in sorted(grouped(scope.sends, lambda s: s.recipient).items()):
        yield scope.log.recipients[recipient], sends


def address_book(scope):
    for person, _ in people(scope):
        if person.suppressed:
            yield dict(recipient=person.recipient, reason=person.suppressed_reason, messages=person.messages,
                       delivered=person.count("delivered"), hard_bounces=person.count("hard_bounce"),
                       last_delivered_at=person.last_delivered_at)


def keep(scope):
    for person, sends in people(scope):
        if not person.suppressed:
            delivered = where(sends, "delivered")
            yield dict(
                recipient=person.recipient,
                messages=units(sends),
                delivered=units(delivered),
                temporary_errors=units(where(sends, "soft_bounce")),
                permanent_errors=units(where(sends, "hard_bounce", "rejected")),
                last_delivered_at=last(s.delivered_at for s in delivered),
            )
