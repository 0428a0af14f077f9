//! Report files: the built-in ones are complete, and what is wrong with one of the user's own is said with its place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use smsql::report::{COMMON_PARAMETERS, Catalogue};
use smsql::session::SessionOptions;

use crate::support::empty_session;

/// The five systems' reports, and what their users ask next.
const EXPECTED: [&str; 18] = [
    "campaign_overview",
    "campaign_report",
    "conversations",
    "cost_and_credits",
    "daily_summary",
    "delivery_by_carrier",
    "delivery_by_country",
    "delivery_latency",
    "error_breakdown",
    "hourly_timeline",
    "link_tracking",
    "message_report",
    "opt_out_violations",
    "provider_comparison",
    "receipt_reconciliation",
    "reception_statistics",
    "status_summary",
    "suppression_list",
];

#[test]
fn all_reports_are_there() {
    let catalogue = Catalogue::new([]).unwrap();
    let names: Vec<_> = catalogue.reports().map(|report| report.name.as_str()).collect();
    assert_eq!(names, EXPECTED);
}

#[test]
fn every_report_honours_the_common_parameters_or_says_why_not() {
    let catalogue = Catalogue::new([]).unwrap();
    let mut missing = Vec::new();
    for report in catalogue.reports() {
        for name in COMMON_PARAMETERS {
            let has = report.parameters.iter().any(|parameter| parameter.name == name);
            if !has && !report.ignores.contains_key(name) {
                missing.push(format!("{}: {name}", report.name));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// A name that means nothing in particular would be read as anything.
#[test]
fn every_report_says_what_its_columns_mean_and_is_tested() {
    let catalogue = Catalogue::new([]).unwrap();
    for report in catalogue.reports() {
        for section in &report.sections {
            for (column, definition) in &section.columns {
                let words = definition.split_whitespace().count();
                assert!(
                    words >= 2 || definition == "When.",
                    "{}.{}.{column}: `{definition}`",
                    report.name,
                    section.name
                );
                let is_share = column == "percent" || column.ends_with("_percent");
                let says_of_what = ["share", " of ", "denominator", "percent of", "divided"];
                let says_of_what = says_of_what.iter().any(|word| definition.contains(word));
                assert!(!is_share || says_of_what, "{}.{}.{column} has no denominator", report.name, section.name);
            }
        }
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/slt/reports/{}.slt", report.name));
        let tests = std::fs::read_to_string(&tests).unwrap_or_else(|_| panic!("no {}", tests.display()));
        for section in &report.sections {
            let asked = format!("smsql report {} {}", report.name, section.name);
            let asked = tests.lines().any(|line| line.trim_end() == asked || line.starts_with(&format!("{asked} ")));
            assert!(asked, "{} has no test of its section {}", report.name, section.name);
        }
    }
}

#[tokio::test]
async fn every_report_can_be_reproduced() {
    let session = empty_session(&SessionOptions::default()).await;
    let mut refused = Vec::new();
    for report in Catalogue::new([]).unwrap().reports() {
        if let Err(error) = report.check(&session).await {
            refused.push(format!("{}: {error}", report.name));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

const GOOD: &str = "\
-- report: mine
-- title: Mine
-- description: Messages by bucket.
-- parameters:
--   least integer = 1 - At least so many.

-- define: buckets
-- title: How many
SELECT bucket, sum(units) AS messages FROM sends GROUP BY bucket

-- section: summary
-- title: Buckets
-- chart: bars(bucket, messages)
-- columns:
--   bucket - The bucket.
--   messages - How many messages are in it.
SELECT bucket, messages FROM buckets WHERE messages >= $least ORDER BY bucket
";

#[tokio::test]
async fn a_file_of_the_users_own_is_a_report_like_any_other() {
    let catalogue = Catalogue::new([("reports/mine.sql", GOOD)]).unwrap();
    let report = catalogue.get("mine").unwrap();
    let names: Vec<_> = report.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names, ["from", "to", "campaign", "provider", "account", "list", "segment", "count", "least"]);
    report.check(&empty_session(&SessionOptions::default()).await).await.unwrap();
}

/// What is wrong in the text, what it is exchanged for, and what the error must say.
const BAD: &[(&str, &str, &[&str])] = &[
    ("-- report: mine", "-- reprot: mine", &["reports/mine.sql:1", "-- report: NAME"]),
    ("-- report: mine", "-- report: Mine!", &["reports/mine.sql:1", "`Mine!` is no name"]),
    ("-- report: mine", "-- report: status_summary", &["there is a report `status_summary` already"]),
    ("-- title: Mine\n", "", &["report mine has no `-- title:`"]),
    ("-- description: Messages by bucket.\n", "", &["no `-- description:`"]),
    ("-- title: Mine", "-- titel: Mine", &["reports/mine.sql:2", "`titel`", "`title`"]),
    ("-- title: Mine", "-- title: Mine\n-- title: Twice", &["reports/mine.sql:3", "twice"]),
    ("-- title: Mine", "-- title: Mine\n-- schedule: weekly", &["reports/mine.sql:3", "weekly", "daily"]),
    ("least integer = 1", "least number = 1", &["reports/mine.sql:5", "`number`"]),
    ("least integer = 1 - At least so many.", "least integer", &["reports/mine.sql:5", "`least integer`"]),
    ("least integer = 1 -", "least integer = 1 (2 | 3) -", &["reports/mine.sql:5", "not among 2, 3"]),
    ("least integer = 1", "campaign integer = 1", &["`campaign` is declared twice"]),
    ("$least", "$most", &["`$most` is not declared", "reports/mine.sql:17:"]),
    (" WHERE messages >= $least", "", &["no SQL mentions the parameter `least`"]),
    ("bars(bucket, messages)", "pie(bucket, messages)", &["reports/mine.sql:13", "no chart `pie`", "bars"]),
    ("bars(bucket, messages)", "bars(bucket, mesages)", &["reports/mine.sql:13", "`mesages`"]),
    ("bars(bucket, messages)", "bars(bucket)", &["reports/mine.sql:13", "bars(rate, percent)"]),
    ("--   bucket - The bucket.", "--   bucket", &["reports/mine.sql:15", "column - what it means"]),
    ("FROM buckets", "FROM buckts", &["reports/mine.sql", "no section reads the definition `buckets`"]),
    ("ORDER BY bucket", "ORDER BY bucket; SELECT 1", &["reports/mine.sql:11", "2 statements"]),
    ("-- section: summary", "-- section: buckets", &["`buckets` is there twice"]),
    ("FROM sends GROUP BY", "FROM buckets GROUP BY", &["it reads itself"]),
    ("SELECT bucket, sum", "SELEC bucket, sum", &["reports/mine.sql:9:"]),
];

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    for (good, bad, said) in BAD {
        assert!(GOOD.contains(good), "{good}");
        let error = Catalogue::new([("reports/mine.sql", GOOD.replace(good, bad).as_str())]).unwrap_err().to_string();
        for words in *said {
            assert!(error.contains(words), "`{bad}` should say `{words}`:\n{error}");
        }
    }
}

/// What only planning shows.
const NOT_REPRODUCIBLE: &[(&str, &str, &[&str])] = &[
    ("ORDER BY bucket", "", &["reports/mine.sql", "order"]),
    ("ORDER BY bucket", "ORDER BY messages", &["reports/mine.sql", "order"]),
    ("sum(units) AS messages", "sum(units) * 1.5e0::double AS messages", &["reports/mine.sql", "float"]),
    ("WHERE messages >= $least", "WHERE messages >= $least AND now() > '2025-01-01'", &["reports/mine.sql", "now"]),
    ("SELECT bucket, messages FROM", "SELECT bucket, messages AS n FROM", &["columns bucket, n", "bucket, messages"]),
    ("FROM buckets WHERE", "FROM buckets, nothing WHERE", &["reports/mine.sql:17:", "nothing"]),
];

#[tokio::test]
async fn what_cannot_be_reproduced_is_refused() {
    let session = empty_session(&SessionOptions::default()).await;
    for (good, bad, said) in NOT_REPRODUCIBLE {
        let text = GOOD.replace(good, bad);
        let catalogue = Catalogue::new([("reports/mine.sql", text.as_str())]).unwrap();
        let error = catalogue.get("mine").unwrap().check(&session).await.unwrap_err().to_string();
        for words in *said {
            assert!(error.contains(words), "`{bad}` should say `{words}`:\n{error}");
        }
    }
}
