//! A small document with everything that can go wrong in one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use arrow::array::*;
use arrow::datatypes::*;
use chrono_tz::Tz;
use smsql::output::document::{Chart, ChartKind, Document, DocumentParameter, DocumentSection, Target, document_sink};
use smsql::output::{Format, RenderOptions};

use crate::output::fixtures::{Written, batch, decimals, micros};

/// What was written, by the name of the file; a stream is `all`.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// A section's rows, as they come.
pub(super) type Rows = Vec<RecordBatch>;

pub(super) fn london() -> RenderOptions {
    RenderOptions { time_zone: Tz::Europe__London, ..RenderOptions::default() }
}

pub(super) fn parameter(name: &str, type_name: &str, value: Option<&str>) -> DocumentParameter {
    DocumentParameter {
        name: name.into(),
        type_name: type_name.into(),
        value: value.map(str::to_owned),
        help: format!("What {name} does."),
    }
}

fn section(name: &str, title: &str, chart: Option<(ChartKind, &str, &[&str])>, columns: &[&str]) -> DocumentSection {
    DocumentSection {
        name: name.into(),
        title: title.into(),
        description: String::new(),
        chart: chart.map(|(kind, label, values)| Chart {
            kind,
            label: label.into(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }),
        columns: columns.iter().map(|column| ((*column).to_owned(), format!("What {column} is."))).collect(),
    }
}

pub(super) fn document() -> Document {
    let mut rates = section(
        "rates",
        "Reception rates",
        Some((ChartKind::Bars, "campaign", &["sent", "delivered_percent"])),
        &["campaign", "sent", "cost", "delivered_percent"],
    );
    rates.description = "Rates <b>by</b> campaign.".into();
    Document {
        name: "reception_statistics".into(),
        title: "Reception statistics *2025*".into(),
        description: "How many of the messages that left were received: delivered / sent. The denominator is every \
                      message handed to a carrier, whatever became of it later."
            .into(),
        parameters: vec![
            parameter("from", "timestamp", Some("2025-10-01")),
            parameter("campaign", "text", Some("=spring | \"sale\"")),
            parameter("provider", "text", None),
            parameter("window_hours", "integer", Some("72")),
            parameter("threshold", "decimal", Some("0.020")),
            parameter("exact", "boolean", Some("true")),
        ],
        version: 12,
        facts: vec![("store".into(), "s3://bucket/sms".into()), ("time zone".into(), "Europe/London".into())],
        sections: vec![
            rates,
            section(
                "daily",
                "By day",
                Some((ChartKind::Timeline, "day", &["delivered", "failed"])),
                &["day", "delivered", "failed"],
            ),
            section("events", "Events", None, &[]),
            section("nothing", "Nothing", Some((ChartKind::Stacked, "day", &["sent"])), &["day", "sent"]),
        ],
    }
}

/// 2025-10-26T00:30:00Z: half past one in London, for the first time that night.
pub(super) const HALF_PAST_ONE: i64 = 1_761_438_600_000_000;
const HOUR: i64 = 3_600_000_000;

pub(super) fn rows() -> Vec<(SchemaRef, Rows)> {
    let campaigns =
        vec![Some("spring"), Some("=cmd|' /C calc'!A0"), Some("\x1b[31m<b>|*a*\r\n_x000D_"), Some(""), None];
    let rates = batch(vec![
        ("campaign", Arc::new(StringViewArray::from(campaigns)) as ArrayRef),
        ("sent", Arc::new(Int64Array::from(vec![Some(1000), Some(3), Some(0), Some(7), Some(123_456_789_012_345)]))),
        ("cost", Arc::new(decimals(vec![Some(75_000), Some(-1), Some(0), None, Some(12)], 18, 4))),
        ("delivered_percent", Arc::new(decimals(vec![Some(9712), Some(3333), None, Some(0), Some(10_000)], 7, 2))),
    ]);
    // Midnight of three days in London, before and after the clocks go back.
    let day = HALF_PAST_ONE - 90 * 60_000_000;
    let days = vec![Some(day), Some(day + 25 * HOUR), Some(day + 49 * HOUR)];
    let daily = batch(vec![
        ("day", Arc::new(micros(days).with_timezone("UTC")) as ArrayRef),
        ("delivered", Arc::new(Int64Array::from(vec![10, 20, 30]))),
        ("failed", Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]))),
    ]);
    let times = vec![Some(HALF_PAST_ONE), Some(HALF_PAST_ONE + HOUR), Some(HALF_PAST_ONE + 2 * HOUR + 1_500), None];
    let category: DictionaryArray<Int32Type> =
        vec![Some("twilio"), Some("sinch"), None, Some("twilio")].into_iter().collect();
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), Some(vec![]), None, None]);
    let events = batch(vec![
        ("section", Arc::new(category) as ArrayRef),
        ("at", Arc::new(micros(times).with_timezone("UTC"))),
        ("local", Arc::new(micros(vec![Some(0), Some(-1), Some(-3_000_000_000_000_000), None]))),
        ("nanos", Arc::new(TimestampNanosecondArray::from(vec![Some(1), Some(1_000), None, None]))),
        ("date", Arc::new(Date32Array::from(vec![Some(20_387), Some(-719_162), None, None]))),
        ("is_final", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, None]))),
        (
            "number",
            Arc::new(Int64Array::from(vec![
                Some(9_007_199_254_740_993),
                Some(-5),
                Some(120_000_000_000_000_000),
                None,
            ])),
        ),
        ("key", Arc::new(decimals(vec![Some(10_i128.pow(37) + 1), Some(5), None, None], 38, 0))),
        ("float", Arc::new(Float64Array::from(vec![Some(0.1), Some(f64::NAN), Some(-2.5e-7), None]))),
        ("phone", Arc::new(StringArray::from(vec![Some("+447700900123"), Some("00123"), Some("-1+1"), None]))),
        ("parts", Arc::new(list)),
        ("section_1", Arc::new(NullArray::new(4))),
    ]);
    let nothing = Arc::new(Schema::new(vec![
        Field::new("day", DataType::Date32, true),
        Field::new("sent", DataType::Int64, true),
    ]));
    let mut all: Vec<(SchemaRef, Rows)> =
        vec![rates, daily, events].into_iter().map(|b| (b.schema(), vec![b])).collect();
    all.push((nothing, vec![]));
    all
}

/// The same rows in batches of one.
pub(super) fn in_pieces(sections: Vec<(SchemaRef, Rows)>) -> Vec<(SchemaRef, Rows)> {
    let pieces = |batch: &RecordBatch| (0..batch.num_rows()).map(|row| batch.slice(row, 1)).collect::<Vec<_>>();
    sections.into_iter().map(|(schema, rows)| (schema, rows.iter().flat_map(pieces).collect())).collect()
}

pub(super) fn write(
    format: Format,
    options: &RenderOptions,
    document: Document,
    sections: &[(SchemaRef, Rows)],
) -> smsql::Result<Files> {
    let files: Arc<Mutex<BTreeMap<String, Written>>> = Arc::default();
    let target = if format.holds_sections() {
        let written = Written::default();
        files.lock().unwrap().insert("all".into(), written.clone());
        Target::Stream(Box::new(written))
    } else {
        let files = files.clone();
        Target::Folder(Box::new(move |name| {
            let written = Written::default();
            assert!(files.lock().unwrap().insert(name.to_owned(), written.clone()).is_none(), "{name}");
            Ok(Box::new(written))
        }))
    };
    let mut sink = document_sink(format, target, document, options.clone())?;
    for (schema, rows) in sections {
        sink.begin_section(schema)?;
        for batch in rows {
            sink.batch(batch)?;
        }
        sink.end_section()?;
    }
    sink.finish()?;
    let files = files.lock().unwrap();
    Ok(files.iter().map(|(name, written)| (name.clone(), written.0.lock().unwrap().clone())).collect())
}

/// Text of all files.
pub(super) fn text(files: &Files) -> String {
    let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
    match files.get("all") {
        Some(bytes) => text(bytes),
        None => files.iter().map(|(name, bytes)| format!("{name}:\n{}\n", text(bytes))).collect(),
    }
}
