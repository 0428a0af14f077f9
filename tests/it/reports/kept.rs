//! A report that computes a definition once gives what it gives when every section computes it anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::time::Duration;

use arrow::util::pretty::pretty_format_batches;
use chrono_tz::Tz;
use smsql::report::{Catalogue, Report, Run, Section};
use smsql::session::{KeptDefinition, Session, SessionOptions};
use smsql::store::{AsOf, Store};
use smsql::{Error, Result};

use crate::workspace::Workspace;

const ALL: Option<usize> = None;
const NONE: Option<usize> = Some(0);
/// Every definition turns out to be too large.
const NO_ROOM: Option<usize> = Some(1);

async fn store(work: &Workspace) -> Store {
    Store::open(work.path("smsql-store").to_str().unwrap()).await.unwrap()
}

async fn session(store: &Store, kept_bytes_max: Option<usize>, threads: usize) -> Session {
    let options = SessionOptions { kept_bytes_max, threads, ..SessionOptions::default() };
    Session::open(store, &AsOf::Latest, &options).await.unwrap()
}

async fn start(report: &Report, session: &Session, flags: &[(&str, &str)]) -> Run {
    let flags = flags.iter().filter(|(name, _)| report.parameters.iter().any(|parameter| parameter.name == *name));
    let given: BTreeMap<_, _> = flags.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    report.start(session, report.bind(&given, Tz::UTC).unwrap()).await.unwrap()
}

/// The rows of a section with the types of its columns.
async fn rows(run: &Run, section: &Section) -> Result<String> {
    let mut answer = run.section(section).await?;
    let types: Vec<_> = answer.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
    let mut batches = Vec::new();
    while let Some(batch) = answer.next().await? {
        batches.push(batch);
    }
    Ok(format!("{types:?}\n{}", pretty_format_batches(&batches).unwrap()))
}

async fn all_rows(run: &Run, report: &Report) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for section in &report.sections {
        all.push(rows(run, section).await?);
    }
    Ok(all)
}

fn named<'k>(kept: &'k [KeptDefinition], name: &str) -> &'k KeptDefinition {
    kept.iter().find(|definition| definition.name == name).unwrap_or_else(|| panic!("no {name} in {kept:?}"))
}

/// The reports that keep most, each with and without room. What the others keep is asked of the oracle (`oracle.rs`), and
/// what they say without it of the SQL logic tests, section by section.
#[tokio::test(flavor = "multi_thread")]
async fn the_rows_are_the_same() {
    let work = Workspace::demo();
    let store = store(&work).await;
    let catalogue = Catalogue::new([]).unwrap();
    let flags = &[("campaign", "spring-sale-1"), ("bots", "include"), ("count", "segments")];
    for name in ["campaign_overview", "campaign_report", "delivery_latency", "link_tracking"] {
        let report = catalogue.get(name).unwrap();
        let plain = session(&store, NONE, 2).await;
        let run = start(report, &plain, flags).await;
        assert_eq!(run.kept().await, []);
        let expected = all_rows(&run, report).await.unwrap();
        for (kept_bytes_max, threads) in [(ALL, 3), (NO_ROOM, 2)] {
            let session = session(&store, kept_bytes_max, threads).await;
            let run = start(report, &session, flags).await;
            for (section, expected) in report.sections.iter().zip(&expected) {
                let found = rows(&run, section).await.unwrap();
                assert_eq!(&found, expected, "{}.{} {flags:?} {kept_bytes_max:?}", report.name, section.name);
                if kept_bytes_max == NO_ROOM {
                    assert!(run.kept().await.iter().all(|definition| definition.bytes == 0));
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_is_kept_from_its_first_read_to_its_last() {
    let work = Workspace::demo();
    let store = store(&work).await;
    let catalogue = Catalogue::new([]).unwrap();
    let report = catalogue.get("campaign_overview").unwrap();
    let session = session(&store, ALL, 2).await;
    let run = start(report, &session, &[]).await;
    let before = run.kept().await;
    assert!(before.iter().all(|definition| definition.rows.is_none() && definition.reads >= 2), "{before:?}");
    rows(&run, &report.sections[0]).await.unwrap();
    let kept = run.kept().await;
    let sends = named(&kept, "sends");
    let messages = "SELECT count(*) AS messages FROM messages WHERE direction = 'outbound'";
    let count = work.sql(messages, &["--format", "csv"]).ok();
    assert_eq!(format!("messages\n{}\n", sends.rows.unwrap()), count);
    assert!(sends.bytes > 0);
    // `details` reads the texts of messages, no section reads what they cost.
    assert!(sends.columns.iter().any(|column| column == "body"), "{sends:?}");
    assert!(!sends.columns.iter().any(|column| column == "cost"), "{sends:?}");
    for section in &report.sections[1..] {
        rows(&run, section).await.unwrap();
    }
    // A section that is asked again computes what it reads, and what was kept is dropped before.
    rows(&run, &report.sections[0]).await.unwrap();
    let after = run.kept().await;
    assert!(after.iter().all(|definition| (definition.rows, definition.bytes) == (None, 0)), "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_once_is_not_kept() {
    let work = Workspace::demo();
    let store = store(&work).await;
    let catalogue = Catalogue::new([]).unwrap();
    let report = catalogue.get("campaign_overview").unwrap();
    let session = session(&store, ALL, 2).await;
    let parameters = report.bind(&BTreeMap::new(), Tz::UTC).unwrap();
    let sent = report.section("sent").unwrap();
    let run = report.start_sections(&session, parameters.clone(), [sent]).await.unwrap();
    assert_eq!(run.kept().await, []);
    // Two sections that read it make it worth it, and only the columns of these two.
    let bounces = report.section("bounces").unwrap();
    let run = report.start_sections(&session, parameters, [sent, bounces]).await.unwrap();
    let kept = run.kept().await;
    assert_eq!(named(&kept, "sends").reads, 2);
    assert!(!named(&kept, "sends").columns.iter().any(|column| column == "body"), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn little_memory_fails_no_report_that_ran_without() {
    let work = Workspace::empty();
    work.run(&["generate", "--events", "20000", "--campaigns", "4", "--out", "feeds"]);
    assert_eq!(work.run(&["land", "smsql/event", "feeds"]).code, 0);
    let store = store(&work).await;
    let catalogue = Catalogue::new([]).unwrap();
    let mut compared = 0;
    for megabytes in [14, 24, 60] {
        for name in ["campaign_overview", "campaign_report", "reception_statistics"] {
            let report = catalogue.get(name).unwrap();
            let mut results = Vec::new();
            for kept_bytes_max in [NONE, Some(megabytes << 20)] {
                let (memory_limit_bytes, threads) = (megabytes << 20, 2);
                let options =
                    SessionOptions { memory_limit_bytes, threads, kept_bytes_max, ..SessionOptions::default() };
                let session = Session::open(&store, &AsOf::Latest, &options).await.unwrap();
                results.push(all_rows(&start(report, &session, &[]).await, report).await);
            }
            match &results[..] {
                [Ok(plain), Ok(kept)] => {
                    assert!(plain == kept, "{name} in {megabytes} MB");
                    compared += 1;
                }
                [Err(Error::Limit { .. }), _] => {}
                other => panic!("{name} in {megabytes} MB: {:?}", other.iter().map(Result::is_ok).collect::<Vec<_>>()),
            }
        }
    }
    assert!(compared > 0, "no limit was enough");
}

/// It is that of every step: what is stopped in the middle of a definition is seen in `interrupt/session.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn the_timeout_holds_while_a_report_is_planned() {
    let work = Workspace::demo();
    let store = store(&work).await;
    let catalogue = Catalogue::new([]).unwrap();
    let report = catalogue.get("campaign_overview").unwrap();
    let options = SessionOptions { timeout: Some(Duration::ZERO), ..SessionOptions::default() };
    let session = Session::open(&store, &AsOf::Latest, &options).await.unwrap();
    let error = report.start(&session, report.bind(&BTreeMap::new(), Tz::UTC).unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Limit { limit: "timeout", .. }), "{error}");
}
