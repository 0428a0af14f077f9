//! The canned reports against an oracle: every section of every report over the demo, computed a second time from the
//! raw feeds by `tests/oracle` (Python, no SQL). Both must say the same, cell by cell and in the same order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::workspace::isolate;

/// One question: parameters by name, as both sides take them. `tz` is an option of its own.
type Case<'c> = &'c [(&'c str, &'c str)];

/// What every report is asked. The days of Tokyo hold one blast that those of UTC would not hold, and in the days of
/// Los Angeles the clocks change.
const CASES: [Case; 4] = [
    &[],
    &[("campaign", "spring-sale-1"), ("bots", "include")],
    &[("from", "2025-03-07"), ("to", "2025-03-09"), ("tz", "Asia/Tokyo"), ("count", "segments")],
    &[
        ("from", "2025-03-05"),
        ("to", "2025-03-10"),
        ("tz", "America/Los_Angeles"),
        ("list", "vip"),
        ("provider", "infobip"),
    ],
];

/// The parameters that all reports share, which the oracle takes as options.
const COMMON: [&str; 7] = ["from", "to", "campaign", "provider", "list", "bots", "count"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The demo's store, made once for all tests of this file, in the place of the last run's.
static STORE: LazyLock<PathBuf> = LazyLock::new(|| {
    let store = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle-demo");
    let _ = std::fs::remove_dir_all(&store);
    let output = smsql().arg("demo").arg(&store).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    store
});

/// The binary, without the settings of whoever runs the tests.
fn smsql() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsql"));
    isolate(&mut command, Path::new(env!("CARGO_TARGET_TMPDIR")));
    command
}

/// Standard output of a command that must succeed, as JSON.
#[track_caller]
fn json(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What smsql says: sections by name.
#[track_caller]
fn actual(report: &str, case: Case) -> Map<String, Value> {
    let mut command = smsql();
    command.arg("--store").arg(&*STORE);
    for (_, zone) in case.iter().filter(|(name, _)| *name == "tz") {
        command.args(["--tz", zone]);
    }
    command.args(["report", report, "--format", "json"]);
    for (name, value) in case.iter().filter(|(name, _)| *name != "tz") {
        command.arg(format!("--{}", name.replace('_', "-"))).arg(value);
    }
    let document = json(&mut command);
    let sections = document["sections"].as_array().unwrap().iter();
    sections.map(|section| (section["name"].as_str().unwrap().to_owned(), section["rows"].clone())).collect()
}

/// What the oracle says.
#[track_caller]
fn expected(report: &str, case: Case) -> Map<String, Value> {
    let mut command = Command::new("python3");
    command.arg(root().join("tests/oracle/main.py")).arg(report).env("PYTHONDONTWRITEBYTECODE", "1");
    for (name, value) in case {
        match *name {
            "tz" => command.args(["--tz", value]),
            name if COMMON.contains(&name) => command.arg(format!("--{name}")).arg(value),
            name => command.arg("-p").arg(format!("{name}={value}")),
        };
    }
    match json(&mut command) {
        Value::Object(sections) => sections,
        other => panic!("{other}"),
    }
}

/// A row of the oracle: its cells, and its place among the rows.
struct Expected {
    cells: Map<String, Value>,
    place: Value,
}

impl Expected {
    fn new(row: &Value) -> Self {
        let mut cells = row.as_object().unwrap().clone();
        // Not swapped: the columns keep their order.
        let place = cells.shift_remove("_order").unwrap();
        Self { cells, place }
    }
}

/// Whether a cell is what the oracle says: as text, so 1.50 is not 1.5. `true` stands for any value but null.
fn same(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Null, expected) => expected.is_null(),
        (_, Value::Bool(true)) => true,
        (Value::String(text), expected) => expected.as_str() == Some(text),
        (other, expected) => expected.as_str() == Some(&other.to_string()),
    }
}

fn same_row(actual: &Map<String, Value>, expected: &Map<String, Value>) -> bool {
    actual.keys().eq(expected.keys()) && actual.iter().all(|(name, value)| same(value, &expected[name]))
}

/// Every difference between two sections, one per line: rows that only one side has, and rows out of their place.
fn differences(section: &str, actual: &Value, expected: &Value) -> Vec<String> {
    let mut rest: Vec<_> = expected.as_array().unwrap().iter().map(Expected::new).collect();
    let places: Vec<_> = rest.iter().map(|row| row.place.clone()).collect();
    let (mut found, mut at) = (Vec::new(), Vec::new());
    for row in actual.as_array().unwrap() {
        let row = row.as_object().unwrap();
        match rest.iter().position(|expected| same_row(row, &expected.cells)) {
            Some(position) => at.push(rest.remove(position).place),
            None => found.push(format!("{section}: only smsql has {}", serde_json::to_string(row).unwrap())),
        }
    }
    found.extend(
        rest.iter().map(|row| format!("{section}: only the oracle has {}", serde_json::to_string(&row.cells).unwrap())),
    );
    if found.is_empty() && at != places {
        let first = at.iter().zip(&places).position(|(at, place)| at != place).unwrap();
        found.push(format!("{section}: row {first} is the one of {}, not of {}", at[first], places[first]));
    }
    found
}

/// Asks both a report all cases, without the parameters that it ignores, and some of its own.
#[track_caller]
fn agree(report: &str, ignored: &[&str], own: &[Case]) {
    let mut found = Vec::new();
    for case in CASES.iter().chain(own) {
        let case: Vec<_> = case.iter().copied().filter(|(name, _)| !ignored.contains(name)).collect();
        let (actual, expected) = (actual(report, &case), expected(report, &case));
        let names = |sections: &Map<String, Value>| sections.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&actual), names(&expected), "sections of {report}");
        for (section, rows) in &actual {
            let differences = differences(section, rows, &expected[section]);
            found.extend(differences.into_iter().map(|line| format!("{report} {case:?} {line}")));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The oracle's own fold against numbers that were counted by hand.
#[test]
fn the_oracle_is_right_about_the_demo() {
    let output =
        Command::new("python3").arg(root().join("tests/oracle/check.py")).env("PYTHONDONTWRITEBYTECODE", "1").output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A comparison that could not fail would prove nothing.
#[test]
fn differences_are_found() {
    let rows = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let expected = rows(r#"[{"n":"1.50","_order":0},{"n":null,"_order":1}]"#);
    assert!(differences("s", &rows(r#"[{"n":1.50},{"n":null}]"#), &expected).is_empty());
    for wrong in [
        r#"[{"n":1.5},{"n":null}]"#,
        r#"[{"n":null},{"n":1.50}]"#,
        r#"[{"n":1.50}]"#,
        r#"[{"n":1.50},{"n":null},{"n":null}]"#,
        r#"[{"m":1.50},{"n":null}]"#,
    ] {
        assert!(!differences("s", &rows(wrong), &expected).is_empty(), "{wrong}");
    }
}

#[test]
fn status_summary() {
    agree("status_summary", &[], &[]);
}

#[test]
fn campaign_overview() {
    agree("campaign_overview", &[], &[&[("window_hours", "1")]]);
}

#[test]
fn campaign_report() {
    agree(
        "campaign_report",
        &[],
        &[&[("minimum_sent", "40"), ("bounce_limit", "0.15"), ("unsubscribe_warning", "0.04")]],
    );
}

#[test]
fn reception_statistics() {
    agree("reception_statistics", &["bots"], &[]);
}

#[test]
fn message_report() {
    agree("message_report", &[], &[&[("window_hours", "1")]]);
}

#[test]
fn conversations() {
    agree("conversations", &["bots"], &[&[("recipient", "+12025550101")], &[("recipient", "+12025550102")]]);
}

#[test]
fn link_tracking() {
    agree("link_tracking", &[], &[&[("link", "s1")], &[("link", "s1"), ("bots", "include")]]);
}

#[test]
fn delivery_by_country() {
    agree("delivery_by_country", &[], &[]);
}

#[test]
fn delivery_by_carrier() {
    agree("delivery_by_carrier", &[], &[]);
}

#[test]
fn provider_comparison() {
    agree("provider_comparison", &["bots"], &[]);
}

#[test]
fn delivery_latency() {
    agree("delivery_latency", &["bots"], &[]);
}

#[test]
fn hourly_timeline() {
    agree("hourly_timeline", &[], &[&[("window_hours", "1")]]);
}

#[test]
fn daily_summary() {
    agree("daily_summary", &[], &[&[("window_hours", "1")]]);
}

#[test]
fn error_breakdown() {
    agree("error_breakdown", &["bots"], &[]);
}

#[test]
fn cost_and_credits() {
    agree("cost_and_credits", &["bots"], &[]);
}

#[test]
fn suppression_list() {
    agree("suppression_list", &["bots"], &[]);
}

#[test]
fn opt_out_violations() {
    agree("opt_out_violations", &["bots"], &[&[("grace_minutes", "3000")]]);
}

#[test]
fn receipt_reconciliation() {
    agree("receipt_reconciliation", &["bots"], &[&[("late_hours", "24")]]);
}
