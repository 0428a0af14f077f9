"""message_report, conversations and link_tracking, by the headers of their reports (DESIGN 1: Mobile Text Alerts)."""

import hashlib
from collections import Counter

from feeds import DEMO, LANDINGS
from fold import other_party
from rows import (SOME, Rows, by_text, click_campaign, credits, different, grouped, last, least, left, link_of, units,
                  where)
from values import credit, percent


def message_report(scope):
    return {
        "totals": list(totals(scope)),
        "blasts": list(blasts(scope)),
        "campaigns": list(campaigns(scope)),
        "messages": Rows((
            dict(sent_at=s.sent_time, campaign_id=s.campaign_id, user=s.user, sender=s.sender, recipient=s.recipient,
                 text=s.body, bucket=s.bucket, status=s.status, error_code=s.error_code, status_at=s.status_at,
                 segments=s.segments, credits=credit(s.credits), provider=s.provider, account=s.account,
                 message_id=s.message_id)
            for s in scope.sends
        ), order=("sent_at",)),
        "history": Rows(history(scope)),
    }


def steps(scope, sends):
    """The funnel: each step is part of the one before it, or of delivered."""
    delivered = where(sends, "delivered")
    among = lambda keys: units(s for s in delivered if s.key in keys)
    return {
        "messages": units(sends),
        "sent": units(left(sends)),
        "delivered": units(delivered),
        "clicked": among(scope.clicked),
        "replied": among({a.send.key for a in scope.replies}),
        "unsubscribed": among({a.send.key for a in scope.opt_outs}),
    }


def totals(scope):
    counts = steps(scope, scope.sends)
    wholes = {"messages": None, "sent": "messages", "delivered": "sent"}
    for step, messages in counts.items():
        share_of = wholes.get(step, "delivered")
        whole = counts.get(share_of)
        yield dict(step=step, messages=messages, percent=percent(messages, whole), share_of=share_of)


def engagement(scope, sends):
    """The columns that blasts and campaigns share."""
    counts = steps(scope, sends)
    columns = dict(messages=counts["messages"], sent=counts["sent"], delivered=counts["delivered"],
                   delivered_percent=percent(counts["delivered"], counts["sent"]))
    for count, name in (("clicked", "click"), ("replied", "response"), ("unsubscribed", "unsubscribe")):
        columns |= {count: counts[count], f"{name}_percent": percent(counts[count], counts["delivered"])}
    return columns | dict(credits=credits(sends))


def last_first(groups):
    return sorted(groups.items(), key=lambda item: item[1][-1].sent_time, reverse=True)


def blasts(scope):
    for campaign, sends in last_first(grouped(scope.sends, lambda s: s.campaign_id)):
        known = scope.log.campaigns[campaign]
        yield dict(campaign_id=campaign, group_id=known.group_id, name=known.name,
                   last_sent_at=sends[-1].sent_time) | engagement(scope, sends)


def campaigns(scope):
    for group, sends in last_first(grouped(scope.sends, lambda s: scope.log.campaigns[s.campaign_id].group_id)):
        yield dict(group_id=group, blasts=different(s.campaign_id for s in sends), last_sent_at=sends[-1].sent_time,
                   recipients=different(s.recipient for s in sends)) | engagement(scope, sends)


def history(scope):
    """In the order of the messages and of what happened to them; messages sent at one instant may change places."""
    at_once = Counter(s.sent_time for s in scope.sends)
    hashes = [hashlib.sha256((DEMO / name).read_bytes()).hexdigest() for _, name in LANDINGS]
    for send in scope.sends:
        for bucket, _, event in sorted(send.reports, key=lambda report: report[2].event_time):
            yield dict(
                event_time=event.event_time,
                message_id=send.message_id,
                recipient=send.recipient,
                status=event.status,
                error_code=event.error_code,
                bucket=bucket,
                attempt=None,  # no feed of the demo counts attempts or parts
                part_index=None,
                received_at=event.received_at or SOME,
                source_file=hashes[event.landing - 1],
                source_line=event.line,
                _order=[send.sent_time] + [event.event_time] * (at_once[send.sent_time] == 1),
            )


def conversations(scope):
    talk = Talk(scope)
    return {
        "summary": list(talk.summary()),
        "inbox": Rows(sorted(talk.inbox(), key=lambda r: r["last_in_at"], reverse=True), order=("last_in_at",)),
        "thread": Rows(talk.thread(), order=("recipient", "time")),
    }


class Talk:
    """Who said what: outbound are the messages in scope, inbound what people wrote in the period asked for."""

    def __init__(self, scope):
        options = scope.options
        self.asked = options.own.get("recipient")
        self.sends = [s for s in scope.sends if self.asked in (None, s.recipient)]
        self.outbound = grouped(self.sends, lambda s: s.recipient)
        since, until = options.moment(options.since), options.moment(options.until)
        inbound = [
            e for e in scope.log.events
            if e.kind in ("reply", "opt_out", "opt_in") and self.asked in (None, other_party(e))
            and (since is None or e.event_time >= since) and (until is None or e.event_time < until)
            and options.provider in (None, e.provider) and options.account in (None, e.account)
            and ((options.campaign is None and options.list is None) or other_party(e) in self.outbound)
        ]
        self.inbound = grouped(sorted(inbound, key=lambda e: e.event_time), other_party)

    def last(self, person, *kinds):
        return last(e.event_time for e in self.inbound[person] if e.kind in kinds)

    def unanswered(self, person):
        reply, out = self.last(person, "reply"), self.outbound.get(person)
        return reply is not None and (not out or reply > out[-1].sent_time)

    def opted_out(self, person):
        gone, back = self.last(person, "opt_out"), self.last(person, "opt_in")
        return gone is not None and (back is None or gone >= back)

    def summary(self):
        people, wrote = len(self.outbound.keys() | self.inbound.keys()), len(self.inbound)
        for measure, number, whole, share_of in (
            ("people", people, None, None),
            ("conversations", wrote, people, "people"),
            ("unanswered", sum(map(self.unanswered, self.inbound)), wrote, "conversations"),
            ("opted out", sum(map(self.opted_out, self.inbound)), wrote, "conversations"),
            ("messages out", units(self.sends), None, None),
            ("messages in", sum(map(len, self.inbound.values())), None, None),
        ):
            yield dict(measure=measure, number=number, percent=percent(number, whole), share_of=share_of)

    def inbox(self):
        for person, wrote in self.inbound.items():
            out = self.outbound.get(person, [])
            texts, sent_texts = [e.body for e in wrote if e.body], [s.body for s in out if s.body]
            yield dict(
                recipient=person,
                unanswered=self.unanswered(person),
                last_in_at=wrote[-1].event_time,
                last_in_text=texts[-1] if texts else None,
                messages_in=len(wrote),
                last_out_at=last(s.sent_time for s in out),
                last_out_text=sent_texts[-1] if sent_texts else None,
                messages_out=units(out),
                opted_out=self.opted_out(person),
            )

    def thread(self):
        for person in [self.asked] if self.asked else sorted(self.inbound, key=by_text):
            rows = [
                dict(recipient=person, time=s.sent_time, direction="out", kind="message", text=s.body,
                     own_number=s.sender, bucket=s.bucket, campaign_id=s.campaign_id, user=s.user, provider=s.provider,
                     message_id=s.message_id)
                for s in self.outbound.get(person, [])
            ] + [
                dict(recipient=person, time=e.event_time, direction="in", kind=e.kind, text=e.body,
                     own_number=e.recipient, bucket=None, campaign_id=e.campaign_id, user=None, provider=e.provider,
                     message_id=e.message_id)
                for e in self.inbound.get(person, [])
            ]
            yield from sorted(rows, key=lambda row: row["time"])


def link_tracking(scope):
    asked = scope.options.own.get("link")
    picked = lambda clicks: [c for c in clicks if asked is None or link_of(c) == asked]
    counted, every = picked(scope.counted_clicks), picked(scope.all_clicks)
    hour = lambda c: scope.hour(c.event_time)
    return {
        "links": Rows(most_first(
            dict(link_id=link, link_url=least(c.link_url for c in clicks),
                 campaigns=different(map(click_campaign, clicks)))
            | of_clicks(clicks, counted, times=True)
            for link, clicks in grouped(counted, link_of).items()
        ), order=("clicks",)),
        "clicks_by_hour": [
            dict(hour=begin, clicks=len(clicks), unique=different(c.recipient for c in clicks))
            for begin, clicks in grouped(counted, hour).items()
        ],
        "clickers": Rows(most_first(
            dict(recipient=person, clicks=len(clicks), links=different(map(link_of, clicks)),
                 campaigns=different(map(click_campaign, clicks)), first_clicked_at=clicks[0].event_time,
                 last_clicked_at=clicks[-1].event_time)
            for person, clicks in grouped(counted, lambda c: c.recipient).items()
        ), order=("clicks",)),
        "agents": [
            dict(agent=agent) | of_clicks([c for c in every if c.is_bot == bot], every, times=True)
            for agent, bot in (("people", False), ("bots", True))
        ],
        "user_agents": Rows(most_first(
            dict(user_agent=agent, is_bot=clicks[0].is_bot) | of_clicks(clicks, every, times=False)
            for agent, clicks in grouped(every, lambda c: c.user_agent).items()
        ), order=("clicks",)),
    }


def most_first(rows):
    return sorted(rows, key=lambda row: -row["clicks"])


def of_clicks(clicks, whole, times):
    """The columns about clicks that sections share."""
    columns = dict(clicks=len(clicks), clicks_percent=percent(len(clicks), len(whole)),
                   unique=different(c.recipient for c in clicks))
    if times:
        columns |= dict(first_clicked_at=least(c.event_time for c in clicks),
                        last_clicked_at=last(c.event_time for c in clicks))
    return columns
