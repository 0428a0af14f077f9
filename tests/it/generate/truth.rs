//! A naive reader of `smsql/event`, which holds everything in memory, against the generator's own account.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::Value;
use smsql::event::Bucket;
use smsql::source::generate::{GenerateOptions, Truth};

use super::{base, count, identity, lines, one, text, time};

/// What the words of these providers mean, by hand from the providers' documentation.
pub(super) fn bucket(provider: &str, status: &str, code: Option<&str>) -> Bucket {
    use Bucket::*;
    match (provider, status, code) {
        ("twilio", "queued", _) | ("infobip", "PENDING_ENROUTE", _) | ("smpp", "ENROUTE", _) => Pending,
        ("vonage", "buffered", _) | ("smsql", "pending", _) => Pending,
        ("twilio" | "smsql", "sent", _) | ("smpp", "ACCEPTD", _) | ("vonage", "accepted", _) => Sent,
        ("infobip", "DELIVERED_TO_OPERATOR", _) => Sent,
        ("twilio" | "vonage" | "smsql", "delivered", _) | ("smpp", "DELIVRD", _) => Delivered,
        ("infobip", "DELIVERED_TO_HANDSET", _) => Delivered,
        ("twilio", "undelivered", Some("30003" | "30017")) => SoftBounce,
        ("twilio", "undelivered", Some("30005" | "30006")) => HardBounce,
        ("twilio", "undelivered", Some("30007")) | ("twilio", "failed", Some("30034")) => Rejected,
        ("twilio", "failed", Some("21610")) => Unsubscribed,
        ("infobip", "EXPIRED_EXPIRED", Some("EC_VP_EXPIRED")) => SoftBounce,
        ("infobip", "UNDELIVERABLE_NOT_DELIVERED", Some("EC_ABSENT_SUBSCRIBER" | "EC_SM_DELIVERY_FAILURE")) => {
            SoftBounce
        }
        ("infobip", "UNDELIVERABLE_NOT_DELIVERED", Some("EC_UNKNOWN_SUBSCRIBER" | "EC_ILLEGAL_SUBSCRIBER")) => {
            HardBounce
        }
        ("infobip", "UNDELIVERABLE_REJECTED_OPERATOR" | "REJECTED_NETWORK", _) => Rejected,
        ("infobip", "REJECTED_DESTINATION_BLOCKLISTED", _) => Unsubscribed,
        ("infobip", "EXPIRED_DLR_UNKNOWN", _) | ("smpp", "UNKNOWN", _) | ("vonage" | "smsql", "unknown", _) => Unknown,
        ("smpp", "EXPIRED", _) | ("vonage", "expired", _) | ("vonage", "failed", Some("2" | "7")) => SoftBounce,
        // The codes of SMPP receipts are the operator's own: without evidence it is a soft bounce.
        ("smpp", "UNDELIV", _) => SoftBounce,
        ("vonage", "failed", Some("3" | "11")) => HardBounce,
        ("smpp", "REJECTD", _) | ("vonage", "rejected", Some("6" | "52")) => Rejected,
        ("vonage", "failed", Some("9")) => Unsubscribed,
        ("smsql", other, None) => other.parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The place of a report in the fold, as DESIGN has it: an operator's delivery ranks with a soft bounce.
fn rank(bucket: Bucket, level: Option<&str>) -> u8 {
    match bucket {
        Bucket::Pending => 1,
        Bucket::Sent => 2,
        Bucket::Unknown => 3,
        Bucket::SoftBounce => 4,
        Bucket::Delivered if level == Some("operator") => 4,
        Bucket::HardBounce | Bucket::Rejected | Bucket::Unsubscribed => 5,
        Bucket::Delivered => 6,
    }
}

type Best = (u8, DateTime<Utc>, Bucket);

/// What a reader who holds everything in memory makes of a message.
#[derive(Default)]
struct Seen {
    campaign: String,
    whole: Option<Best>,
    parts: BTreeMap<u64, Best>,
    delivered: Option<DateTime<Utc>>,
    failed: Option<DateTime<Utc>>,
    segments: u64,
    credits: u64,
    cost: Option<(String, u64)>,
}

fn cents(decimal: &str, places: usize) -> u64 {
    let (whole, part) = decimal.split_once('.').unwrap();
    assert_eq!(part.len(), places);
    format!("{whole}{part}").parse().unwrap()
}

#[test]
fn the_truth_is_what_a_naive_reader_finds() {
    for seed in [1, 42] {
        // Few recipients, so that many opt out, bounce again and again, and click in several blasts.
        let options = GenerateOptions { seed, events: 60_000, recipients: Some(3_000), duplicates: 0.03, ..base() };
        let (bytes, truth) = one(&options);
        compare(&bytes, &truth);
        let total = &truth.total;
        for bucket in Bucket::ALL {
            assert!(total.buckets.contains_key(bucket.name()), "no message is {bucket}");
        }
        assert!(total.conflicts > 0 && total.bot_clicks > 0 && total.replies > 0 && total.opt_outs > 0);
        assert!(total.buckets["delivered"] * 100 > total.messages * 80, "{total:?}");
    }
}

fn compare(bytes: &[u8], truth: &Truth) {
    let mut messages: HashMap<String, Seen> = HashMap::new();
    let mut people: BTreeMap<String, [HashSet<String>; 3]> = BTreeMap::new();
    let mut counts: BTreeMap<String, [u64; 4]> = BTreeMap::new();
    let mut seen = HashSet::new();
    for line in lines(bytes) {
        if !seen.insert(identity(&line)) {
            continue;
        }
        let Some(id) = text(&line, "message_id") else { continue };
        let provider = text(&line, "provider").unwrap();
        let campaign = text(&line, "campaign_id").unwrap_or_default();
        let message = messages.entry(format!("{provider} {id}")).or_default();
        message.campaign = campaign.to_owned();
        let (people, counts) =
            (people.entry(campaign.to_owned()).or_default(), counts.entry(campaign.to_owned()).or_default());
        match text(&line, "kind") {
            None => read_status(message, provider, &line),
            Some("click") => {
                let who = text(&line, "recipient").unwrap().to_owned();
                let agent = text(&line, "user_agent").unwrap();
                let bot = woothee::parser::Parser::new().parse(agent).is_none_or(|ua| ua.category == "crawler");
                counts[0] += 1;
                counts[1] += u64::from(bot);
                people[0].insert(who.clone());
                if !bot {
                    people[1].insert(who);
                }
            }
            Some("reply") => {
                counts[2] += 1;
                assert_eq!(text(&line, "direction"), Some("inbound"));
                people[2].insert(text(&line, "sender").unwrap().to_owned());
            }
            Some("opt_out") => counts[3] += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(messages.len() as u64, truth.messages);
    let mut found: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut sums: BTreeMap<String, (u64, u64, u64, u64)> = BTreeMap::new();
    let mut costs: BTreeMap<(String, String), u64> = BTreeMap::new();
    for message in messages.into_values() {
        *found.entry(message.campaign.clone()).or_default().entry(fold(&message).name()).or_default() += 1;
        let sums = sums.entry(message.campaign.clone()).or_default();
        sums.0 += 1;
        sums.1 += message.segments;
        sums.2 += message.credits;
        let conflict = message.delivered.zip(message.failed).is_some_and(|(delivered, failed)| delivered < failed);
        sums.3 += u64::from(conflict);
        if let Some((currency, cost)) = message.cost {
            *costs.entry((message.campaign, currency)).or_default() += cost;
        }
    }
    for (id, expected) in &truth.campaigns {
        assert_eq!(found.get(id).cloned().unwrap_or_default(), expected.buckets, "buckets of {id:?}");
        let sums = sums.get(id).copied().unwrap_or_default();
        assert_eq!(sums, (expected.messages, expected.segments, expected.credit_tenths, expected.conflicts), "{id:?}");
        let [clicks, bots, replies, opt_outs] = counts.get(id).copied().unwrap_or_default();
        let people = people.remove(id).unwrap_or_default().map(|people| people.len() as u64);
        assert_eq!((clicks, bots, replies), (expected.clicks, expected.bot_clicks, expected.replies), "{id:?}");
        assert_eq!(people, [expected.clickers, expected.human_clickers, expected.repliers], "people of {id:?}");
        assert_eq!(opt_outs, expected.opt_outs, "{id:?}");
        for (&currency, cost) in &expected.costs {
            assert_eq!(costs.remove(&(id.clone(), currency.to_owned())), Some(*cost), "cost of {id:?}");
        }
    }
    assert!(costs.is_empty() && people.is_empty());
}

fn read_status(message: &mut Seen, provider: &str, line: &Value) {
    message.segments = message.segments.max(count(line, "segments"));
    if let Some(credits) = text(line, "credits") {
        message.credits = cents(credits, 1);
    }
    if let Some(cost) = text(line, "cost") {
        message.cost = Some((text(line, "currency").unwrap().to_owned(), cents(cost, 5)));
    }
    let (level, at) = (text(line, "level"), time(line, "event_time"));
    let bucket = bucket(provider, text(line, "status").unwrap(), text(line, "error_code"));
    let rank = rank(bucket, level);
    let this = (rank, at, bucket);
    let better = |old: &Best| (old.0, old.1) < (rank, at);
    match count(line, "part_index") {
        0 => {
            if message.whole.as_ref().is_none_or(better) {
                message.whole = Some(this);
            }
            if rank == 6 {
                message.delivered = Some(at);
            } else if bucket.is_failure() {
                message.failed = Some(at);
            }
        }
        part => {
            assert!(part <= count(line, "part_count"));
            if message.parts.get(&part).is_none_or(better) {
                message.parts.insert(part, this);
            }
        }
    }
}

/// The worst part decides, unless the whole message was reported in a higher rank.
fn fold(message: &Seen) -> Bucket {
    let whole = message.whole.unwrap();
    let failed = message.parts.values().find(|part| part.2 != Bucket::Delivered);
    match failed.or(message.parts.values().next()) {
        Some(part) if part.0 >= whole.0 => part.2,
        _ => whole.2,
    }
}
