//! What a value is in a cell: a number, date or boolean where the cell can hold it exactly, else the text that CSV has.
//!
//! A number in a cell is an f64 of which Excel keeps 15 digits, so what has more is text. An instant is the local time
//! of the zone asked for, since Excel has no zones; it is held to the microsecond. What is finer, or before
//! 1 March 1900, when Excel's calendar has a day that never was, is text.

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{
    ArrowTemporalType, DataType, Date32Type, Date64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use chrono::{LocalResult, NaiveDate, NaiveDateTime, TimeZone, Timelike};
use chrono_tz::Tz;
use unicode_width::UnicodeWidthStr;

use crate::Result;
use crate::limits::XLSX_CELL_CHARS_MAX;
use crate::output::RenderOptions;
use crate::output::value::{self, Column, Escape};

/// The digits that Excel keeps of a number.
const DIGITS_MAX: usize = 15;
/// The most decimal places a number format has.
const SCALE_MAX: i8 = 30;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Boolean(bool),
    Number(f64, Shown),
    Text(String),
}

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    General,
    /// With so many decimal places.
    Scale(u8),
    Date,
    /// Date and time to the second.
    Seconds,
    /// Date and time to the millisecond.
    Millis,
}

/// A cell with what else is to be known of it.
pub(super) struct Read {
    pub(super) cell: Cell,
    /// How many characters wide it is.
    pub(super) width: usize,
    /// Its time of day is one that its day has twice, as clocks go back.
    pub(super) is_repeated: bool,
}

type Moments<'a> = Box<dyn Fn(usize) -> Option<NaiveDateTime> + 'a>;

/// A column of a batch of plain types, ready to give its cells.
pub(super) struct Reader<'a> {
    column: Column<'a>,
    kind: Kind<'a>,
    null_text: Option<&'a str>,
}

enum Kind<'a> {
    Boolean(&'a BooleanArray),
    /// Digits that may be too many.
    Exact(Shown),
    Float,
    Date(Moments<'a>),
    /// In the zone, where the type has one.
    Time(Moments<'a>, Option<Tz>),
    Text,
}

/// The columns of a batch.
pub(super) fn readers<'a>(batch: &'a RecordBatch, options: &'a RenderOptions) -> Result<Vec<Reader<'a>>> {
    let columns = value::columns(batch, options, Escape::Required)?;
    let readers = columns.into_iter().zip(batch.columns()).map(|(column, array)| Reader {
        column,
        kind: kind(array.as_ref(), options.time_zone),
        null_text: options.null_text.as_deref(),
    });
    Ok(readers.collect())
}

fn kind(array: &dyn Array, zone: Tz) -> Kind<'_> {
    use TimeUnit as T;
    match array.data_type() {
        DataType::Boolean => Kind::Boolean(array.as_boolean()),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Kind::Float,
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => Kind::Exact(Shown::Scale((*scale).clamp(0, SCALE_MAX).unsigned_abs())),
        data_type if data_type.is_integer() => Kind::Exact(Shown::Scale(0)),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            Kind::Date(Box::new(|row| Some(Date32Type::to_naive_date_opt(days.value(row))?.into())))
        }
        DataType::Date64 => {
            let millis = array.as_primitive::<Date64Type>();
            Kind::Date(Box::new(|row| Some(Date64Type::to_naive_date_opt(millis.value(row))?.into())))
        }
        DataType::Timestamp(unit, own) => {
            let moments = match unit {
                T::Second => moments::<TimestampSecondType>(array),
                T::Millisecond => moments::<TimestampMillisecondType>(array),
                T::Microsecond => moments::<TimestampMicrosecondType>(array),
                T::Nanosecond => moments::<TimestampNanosecondType>(array),
            };
            Kind::Time(moments, own.as_ref().map(|_| zone))
        }
        _ => Kind::Text,
    }
}

fn moments<T>(array: &dyn Array) -> Moments<'_>
where
    T: ArrowTemporalType,
    i64: From<T::Native>,
{
    let array = array.as_primitive::<T>();
    Box::new(|row| arrow::array::temporal_conversions::as_datetime::<T>(i64::from(array.value(row))))
}

impl Reader<'_> {
    pub(super) fn cell(&self, row: usize) -> Result<Read> {
        if self.column.is_null(row) {
            let text = self.null_text.unwrap_or_default();
            let cell = if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
            return Ok(Read { cell, width: text.width(), is_repeated: false });
        }
        let mut is_repeated = false;
        let typed = match &self.kind {
            Kind::Boolean(array) => Some((Cell::Boolean(array.value(row)), 5)),
            Kind::Date(moments) => moments(row).and_then(serial).map(|days| (Cell::Number(days, Shown::Date), 10)),
            Kind::Time(moments, zone) => moments(row).and_then(|moment| {
                let (local, twice) = zone.map_or((moment, false), |zone| local(moment, zone));
                let days = serial(local)?;
                is_repeated = twice;
                let shown = if local.nanosecond() == 0 { (Shown::Seconds, 19) } else { (Shown::Millis, 23) };
                Some((Cell::Number(days, shown.0), shown.1))
            }),
            Kind::Exact(_) | Kind::Float | Kind::Text => None,
        };
        if let Some((cell, width)) = typed {
            return Ok(Read { cell, width, is_repeated });
        }
        let mut text = String::new();
        self.column.text(row, &mut text)?;
        let number = match &self.kind {
            Kind::Exact(shown) if digits(&text) <= DIGITS_MAX => text.parse().ok().map(|n| Cell::Number(n, *shown)),
            Kind::Float => text.parse().ok().filter(|n: &f64| n.is_finite()).map(|n| Cell::Number(n, Shown::General)),
            _ => None,
        };
        let width = text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
        Ok(Read { cell: number.unwrap_or(Cell::Text(text)), width, is_repeated })
    }
}

/// How many digits say what the number is: `0.0750` has two, `1200` has two.
fn digits(number: &str) -> usize {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len()
}

/// The local time, and whether the zone has it twice.
fn local(utc: NaiveDateTime, zone: Tz) -> (NaiveDateTime, bool) {
    let local = zone.from_utc_datetime(&utc).naive_local();
    (local, matches!(zone.from_local_datetime(&local), LocalResult::Ambiguous(..)))
}

/// The days since 30 December 1899, as Excel counts; none where the number would not say the same time.
fn serial(time: NaiveDateTime) -> Option<f64> {
    const DAY_MICROS: f64 = 86_400_000_000.0;
    let days = (time.date() - NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
    // From 1 March 1900 to the end of 9999.
    let days = u32::try_from(days).ok().filter(|days| (61..2_958_466).contains(days))?;
    // A leap second has more nanoseconds than a second; no cell says that.
    let (nanos, seconds) = (time.nanosecond(), time.num_seconds_from_midnight());
    if nanos % 1_000 != 0 || nanos >= 1_000_000_000 {
        return None;
    }
    let micros = f64::from(seconds) * 1e6 + f64::from(nanos / 1_000);
    let serial = f64::from(days) + micros / DAY_MICROS;
    // It must come back to the microsecond; in far centuries, where that is finer than an f64, to the millisecond.
    let unit = if nanos.is_multiple_of(1_000_000) { 1e3 } else { 1.0 };
    let back = ((serial - f64::from(days)) * DAY_MICROS / unit).round() * unit;
    (back == micros).then_some(serial)
}

/// The start of a text that is too long for a cell, and that it is one.
pub(super) fn cut(text: &str) -> Option<String> {
    // No text has more UTF-16 units than bytes.
    if text.len() <= XLSX_CELL_CHARS_MAX {
        return None;
    }
    let units = text.encode_utf16().count();
    if units <= XLSX_CELL_CHARS_MAX {
        return None;
    }
    let mark = format!(" … [cut: {units} characters, a cell holds {XLSX_CELL_CHARS_MAX}]");
    let mut room = XLSX_CELL_CHARS_MAX.saturating_sub(mark.encode_utf16().count());
    let mut start = String::new();
    for c in text.chars() {
        let Some(left) = room.checked_sub(c.len_utf16()) else { break };
        room = left;
        start.push(c);
    }
    Some(start + &mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_count() {
        for (number, count) in [("0", 0), ("0.0750", 2), ("1200", 2), ("-12.50", 3), ("100000000000000000001", 21)] {
            assert_eq!(digits(number), count, "{number}");
        }
    }

    #[test]
    fn text_is_cut_to_what_a_cell_holds() {
        let units = |text: &str| text.encode_utf16().count();
        assert_eq!(cut(&"é".repeat(XLSX_CELL_CHARS_MAX)), None);
        for text in ["a".repeat(XLSX_CELL_CHARS_MAX + 1), "👍".repeat(20_000)] {
            let start = cut(&text).unwrap_or_default();
            assert!((XLSX_CELL_CHARS_MAX - 1..=XLSX_CELL_CHARS_MAX).contains(&units(&start)), "{}", units(&start));
            assert!(start.ends_with(&format!(" … [cut: {} characters, a cell holds 32767]", units(&text))));
        }
    }

    #[test]
    fn serial_days_are_excels() {
        let at = |text: &str| serial(text.parse::<NaiveDateTime>().unwrap_or_default());
        // Expected: DATEVALUE() + TIMEVALUE() in a spreadsheet.
        for (time, days) in [
            ("1900-03-01T00:00:00", Some(61.0)),
            ("1970-01-01T00:00:00", Some(25_569.0)),
            ("2025-07-01T12:00:00", Some(45_839.5)),
            ("2025-07-01T06:00:00", Some(45_839.25)),
            ("9999-12-31T00:00:00", Some(2_958_465.0)),
            ("1900-02-28T23:59:59", None),
            ("2025-07-01T00:00:00.000000001", None),
            ("9999-12-31T23:59:59.000001", None),
        ] {
            assert_eq!(at(time), days, "{time}");
        }
        assert!(at("9999-12-31T23:59:59.999").is_some());
    }

    #[test]
    fn every_microsecond_of_today_comes_back() {
        let noon = "2025-07-01T12:34:56".parse::<NaiveDateTime>().unwrap_or_default();
        let mut last = 0.0;
        for micros in 0..10_000 {
            let serial = serial(noon + chrono::TimeDelta::microseconds(micros)).unwrap_or_default();
            assert!(serial > last, "{micros}");
            last = serial;
        }
    }

    #[test]
    fn the_hour_that_comes_twice_is_known() {
        let london = |text: &str| local(text.parse().unwrap_or_default(), Tz::Europe__London);
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap_or_default();
        assert_eq!(london("2025-10-26T00:30:00"), (at("2025-10-26T01:30:00"), true));
        assert_eq!(london("2025-10-26T01:30:00"), (at("2025-10-26T01:30:00"), true));
        assert_eq!(london("2025-10-26T02:30:00"), (at("2025-10-26T02:30:00"), false));
        assert_eq!(london("2025-07-01T12:00:00"), (at("2025-07-01T13:00:00"), false));
    }
}
