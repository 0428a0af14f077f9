//! The fold once more, the slow way, from the words of the design: what the fast one is compared with.

use std::collections::{BTreeMap, BTreeSet};

use super::class_of;
use super::events::{Event, message_key};

/// The columns [`fold`] gives, as a query over `messages`.
pub(super) const QUERY: &str = "SELECT message_key, provider, account, message_id, direction, bucket, status, error_code, level, \
    is_final, status_at, submitted_at, sent_at, delivered_at, failed_at, first_clicked_at, first_replied_at, \
    opted_out_at, clicks, replies, opt_outs, attempts, failed_attempts, parts, segments, cost, currency, campaign_id, \
    list_ids, recipient, sender, country, body, first_event_at, last_event_at, conflict \
    FROM messages ORDER BY message_key";

type Rank = u8;
/// The order of reports: rank, event_time, received_at, status, error_code; then the class.
type Report = (Rank, i64, i64, String, Option<String>, u8);

fn class(event: &Event) -> Option<u8> {
    let status = event.status.filter(|_| event.kind == "status")?;
    Some(class_of(status, event.level, event.provider_final))
}

fn report(event: &Event) -> Option<Report> {
    let class = class(event)?;
    let code = event.error_code.map(str::to_owned);
    Some((class / 10, event.event_time, event.received_at, event.status?.to_owned(), code, class))
}

fn bucket(class: u8) -> &'static str {
    match class {
        10 => "pending",
        20 => "sent",
        30 => "unknown",
        40 => "soft_bounce",
        50 => "hard_bounce",
        51 => "rejected",
        52 => "unsubscribed",
        41 | 60 => "delivered",
        other => panic!("class {other}"),
    }
}

/// What the parts say together: the worst final part decides.
fn verdict(parts: &BTreeMap<i32, Report>, part_count: i32) -> Report {
    let reports: Vec<&Report> = parts.values().collect();
    let count = part_count.max(*parts.keys().max().unwrap()) as usize;
    let has = |rank| reports.iter().any(|report| report.0 == rank);
    let has_soft = reports.iter().any(|report| report.5 == 40);
    let delivered = reports.iter().filter(|report| [41, 60].contains(&report.5)).count();
    let class = if has(5) {
        return (*reports.iter().filter(|report| report.0 == 5).max().unwrap()).clone();
    } else if has_soft {
        40
    } else if delivered == reports.len() && reports.len() >= count {
        if reports.iter().any(|report| report.5 == 41) { 41 } else { 60 }
    } else if has(3) {
        30
    } else if has(1) {
        10
    } else {
        20
    };
    let of_class = reports.iter().filter(|report| report.5 == class).max();
    let mut shown = (*of_class.or(reports.iter().max()).unwrap()).clone();
    shown.0 = class / 10;
    shown.5 = class;
    shown
}

/// The greatest value by (time, value), reports before everything else.
fn latest<T: Ord + Clone>(events: &[&Event], value: impl Fn(&Event) -> Option<T>) -> Option<T> {
    let candidates = events.iter().filter_map(|event| {
        let time = (event.kind == "status").then_some(event.event_time);
        Some((time, value(event)?))
    });
    candidates.max().map(|(_, value)| value)
}

/// One row per message, ordered by its key, every column as text.
pub(super) fn fold(events: &[Event]) -> Vec<Vec<String>> {
    let mut messages: BTreeMap<i128, Vec<&Event>> = BTreeMap::new();
    for event in events {
        if let Some(key) = message_key(event) {
            messages.entry(key).or_default().push(event);
        }
    }
    messages.into_iter().map(|(key, events)| row(key, &events)).collect()
}

fn row(key: i128, events: &[&Event]) -> Vec<String> {
    let whole = events.iter().filter(|e| e.part_index.is_none()).filter_map(|e| report(e)).max();
    let mut parts: BTreeMap<i32, Report> = BTreeMap::new();
    let mut part_count = 0;
    for event in events {
        if let (Some(index), Some(report)) = (event.part_index, report(event)) {
            part_count = part_count.max(event.part_count.unwrap_or(0));
            let best = parts.entry(index).or_insert_with(|| report.clone());
            *best = best.clone().max(report);
        }
    }
    let of_parts = (!parts.is_empty()).then(|| verdict(&parts, part_count));
    let winner = whole.max(of_parts);

    let of_kind = |kind: &'static str| events.iter().filter(move |event| event.kind == kind);
    let first = |kind| of_kind(kind).map(|event| event.event_time).min();
    let count = |kind| of_kind(kind).map(|event| event.key).collect::<BTreeSet<_>>().len();
    let of_classes = |classes: &'static [u8]| {
        events.iter().filter(move |event| class(event).is_some_and(|class| classes.contains(&class)))
    };
    let first_of = |classes| of_classes(classes).map(|event| event.event_time).min();
    let failures: &[u8] = &[40, 50, 51, 52];
    let is_whole = |event: &&&Event| event.part_index.is_none();
    let last_failure = of_classes(&[50, 51, 52]).filter(is_whole).map(|event| event.event_time).max();
    let first_delivery = of_classes(&[60]).filter(is_whole).map(|event| event.event_time).min();
    let conflict = matches!((last_failure, first_delivery), (Some(failed), Some(delivered)) if failed > delivered);
    let winner_class = winner.as_ref().map(|report| report.5);
    let by_handset = of_classes(&[60]).any(|event| event.level == Some("handset"));
    let level = match winner_class {
        Some(41) => Some("operator"),
        Some(60) if by_handset => Some("handset"),
        _ => None,
    };
    let bucket = winner_class.map_or("pending", bucket);
    let recipient = latest(events, |e| e.recipient);
    let greatest = |of: fn(&Event) -> Option<i32>| events.iter().filter_map(|event| of(event)).max();
    let parts_known = greatest(|e| e.part_count).max(greatest(|e| e.part_index));
    let cost = latest(events, |e| e.cost);
    vec![
        key.to_string(),
        text(latest(events, |e| Some(e.provider))),
        text(latest(events, |e| e.account)),
        text(latest(events, |e| e.message_id)),
        text(latest(events, |e| Some(e.direction))),
        bucket.to_owned(),
        text(winner.as_ref().map(|report| report.3.clone())),
        text(winner.as_ref().and_then(|report| report.4.clone())),
        text(level),
        (!["pending", "sent"].contains(&bucket)).to_string(),
        text(winner.as_ref().map(|report| report.1)),
        text(events.iter().filter_map(|e| e.submitted_at).min()),
        text(first_of(&[20])),
        text(first_of(&[41, 60])),
        text(first_of(failures)),
        text(first("click")),
        text(first("reply")),
        text(first("opt_out")),
        count("click").to_string(),
        count("reply").to_string(),
        count("opt_out").to_string(),
        greatest(|e| e.attempt).unwrap_or(1).to_string(),
        of_classes(failures).map(|event| event.key).collect::<BTreeSet<_>>().len().to_string(),
        text(parts_known),
        text(latest(events, |e| e.segments)),
        text(cost.map(|cost| format!("{}.{:08}", cost / 100_000_000, cost % 100_000_000))),
        text(latest(events, |e| e.cost.and(e.currency))),
        text(latest(events, |e| e.campaign_id)),
        text(latest(events, |e| e.list_ids.clone()).map(|ids| format!("[{}]", ids.join(", ")))),
        text(recipient),
        text(latest(events, |e| e.sender)),
        text(recipient.filter(|number| number.starts_with("+33")).map(|_| "FR")),
        text(latest(events, |e| e.body)),
        text(events.iter().map(|e| e.event_time).min()),
        text(events.iter().map(|e| e.event_time).max()),
        conflict.to_string(),
    ]
}

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
