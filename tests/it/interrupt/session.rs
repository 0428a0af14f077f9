//! A session of which a statement was stopped is as good as before, and tells how far it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use chrono_tz::Tz;
use smsql::Error;
use smsql::report::Catalogue;
use smsql::session::{Parameters, ProgressNow, Session, SessionOptions, Stage, split};
use smsql::store::{AsOf, Store};

use super::{ENDLESS, SOON};
use crate::support::{empty_session, rows};
use crate::workspace::Workspace;

async fn number(session: &Session, sql: &str) -> i64 {
    let batches = rows(session, sql, &Parameters::default()).await.unwrap();
    batches[0].column(0).as_primitive::<Int64Type>().value(0)
}

async fn demo(work: &Workspace, options: SessionOptions) -> Session {
    let store = Store::open(work.path("smsql-store").to_str().unwrap()).await.unwrap();
    Session::open(&store, &AsOf::Latest, &options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_statement_that_was_stopped_leaves_the_session_as_it_was() {
    let options = SessionOptions { timeout: Some(Duration::from_millis(300)), ..SessionOptions::default() };
    let session = empty_session(&options).await;
    for _ in 0..3 {
        let started = Instant::now();
        let stopped = rows(&session, ENDLESS, &Parameters::default()).await;
        assert!(matches!(stopped, Err(Error::Limit { limit: "timeout", .. })), "{stopped:?}");
        assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
        assert_eq!(number(&session, "SELECT count(*) FROM generate_series(1, 10)").await, 10);
    }
    // What was reserved is given back, and nothing is counted any more.
    let given_back = async {
        while session.progress().now().memory_bytes > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), given_back).await.expect("memory is still held");
    assert_eq!(session.progress().now().rows, 0);
}

/// A join that makes a great many rows of the few it has read, and does nothing else for hours.
const EXPLOSION: &str = "WITH t AS (SELECT value % 10 AS k FROM generate_series(1, 100000) AS s(value)) \
                         SELECT count(*) FROM t a JOIN t b ON a.k = b.k JOIN t c ON b.k = c.k";

#[test]
fn a_join_of_few_rows_to_very_many_gives_way() {
    // In a thread of its own: where it does not give way, no timer of its runtime goes off.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let stopped = runtime.block_on(async {
            let options = SessionOptions { timeout: Some(Duration::from_secs(1)), ..SessionOptions::default() };
            let session = empty_session(&options).await;
            let stopped = rows(&session, EXPLOSION, &Parameters::default()).await;
            (stopped.map(|_| ()), number(&session, "SELECT count(*) FROM generate_series(1, 10)").await)
        });
        sender.send(stopped).unwrap();
    });
    let (stopped, next) = receiver.recv_timeout(Duration::from_secs(60)).expect("it does not give way");
    assert!(matches!(stopped, Err(Error::Limit { limit: "timeout", .. })), "{stopped:?}");
    assert_eq!(next, 10);
}

/// Whoever stops waiting for a report, at whatever moment: the same session gives the same rows afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_report_that_was_stopped_leaves_nothing_half_filled() {
    let work = Workspace::demo();
    let session = demo(&work, SessionOptions::default()).await;
    let catalogue = Catalogue::new([]).unwrap();
    let report = catalogue.get("reception_statistics").unwrap();
    let parameters = report.bind(&Default::default(), Tz::UTC).unwrap();
    let whole = |session: Session| {
        let parameters = parameters.clone();
        async move {
            let run = report.start(&session, parameters).await?;
            let mut counts = Vec::new();
            for section in &report.sections {
                let mut answer = run.section(section).await?;
                while answer.next().await?.is_some() {}
                counts.push(answer.rows());
            }
            Ok::<_, Error>(counts)
        }
    };
    let started = Instant::now();
    let expected = whole(session.clone()).await.unwrap();
    let took = started.elapsed();
    for part in 1..8 {
        let stopped = tokio::time::timeout(took * part / 8, whole(session.clone())).await;
        drop(stopped);
    }
    // The run itself survives as well: its kept rows are whole or not there.
    let run = report.start(&session, parameters.clone()).await.unwrap();
    for wait in [1, 20, 100, 300] {
        let _ = tokio::time::timeout(Duration::from_millis(wait), run.section(&report.sections[0])).await;
    }
    let mut counts = Vec::new();
    for section in &report.sections {
        let mut answer = run.section(section).await.unwrap();
        while answer.next().await.unwrap().is_some() {}
        counts.push(answer.rows());
    }
    assert_eq!(counts, expected);
    assert_eq!(whole(session).await.unwrap(), expected);
}

/// Everything that is seen of a session while something runs.
async fn seen<T>(session: &Session, work: impl Future<Output = T>) -> (T, Vec<ProgressNow>) {
    let (progress, over) = (session.progress(), Arc::new(AtomicBool::new(false)));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let looking = {
        let (seen, over) = (Arc::clone(&seen), Arc::clone(&over));
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                seen.lock().unwrap().push(progress.now());
                std::thread::sleep(Duration::from_micros(300));
            }
        })
    };
    let done = work.await;
    over.store(true, Ordering::Relaxed);
    looking.join().unwrap();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (done, seen)
}

/// What holds of every course.
#[track_caller]
fn check_course(seen: &[ProgressNow]) {
    for pair in seen.windows(2) {
        let [before, now] = pair else { continue };
        if now.plan == before.plan && now.plan > 0 {
            assert!(now.share >= before.share, "backwards: {before:?} {now:?}");
            assert!(now.rows >= before.rows && now.bytes >= before.bytes, "backwards: {before:?} {now:?}");
            assert_eq!(now.files_total, before.files_total, "{before:?} {now:?}");
        }
        assert!(now.share.is_none_or(|share| (0.0..=1.0).contains(&share)), "{now:?}");
        assert!(now.files <= now.files_total, "{now:?}");
        assert_eq!(now.share.is_some(), now.files_total > 0, "{now:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn progress_counts_rows_bytes_and_files() {
    let work = Workspace::demo();
    let session = demo(&work, SessionOptions { threads: 1, ..SessionOptions::default() }).await;
    let events = u64::try_from(number(&session, "SELECT count(*) FROM events").await).unwrap();
    let files = work.path("smsql-store/events/record=event").read_dir().unwrap().count() as u64;
    assert!(files > 3, "{files} files");

    let sql = "SELECT recipient, count(*), max(body) FROM events GROUP BY 1 ORDER BY 2 DESC, 1";
    let statement = &split("<sql>", sql).unwrap()[0];
    let asked = async {
        let mut answer = session.run(statement, &Parameters::default()).await.unwrap();
        let first = answer.next().await.unwrap().unwrap();
        // The first row of a sort comes when all is read.
        let now = session.progress().now();
        drop(answer);
        (first.num_rows(), now)
    };
    let ((_, now), seen) = seen(&session, asked).await;
    check_course(&seen);
    assert_eq!((now.rows, now.rows_total), (events, Some(events)));
    assert_eq!((now.files, now.files_total, now.share), (files, files, Some(1.0)));
    assert!(now.bytes > 1000, "{now:?}");
    assert_ne!(now.stage, Stage::Reading);

    // With the statement, all is over.
    let over = session.progress().now();
    assert_eq!((over.stage, over.rows, over.bytes, over.files_total), (Stage::Planning, 0, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn progress_sees_the_definitions_of_a_report() {
    let work = Workspace::demo();
    let session = demo(&work, SessionOptions::default()).await;
    let catalogue = Catalogue::new([]).unwrap();
    let report = catalogue.get("campaign_overview").unwrap();
    let parameters = report.bind(&Default::default(), Tz::UTC).unwrap();
    let asked = async {
        let run = report.start(&session, parameters).await.unwrap();
        let kept: Vec<String> = run.kept().await.into_iter().map(|kept| kept.name).collect();
        for section in &report.sections {
            let mut answer = run.section(section).await.unwrap();
            while answer.next().await.unwrap().is_some() {}
        }
        kept
    };
    let (kept, seen) = seen(&session, asked).await;
    check_course(&seen);
    assert!(!kept.is_empty());
    let mut computed: Vec<&String> = seen.iter().filter_map(|now| now.definition.as_ref()).collect();
    computed.dedup();
    assert!(!computed.is_empty(), "no definition was seen");
    assert!(computed.iter().all(|name| kept.contains(name)), "{computed:?} of {kept:?}");
}
