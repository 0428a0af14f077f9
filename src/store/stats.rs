//! What the log says about the values in a file: written from the Parquet footer, read for pruning.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, SecondsFormat, Utc};
use datafusion::common::ScalarValue;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;
use serde_json::{Map, Value, json};

use super::schema::{Record, has_stats};
use crate::event::schema::{EVENT_COLUMNS, LANDING_COLUMNS, REJECT_COLUMNS};
use crate::event::{Column, ColumnType};

/// Where the smallest and greatest values of a column lie in one file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bounds {
    /// No value is smaller.
    pub min: Option<ScalarValue>,
    /// No value is greater.
    pub max: Option<ScalarValue>,
    /// Whether both are values of the file, not only bounds of them.
    pub exact: bool,
    /// How many are null.
    pub null_count: Option<u64>,
}

/// What the log says about the columns of one file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileStats {
    columns: HashMap<&'static str, Bounds>,
}

/// Ours in Delta's statistics: Delta rounds times to milliseconds, the log's times have microseconds.
const EXACT_KEY: &str = "smsql";
/// The longest text in the statistics; a file with a longer value has no bounds for that column.
const TEXT_BYTES_MAX: usize = 64;

impl FileStats {
    /// What is known of a column.
    pub fn column(&self, name: &str) -> Option<&Bounds> {
        self.columns.get(name)
    }

    /// Reads Delta's JSON. What it does not say, or says in a way not understood, is not known.
    pub(super) fn read(json: &str) -> Self {
        let Ok(stats) = serde_json::from_str::<Map<String, Value>>(json) else {
            return Self::default();
        };
        let part = |key: &str| stats.get(key).and_then(Value::as_object);
        let (min, max, nulls) = (part("minValues"), part("maxValues"), part("nullCount"));
        let exact = part(EXACT_KEY);
        let columns = EVENT_COLUMNS.iter().chain(REJECT_COLUMNS).chain(LANDING_COLUMNS);
        let columns = columns.filter_map(|column| {
            fn of<'v>(part: Option<&'v Map<String, Value>>, column: &Column) -> Option<&'v Value> {
                part?.get(column.name)
            }
            let value = |part| scalar(column.column_type, of(part, column)?);
            let null_count = of(nulls, column).and_then(Value::as_u64);
            let pair = of(exact, column).and_then(Value::as_array).map(Vec::as_slice);
            let bounds = match (column.column_type, pair) {
                (ColumnType::Time, Some([least, greatest])) => {
                    let (min, max) = (least.as_i64().map(time), greatest.as_i64().map(time));
                    Bounds { min, max, exact: true, null_count }
                }
                (ColumnType::Time, _) => {
                    // Delta cuts what follows the millisecond.
                    let max = value(max).map(|max| match max {
                        ScalarValue::TimestampMicrosecond(Some(us), _) => time(us.saturating_add(999)),
                        other => other,
                    });
                    Bounds { min: value(min), max, exact: false, null_count }
                }
                _ => Bounds { min: value(min), max: value(max), exact: exact.is_some(), null_count },
            };
            let known = bounds.min.is_some() || bounds.max.is_some() || bounds.null_count.is_some();
            known.then_some((column.name, bounds))
        });
        Self { columns: columns.collect() }
    }
}

fn time(us: i64) -> ScalarValue {
    static UTC: LazyLock<Arc<str>> = LazyLock::new(|| "UTC".into());
    ScalarValue::TimestampMicrosecond(Some(us), Some(Arc::clone(&UTC)))
}

fn scalar(column_type: ColumnType, value: &Value) -> Option<ScalarValue> {
    match column_type {
        ColumnType::Time => {
            let instant = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
            Some(time(instant.timestamp_micros()))
        }
        ColumnType::Int => i32::try_from(value.as_i64()?).ok().map(|value| ScalarValue::Int32(Some(value))),
        ColumnType::Long => value.as_i64().map(|value| ScalarValue::Int64(Some(value))),
        ColumnType::Text => value.as_str().map(|value| ScalarValue::Utf8View(Some(value.to_owned()))),
        ColumnType::Category => value.as_str().map(|value| ScalarValue::Utf8(Some(value.to_owned()))),
        _ => None,
    }
}

/// Delta's statistics of a finished file, as JSON.
pub(super) fn write(record: Record, metadata: &ParquetMetaData) -> String {
    let (mut min, mut max, mut nulls, mut exact) = (Map::new(), Map::new(), Map::new(), Map::new());
    for column in record.columns().iter().filter(|column| has_stats(column)) {
        let mut merged = Merged::default();
        for group in metadata.row_groups() {
            let chunk = group.columns().iter().find(|chunk| chunk.column_path().parts() == [column.name]);
            merged.add(chunk.and_then(|chunk| chunk.statistics()));
        }
        if let Some(count) = merged.nulls {
            nulls.insert(column.name.to_owned(), count.into());
        }
        let Some((least, greatest)) = merged.bounds() else { continue };
        let bounds = match (column.column_type, least, greatest) {
            (ColumnType::Time, Bound::Number(least), Bound::Number(greatest)) => {
                exact.insert(column.name.to_owned(), json!([least, greatest]));
                // Delta's own are whole milliseconds: down for the least and up for the greatest.
                let greatest = greatest.checked_add(999).map(|us| us.div_euclid(1000) * 1000);
                text_time(least).zip(greatest.and_then(text_time))
            }
            (ColumnType::Int | ColumnType::Long, Bound::Number(least), Bound::Number(greatest)) => {
                Some((least.into(), greatest.into()))
            }
            (ColumnType::Text | ColumnType::Category, Bound::Text(least), Bound::Text(greatest)) => {
                Some((least.into(), greatest.into()))
            }
            _ => None,
        };
        if let Some((least, greatest)) = bounds {
            min.insert(column.name.to_owned(), least);
            max.insert(column.name.to_owned(), greatest);
        }
    }
    json!({
        "numRecords": metadata.file_metadata().num_rows(),
        "tightBounds": true,
        "minValues": min,
        "maxValues": max,
        "nullCount": nulls,
        EXACT_KEY: exact,
    })
    .to_string()
}

fn text_time(us: i64) -> Option<Value> {
    let instant = DateTime::<Utc>::from_timestamp_micros(us.div_euclid(1000) * 1000)?;
    Some(Value::String(instant.to_rfc3339_opts(SecondsFormat::Millis, true)))
}

/// A value of Parquet's statistics.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Bound {
    Number(i64),
    Text(String),
}

/// The statistics of one column over all row groups.
#[derive(Default)]
struct Merged {
    bounds: Option<(Bound, Bound)>,
    /// A row group has values but no bounds, or not exactly theirs: the file has none.
    unknown: bool,
    nulls: Option<u64>,
}

impl Merged {
    fn add(&mut self, statistics: Option<&Statistics>) {
        let Some(statistics) = statistics else {
            self.unknown = true;
            return;
        };
        if let Some(count) = statistics.null_count_opt() {
            self.nulls = Some(self.nulls.unwrap_or(0) + count);
        }
        let Some(found) = bounds(statistics) else {
            // No bounds are right only where every value is null, which the reader learns from the null count.
            self.unknown |= statistics.min_bytes_opt().is_some();
            return;
        };
        self.bounds = Some(match self.bounds.take() {
            None => found,
            Some((min, max)) => (if found.0 < min { found.0 } else { min }, if found.1 > max { found.1 } else { max }),
        });
    }

    fn bounds(self) -> Option<(Bound, Bound)> {
        self.bounds.filter(|_| !self.unknown)
    }
}

fn bounds(statistics: &Statistics) -> Option<(Bound, Bound)> {
    if !(statistics.min_is_exact() && statistics.max_is_exact()) {
        return None;
    }
    match statistics {
        Statistics::Int32(s) => {
            Some((Bound::Number(i64::from(*s.min_opt()?)), Bound::Number(i64::from(*s.max_opt()?))))
        }
        Statistics::Int64(s) => Some((Bound::Number(*s.min_opt()?), Bound::Number(*s.max_opt()?))),
        Statistics::ByteArray(s) => {
            let text = |bytes: &[u8]| {
                let text = std::str::from_utf8(bytes).ok()?;
                (text.len() <= TEXT_BYTES_MAX).then(|| Bound::Text(text.to_owned()))
            };
            Some((text(s.min_opt()?.data())?, text(s.max_opt()?.data())?))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn us(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn statistics_of_other_writers_are_bounds_only() {
        // As Delta has them: milliseconds, cut off. A value 999 us later may be in the file.
        let json = r#"{"numRecords": 3,
            "minValues": {"event_time": "2025-03-04T09:00:00.123Z", "source_line": 7, "status": "a", "cost": 1.5},
            "maxValues": {"event_time": "2025-03-04T10:00:00.456Z", "source_line": 9, "part_index": 99999999999},
            "nullCount": {"event_time": 0, "status": 1, "body": 2}, "unheard": true}"#;
        let stats = FileStats::read(json);
        let bounds = stats.column("event_time").unwrap();
        assert!(!bounds.exact);
        assert_eq!(bounds.min, Some(time(us("2025-03-04T09:00:00.123Z"))));
        assert_eq!(bounds.max, Some(time(us("2025-03-04T10:00:00.456999Z"))));
        assert_eq!(bounds.null_count, Some(0));
        let lines = stats.column("source_line").unwrap();
        assert_eq!((lines.min.clone(), lines.max.clone()), (Some(7_i64.into()), Some(9_i64.into())));
        assert!(!lines.exact);
        let status = stats.column("status").unwrap();
        assert_eq!((status.min.clone(), status.max.clone()), (Some(ScalarValue::from("a")), None));
        assert_eq!(stats.column("body").unwrap().null_count, Some(2));
        assert_eq!(stats.column("part_index"), None, "a number that does not fit is not known");
        for nothing in ["", "[]", "{", r#"{"minValues": 3, "nullCount": {"status": -1}}"#] {
            assert_eq!(FileStats::read(nothing), FileStats::default());
        }
    }

    #[test]
    fn times_before_1970_round_outwards() {
        assert_eq!(text_time(-1).unwrap(), "1969-12-31T23:59:59.999Z");
        assert_eq!(text_time(1).unwrap(), "1970-01-01T00:00:00.000Z");
    }
}
