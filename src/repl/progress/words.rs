//! What a line of progress says.

use std::time::Duration;

use crate::output::sanitize::sanitize;
use crate::session::{ProgressNow, Stage};

/// The line: what it is about, rows, bytes, the share of files, and what is left or happens instead.
pub(super) fn line(label: Option<&str>, now: &ProgressNow, left: Option<Duration>) -> String {
    let mut about: Vec<String> = label.iter().map(|label| sanitize(label).into_owned()).collect();
    about.extend(now.definition.as_ref().map(|name| format!("computing {}", sanitize(name))));
    let mut parts = Vec::new();
    if now.rows > 0 {
        parts.push(format!("{} row{}", scaled(now.rows, &COUNTS), if now.rows == 1 { "" } else { "s" }));
    }
    if now.bytes > 0 {
        parts.push(scaled(now.bytes, &BYTES));
    }
    if let Some(share) = now.share.filter(|_| now.stage == Stage::Reading) {
        let (percent, total) = ((share * 100.0).floor(), now.files_total);
        parts.push(format!("{percent} % of {total} file{}", if total == 1 { "" } else { "s" }));
    }
    match (now.stage, left) {
        (Stage::Planning, _) => parts.push("planning".to_owned()),
        (Stage::Reading, Some(left)) => parts.push(format!("about {} left", rounded(left))),
        (Stage::Reading, None) if parts.is_empty() => parts.push("reading".to_owned()),
        (Stage::Reading, None) => {}
        (Stage::Grouping, _) => parts.push("all read, now grouping".to_owned()),
        (Stage::Joining, _) => parts.push("all read, now joining".to_owned()),
        (Stage::Sorting, _) => parts.push("all read, now sorting".to_owned()),
        (Stage::Windows, _) => parts.push("all read, now computing windows".to_owned()),
        (Stage::Finishing, _) => parts.push("all read, now finishing".to_owned()),
    }
    match about.is_empty() {
        true => parts.join(", "),
        false => format!("{}: {}", about.join(", "), parts.join(", ")),
    }
}

const COUNTS: [&str; 4] = ["", " k", " M", " bn"];
const BYTES: [&str; 5] = [" B", " kB", " MB", " GB", " TB"];

/// A number with two or three digits and its unit: `12.4 M`, `340 MB`.
fn scaled(number: u64, units: &[&str]) -> String {
    let (mut value, mut unit) = (number as f64, 0);
    // 999.5 would be shown as 1000.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 99.95);
    format!("{value:.digits$}{}", units[unit])
}

/// A time as people say it: nobody believes in `6.83 s left`.
fn rounded(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let to = |step: f64, unit: f64| ((seconds / unit / step).round() * step).max(1.0);
    match seconds {
        s if s < 9.5 => format!("{} s", to(1.0, 1.0)),
        s if s < 57.5 => format!("{} s", to(5.0, 1.0)),
        s if s < 9.5 * 60.0 => format!("{} min", to(1.0, 60.0)),
        s if s < 57.5 * 60.0 => format!("{} min", to(5.0, 60.0)),
        _ => format!("{} h", to(1.0, 3600.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> ProgressNow {
        ProgressNow {
            stage: Stage::Reading,
            plan: 1,
            rows: 12_400_000,
            rows_total: Some(20_000_000),
            bytes: 1_200_000_000,
            files: 30,
            files_total: 48,
            share: Some(0.638),
            ..ProgressNow::default()
        }
    }

    #[test]
    fn a_line_says_how_far_it_is() {
        let seconds = |seconds| Some(Duration::from_secs_f64(seconds));
        assert_eq!(line(None, &reading(), seconds(7.2)), "12.4 M rows, 1.2 GB, 63 % of 48 files, about 7 s left");
        assert_eq!(line(None, &reading(), None), "12.4 M rows, 1.2 GB, 63 % of 48 files");
        let one = ProgressNow { rows: 1, bytes: 900, files_total: 1, share: Some(0.999), ..reading() };
        assert_eq!(line(None, &one, None), "1 row, 900 B, 99 % of 1 file");
        assert_eq!(line(None, &ProgressNow::default(), None), "planning");
        assert_eq!(line(None, &ProgressNow { stage: Stage::Reading, ..ProgressNow::default() }, None), "reading");
    }

    #[test]
    fn it_says_what_happens_when_all_is_read() {
        let sorting = ProgressNow { stage: Stage::Sorting, share: Some(1.0), ..reading() };
        assert_eq!(line(None, &sorting, None), "12.4 M rows, 1.2 GB, all read, now sorting");
    }

    #[test]
    fn it_says_what_it_is_about() {
        let label = Some("section 2 of 7");
        assert_eq!(line(label, &ProgressNow::default(), None), "section 2 of 7: planning");
        let computing = ProgressNow { definition: Some("se\x1b[2Jnds".to_owned()), bytes: 0, ..reading() };
        assert_eq!(
            line(label, &computing, None),
            "section 2 of 7, computing se\\x1B[2Jnds: 12.4 M rows, 63 % of 48 files"
        );
    }

    #[test]
    fn numbers_have_two_or_three_digits() {
        let counts: Vec<String> =
            [0, 999, 1_000, 9_960, 99_940, 99_960, 999_400, 999_600, 1_234_000_000, 5_000_000_000_000]
                .map(|number| scaled(number, &COUNTS))
                .into();
        assert_eq!(counts, ["0", "999", "1.0 k", "10.0 k", "99.9 k", "100 k", "999 k", "1.0 M", "1.2 bn", "5000 bn"]);
    }

    #[test]
    fn times_are_rounded_as_people_do() {
        let times = [0.2, 6.83, 9.4, 9.6, 12.4, 13.0, 57.0, 58.0, 89.0, 91.0, 569.0, 571.0, 1500.0, 3500.0, 9000.0];
        let said: Vec<String> = times.map(|seconds| rounded(Duration::from_secs_f64(seconds))).into();
        assert_eq!(
            said,
            [
                "1 s", "7 s", "9 s", "10 s", "10 s", "15 s", "55 s", "1 min", "1 min", "2 min", "9 min", "10 min",
                "25 min", "1 h", "3 h"
            ]
        );
    }
}
