"""campaign_overview, by the header of its report file (DESIGN 1: APSIS One)."""

from rows import (Rows, click_campaign, credits, different, grouped, last, least, left, link_of, listed, segments,
                  units, where)
from values import percent


def campaign_overview(scope):
    sends = scope.sends
    return {
        "details": list(details(scope)),
        "totals": list(totals(scope)),
        "sent": Rows((
            dict(recipient=s.recipient, campaign_id=s.campaign_id, sent_at=s.sent_time, bucket=s.bucket,
                 segments=s.segments, credits=credits([s]), provider=s.provider, message_id=s.message_id)
            for s in left(sends)
        ), order=("sent_at",)),
        "delivered": Rows((
            dict(recipient=s.recipient, campaign_id=s.campaign_id, delivered_at=s.delivered_at, level=s.level,
                 clicks=len(scope.clicked.get(s.key, ())), provider=s.provider, message_id=s.message_id)
            for s in sorted(where(sends, "delivered"), key=lambda s: s.delivered_at)
        ), order=("delivered_at",)),
        "not_clicked": Rows(not_clicked(scope), order=()),
        "clicks": Rows(sorted(clickers(scope), key=lambda row: -row["clicks"]), order=("clicks",)),
        "links": Rows(sorted(links(scope), key=lambda row: -row["clicks"]), order=("clicks",)),
        "bounces": Rows(bounces(scope), order=("bounce", "bounced_at")),
        "unsubscribe": Rows((
            dict(recipient=a.recipient, campaign_id=a.campaign_id, opted_out_at=a.time, via=a.via, text=a.body)
            for a in scope.opt_outs
        ), order=("opted_out_at",)),
        "not_sent": Rows((
            dict(recipient=s.recipient, campaign_id=s.campaign_id, bucket=s.bucket, status=s.status,
                 error_code=s.error_code, reason=scope.log.table.reason(s), submitted_at=s.sent_time,
                 message_id=s.message_id)
            for s in sends if not s.was_sent
        ), order=("submitted_at",)),
    }


def newest_first(sends):
    """Campaigns of messages in scope, the one sent last first."""
    groups = grouped(sends, lambda s: s.campaign_id)
    return sorted(groups.items(), key=lambda item: item[1][-1].sent_time, reverse=True)


def details(scope):
    for campaign, sends in newest_first(scope.sends):
        yield dict(
            campaign_id=campaign,
            name=scope.log.campaigns[campaign].name,
            senders=listed(s.sender for s in sends),
            text=least(s.body for s in sends),
            texts_differ=different(s.body for s in sends) > 1,
            first_sent_at=sends[0].sent_time,
            last_sent_at=sends[-1].sent_time,
            sending_to=listed(one for s in sends for one in s.list_ids or ()),
            profiles=different(s.recipient for s in sends),
            messages=units(sends),
            segments=segments(sends),
            credits=credits(sends),
        )


def profiles(things):
    """Profiles: (recipient, campaign). Recipients nobody knows are no profile."""
    return {(t.recipient, t.campaign_id) for t in things if t.recipient is not None}


def click_profiles(clicks):
    return {(c.recipient, click_campaign(c)) for c in clicks if c.recipient is not None}


def totals(scope):
    sends = scope.sends
    sent, delivered = left(sends), where(sends, "delivered")
    delivered_keys = {s.key for s in delivered}
    on_delivered = [c for c in scope.counted_clicks if c.message and c.message.key in delivered_keys]
    wholes = {
        "all messages": units(sends),
        "sent": units(sent),
        "profiles sent to": len(profiles(sent)),
        "profiles delivered to": len(profiles(delivered)),
        None: None,
    }
    for measure, number, share_of in (
        ("sent", units(sent), "all messages"),
        ("delivered", units(delivered), "sent"),
        ("soft bounces", units(where(sends, "soft_bounce")), "sent"),
        ("hard bounces", units(where(sends, "hard_bounce")), "sent"),
        ("unconfirmed", units(where(sends, "sent", "unknown")), "sent"),
        ("not sent", units(sends) - units(sent), "all messages"),
        ("clicks", len(scope.counted_clicks), None),
        ("unique", len(click_profiles(scope.counted_clicks)), "profiles sent to"),
        ("unique of delivered", len(click_profiles(on_delivered)), "profiles delivered to"),
        ("unsubscribes", len(profiles(scope.opt_outs)), "profiles sent to"),
    ):
        yield dict(measure=measure, number=number, percent=percent(number, wholes[share_of]), share_of=share_of)


def not_clicked(scope):
    for (recipient, campaign), sends in grouped(scope.sends, lambda s: (s.recipient, s.campaign_id)).items():
        delivered = where(sends, "delivered")
        if delivered and not any(s.key in scope.clicked for s in sends):
            yield dict(recipient=recipient, campaign_id=campaign, delivered=units(delivered),
                       last_delivered_at=last(s.delivered_at for s in delivered))


def clickers(scope):
    people = grouped(scope.counted_clicks, lambda c: (c.recipient, click_campaign(c)))
    for (recipient, campaign), clicks in people.items():
        yield dict(recipient=recipient, campaign_id=campaign, clicks=len(clicks), links=different(map(link_of, clicks)),
                   first_clicked_at=clicks[0].event_time, last_clicked_at=clicks[-1].event_time)


def links(scope):
    whole = len(scope.counted_clicks)
    for (link, campaign), clicks in grouped(scope.counted_clicks, lambda c: (link_of(c), click_campaign(c))).items():
        yield dict(
            link_id=link,
            campaign_id=campaign,
            link_url=least(c.link_url for c in clicks),
            clicks=len(clicks),
            clicks_percent=percent(len(clicks), whole),
            unique=different(c.recipient for c in clicks),
            first_clicked_at=clicks[0].event_time,
            last_clicked_at=clicks[-1].event_time,
        )


def bounces(scope):
    bounced = [s for s in scope.sends if s.has_failed]
    for s in sorted(bounced, key=lambda s: (s.bucket != "hard_bounce", s.status_at)):
        person = scope.log.recipients[s.recipient]
        yield dict(
            recipient=s.recipient,
            campaign_id=s.campaign_id,
            bounce="hard" if s.bucket == "hard_bounce" else "soft",
            status=s.status,
            error_code=s.error_code,
            reason=scope.log.table.reason(s),
            bounced_at=s.status_at,
            attempts=1,  # no feed of the demo counts attempts
            failed_attempts=s.failed_attempts,
            recipient_hard_bounces=person.count("hard_bounce"),
            suppressed=person.suppressed,
            message_id=s.message_id,
        )
