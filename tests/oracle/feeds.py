"""Raw demo feeds -> events: what each payload says, read by the providers' own documentation.

This is the first half of an oracle for the canned reports. It shares nothing with smsql but the files under `data/`:
no SQL, no Rust, only what README.md (`events`, "Feeds", "Functions") and the comment headers of
`queries/providers/*.sql` say about the fields. Money is `Decimal`, times are aware `datetime`s in UTC.
"""

import json
import re
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "feeds" / "demo"

# The order in which the demo lands its files (LANDINGS in src/cli/demo.rs). The last one is late.
LANDINGS = (
    ("smsql/campaign", "campaigns.ndjson"),
    ("smsql/message", "messages.ndjson"),
    ("twilio/status_callback", "twilio_status_callback.ndjson"),
    ("infobip/delivery_report", "infobip_delivery_report.json"),
    ("smpp/receipt", "smpp_receipt.txt"),
    ("smsql/click", "clicks.ndjson"),
    ("smsql/event", "events.ndjson"),
    ("infobip/delivery_report", "infobip_delivery_report_late.json"),
)

INBOUND_KINDS = ("reply", "opt_out", "opt_in")


@dataclass(frozen=True)
class Event:
    """One row of `events` (README, "events"): what one report says happened to one message.

    `landing` is the number of the landing (1 to 8), which stands for `landed_at`: when the files were landed is
    different in every store, their order is not. `received_at` is None where nothing recorded it.
    """

    provider: str
    kind: str
    event_time: datetime
    landing: int = field(compare=False)
    line: int = field(compare=False)
    account: str | None = None
    message_id: str | None = None
    direction: str = "outbound"
    status: str | None = None
    error_code: str | None = None
    level: str | None = None
    time_precision: str | None = None
    submitted_at: datetime | None = None
    received_at: datetime | None = field(default=None, compare=False)
    recipient: str | None = None
    sender: str | None = None
    country: str | None = None
    carrier: str | None = None
    campaign_id: str | None = None
    list_ids: tuple[str, ...] | None = None
    user: str | None = None
    body: str | None = None
    encoding: str | None = None
    segments: int | None = None
    credits: Decimal | None = None
    cost: Decimal | None = None
    currency: str | None = None
    link_id: str | None = None
    link_url: str | None = None
    user_agent: str | None = None
    source_event_id: str | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def message(self):
        """A message is (provider, account, message_id) (DESIGN 3); None for what belongs to no message."""
        return None if self.message_id is None else (self.provider, self.account or "", self.message_id)

    def tag(self, name):
        """The value of a tag, None where there is none."""
        return dict(self.tags).get(name)

    def identity(self):
        """What makes two reports the same one (README, "Guarantees": once).

        When it was received, in which file and on which line are no part of it, so neither is an event time that is
        only the time of receipt.
        """
        content = {f.name: getattr(self, f.name) for f in fields(self) if f.compare}
        if self.time_precision == "received":
            del content["event_time"]
        return tuple(content.items())


def instant(text):
    """ISO 8601 with an offset or Z (`+0100` too), as an aware UTC time; None for None."""
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)


def smpp_instant(text):
    """`YYMMDDhhmm[ss]`, without a zone: UTC is assumed (header of queries/providers/smpp/receipt.sql)."""
    if not text:
        return None
    return datetime.strptime(text, "%y%m%d%H%M%S" if len(text) == 12 else "%y%m%d%H%M").replace(tzinfo=timezone.utc)


def e164(text):
    """The one spelling of a phone number (README, `e164`): `+` or `00` and 7 to 15 digits, or 8 to 15 digits."""
    if not text:
        return None
    plain = re.sub(r"[-\s./()]", "", text)
    for pattern in (r"\+(\d{7,15})", r"00(\d{7,15})", r"([1-9]\d{7,14})"):
        if match := re.fullmatch(pattern, plain):
            return "+" + match.group(1)
    return text


def decimal(value):
    """An exact decimal of a JSON number (read as Decimal) or text; None for None or an empty text."""
    return None if value in (None, "") else Decimal(value)


def own_row(row, kind, **known):
    """The columns that all feeds of the provider `smsql` share: they are the log's own (header of smsql/event.sql)."""
    lists = row.get("list_ids")
    return dict(
        provider=row.get("provider") or "smsql",
        account=row.get("account"),
        message_id=row.get("message_id"),
        kind=kind,
        recipient=e164(row.get("recipient")),
        sender=e164(row.get("sender")),
        country=row.get("country"),
        campaign_id=row.get("campaign_id"),
        list_ids=tuple(lists) if lists else None,
        user=row.get("user"),
        body=row.get("body"),
        encoding=row.get("encoding"),
        segments=row.get("segments"),
        credits=decimal(row.get("credits")),
        cost=decimal(row.get("cost")),
        currency=row.get("currency"),
        link_id=row.get("link_id"),
        link_url=row.get("link_url"),
        user_agent=row.get("user_agent"),
        source_event_id=row.get("source_event_id"),
        tags=tuple(sorted((row.get("tags") or {}).items())),
        submitted_at=instant(row.get("submitted_at")),
        event_time=instant(row.get("event_time") or row.get("time")),
    ) | known


def campaign(text):
    """smsql/campaign: `action` is the status, the name goes to tags['name']."""
    row = json.loads(text, parse_float=Decimal)
    tags = dict(row.get("tags") or {})
    if row.get("name"):
        tags.setdefault("name", row["name"])
    return [own_row(row, "campaign", status=row["action"], tags=tuple(sorted(tags.items())))]


def message(text):
    """smsql/message: what a CRM knows of a message; without a status. Its time is else that of submission."""
    row = json.loads(text, parse_float=Decimal)
    event = own_row(row, "status")
    return [event | {"event_time": event["event_time"] or event["submitted_at"]}]


def click(text):
    """smsql/click: one row per request of a tracked link, bots and all."""
    return [own_row(json.loads(text, parse_float=Decimal), "click")]


def event(text):
    """smsql/event: any event; replies, opt-outs and opt-ins are inbound unless the row says otherwise."""
    row = json.loads(text, parse_float=Decimal)
    kind = row.get("kind") or "status"
    direction = row.get("direction") or ("inbound" if kind in INBOUND_KINDS else "outbound")
    return [own_row(row, kind, direction=direction, status=row.get("status"), error_code=row.get("error_code"))]


def twilio(text):
    """twilio/status_callback: a form in an envelope. MessageStatus wins over SmsStatus; the time is that of receipt."""
    envelope = json.loads(text)
    form = dict(parse_qsl(envelope["body"]))
    received = instant(envelope["received_at"])
    return [dict(
        provider="twilio",
        kind="status",
        account=form.get("AccountSid"),
        message_id=form.get("MessageSid") or form.get("SmsSid"),
        status=form.get("MessageStatus") or form.get("SmsStatus"),
        error_code=form.get("ErrorCode"),
        recipient=e164(form.get("To")),
        sender=e164(form.get("From")),
        event_time=received,
        received_at=received,
        time_precision="received",
    )]


def infobip(text):
    """infobip/delivery_report: a list of results. The price is that of one part, so it is multiplied by the parts."""
    events = []
    for result in json.loads(text, parse_float=Decimal)["results"]:
        name, price, parts = result["status"]["name"], result["price"], result["smsCount"]
        level = {"DELIVERED_TO_OPERATOR": "operator", "DELIVERED_TO_HANDSET": "handset"}.get(name)
        events.append(dict(
            provider="infobip",
            kind="status",
            message_id=result["messageId"],
            status=name,
            error_code=result["error"]["name"],
            level=level,
            event_time=instant(result["doneAt"]),
            time_precision="ms",
            submitted_at=instant(result["sentAt"]),
            recipient=e164(result["to"]),
            carrier=f"{result['mccMnc'][:3]}-{result['mccMnc'][3:]}",
            segments=parts,
            cost=price["pricePerMessage"] * parts,
            currency=price["currency"],
            tags=(("bulk_id", result["bulkId"]),),
        ))
    return events


def smpp(text):
    """smpp/receipt: `id:... submit date:... done date:... stat:... err:... text:...` (SMPP 3.4, appendix B)."""
    found = re.match(r"id:(\S+) .*?submit date:(\d+) done date:(\d+) stat:(\S+) err:(\S+)", text)
    number, submitted, done, status, error = found.groups()
    return [dict(
        provider="smpp",
        kind="status",
        message_id=number,
        status=status,
        error_code=error,
        event_time=smpp_instant(done),
        time_precision="s" if len(done) == 12 else "min",
        submitted_at=smpp_instant(submitted),
    )]


READERS = {
    "smsql/campaign": campaign,
    "smsql/message": message,
    "smsql/click": click,
    "smsql/event": event,
    "twilio/status_callback": twilio,
    "infobip/delivery_report": infobip,
    "smpp/receipt": smpp,
}


@dataclass
class Feeds:
    """All events, once each, in the order they were landed, and how many rows came twice."""

    events: list[Event]
    rows_read: dict[str, int]
    duplicates: list[Event]


def load(folder=DEMO):
    """Reads the demo's files in landing order; the first report of what is reported twice stays."""
    seen, events, duplicates, rows = set(), [], [], {}
    for landing, (feed, name) in enumerate(LANDINGS, start=1):
        for line, text in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), start=1):
            for columns in READERS[feed](text):
                one = Event(landing=landing, line=line, **columns)
                rows[name] = rows.get(name, 0) + 1
                if (identity := one.identity()) in seen:
                    duplicates.append(one)
                else:
                    seen.add(identity)
                    events.append(one)
    return Feeds(events, rows, duplicates)


def known_at(one):
    """When our side received a report, for the fold's ties: a landing comes after everything that was received."""
    return one.received_at or datetime(2100, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=one.landing)
