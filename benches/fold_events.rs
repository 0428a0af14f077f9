//! Ten million events, as landings would have left them: several providers, campaigns of very different sizes, receipts
//! in the order of their arrival. The same every time.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Array, Int64Array, RecordBatch, StringDictionaryBuilder, StringViewBuilder,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{DataType, Int32Type};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, Zipf};
use smsql::event::schema::{EVENT_COLUMNS, event_schema};

/// How many events are written.
pub(crate) const EVENTS: usize = 10_000_000;
const FILES: usize = 8;
const CAMPAIGNS: f64 = 2000.0;
/// Sent over ten days, from 2025-03-01 on.
const START: i64 = 1_740_787_200_000_000;
const PERIOD: i64 = 10 * 86_400_000_000;

/// The vocabularies of the providers, as the status table has them.
pub(crate) const STATUS_CODES: &str = "\
provider,field,value,bucket,is_final,meaning
twilio,status,queued,pending,false,
twilio,status,sent,sent,false,
twilio,status,delivered,delivered,true,
twilio,status,undelivered,soft_bounce,true,
twilio,status,failed,soft_bounce,true,
twilio,error_code,30003,soft_bounce,true,
twilio,error_code,30005,hard_bounce,true,
twilio,error_code,30006,hard_bounce,true,
twilio,error_code,30007,rejected,true,
twilio,error_code,21610,unsubscribed,true,
vonage,status,submitted,pending,false,
vonage,status,accepted,sent,false,
vonage,status,delivered,delivered,true,
vonage,status,expired,soft_bounce,true,
vonage,status,failed,soft_bounce,true,
vonage,status,unknown,unknown,true,
vonage,error_code,2,soft_bounce,true,
vonage,error_code,3,hard_bounce,true,
vonage,error_code,9,unsubscribed,true,
infobip,status,PENDING_ENROUTE,pending,false,
infobip,status,DELIVERED_TO_OPERATOR,delivered,false,
infobip,status,DELIVERED_TO_HANDSET,delivered,true,
infobip,status,UNDELIVERABLE_NOT_DELIVERED,soft_bounce,true,
infobip,status,REJECTED_NETWORK,rejected,true,
infobip,error_code,1,hard_bounce,true,
infobip,error_code,27,soft_bounce,true,
sinch,status,Queued,pending,false,
sinch,status,Dispatched,sent,false,
sinch,status,Delivered,delivered,true,
sinch,status,Failed,soft_bounce,true,
sinch,status,Expired,soft_bounce,true,
sinch,error_code,401,hard_bounce,true,
sinch,error_code,402,rejected,true,
aws,status,TEXT_QUEUED,pending,false,
aws,status,TEXT_SENT,sent,false,
aws,status,TEXT_SUCCESSFUL,delivered,true,
aws,status,TEXT_DELIVERED,delivered,true,
aws,status,TEXT_UNREACHABLE,soft_bounce,true,
aws,status,TEXT_INVALID,hard_bounce,true,
aws,status,TEXT_CARRIER_BLOCKED,rejected,true,
";

struct Provider {
    name: &'static str,
    weight: u32,
    queued: &'static str,
    sent: &'static str,
    delivered: &'static str,
    failures: &'static [(&'static str, Option<&'static str>)],
}

const PROVIDERS: &[Provider] = &[
    Provider {
        name: "twilio",
        weight: 45,
        queued: "queued",
        sent: "sent",
        delivered: "delivered",
        failures: &[
            ("undelivered", Some("30003")),
            ("undelivered", Some("30005")),
            ("undelivered", Some("30006")),
            ("failed", Some("30007")),
            ("failed", Some("21610")),
            ("failed", None),
        ],
    },
    Provider {
        name: "vonage",
        weight: 20,
        queued: "submitted",
        sent: "accepted",
        delivered: "delivered",
        failures: &[
            ("expired", Some("2")),
            ("failed", Some("3")),
            ("failed", Some("9")),
            ("failed", None),
            ("unknown", None),
        ],
    },
    Provider {
        name: "infobip",
        weight: 15,
        queued: "PENDING_ENROUTE",
        sent: "DELIVERED_TO_OPERATOR",
        delivered: "DELIVERED_TO_HANDSET",
        failures: &[
            ("UNDELIVERABLE_NOT_DELIVERED", Some("1")),
            ("UNDELIVERABLE_NOT_DELIVERED", Some("27")),
            ("REJECTED_NETWORK", None),
        ],
    },
    Provider {
        name: "sinch",
        weight: 10,
        queued: "Queued",
        sent: "Dispatched",
        delivered: "Delivered",
        failures: &[("Failed", Some("401")), ("Failed", Some("402")), ("Expired", None)],
    },
    Provider {
        name: "aws",
        weight: 10,
        queued: "TEXT_QUEUED",
        sent: "TEXT_SENT",
        delivered: "TEXT_DELIVERED",
        failures: &[("TEXT_UNREACHABLE", None), ("TEXT_INVALID", None), ("TEXT_CARRIER_BLOCKED", None)],
    },
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Queued,
    Sent,
    Delivered,
    /// Accepted by the operator, final or not: only aws says so.
    Successful(bool),
    Failed(u8),
    Click,
    Reply,
}

#[derive(Clone, Copy)]
struct Event {
    received_at: i64,
    delay: u32,
    message: u32,
    kind: Kind,
}

#[derive(Clone, Copy)]
struct Message {
    campaign: u16,
    provider: u8,
    recipient: u32,
}

/// The files in `dir`, which are written first where they are missing.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let names: Vec<PathBuf> = (0..FILES).map(|i| dir.join(format!("events-{i}.parquet"))).collect();
    if !dir.join("complete").exists() {
        std::fs::create_dir_all(dir).expect("a directory for the events");
        eprintln!("writing {EVENTS} events to {}", dir.display());
        write(&names);
        File::create(dir.join("complete")).expect("a marker");
    }
    names
}

fn write(names: &[PathBuf]) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut events, messages) = simulate(&mut rng);
    events.sort_unstable_by_key(|event| (event.received_at, event.message));
    let per_file = events.len().div_ceil(names.len());
    let keys = ["message_key", "event_key", "message_id"];
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).expect("a level")))
        .set_max_row_group_row_count(Some(512 << 10));
    for key in keys {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(key), false);
    }
    let properties = properties.build();
    for (file, (name, events)) in names.iter().zip(events.chunks(per_file)).enumerate() {
        let output = File::create(name).expect("a file");
        let mut writer = ArrowWriter::try_new(output, event_schema(), Some(properties.clone())).expect("a writer");
        for (chunk, events) in events.chunks(64 << 10).enumerate() {
            writer.write(&batch(events, &messages, file, chunk)).expect("a batch is written");
        }
        writer.close().expect("a file is complete");
    }
}

fn simulate(rng: &mut ChaCha8Rng) -> (Vec<Event>, Vec<Message>) {
    let campaigns = Zipf::new(CAMPAIGNS, 1.0).expect("a distribution");
    let delay = LogNormal::new(2.0_f64, 1.8).expect("a distribution");
    let mut events: Vec<Event> = Vec::with_capacity(EVENTS + 16);
    let mut messages = Vec::new();
    while events.len() < EVENTS {
        let message = messages.len() as u32;
        let mut dice = rng.random_range(0..100);
        let provider = PROVIDERS
            .iter()
            .position(|provider| {
                let here = dice < provider.weight;
                dice = dice.wrapping_sub(provider.weight);
                here
            })
            .unwrap_or(0);
        messages.push(Message {
            campaign: campaigns.sample(rng) as u16,
            provider: provider as u8,
            recipient: rng.random_range(0..1_500_000),
        });
        // Campaigns go out in a few hours, one after the other: the messages of one instant belong to few of them.
        let sent_at = START + rng.random_range(0..PERIOD);
        let mut push = |kind, after: i64, rng: &mut ChaCha8Rng| {
            let received_at = sent_at + after + rng.random_range(0..2_000_000);
            events.push(Event { received_at, delay: rng.random_range(0..1_000_000), message, kind });
        };
        push(Kind::Queued, 0, rng);
        push(Kind::Sent, 2_000_000, rng);
        let final_after = 3_000_000 + (delay.sample(rng).min(259_200.0) * 1e6) as i64;
        let outcome = rng.random_range(0..100);
        let is_aws = PROVIDERS[provider].name == "aws";
        if is_aws && outcome < 60 {
            push(Kind::Successful(outcome < 30), final_after, rng);
        }
        let delivered = outcome < 89;
        if delivered && !(is_aws && (20..40).contains(&outcome)) {
            push(Kind::Delivered, final_after + 1_000_000, rng);
        } else if (89..97).contains(&outcome) {
            let failures = PROVIDERS[provider].failures.len() as u8;
            // Some providers try again and say so each time.
            for attempt in 0..rng.random_range(1..=3) {
                push(Kind::Failed(rng.random_range(0..failures)), final_after + attempt * 3_600_000_000, rng);
            }
            if outcome == 96 {
                push(Kind::Delivered, final_after + 4 * 3_600_000_000, rng);
            }
        }
        if delivered && rng.random_range(0..100) < 3 {
            for click in 0..rng.random_range(1..=3) {
                push(Kind::Click, final_after + 60_000_000 * (1 + click), rng);
            }
        }
        if delivered && rng.random_range(0..100) < 1 {
            push(Kind::Reply, final_after + 300_000_000, rng);
        }
    }
    events.truncate(EVENTS);
    (events, messages)
}

/// 126 bits that look like a hash.
fn key(seed: u64) -> i128 {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let (high, low) = (mix(seed.wrapping_mul(2) + 1), mix(seed.wrapping_mul(2) + 0x9e37_79b9_7f4a_7c15));
    i128::from(high >> 2) << 64 | i128::from(low)
}

fn words<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    builder.extend(values);
    Arc::new(builder.finish())
}

fn times(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC"))
}

fn batch(events: &[Event], messages: &[Message], file: usize, chunk: usize) -> RecordBatch {
    let message = |event: &Event| messages[event.message as usize];
    let provider = |event: &Event| &PROVIDERS[usize::from(message(event).provider)];
    let is_first = |event: &Event| event.kind == Kind::Queued;
    let campaigns: Vec<String> = (0..=2000).map(|i| format!("spring-sale-{i:04}")).collect();
    let columns = EVENT_COLUMNS
        .iter()
        .map(|column| -> ArrayRef {
            match column.name {
                "provider" => words(events.iter().map(|e| Some(provider(e).name))),
                "account" => words(events.iter().map(|e| Some(if e.message % 2 == 0 { "main" } else { "second" }))),
                "message_id" => {
                    let mut ids = StringViewBuilder::new();
                    events.iter().for_each(|e| ids.append_value(format!("SM{:032x}", key(e.message.into()))));
                    Arc::new(ids.finish())
                }
                "direction" => {
                    words(events.iter().map(|e| Some(if e.kind == Kind::Reply { "inbound" } else { "outbound" })))
                }
                "kind" => words(events.iter().map(|e| {
                    Some(match e.kind {
                        Kind::Click => "click",
                        Kind::Reply => "reply",
                        _ => "status",
                    })
                })),
                "status" => words(events.iter().map(|e| match e.kind {
                    Kind::Queued => Some(provider(e).queued),
                    Kind::Sent => Some(provider(e).sent),
                    Kind::Delivered => Some(provider(e).delivered),
                    Kind::Successful(_) => Some("TEXT_SUCCESSFUL"),
                    Kind::Failed(which) => Some(provider(e).failures[usize::from(which)].0),
                    Kind::Click | Kind::Reply => None,
                })),
                "error_code" => words(events.iter().map(|e| match e.kind {
                    Kind::Failed(which) => provider(e).failures[usize::from(which)].1,
                    _ => None,
                })),
                "provider_final" => {
                    let mut finals = BooleanBuilder::new();
                    events.iter().for_each(|e| {
                        finals.append_option(match e.kind {
                            Kind::Successful(is_final) => Some(is_final),
                            _ => None,
                        });
                    });
                    Arc::new(finals.finish())
                }
                "level" => words(events.iter().map(|e| match e.kind {
                    Kind::Successful(_) => Some("operator"),
                    Kind::Delivered if provider(e).name == "infobip" => Some("handset"),
                    _ => None,
                })),
                "event_time" => times(events.iter().map(|e| (e.received_at - i64::from(e.delay)) / 1000 * 1000)),
                "received_at" => times(events.iter().map(|e| e.received_at)),
                "landed_at" => times(events.iter().map(|e| e.received_at / 300_000_000 * 300_000_000 + 300_000_000)),
                "time_precision" => words(events.iter().map(|_| Some("ms"))),
                "recipient" => {
                    let mut numbers = StringViewBuilder::new();
                    events.iter().for_each(|e| numbers.append_value(format!("+336{:08}", message(e).recipient)));
                    Arc::new(numbers.finish())
                }
                "campaign_id" => words(
                    events.iter().map(|e| is_first(e).then(|| campaigns[usize::from(message(e).campaign)].as_str())),
                ),
                "source_file" => {
                    let name = format!("{:064x}", key((file * 1000 + chunk) as u64));
                    words(events.iter().map(|_| Some(name.as_str())))
                }
                "source_line" => Arc::new(Int64Array::from_iter_values((1_i64..).take(events.len()))),
                "message_key" => decimals(events.iter().map(|e| key(e.message.into()))),
                "event_key" => {
                    let first = (file << 40) + (chunk << 20) + (1 << 60);
                    decimals((0..events.len()).map(|i| key((first + i) as u64)))
                }
                _ => new_null_array(&column.column_type.arrow(), events.len()),
            }
        })
        .collect();
    RecordBatch::try_new(event_schema(), columns).expect("a batch of the event schema")
}

fn decimals(values: impl Iterator<Item = i128>) -> ArrayRef {
    Arc::new(Decimal128Array::from_iter_values(values).with_data_type(DataType::Decimal128(38, 0)))
}
