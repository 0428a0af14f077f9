//! What a feed's SELECT gives, mostly text, becomes typed canonical events; rows that cannot are refused one by one.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Int64Type};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::keys::add_keys;
use super::phone::e164;
use super::schema::{ColumnType, EVENT_COLUMNS, event_schema};
use super::time::{self, Precision};
use super::{number, schema};
use crate::error::{Error, Result};
use crate::limits::BODY_BYTES_MAX;

/// What a landing adds to what a feed says.
#[derive(Debug, Clone)]
pub struct Context {
    /// The provider where the feed names none.
    pub provider: String,
    /// The account where the feed names none.
    pub account: Option<String>,
    /// The zone of local times where the feed names none.
    pub time_zone: Option<Tz>,
    /// The country whose national numbers the feed uses.
    pub region: Option<String>,
    /// When it is landed.
    pub landed_at: DateTime<Utc>,
    /// SHA-256 of the file.
    pub source_file: String,
}

/// Canonical events, and the rows that are none.
#[derive(Debug)]
pub struct Canonical {
    /// The events, of [`event_schema`].
    pub events: RecordBatch,
    /// Line and reason of each refused row.
    pub rejected: Vec<(u64, String)>,
}

/// Columns a feed's SELECT may give beside those of an event.
pub const EXTRA_COLUMNS: [&str; 2] = ["_line", "_reject"];
/// Columns only the engine fills.
pub const ENGINE_COLUMNS: [&str; 6] =
    ["time_precision", "landed_at", "source_file", "source_line", "event_key", "message_key"];

const KINDS: [&str; 6] = ["status", "click", "reply", "opt_out", "opt_in", "campaign"];

/// Types and checks the rows a feed's SELECT gave. `received_at` says when the report on a line was received, where
/// an envelope does.
pub fn canonicalise(
    selected: &RecordBatch,
    context: &Context,
    received_at: &HashMap<u64, String>,
) -> Result<Canonical> {
    let rows = selected.num_rows();
    let line_column = selected.column_by_name("_line").ok_or_else(|| Error::Internal("no _line".to_owned()))?;
    let line_column = cast(line_column, &DataType::Int64)?;
    let lines: &Int64Array = line_column.as_primitive::<Int64Type>();
    let mut table = Rows { reasons: vec![None; rows], text: HashMap::new() };
    for column in EVENT_COLUMNS {
        if let Some(array) = selected.column_by_name(column.name)
            && !matches!(column.column_type, ColumnType::TextList | ColumnType::TextMap)
            && array.null_count() < rows
        {
            table.text.insert(column.name, without_empty(&cast(array, &DataType::Utf8)?));
        }
    }
    if let Some(reject) = selected.column_by_name("_reject") {
        let reject = cast(reject, &DataType::Utf8)?;
        for (row, reason) in reject.as_string::<i32>().iter().enumerate() {
            if let Some(reason) = reason {
                table.refuse(row, || reason.to_owned());
            }
        }
    }
    table.check_words();
    table.check_ids();

    let landed = context.landed_at.timestamp_micros();
    let times = table.times(context, lines, received_at, landed);
    let mut columns: HashMap<&str, ArrayRef> = HashMap::new();
    columns.insert("event_time", utc(times.event.into()));
    columns.insert("received_at", utc(times.received.into()));
    columns.insert("submitted_at", utc(times.submitted.into()));
    columns.insert("landed_at", utc(vec![landed; rows].into()));
    columns
        .insert("time_precision", category(StringArray::from_iter_values(times.precision.iter().map(|p| p.name())))?);
    columns.insert("time_zone_assumed", category(times.zone.into_iter().collect())?);
    columns.insert("source_line", Arc::new(lines.clone()));
    columns.insert("source_file", constant(&context.source_file, rows)?);
    for (name, default) in [
        ("provider", Some(context.provider.as_str())),
        ("account", context.account.as_deref()),
        ("direction", Some("outbound")),
        ("kind", Some("status")),
    ] {
        let given = table.text.get(name).filter(|array| array.null_count() < rows);
        let array = match (given, default) {
            (None, Some(default)) => constant(default, rows)?,
            (Some(array), Some(default)) => category(array.iter().map(|v| Some(v.unwrap_or(default))).collect())?,
            (Some(array), None) => category(array.clone())?,
            (None, None) => continue,
        };
        columns.insert(name, array);
    }
    for column in EVENT_COLUMNS {
        if columns.contains_key(column.name) || matches!(column.column_type, ColumnType::Key) {
            continue;
        }
        let array = table.typed(column, selected.column_by_name(column.name), context)?;
        columns.insert(column.name, array.unwrap_or_else(|| new_null_array(&column.column_type.arrow(), rows)));
    }
    finish(columns, table.reasons, lines)
}

fn finish(columns: HashMap<&str, ArrayRef>, reasons: Vec<Option<String>>, lines: &Int64Array) -> Result<Canonical> {
    let keyless: Vec<_> = EVENT_COLUMNS.iter().filter(|c| !matches!(c.column_type, ColumnType::Key)).collect();
    let arrays = keyless.iter().filter_map(|c| columns.get(c.name).cloned()).collect();
    let nullable = schema::arrow_schema(keyless.iter().copied());
    let mut batch = RecordBatch::try_new(nullable, arrays)?;
    let mut rejected = Vec::new();
    if reasons.iter().any(Option::is_some) {
        let keep: BooleanArray = reasons.iter().map(|reason| Some(reason.is_none())).collect();
        batch = filter_record_batch(&batch, &keep)?;
        let refused = reasons.into_iter().enumerate().filter_map(|(row, reason)| Some((row, reason?)));
        rejected.extend(refused.map(|(row, reason)| (lines.value(row).cast_unsigned(), reason)));
    }
    Ok(Canonical { events: add_keys(&batch, &event_schema())?, rejected })
}

/// The rows as text, and why some are refused.
struct Rows {
    reasons: Vec<Option<String>>,
    text: HashMap<&'static str, StringArray>,
}

struct Times {
    event: Vec<i64>,
    received: Vec<i64>,
    submitted: Vec<Option<i64>>,
    precision: Vec<Precision>,
    zone: Vec<Option<&'static str>>,
}

impl Rows {
    fn get(&self, name: &str, row: usize) -> Option<&str> {
        self.text.get(name).filter(|array| array.is_valid(row)).map(|array| array.value(row))
    }

    fn refuse(&mut self, row: usize, reason: impl FnOnce() -> String) {
        if let Some(slot @ None) = self.reasons.get_mut(row) {
            *slot = Some(reason());
        }
    }

    /// Columns whose words smsql itself gives meaning to.
    fn check_words(&mut self) {
        let vocabularies: [(&str, &[&str]); 3] =
            [("kind", &KINDS), ("direction", &["outbound", "inbound"]), ("level", &["operator", "handset"])];
        for (name, known) in vocabularies {
            let Some(array) = self.text.get(name).cloned() else { continue };
            for (row, word) in array.iter().enumerate() {
                if let Some(word) = word.filter(|word| !known.contains(word)) {
                    self.refuse(row, || format!("{name} is `{word}`, it must be one of {}", known.join(", ")));
                }
            }
        }
    }

    /// Every event must say what it is about.
    fn check_ids(&mut self) {
        for row in 0..self.reasons.len() {
            let has = |name| self.get(name, row).is_some();
            let missing = match self.get("kind", row).unwrap_or("status") {
                "campaign" if !has("campaign_id") => Some("the campaign event has no campaign_id"),
                "opt_out" | "opt_in" if !has("message_id") && !has("recipient") && !has("sender") => {
                    Some("the event names neither message_id nor recipient")
                }
                "status" | "click" | "reply" if !has("message_id") => Some("message_id is missing"),
                _ => None,
            };
            let body_bytes = self.get("body", row).map_or(0, str::len);
            if let Some(missing) = missing {
                self.refuse(row, || missing.to_owned());
            } else if body_bytes > BODY_BYTES_MAX {
                self.refuse(row, || {
                    format!("limit BODY_BYTES_MAX reached: the body has {body_bytes} bytes, at most {BODY_BYTES_MAX} are taken")
                });
            }
        }
    }

    fn times(&mut self, context: &Context, lines: &Int64Array, envelopes: &HashMap<u64, String>, landed: i64) -> Times {
        let rows = self.reasons.len();
        let mut times = Times {
            event: Vec::with_capacity(rows),
            received: Vec::with_capacity(rows),
            submitted: Vec::with_capacity(rows),
            precision: Vec::with_capacity(rows),
            zone: Vec::with_capacity(rows),
        };
        for row in 0..rows {
            let mut refused = None;
            let mut read = |name: &str, text: Option<&str>, zone| {
                let time = text.map(|text| time::read(text, zone));
                time.and_then(|time| time.map_err(|reason| refused = Some(format!("{name}: {reason}"))).ok())
            };
            let own_zone = self.get("time_zone_assumed", row);
            let zone = match own_zone.map(str::parse::<Tz>) {
                Some(Ok(zone)) => zone,
                _ => context.time_zone.unwrap_or(Tz::UTC),
            };
            // A zone given on the command line is what this file's local times are in, whatever the feed assumes.
            let zone = context.time_zone.unwrap_or(zone);
            let received_text = self
                .get("received_at", row)
                .or_else(|| envelopes.get(&lines.value(row).cast_unsigned()).map(String::as_str));
            let received = read("received_at", received_text, Tz::UTC).map_or(landed, |time| time.micros);
            let event = read("event_time", self.get("event_time", row), zone);
            let submitted = read("submitted_at", self.get("submitted_at", row), zone);
            let assumed = event.is_some_and(|t| t.zone_assumed) || submitted.is_some_and(|t| t.zone_assumed);
            times.event.push(event.map_or(received, |time| time.micros));
            times.received.push(received);
            times.submitted.push(submitted.map(|time| time.micros));
            times.precision.push(event.map_or(Precision::Received, |time| time.precision));
            times.zone.push(assumed.then(|| zone.name()));
            if let Some(Err(_)) = own_zone.map(str::parse::<Tz>) {
                refused = Some(format!("`{}` is not a time zone", own_zone.unwrap_or_default()));
            }
            if let Some(reason) = refused {
                self.refuse(row, || reason);
            }
        }
        times
    }

    /// A column that needs nothing but its type and its own check; `None` where the feed does not give it.
    fn typed(
        &mut self,
        column: &schema::Column,
        given: Option<&ArrayRef>,
        context: &Context,
    ) -> Result<Option<ArrayRef>> {
        if let (ColumnType::TextList | ColumnType::TextMap, Some(given)) = (column.column_type, given) {
            return Ok(Some(cast(given, &column.column_type.arrow())?));
        }
        let Some(text) = self.text.get(column.name).cloned() else { return Ok(None) };
        let region = context.region.as_deref();
        Ok(Some(match (column.name, column.column_type) {
            ("recipient" | "sender", _) => {
                let numbers: StringArray = text.iter().map(|v| v.map(|v| e164(v, region))).collect();
                cast(&numbers, &ColumnType::Text.arrow())?
            }
            ("country" | "currency", _) => {
                category(text.iter().map(|v| v.map(|v| v.trim().to_ascii_uppercase())).collect())?
            }
            (_, ColumnType::Int) => {
                Arc::new(Int32Array::from(self.parse(column.name, &text, number::count))) as ArrayRef
            }
            (_, ColumnType::Bool) => Arc::new(BooleanArray::from(self.parse(column.name, &text, number::flag))),
            (_, ColumnType::Decimal(scale)) => {
                let values = self.parse(column.name, &text, |text| number::amount(text, scale));
                Arc::new(Decimal128Array::from(values).with_precision_and_scale(18, scale)?)
            }
            (_, ColumnType::Category) => category(text)?,
            (_, column_type) => cast(&text, &column_type.arrow())?,
        }))
    }

    fn parse<T>(&mut self, name: &str, text: &StringArray, read: impl Fn(&str) -> Result<T, String>) -> Vec<Option<T>> {
        let mut values = Vec::with_capacity(text.len());
        for (row, value) in text.iter().enumerate() {
            values.push(
                value.and_then(|value| {
                    read(value).map_err(|reason| self.refuse(row, || format!("{name}: {reason}"))).ok()
                }),
            );
        }
        values
    }
}

/// Empty text says nothing: it is NULL.
fn without_empty(array: &ArrayRef) -> StringArray {
    let array = array.as_string::<i32>();
    if array.iter().any(|v| v == Some("")) {
        array.iter().map(|v| v.filter(|v| !v.is_empty())).collect()
    } else {
        array.clone()
    }
}

fn utc(times: TimestampMicrosecondArray) -> ArrayRef {
    Arc::new(times.with_timezone("UTC"))
}

fn category(text: StringArray) -> Result<ArrayRef> {
    if text.null_count() == text.len() {
        return Ok(new_null_array(&ColumnType::Category.arrow(), text.len()));
    }
    Ok(cast(&text, &ColumnType::Category.arrow())?)
}

fn constant(value: &str, rows: usize) -> Result<ArrayRef> {
    let keys = Int32Array::from(vec![0; rows]);
    let values = Arc::new(StringArray::from(vec![value]));
    Ok(Arc::new(arrow::array::DictionaryArray::try_new(keys, values)?))
}
