//! Reads the times feeds write: ISO 8601, RFC 3339 and RFC 2822 text, with or without a zone, to the microsecond.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// How exact a time is, as its text shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Microseconds or finer.
    Microsecond,
    /// Milliseconds.
    Millisecond,
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Only the day is given.
    Day,
    /// The feed gives no time; it is when the report was received.
    Received,
}

impl Precision {
    /// Its name in the column `time_precision`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Microsecond => "us",
            Self::Millisecond => "ms",
            Self::Second => "s",
            Self::Minute => "min",
            Self::Day => "day",
            Self::Received => "received",
        }
    }
}

/// A time as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedTime {
    /// Microseconds since the epoch, UTC.
    pub micros: i64,
    /// How exact it is.
    pub precision: Precision,
    /// Whether the text named no offset, so that the zone was assumed.
    pub zone_assumed: bool,
}

/// The year of the first text message. An earlier time is a wrong one, most often a zero epoch.
const FIRST_YEAR: i32 = 1992;
/// The first year taken as a wrong one.
const END_YEAR: i32 = 2100;

/// Reads a time. Without an offset it is local time in `zone`: an hour that a clock change repeats is taken as the
/// first of the two, one that it skips is no time. The error says what is wrong with the text.
pub fn read(text: &str, zone: Tz) -> Result<FeedTime, String> {
    let text = text.trim();
    let time = match iso(text) {
        Some(parts) => parts.resolve(text, zone)?,
        None => match DateTime::parse_from_rfc2822(text) {
            Ok(time) => FeedTime { micros: time.timestamp_micros(), precision: Precision::Second, zone_assumed: false },
            Err(_) => return Err(format!("`{text}` is not a time")),
        },
    };
    let year = DateTime::<Utc>::from_timestamp_micros(time.micros).map_or(0, |t| chrono::Datelike::year(&t));
    if !(FIRST_YEAR..END_YEAR).contains(&year) {
        return Err(format!("`{text}` is outside {FIRST_YEAR} to {END_YEAR}"));
    }
    Ok(time)
}

/// The calendar fields of a text, and what it says of its zone.
struct Parts {
    date: (i32, u32, u32),
    time: (u32, u32, u32, u32),
    precision: Precision,
    offset_seconds: Option<i32>,
}

impl Parts {
    fn resolve(&self, text: &str, zone: Tz) -> Result<FeedTime, String> {
        let impossible = || format!("`{text}` is not a possible time");
        let (year, month, day) = self.date;
        let (hour, minute, second, micros) = self.time;
        let date = NaiveDate::from_ymd_opt(year, month, day).ok_or_else(impossible)?;
        let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micros).ok_or_else(impossible)?;
        let local = NaiveDateTime::new(date, time);
        let (utc, zone_assumed) = match self.offset_seconds {
            Some(offset) => (local.and_utc().timestamp_micros() - i64::from(offset) * 1_000_000, false),
            None if zone == Tz::UTC => (local.and_utc().timestamp_micros(), true),
            None => match zone.from_local_datetime(&local) {
                LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => (time.timestamp_micros(), true),
                LocalResult::None => return Err(format!("`{text}` is skipped by the clock change in {zone}")),
            },
        };
        Ok(FeedTime { micros: utc, precision: self.precision, zone_assumed })
    }
}

/// `2025-03-04[T ]09:30[:00[.123456]][ ][Z|UTC|+05:30|+0530|+05]`, and the date alone.
fn iso(text: &str) -> Option<Parts> {
    let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
    let year = i32::try_from(cursor.digits(4)?).ok()?;
    let separator = cursor.one_of(b"-/")?;
    let month = cursor.digits(2)?;
    cursor.one_of(&[separator])?;
    let date = (year, month, cursor.digits(2)?);
    if cursor.is_at_end() {
        return Some(Parts { date, time: (0, 0, 0, 0), precision: Precision::Day, offset_seconds: None });
    }
    cursor.one_of(b"Tt ")?;
    let hour = cursor.digits(2)?;
    cursor.one_of(b":")?;
    let minute = cursor.digits(2)?;
    let (mut second, mut micros, mut precision) = (0, 0, Precision::Minute);
    if cursor.one_of(b":").is_some() {
        second = cursor.digits(2)?;
        precision = Precision::Second;
        if cursor.one_of(b".,").is_some() {
            (micros, precision) = cursor.fraction()?;
        }
    }
    let _ = cursor.one_of(b" ");
    let offset_seconds = cursor.offset()?;
    cursor.is_at_end().then_some(Parts { date, time: (hour, minute, second, micros), precision, offset_seconds })
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        wanted.contains(&byte).then(|| {
            self.at += 1;
            byte
        })
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + count)?;
        self.at += count;
        digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
    }

    /// Digits after the point: the value in microseconds (finer digits are cut off), and what they show.
    fn fraction(&mut self) -> Option<(u32, Precision)> {
        let start = self.at;
        let mut micros = 0;
        while let Some(byte) = self.bytes.get(self.at).filter(|b| b.is_ascii_digit()) {
            if self.at - start < 6 {
                micros = micros * 10 + u32::from(byte - b'0');
            }
            self.at += 1;
        }
        let count = self.at - start;
        let precision = if count <= 3 { Precision::Millisecond } else { Precision::Microsecond };
        (1..=12).contains(&count).then(|| (micros * 10_u32.pow(6_usize.saturating_sub(count) as u32), precision))
    }

    /// `Some(None)` where there is none, `None` where it is not an offset.
    fn offset(&mut self) -> Option<Option<i32>> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return Some(None);
        }
        if matches!(rest, b"Z" | b"z" | b"UTC" | b"GMT") {
            self.at = self.bytes.len();
            return Some(Some(0));
        }
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.digits(2)?;
        let _ = self.one_of(b":");
        let minutes = if self.is_at_end() { 0 } else { self.digits(2)? };
        let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        (hours <= 18 && minutes < 60).then_some(Some(sign * seconds))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn utc(text: &str, zone: Tz) -> (String, &'static str, bool) {
        let time = read(text, zone).unwrap();
        let shown = DateTime::<Utc>::from_timestamp_micros(time.micros).unwrap();
        (shown.format("%FT%T%.6f").to_string(), time.precision.name(), time.zone_assumed)
    }

    #[test]
    fn every_notation_feeds_use() {
        for (text, shown, precision, assumed) in [
            ("2025-03-04T09:30:00Z", "2025-03-04T09:30:00.000000", "s", false),
            ("2025-03-04T09:30:00.5Z", "2025-03-04T09:30:00.500000", "ms", false),
            ("2025-03-04T09:30:00.1234567Z", "2025-03-04T09:30:00.123456", "us", false),
            ("2025-03-04 15:00:00+05:30", "2025-03-04T09:30:00.000000", "s", false),
            ("2025-03-04T15:00:00.000+0530", "2025-03-04T09:30:00.000000", "ms", false),
            ("2025-03-04 09:30:00 UTC", "2025-03-04T09:30:00.000000", "s", false),
            ("2025-03-04 09:30", "2025-03-04T09:30:00.000000", "min", true),
            ("2025-03-04", "2025-03-04T00:00:00.000000", "day", true),
            ("Tue, 04 Mar 2025 09:30:00 +0000", "2025-03-04T09:30:00.000000", "s", false),
        ] {
            assert_eq!(utc(text, Tz::UTC), (shown.to_owned(), precision, assumed), "{text}");
        }
    }

    #[test]
    fn local_time_follows_the_clock_changes() {
        let zone = Tz::Europe__London;
        assert_eq!(utc("2025-07-01 12:00:00", zone).0, "2025-07-01T11:00:00.000000");
        // 01:30 happens twice on the last Sunday of October: the first is still summer time.
        assert_eq!(utc("2025-10-26 01:30:00", zone).0, "2025-10-26T00:30:00.000000");
        // 01:30 never happens on the last Sunday of March.
        assert!(read("2025-03-30 01:30:00", zone).unwrap_err().contains("skipped"));
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "2025-13-01",
            "2025-02-29T00:00:00Z",
            "2025-03-04T25:00:00Z",
            "soon",
            "",
            "1970-01-01T00:00:00Z",
            "2025-03-04T09:30:00+99:00",
            "2025-03-04T09:30:00Zjunk",
            "0000000000",
        ] {
            assert!(read(text, Tz::UTC).is_err(), "{text}");
        }
    }
}
