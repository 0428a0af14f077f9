"""suppression_list and opt_out_violations, by the headers of their reports."""

from datetime import timedelta

from fold import HARD_BOUNCES_MAX, other_party
from rows import SOME, Rows, grouped, units, where
from scope import via
from values import micros, percent


class Consent:
    """What is known of people's opt-outs, opt-ins and hard bounces in the whole store."""

    def __init__(self, scope):
        events = sorted(scope.log.events, key=lambda e: e.event_time)
        by_person = lambda kind: grouped([e for e in events if e.kind == kind], other_party)
        self.outs, self.ins = by_person("opt_out"), by_person("opt_in")
        bounced = [m for m in scope.log.outbound if m.bucket == "hard_bounce"]
        self.bounces = grouped(sorted(bounced, key=lambda m: m.status_at), lambda m: m.recipient)

    def since_return(self, person, until=None):
        """The opt-outs since the person last opted in (up to a moment), the earliest first.

        Of an opt-out and an opt-in at the same instant the opt-out counts.
        """
        known = lambda events: [e for e in events.get(person, []) if until is None or e.event_time <= until]
        back = max((e.event_time for e in known(self.ins)), default=None)
        return [e for e in known(self.outs) if back is None or e.event_time >= back]


def suppression_list(scope):
    log, consent, o = scope.log, Consent(scope), scope.options
    in_scope = grouped(scope.sends, lambda s: s.recipient)
    asked = any((o.since, o.until, o.campaign, o.provider, o.account, o.list))
    shown = [p for p in log.recipients.values() if not asked or p.recipient in in_scope]
    suppressed = [p for p in shown if p.suppressed]
    bounced = lambda p: p.count("hard_bounce") >= HARD_BOUNCES_MAX
    return {
        "reasons": Rows((
            dict(reason=reason, recipients=len(some), percent=percent(len(some), len(suppressed)),
                 both=sum(p.opted_out and bounced(p) for p in some))
            for reason in ("opted_out", "hard_bounces")
            for some in [[p for p in suppressed if p.suppressed_reason == reason]]
        ), order=()),
        "recipients": Rows((suppressed_row(consent, p, in_scope.get(p.recipient, [])) for p in suppressed), order=()),
        "bounces": Rows((
            dict(recipient=p.recipient, bounce=number, bounced_at=m.status_at, provider=m.provider, status=m.status,
                 error_code=m.error_code, campaign_id=m.campaign_id, message_id=m.message_id, message_key=SOME)
            for p in suppressed if p.suppressed_reason == "hard_bounces"
            for number, m in enumerate(consent.bounces[p.recipient], start=1)
        ), order=()),
        "blocked_elsewhere": Rows((
            blocked_row(where(sends, "unsubscribed")) for person, sends in in_scope.items()
            if person not in consent.outs and where(sends, "unsubscribed")
        ), order=()),
        "returned": Rows((
            dict(recipient=p.recipient, opted_out_at=p.opted_out_at, opted_in_at=p.opted_in_at,
                 hard_bounces=p.count("hard_bounce"), can_return=not bounced(p))
            for p in shown if p.opted_out_at and p.opted_in_at and not p.opted_out
        ), order=()),
    }


def blocked_row(sends):
    latest = max(sends, key=lambda s: s.status_at)
    return dict(recipient=latest.recipient, messages=units(sends), last_blocked_at=latest.status_at,
                provider=latest.provider, status=latest.status, error_code=latest.error_code,
                campaign_id=latest.campaign_id, message_id=latest.message_id, message_key=SOME)


def suppressed_row(consent, person, sends):
    outs, bounces = consent.since_return(person.recipient), consent.bounces.get(person.recipient, [])
    opted_out = person.suppressed_reason == "opted_out"
    since = outs[0].event_time if opted_out else bounces[HARD_BOUNCES_MAX - 1].status_at
    latest = bounces[-1] if bounces else None
    return dict(
        recipient=person.recipient,
        reason=person.suppressed_reason,
        since=since,
        opt_out_via=via(outs[0]) if opted_out else None,
        opt_out_body=outs[0].body if opted_out else None,
        opt_outs=len(outs),
        hard_bounces=len(bounces),
        last_bounce_at=latest and latest.status_at,
        last_bounce_status=latest and latest.status,
        last_bounce_error_code=latest and latest.error_code,
        messages=units(sends),
        messages_after=units(s for s in sends if s.submitted_at and s.submitted_at > since),
    )


def opt_out_violations(scope):
    consent = Consent(scope)
    grace = timedelta(minutes=int(scope.options.own.get("grace_minutes", 0)))
    broken = {}
    for send in scope.sends:
        outs = consent.since_return(send.recipient, send.submitted_at)
        if send.submitted_at and outs and send.submitted_at > outs[0].event_time + grace:
            broken[send.key] = outs[0]
    violations = lambda sends: [s for s in sends if s.key in broken]

    def counts(sends):
        some = violations(sends)
        return dict(
            messages=units(sends),
            violations=units(some),
            percent=percent(units(some), units(sends)),
            delivered=units(where(some, "delivered")),
            blocked=units(where(some, "rejected", "unsubscribed")),
            recipients=len({s.recipient for s in some}),
        )

    by = lambda name: Rows((
        {name: value} | counts(sends)
        for value, sends in grouped(scope.sends, lambda s: getattr(s, name)).items() if violations(sends)
    ), order=())
    return {
        "summary": [counts(scope.sends) | dict(undated=0)],  # the demo says of every message when it was submitted
        "violations": Rows((violation(send, broken[send.key]) for send in violations(scope.sends)), order=()),
        "campaigns": by("campaign_id"),
        "users": by("user"),
    }


def violation(send, out):
    return dict(
        submitted_at=send.submitted_at,
        recipient=send.recipient,
        opted_out_at=out.event_time,
        opt_out_via=via(out),
        opt_out_body=out.body,
        seconds_after=micros(send.submitted_at - out.event_time) // 1_000_000,
        campaign_id=send.campaign_id,
        user=send.user,
        provider=send.provider,
        sender=send.sender,
        bucket=send.bucket,
        delivered=send.bucket == "delivered",
        message_id=send.message_id,
        message_key=SOME,
    )
