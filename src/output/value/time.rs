//! Times, dates and intervals.

use std::fmt::Write;

use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::datatypes::{
    ArrowPrimitiveType, ArrowTemporalType, DataType, Date32Type, Date64Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, IntervalDayTimeType, IntervalMonthDayNanoType,
    IntervalUnit, IntervalYearMonthType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use chrono::{NaiveDateTime, Offset, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

use super::Print;

const DAY_NANOS: i128 = 86_400_000_000_000;

/// How values of this type are printed, if it is one of time.
pub(super) fn print<'a>(array: &'a dyn Array, data_type: &DataType, zone: Tz) -> Option<Print<'a>> {
    use IntervalUnit as I;
    use TimeUnit as T;
    Some(match data_type {
        DataType::Timestamp(T::Second, own) => timestamp::<TimestampSecondType>(array, own.is_some(), zone),
        DataType::Timestamp(T::Millisecond, own) => timestamp::<TimestampMillisecondType>(array, own.is_some(), zone),
        DataType::Timestamp(T::Microsecond, own) => timestamp::<TimestampMicrosecondType>(array, own.is_some(), zone),
        DataType::Timestamp(T::Nanosecond, own) => timestamp::<TimestampNanosecondType>(array, own.is_some(), zone),
        DataType::Date32 => {
            printer(array.as_primitive::<Date32Type>(), |days| shown(Date32Type::to_naive_date_opt(days)))
        }
        DataType::Date64 => printer(array.as_primitive::<Date64Type>(), |ms| shown(Date64Type::to_naive_date_opt(ms))),
        DataType::Time32(T::Second) => time_of_day::<Time32SecondType>(array),
        DataType::Time32(_) => time_of_day::<Time32MillisecondType>(array),
        DataType::Time64(T::Microsecond) => time_of_day::<Time64MicrosecondType>(array),
        DataType::Time64(_) => time_of_day::<Time64NanosecondType>(array),
        DataType::Duration(T::Second) => duration::<DurationSecondType>(array, 1_000_000_000),
        DataType::Duration(T::Millisecond) => duration::<DurationMillisecondType>(array, 1_000_000),
        DataType::Duration(T::Microsecond) => duration::<DurationMicrosecondType>(array, 1_000),
        DataType::Duration(T::Nanosecond) => duration::<DurationNanosecondType>(array, 1),
        DataType::Interval(I::YearMonth) => {
            printer(array.as_primitive::<IntervalYearMonthType>(), |months| Some(interval(months, 0, 0)))
        }
        DataType::Interval(I::DayTime) => printer(array.as_primitive::<IntervalDayTimeType>(), |value| {
            Some(interval(0, i128::from(value.days), i128::from(value.milliseconds) * 1_000_000))
        }),
        DataType::Interval(I::MonthDayNano) => printer(array.as_primitive::<IntervalMonthDayNanoType>(), |value| {
            Some(interval(value.months, i128::from(value.days), i128::from(value.nanoseconds)))
        }),
        _ => return None,
    })
}

/// Prints what `show` makes of a value; without it the value is out of what the calendar holds.
fn printer<'a, T: ArrowPrimitiveType>(
    array: &'a PrimitiveArray<T>,
    show: impl Fn(T::Native) -> Option<String> + 'a,
) -> Print<'a> {
    Box::new(move |row, out| {
        let value = array.value(row);
        let text = show(value).ok_or_else(|| format!("{value:?} is out of range for {}", array.data_type()))?;
        out.push_str(&text);
        Ok(())
    })
}

/// chrono's `Debug` forms of dates and times of day are ISO 8601.
fn shown(value: Option<impl std::fmt::Debug>) -> Option<String> {
    value.map(|value| format!("{value:?}"))
}

fn timestamp<T>(array: &dyn Array, is_instant: bool, zone: Tz) -> Print<'_>
where
    T: ArrowTemporalType,
    i64: From<T::Native>,
{
    let array = array.as_primitive::<T>();
    let show = move |value| {
        let utc = arrow::array::temporal_conversions::as_datetime::<T>(i64::from(value))?;
        Some(if is_instant { instant(utc, zone) } else { format!("{utc:?}") })
    };
    printer(array, show)
}

fn instant(utc: NaiveDateTime, zone: Tz) -> String {
    let local = zone.from_utc_datetime(&utc);
    // RFC 3339 cannot say an offset with seconds, as zones had in the age of the telegraph.
    if zone == Tz::UTC || local.offset().fix().local_minus_utc() % 60 != 0 {
        return Utc.from_utc_datetime(&utc).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    }
    local.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

fn time_of_day<T>(array: &dyn Array) -> Print<'_>
where
    T: ArrowTemporalType,
    i64: From<T::Native>,
{
    let show = |value| shown(arrow::array::temporal_conversions::as_time::<T>(i64::from(value)));
    printer(array.as_primitive::<T>(), show)
}

fn duration<T: ArrowPrimitiveType<Native = i64>>(array: &dyn Array, unit_nanos: i128) -> Print<'_> {
    printer(array.as_primitive::<T>(), move |value| {
        let nanos = i128::from(value) * unit_nanos;
        Some(interval(0, nanos / DAY_NANOS, nanos % DAY_NANOS))
    })
}

/// As PostgreSQL writes it: `1 year 2 mons 3 days 04:05:06.5`. Each part has its own sign; one that is positive after a
/// negative one says so.
fn interval(months: i32, days: i128, nanos: i128) -> String {
    let mut out = String::new();
    let mut negative = false;
    let units = [(i128::from(months / 12), "year"), (i128::from(months % 12), "mon"), (days, "day")];
    for (count, unit) in units.into_iter().filter(|(count, _)| *count != 0) {
        let blank = if out.is_empty() { "" } else { " " };
        let plus = if negative && count > 0 { "+" } else { "" };
        let plural = if count == 1 { "" } else { "s" };
        // Writing to a String cannot fail.
        let _ = write!(out, "{blank}{plus}{count} {unit}{plural}");
        negative = count < 0;
    }
    if nanos == 0 && !out.is_empty() {
        return out;
    }
    if !out.is_empty() {
        out.push(' ');
    }
    if nanos < 0 {
        out.push('-');
    } else if negative {
        out.push('+');
    }
    let nanos = nanos.unsigned_abs();
    let (seconds, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction != 0 {
        let digits = format!("{fraction:09}");
        let _ = write!(out, ".{}", digits.trim_end_matches('0'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_as_postgresql_writes_them() {
        // Expected: SELECT of the same interval literals in PostgreSQL.
        for (months, days, nanos, text) in [
            (0, 0, 0, "00:00:00"),
            (14, 3, 14_706_500_000_000, "1 year 2 mons 3 days 04:05:06.5"),
            (12, 0, 0, "1 year"),
            (-1, 1, 0, "-1 mons +1 day"),
            (0, -1, 7_200_000_000_000, "-1 days +02:00:00"),
            (0, 2, -1_000, "2 days -00:00:00.000001"),
            (0, 0, -90_000_000_000_000, "-25:00:00"),
            (0, 0, 1_000, "00:00:00.000001"),
            (-25, 0, 0, "-2 years -1 mons"),
        ] {
            assert_eq!(interval(months, days, nanos), text);
        }
    }

    #[test]
    fn instants_show_the_zone_they_are_shown_in() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap_or_default();
        for (utc, zone, text) in [
            ("2025-03-04T09:00:00", Tz::UTC, "2025-03-04T09:00:00Z"),
            ("2025-03-04T09:00:00.000001", Tz::UTC, "2025-03-04T09:00:00.000001Z"),
            ("2025-03-04T09:00:00", Tz::Europe__London, "2025-03-04T09:00:00+00:00"),
            // The hour that London had twice on 26 October 2025 stays two different hours.
            ("2025-10-26T00:30:00", Tz::Europe__London, "2025-10-26T01:30:00+01:00"),
            ("2025-10-26T01:30:00", Tz::Europe__London, "2025-10-26T01:30:00+00:00"),
            ("2025-03-04T20:00:00", Tz::Asia__Kathmandu, "2025-03-05T01:45:00+05:45"),
            ("1847-01-01T00:00:00", Tz::Europe__London, "1847-01-01T00:00:00Z"),
        ] {
            assert_eq!(instant(at(utc), zone), text);
        }
    }
}
