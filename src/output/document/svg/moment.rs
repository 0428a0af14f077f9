//! Where rows stand on an axis of time, and the round moments on it.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use super::Points;

/// The place of each row on the horizontal axis.
#[derive(Debug)]
pub(in crate::output) struct Places {
    /// By row: seconds for times, else its position; none without a time.
    pub(in crate::output) at: Vec<Option<f64>>,
    /// The rows in the order of their places.
    pub(in crate::output) order: Vec<usize>,
    zone: Option<Tz>,
}

impl Places {
    /// In the order of time; labels that are no times stand in the order of their rows, at equal distances.
    pub(in crate::output) fn new(points: &Points, zone: Tz) -> Self {
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
    pub(in crate::output) fn span(&self) -> (f64, f64) {
        let at = |row: Option<&usize>| row.and_then(|row| self.at[*row]).unwrap_or(0.0);
        (at(self.order.first()), at(self.order.last()))
    }

    /// The least distance of two places.
    pub(in crate::output) fn least_distance(&self) -> Option<f64> {
        let places = self.order.iter().filter_map(|row| self.at[*row]);
        let distances = places.clone().zip(places.skip(1)).map(|(a, b)| b - a).filter(|distance| *distance > 0.0);
        distances.min_by(f64::total_cmp)
    }

    /// What the axis cannot show.
    pub(in crate::output) fn notes(&self, points: &Points) -> Vec<String> {
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
    pub(in crate::output) fn ticks(&self, points: &Points, count: usize) -> Vec<(f64, String)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(labels: &[&str], zone: Tz, count: usize) -> Vec<(f64, String)> {
        let labels: Vec<_> = labels.iter().map(|label| Some((*label).to_owned())).collect();
        let points = Points { labels, series: Vec::new(), times: true, cut: false };
        Places::new(&points, zone).ticks(&points, count)
    }

    fn texts(labels: &[&str], count: usize) -> Vec<String> {
        ticks(labels, Tz::UTC, count).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn days_are_those_of_the_zone_when_the_clocks_change() {
        let found = ticks(&["2025-03-29T00:00:00+01:00", "2025-03-31T12:00:00+02:00"], Tz::Europe__Berlin, 4);
        // Midnight in Berlin is 23:00 UTC in winter and 22:00 in summer: the day between is an hour short.
        let midnights = ["2025-03-28T23:00:00Z", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z"];
        let expected: Vec<_> = midnights.iter().filter_map(|text| read(text)).map(|(seconds, _)| seconds).collect();
        assert_eq!(found.iter().map(|tick| tick.0).collect::<Vec<_>>(), expected);
        assert_eq!(found.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>(), ["29 Mar", "30 Mar", "31 Mar"]);
    }

    #[test]
    fn ticks_are_round_at_every_distance() {
        assert_eq!(texts(&["2025-03-01T10:02:10Z", "2025-03-01T10:02:12Z"], 5), ["10:02:10", "10:02:11", "10:02:12"]);
        assert_eq!(texts(&["2025-03-01T21:30:00Z", "2025-03-02T01:10:00Z"], 5), ["22:00", "23:00", "2 Mar", "01:00"]);
        // Mondays.
        assert_eq!(texts(&["2025-03-01", "2025-03-31"], 5), ["3 Mar", "10 Mar", "17 Mar", "24 Mar", "31 Mar"]);
        assert_eq!(texts(&["2024-11-15", "2025-02-20"], 4), ["Dec 2024", "Jan 2025", "Feb 2025"]);
        assert_eq!(texts(&["2020-05-01T00:00:00", "2023-01-01T00:00:00"], 4), ["2021", "2022", "2023"]);
    }

    #[test]
    fn rows_stand_in_the_order_of_time_and_those_without_one_nowhere() {
        let labels = [Some("2025-03-02"), None, Some("2025-03-01")].map(|label| label.map(str::to_owned));
        let points = Points { labels: labels.to_vec(), series: Vec::new(), times: true, cut: false };
        let places = Places::new(&points, Tz::UTC);
        assert_eq!(places.order, [2, 0]);
        assert_eq!(places.least_distance(), Some(86_400.0));
        let notes = places.notes(&points);
        assert_eq!(notes, ["From 2025-03-01 to 2025-03-02.", "1 row without a time is not drawn."]);
    }
}
