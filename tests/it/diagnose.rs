//! Errors about SQL: the words, the place, and what they suggest.
//!
//! `tests/diagnose/corpus.txt` holds what people type, with the part that is wrong between ⟦ and ⟧. That is where the caret
//! must be. The snapshots are what a person reads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use insta::assert_snapshot;
use smsql::session::{Parameter, Parameters, Session, SessionOptions};

use crate::support::{empty_session, error, rows};

const CORPUS: &str = include_str!("../diagnose/corpus.txt");

/// A statement that is wrong.
struct Case {
    family: String,
    sql: String,
    parameters: Vec<Parameter>,
    /// Where the caret must be, in bytes; `Err` with the reason why there can be none.
    wrong: Result<std::ops::Range<usize>, String>,
}

fn corpus() -> Vec<Case> {
    let (mut family, mut reason, mut cases) = (String::new(), None, Vec::new());
    for line in CORPUS.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(why) = line.strip_prefix("#! ") {
            reason = Some(why.to_owned());
        } else if let Some(name) = line.strip_prefix("# ") {
            family = name.replace(' ', "_");
        } else {
            let (parameters, marked) = match line.strip_prefix("-p ").and_then(|rest| rest.split_once(' ')) {
                Some((parameter, sql)) => (vec![parameter.parse().unwrap()], sql),
                None => (vec![], line),
            };
            let marked = marked.replace("\\n", "\n");
            let wrong = match reason.take() {
                Some(reason) => Err(reason),
                None => {
                    let (before, rest) = marked.split_once('⟦').unwrap_or_else(|| panic!("no place: {marked}"));
                    let (wrong, after) = rest.split_once('⟧').unwrap();
                    assert!(!after.contains('⟦'), "two places: {marked}");
                    Ok(before.len()..before.len() + wrong.len())
                }
            };
            cases.push(Case { family: family.clone(), sql: marked.replace(['⟦', '⟧'], ""), parameters, wrong });
        }
    }
    cases
}

async fn message(session: &Session, case: &Case) -> String {
    let parameters = Parameters::new(case.parameters.clone(), chrono_tz::UTC).unwrap();
    match rows(session, &case.sql, &parameters).await {
        Ok(_) => panic!("`{}` is no error", case.sql),
        Err(error) => error.to_string(),
    }
}

/// The bytes of the statement that the carets stand under.
fn caret(sql: &str, message: &str) -> Option<std::ops::Range<usize>> {
    let place = message.lines().find_map(|line| line.trim_start().strip_prefix("--> <sql>:"))?;
    let (line, column) = place.split_once(':')?;
    let (line, column): (usize, usize) = (line.parse().unwrap(), column.parse().unwrap());
    let carets = message.lines().find(|line| line.contains('^') && line.trim_start().starts_with('|'))?;
    let count = carets.chars().skip_while(|c| *c != '^').take_while(|c| *c == '^').count();
    let start: usize = sql.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let byte = |chars: usize| sql[start..].char_indices().nth(chars).map_or(sql.len(), |(at, _)| start + at);
    Some(byte(column - 1)..byte(column - 1 + count))
}

/// Names that are the engine's own.
const INSIDE: [&str; 16] = [
    "Utf8",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "Float32",
    "Float64",
    "Decimal128",
    "Dictionary(",
    "Timestamp(",
    "Coercion",
    "hysical plan",
    "Internal error",
    "DataFusion",
    "Execution error",
    "user-defined",
];

#[tokio::test]
async fn every_error_points_at_what_is_wrong() {
    let session = empty_session(&SessionOptions::default()).await;
    let cases = corpus();
    assert!(cases.len() >= 200, "{} statements", cases.len());
    let mut breaches = Vec::new();
    for case in &cases {
        let message = message(&session, case).await;
        let found = caret(&case.sql, &message);
        match (&case.wrong, &found) {
            (Ok(wrong), Some(found)) if wrong == found => {}
            (Err(_), None) => {}
            (Ok(wrong), _) => breaches.push(format!("expected ⟦{}⟧ in\n{message}", &case.sql[wrong.clone()])),
            (Err(reason), Some(_)) => breaches.push(format!("a place in spite of `{reason}`\n{message}")),
        }
        if let Some(name) = INSIDE.iter().find(|name| message.contains(**name)) {
            breaches.push(format!("speaks of `{name}`\n{message}"));
        }
        if message.matches("= help:").count() > 1 {
            breaches.push(format!("more than one hint\n{message}"));
        }
    }
    assert!(breaches.is_empty(), "{} of {}:\n\n{}", breaches.len(), cases.len(), breaches.join("\n\n"));
}

#[tokio::test]
async fn people_can_read_them() {
    let session = empty_session(&SessionOptions::default()).await;
    let cases = corpus();
    let mut families: Vec<&str> = cases.iter().map(|case| case.family.as_str()).collect();
    families.dedup();
    for family in families {
        let mut text = String::new();
        for case in cases.iter().filter(|case| case.family == family) {
            text.push_str(&format!("error: {}\n\n", message(&session, case).await));
        }
        insta::with_settings!({
            snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true
        }, {
            assert_snapshot!(format!("diagnose_{family}"), text);
        });
    }
}

#[tokio::test]
async fn the_wrong_one_of_many_columns_is_found() {
    let session = empty_session(&SessionOptions::default()).await;
    let columns: Vec<String> = (0..300).map(|n| format!("upper(provider) || '{n}' AS c{n}")).collect();
    let sql = format!("SELECT {}, abs(body) AS last FROM events", columns.join(", "));
    let message = error(&session, &sql).await.to_string();
    assert!(message.starts_with("`abs` takes a number as its argument, not a text"), "{message}");
    let place = caret(&sql, &message).unwrap();
    assert_eq!(place.start, sql.find("abs(body)").unwrap() + "abs(".len());
}
