//! "As of when": a version, an instant or a day, and which version of the log that is.

use chrono::{DateTime, Days, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::Store;
use crate::error::{Error, Result};

/// A point in the history of the store: when we knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AsOf {
    /// Everything known now.
    #[default]
    Latest,
    /// Everything known at a version.
    Version(u64),
    /// Everything known at an instant.
    Instant(DateTime<Utc>),
}

impl AsOf {
    /// Reads what a person writes:
    ///
    /// * `latest`;
    /// * `17`: a version;
    /// * `2025-03-04T09:00:00Z`, `2025-03-04 09:00:00+01:00`: an instant (RFC 3339);
    /// * `2025-03-04 09:00[:00[.5]]`: a time in `zone`;
    /// * `2025-03-04`: everything known at the end of that day in `zone`.
    ///
    /// Of a local time that a clock change gives twice the later one is meant; one that it skips moves to the end of
    /// the gap.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it is none of these.
    pub fn parse(text: &str, zone: Tz) -> Result<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("latest") {
            return Ok(Self::Latest);
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().map(Self::Version).map_err(|_| Error::invalid(text, "no version is this great"));
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
            return Ok(Self::Instant(instant.with_timezone(&Utc)));
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            let next = day.checked_add_days(Days::new(1)).and_then(|next| next.and_hms_opt(0, 0, 0));
            let next = next.and_then(|next| local(next, zone, false));
            if let Some(instant) = next {
                return Ok(Self::Instant(instant - Duration::microseconds(1)));
            }
        }
        for format in ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"] {
            if let Ok(time) = NaiveDateTime::parse_from_str(&text.replacen(' ', "T", 1), format)
                && let Some(instant) = local(time, zone, true)
            {
                return Ok(Self::Instant(instant));
            }
        }
        Err(Error::invalid(
            text,
            "not a version (17), an instant (2025-03-04T09:00:00Z), a local time (2025-03-04 09:00) or a day (2025-03-04)",
        ))
    }
}

/// A local time as an instant. Clock changes happen on quarters of an hour and skip at most a day.
fn local(time: NaiveDateTime, zone: Tz, later: bool) -> Option<DateTime<Utc>> {
    let into_quarter = Duration::seconds(i64::from(time.num_seconds_from_midnight() % 900))
        + Duration::nanoseconds(i64::from(time.nanosecond()));
    (0..=24 * 4).find_map(|quarters| {
        let shifted = if quarters == 0 { time } else { time - into_quarter + Duration::minutes(15 * quarters) };
        match zone.from_local_datetime(&shifted) {
            LocalResult::Single(instant) => Some(instant.with_timezone(&Utc)),
            LocalResult::Ambiguous(first, last) => Some(if later { last } else { first }.with_timezone(&Utc)),
            LocalResult::None => None,
        }
    })
}

impl Store {
    /// The last version that was committed at or before an instant.
    pub(super) async fn version_at(&self, instant: DateTime<Utc>) -> Result<u64> {
        let newest = self.newest().await?;
        if newest.committed_at() <= instant {
            return Ok(newest.version());
        }
        let (oldest, first) = self.oldest_entry().await?;
        if first > instant {
            let message = format!(
                "nothing was known at {}: the first version left, {oldest}, was committed at {}",
                rfc3339(instant),
                rfc3339(first)
            );
            return Err(Error::invalid(&self.0.url, message));
        }
        // Timestamps rise with versions, so the answer is between a version that is early enough and one that is not.
        let (mut known, mut unknown) = (oldest, newest.version());
        while unknown - known > 1 {
            let middle = known + (unknown - known) / 2;
            match self.entry(middle).await? {
                Some(entry) if entry.committed_at <= instant => known = middle,
                Some(_) => unknown = middle,
                None => return Err(self.gone(middle).await),
            }
        }
        Ok(known)
    }
}

pub(super) fn rfc3339(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
