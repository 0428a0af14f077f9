//! Events as plain values, and as the record batches of the event log.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int32Array, Int64Array, ListBuilder, RecordBatch, StringArray,
    StringBuilder, StringViewArray, TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use smsql::event::schema::{EVENT_COLUMNS, event_schema};

/// One event with the columns the fold reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) provider: &'static str,
    pub(super) account: Option<&'static str>,
    pub(super) message_id: Option<&'static str>,
    pub(super) direction: &'static str,
    pub(super) kind: &'static str,
    pub(super) status: Option<&'static str>,
    pub(super) error_code: Option<&'static str>,
    pub(super) provider_final: Option<bool>,
    pub(super) level: Option<&'static str>,
    pub(super) part_index: Option<i32>,
    pub(super) part_count: Option<i32>,
    pub(super) attempt: Option<i32>,
    pub(super) event_time: i64,
    pub(super) submitted_at: Option<i64>,
    pub(super) received_at: i64,
    pub(super) recipient: Option<&'static str>,
    pub(super) sender: Option<&'static str>,
    pub(super) campaign_id: Option<&'static str>,
    pub(super) list_ids: Option<Vec<&'static str>>,
    pub(super) body: Option<&'static str>,
    pub(super) segments: Option<i32>,
    pub(super) cost: Option<i128>,
    pub(super) currency: Option<&'static str>,
    pub(super) link_id: Option<&'static str>,
    pub(super) user_agent: Option<&'static str>,
    pub(super) key: i128,
}

/// A status report on message `m1` of provider `p`, of this time, which is also when it was received.
pub(super) fn report(status: &'static str, event_time: i64) -> Event {
    Event {
        provider: "p",
        account: None,
        message_id: Some("m1"),
        direction: "outbound",
        kind: "status",
        status: Some(status),
        error_code: None,
        provider_final: None,
        level: None,
        part_index: None,
        part_count: None,
        attempt: None,
        event_time,
        submitted_at: None,
        received_at: event_time,
        recipient: None,
        sender: None,
        campaign_id: None,
        list_ids: None,
        body: None,
        segments: None,
        cost: None,
        currency: None,
        link_id: None,
        user_agent: None,
        key: i128::from(event_time) << 64 | i128::from(status.len() as u32),
    }
}

/// An event of another kind on the same message.
pub(super) fn other(kind: &'static str, event_time: i64) -> Event {
    Event {
        kind,
        status: None,
        key: i128::from(kind.len() as u32) << 100 | i128::from(event_time),
        ..report("", event_time)
    }
}

/// The identity of a message, as a number that any two different messages differ in.
pub(super) fn message_key(event: &Event) -> Option<i128> {
    let id = event.message_id?;
    let text = format!("{}/{}/{id}", event.provider, event.account.map_or("-".to_owned(), |a| format!("={a}")));
    Some(text.bytes().fold(7_i128, |hash, byte| (hash * 257 + i128::from(byte)) % 1_000_000_007_000_003))
}

/// These events as one batch of the event log.
pub(super) fn batch(events: &[Event]) -> RecordBatch {
    let texts = |of: fn(&Event) -> Option<&'static str>| events.iter().map(of).collect::<Vec<_>>();
    let ints = |of: fn(&Event) -> Option<i32>| -> ArrayRef { Arc::new(Int32Array::from_iter(events.iter().map(of))) };
    let times = |of: fn(&Event) -> Option<i64>| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::from_iter(events.iter().map(of)).with_timezone("UTC"))
    };
    let keys = |of: fn(&Event) -> Option<i128>| -> ArrayRef {
        Arc::new(Decimal128Array::from_iter(events.iter().map(of)).with_data_type(DataType::Decimal128(38, 0)))
    };
    let columns = EVENT_COLUMNS
        .iter()
        .map(|column| {
            let data_type = column.column_type.arrow();
            let text = |values: Vec<Option<&'static str>>| -> ArrayRef {
                match data_type {
                    DataType::Utf8View => Arc::new(StringViewArray::from(values)),
                    _ => cast(&StringArray::from(values), &data_type).unwrap(),
                }
            };
            match column.name {
                "provider" => text(texts(|e| Some(e.provider))),
                "account" => text(texts(|e| e.account)),
                "message_id" => text(texts(|e| e.message_id)),
                "direction" => text(texts(|e| Some(e.direction))),
                "kind" => text(texts(|e| Some(e.kind))),
                "status" => text(texts(|e| e.status)),
                "error_code" => text(texts(|e| e.error_code)),
                "level" => text(texts(|e| e.level)),
                "recipient" => text(texts(|e| e.recipient)),
                "sender" => text(texts(|e| e.sender)),
                "campaign_id" => text(texts(|e| e.campaign_id)),
                "body" => text(texts(|e| e.body)),
                "currency" => text(texts(|e| e.currency)),
                "link_id" => text(texts(|e| e.link_id)),
                "user_agent" => text(texts(|e| e.user_agent)),
                "time_precision" => text(texts(|_| Some("us"))),
                "source_file" => text(texts(|_| Some("file"))),
                "source_line" => Arc::new(Int64Array::from_iter_values(1..=events.len() as i64)),
                "provider_final" => Arc::new(BooleanArray::from_iter(events.iter().map(|e| e.provider_final))),
                "part_index" => ints(|e| e.part_index),
                "part_count" => ints(|e| e.part_count),
                "attempt" => ints(|e| e.attempt),
                "segments" => ints(|e| e.segments),
                "event_time" => times(|e| Some(e.event_time)),
                "submitted_at" => times(|e| e.submitted_at),
                "received_at" | "landed_at" => times(|e| Some(e.received_at)),
                "event_key" => keys(|e| Some(e.key)),
                "message_key" => keys(message_key),
                "cost" => Arc::new(
                    Decimal128Array::from_iter(events.iter().map(|e| e.cost)).with_data_type(data_type.clone()),
                ),
                "list_ids" => {
                    let DataType::List(element) = &data_type else { panic!("list_ids is {data_type}") };
                    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Arc::clone(element));
                    for event in events {
                        match &event.list_ids {
                            Some(ids) => lists.append_value(ids.iter().map(|id| Some(*id))),
                            None => lists.append_null(),
                        }
                    }
                    Arc::new(lists.finish())
                }
                _ => new_null_array(&data_type, events.len()),
            }
        })
        .collect();
    RecordBatch::try_new(event_schema(), columns).unwrap()
}
