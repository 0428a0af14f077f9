//! The notations of time that feeds use, rewritten as ISO 8601 of the same precision, which the engine reads.
//!
//! What cannot be read comes back as it was: the engine then rejects the record and shows the text.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveTime};

/// Seconds (10 digits), milliseconds (13) or microseconds (16) since 1970, with or without a decimal fraction.
pub fn epoch(text: &str) -> Cow<'_, str> {
    parse_epoch(text.trim()).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A time of an SMPP receipt: `YYMMDDhhmm`, `YYMMDDhhmmss`, `YYYYMMDDhhmm` or `YYYYMMDDhhmmss`, without a zone.
///
/// Two digits of a year are 1970 to 2069. Twelve digits are read with a two-digit year and seconds where that is a
/// time, else with a four-digit year; only texts of 2020 or of 2001 to 2012 can be both.
pub fn smpp(text: &str) -> Cow<'_, str> {
    parse_smpp(text.trim()).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// `DD/MM/YYYY`, alone or with `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff`; also with `-` or `.` between the numbers, a
/// two-digit year, `AM` or `PM`, and `Z` or an offset at the end.
pub fn day_first(text: &str) -> Cow<'_, str> {
    parse_slashed(text.trim(), true).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// As [`day_first`], with the month before the day.
pub fn month_first(text: &str) -> Cow<'_, str> {
    parse_slashed(text.trim(), false).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn parse_epoch(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let subsecond_digits = match whole.len() {
        10 => 0,
        13 => 3,
        16 => 6,
        _ => return None,
    };
    if !all_digits(whole) || !(fraction.is_empty() || all_digits(fraction)) || subsecond_digits + fraction.len() > 9 {
        return None;
    }
    let (seconds, subseconds) = whole.split_at(10);
    let time = DateTime::from_timestamp(seconds.parse().ok()?, 0)?.format("%Y-%m-%dT%H:%M:%S");
    let point = if subseconds.is_empty() && fraction.is_empty() { "" } else { "." };
    Some(format!("{time}{point}{subseconds}{fraction}Z"))
}

fn parse_smpp(text: &str) -> Option<String> {
    if !all_digits(text) {
        return None;
    }
    let read = |year_digits: usize| {
        let (year, rest) = text.split_at_checked(year_digits)?;
        let mut pairs = (0..rest.len()).step_by(2).map(|i| rest.get(i..i + 2));
        let mut pair = || pairs.next().flatten();
        let (month, day, hour, minute, second) = (pair()?, pair()?, pair()?, pair()?, pair());
        iso(&full_year(year)?, month, day, Some(&Clock { hour: number(hour)?, minute, second, fraction: None }), "")
    };
    match text.len() {
        10 => read(2),
        12 => read(2).or_else(|| read(4)),
        14 => read(4),
        _ => None,
    }
}

fn parse_slashed(text: &str, day_first: bool) -> Option<String> {
    let end = text.find([' ', 'T', ',', '\u{a0}', '\u{202f}']).unwrap_or(text.len());
    let (date, rest) = text.split_at_checked(end)?;
    let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = date.split(separator);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || first.len() > 2 {
        return None; // the year stands first: that is ISO 8601, or not what the feed promised
    }
    let (day, month) = if day_first { (first, second) } else { (second, first) };
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    let rest = rest.strip_prefix('T').unwrap_or(rest).trim();
    if rest.is_empty() {
        return iso(&full_year(year)?, month, day, None, "");
    }
    let (clock, zone) = split_zone(rest);
    let (clock, afternoon) = split_meridiem(clock);
    let mut parts = clock.trim().split(':');
    let (hour, minute, second) = (number(parts.next()?)?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let (second, fraction) = match second.map(|second| second.split_once('.').ok_or(second)) {
        None => (None, None),
        Some(Err(second)) => (Some(second), None),
        Some(Ok((second, fraction))) if all_digits(fraction) && fraction.len() <= 9 => (Some(second), Some(fraction)),
        Some(Ok(_)) => return None,
    };
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    iso(&full_year(year)?, month, day, Some(&Clock { hour, minute, second, fraction }), zone)
}

struct Clock<'a> {
    hour: u32,
    minute: &'a str,
    second: Option<&'a str>,
    fraction: Option<&'a str>,
}

/// ISO 8601 of the same precision, if there is such a day and time.
fn iso(year: &str, month: &str, day: &str, clock: Option<&Clock<'_>>, zone: &str) -> Option<String> {
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, number(month)?, number(day)?)?;
    let Some(Clock { hour, minute, second, fraction }) = clock else { return Some(date.to_string()) };
    let two_digits = |text: &str| (text.len() == 2).then(|| number(text)).flatten();
    let minute = two_digits(minute)?;
    let second = second.map(two_digits).map_or(Some(None), |second| second.map(Some))?;
    NaiveTime::from_hms_opt(*hour, minute, second.unwrap_or_default())?;
    let second = second.map(|second| format!(":{second:02}")).unwrap_or_default();
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    Some(format!("{date}T{hour:02}:{minute:02}{second}{fraction}{zone}"))
}

/// Cuts `Z` or an offset such as `+02:00`, `+0200` off the end of a clock time.
fn split_zone(text: &str) -> (&str, &str) {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return (clock, "Z");
    }
    match text.rfind(['+', '-']).and_then(|at| text.split_at_checked(at)) {
        Some((clock, zone)) if zone.len() >= 3 && zone.bytes().skip(1).all(|b| b.is_ascii_digit() || b == b':') => {
            (clock, zone)
        }
        _ => (text, ""),
    }
}

/// Cuts `AM` or `PM` off the end, in either case; `Some(true)` is the afternoon.
fn split_meridiem(text: &str) -> (&str, Option<bool>) {
    let text = text.trim_end();
    match text.len().checked_sub(2).and_then(|at| text.split_at_checked(at)) {
        Some((clock, end)) if end.eq_ignore_ascii_case("am") => (clock, Some(false)),
        Some((clock, end)) if end.eq_ignore_ascii_case("pm") => (clock, Some(true)),
        _ => (text, None),
    }
}

/// A year of four digits, or of two, which are 1970 to 2069 as POSIX has it.
fn full_year(digits: &str) -> Option<Cow<'_, str>> {
    match (digits.len(), all_digits(digits)) {
        (4, true) => Some(Cow::Borrowed(digits)),
        (2, true) => Some(Cow::Owned(format!("{}{digits}", if digits < "70" { "20" } else { "19" }))),
        _ => None,
    }
}

/// One or two digits.
fn number(text: &str) -> Option<u32> {
    (matches!(text.len(), 1 | 2) && all_digits(text)).then(|| text.parse().ok()).flatten()
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
