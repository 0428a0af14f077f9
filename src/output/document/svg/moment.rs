//! Where rows stand on an axis of time, and the round moments on it.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use super::Points;

/// The place of each row on the horizontal axis.
#[derive(Debug)]
pub(super) struct Places {
    /// By row: seconds for times, else its position; none without a time.
    pub(super) at: Vec<Option<f64>>,
    /// The rows in the order of their places.
    pub(super) order: Vec<usize>,
    zone: Option<Tz>,
}

impl Places {
    /// In the order of time; labels that are no times stand in the order of their rows, at equal distances.
    pub(super) fn new(points: &Points, zone: Tz) -> Self {
        let (at, zone) = if points.times {
            let moments: Vec<_> = points.labels.iter().map(|label| read(label.as_deref()?)).collect();
            // Local times and dates have no zone: their axis is as they are.
            let instants = moments.iter().flatten().all(|(_, instant)| *instant);
            let at = moments.iter().map(|moment| moment.map(|(seconds, _)| seconds)).collect();
            (at, Some(if instants { zone } else { Tz::UTC }))
        } else {
            ((0..points.labels.len()).map(|row| Some(row as f64)).collect::<Vec<_>>(), None)
        };
        let mut order: Vec<usize> = (0..at.len()).filter(|row| at[*row].is_some()).collect();
        order.sort_by(|a, b| at[*a].unwrap_or(0.0).total_cmp(&at[*b].unwrap_or(0.0)));
        Self { at, order, zone }
    }

    /// The first and the last place.
    pub(super) fn span(&self) -> (f64, f64) {
        let at = |row: Option<&usize>| row.and_then(|row| self.at[*row]).unwrap_or(0.0);
        (at(self.order.first()), at(self.order.last()))
    }

    /// The least distance of two places.
    pub(super) fn least_distance(&self) -> Option<f64> {
        let places = self.order.iter().filter_map(|row| self.at[*row]);
        let distances = places.clone().zip(places.skip(1)).map(|(a, b)| b - a).filter(|distance| *distance > 0.0);
        distances.min_by(f64::total_cmp)
    }

    /// What the axis cannot show.
    pub(super) fn notes(&self, points: &Points) -> Vec<String> {
        let mut notes = Vec::new();
        let label = |row: Option<&usize>| row.and_then(|row| points.labels[*row].clone());
        if let (Some(first), Some(last)) = (label(self.order.first()), label(self.order.last())) {
            notes.push(if first == last { format!("At {first}.") } else { format!("From {first} to {last}.") });
        }
        match self.at.iter().filter(|at| at.is_none()).count() {
            0 => {}
            1 => notes.push("1 row without a time is not drawn.".to_owned()),
            n => notes.push(format!("{n} rows without a time are not drawn.")),
        }
        notes
    }

    /// At most about `count` places with their text.
    pub(super) fn ticks(&self, points: &Points, count: usize) -> Vec<(f64, String)> {
        let (low, high) = self.span();
        let Some(zone) = self.zone else {
            let every = self.order.len().div_ceil(count.max(1)).max(1);
            let rows = self.order.iter().step_by(every);
            return rows.map(|row| (*row as f64, points.labels[*row].clone().unwrap_or_default())).collect();
        };
        let step = Step::of(high - low, count.max(1));
        let Some(mut local) = local(low, zone).and_then(|local| step.floor(local)) else { return Vec::new() };
        let mut ticks = Vec::new();
        // The bound only guards against a calendar that stands still.
        for _ in 0..count * 4 + 4 {
            // A time that a change of the clocks skips is no place.
            if let Some(at) = zone.from_local_datetime(&local).earliest() {
                let at = at.timestamp() as f64;
                if at > high {
                    break;
                }
                if at >= low {
                    ticks.push((at, step.text(local)));
                }
            }
            let Some(next) = step.next(local) else { break };
            local = next;
        }
        // A single moment between round ones has its own text.
        if ticks.is_empty() {
            ticks.extend(self.order.first().map(|row| (low, points.labels[*row].clone().unwrap_or_default())));
        }
        ticks
    }
}

/// Seconds since 1970, and whether the text says an offset.
fn read(text: &str) -> Option<(f64, bool)> {
    let seconds = |time: NaiveDateTime| time.and_utc().timestamp_micros() as f64 / 1e6;
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some((seconds(instant.naive_utc()), true));
    }
    if let Ok(local) = text.parse::<NaiveDateTime>() {
        return Some((seconds(local), false));
    }
    text.parse::<NaiveDate>().ok().map(|date| (seconds(date.into()), false))
}

fn local(seconds: f64, zone: Tz) -> Option<NaiveDateTime> {
    Some(DateTime::from_timestamp(seconds.floor() as i64, 0)?.with_timezone(&zone).naive_local())
}

/// The distance of two round moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Seconds(u32),
    Days(u32),
    Months(u32),
}

impl Step {
    const ALL: [Self; 25] = [
        Self::Seconds(1),
        Self::Seconds(5),
        Self::Seconds(15),
        Self::Seconds(30),
        Self::Seconds(60),
        Self::Seconds(300),
        Self::Seconds(900),
        Self::Seconds(1800),
        Self::Seconds(3600),
        Self::Seconds(10_800),
        Self::Seconds(21_600),
        Self::Seconds(43_200),
        Self::Days(1),
        Self::Days(2),
        Self::Days(7),
        Self::Days(14),
        Self::Months(1),
        Self::Months(3),
        Self::Months(6),
        Self::Months(12),
        Self::Months(24),
        Self::Months(60),
        Self::Months(120),
        Self::Months(600),
        Self::Months(1200),
    ];

    /// The least step that cuts `span` seconds into at most `count` pieces.
    fn of(span: f64, count: usize) -> Self {
        let fits = |step: &&Self| span / step.seconds() <= count as f64;
        *Self::ALL.iter().find(fits).unwrap_or(&Self::Months(12_000))
    }

    fn seconds(self) -> f64 {
        match self {
            Self::Seconds(n) => f64::from(n),
            Self::Days(n) => f64::from(n) * 86_400.0,
            Self::Months(n) => f64::from(n) * 2_629_746.0,
        }
    }

    /// The last round moment at or before this one.
    fn floor(self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        let day = time.date();
        match self {
            Self::Seconds(n) => {
                let second = time.num_seconds_from_midnight();
                day.and_hms_opt(0, 0, 0)?.checked_add_signed(TimeDelta::seconds(i64::from(second - second % n)))
            }
            Self::Days(n) => {
                // Weeks begin on Monday; the first day of the calendar is one.
                let number = u32::try_from(day.num_days_from_ce() - 1).ok()?;
                day.checked_sub_days(Days::new(u64::from(number % n)))?.and_hms_opt(0, 0, 0)
            }
            Self::Months(n) => {
                let number = u32::try_from(day.year()).ok()? * 12 + day.month0();
                let number = number - number % n;
                NaiveDate::from_ymd_opt(i32::try_from(number / 12).ok()?, number % 12 + 1, 1)?.and_hms_opt(0, 0, 0)
            }
        }
    }

    fn next(self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Seconds(n) => time.checked_add_signed(TimeDelta::seconds(i64::from(n))),
            Self::Days(n) => time.checked_add_days(Days::new(u64::from(n))),
            Self::Months(n) => time.checked_add_months(Months::new(n)),
        }
    }

    fn text(self, time: NaiveDateTime) -> String {
        let form = match self {
            Self::Seconds(n) if n < 60 => "%H:%M:%S",
            Self::Seconds(_) if time.num_seconds_from_midnight() == 0 => "%-d %b",
            Self::Seconds(_) => "%H:%M",
            Self::Days(_) => "%-d %b",
            Self::Months(n) if n < 12 => "%b %Y",
            Self::Months(_) => "%Y",
        };
        time.format(form).to_string()
    }
}
