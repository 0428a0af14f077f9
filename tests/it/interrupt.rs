//! Ctrl-C: whatever the command is doing, it ends soon, says so, and leaves nothing half-done.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod session;
mod streaming;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::workspace::{Run, Workspace, said};

/// Far more than is promised: the machine may have other things to do.
const SOON: Duration = Duration::from_secs(5);

/// A statement that nobody waits for.
const ENDLESS: &str = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b";

fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends Ctrl-C, and waits for the end, which must come soon.
#[track_caller]
fn interrupt(mut child: Child) -> Run {
    let pid = child.id().to_string();
    assert!(child.try_wait().unwrap().is_none(), "it has ended before: {:?}", child.wait_with_output());
    let sent = Instant::now();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    while child.try_wait().unwrap().is_none() {
        assert!(sent.elapsed() < Duration::from_secs(60), "it does not end");
        std::thread::sleep(Duration::from_millis(2));
    }
    let took = sent.elapsed();
    let run = said(child.wait_with_output().unwrap());
    assert!(took < SOON, "it took {took:?} to end: {}", run.err);
    run
}

#[track_caller]
fn is_cancelled(run: Run) {
    assert_eq!((run.code, run.err.as_str()), (130, "error: cancelled\n"), "{}", run.out);
}

/// Waits until a process listens: from then on the signal is its own.
fn listens(child: &Child) {
    let threads = format!("/proc/{}/task", child.id());
    let names = || -> Vec<String> {
        let threads = std::fs::read_dir(&threads).into_iter().flatten().flatten();
        threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok()).collect()
    };
    let started = Instant::now();
    while !names().iter().any(|name| name.trim() == "signals") {
        assert!(started.elapsed() < Duration::from_secs(60), "it has no thread for signals");
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(100));
}

/// What stands in the folder, but for the store.
fn files(work: &Workspace) -> Vec<String> {
    let entries = work.folder.path().read_dir().unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "smsql-store" && name != "callbacks.txt");
    names.sort();
    names
}

#[test]
fn it_ends_a_query_however_the_sql_is_given() {
    let work = Workspace::new();
    work.write("endless.sql", ENDLESS);
    for args in [["sql", ENDLESS], ["sql", "-fendless.sql"], ["sql", &format!("-c{ENDLESS}")]] {
        for target in [&[][..], &["-o", "out.csv"]] {
            let child = start(&mut work.command(&[&args, target].concat()));
            listens(&child);
            is_cancelled(interrupt(child));
            assert_eq!(files(&work), ["endless.sql"], "{args:?}");
        }
    }
    for args in [&[][..], &["sql"], &["sql", "-f", "-"]] {
        let mut child = start(work.command(args).stdin(Stdio::piped()));
        child.stdin.take().unwrap().write_all(ENDLESS.as_bytes()).unwrap();
        listens(&child);
        is_cancelled(interrupt(child));
    }
}

#[test]
fn it_ends_what_waits_for_standard_input() {
    let work = Workspace::new();
    let child = start(work.command(&["sql"]).stdin(Stdio::piped()));
    listens(&child);
    is_cancelled(interrupt(child));
}

#[test]
fn what_was_written_before_stays_and_is_whole() {
    let work = Workspace::new();
    let script = format!("SELECT value FROM generate_series(1, 20000); {ENDLESS}");
    for format in ["csv", "table", "ndjson"] {
        let mut child = start(&mut work.command(&["sql", &script, "--format", format]));
        let mut out = child.stdout.take().unwrap();
        let last = match format {
            // The second statement has begun.
            "csv" => "\n20000\ncount(*)\n",
            "ndjson" => "\n{\"value\":20000}\n",
            _ => "\n(20000 rows)\n",
        };
        let (mut text, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
        let end = |text: &[u8]| text[text.len().saturating_sub(80)..].escape_ascii().to_string();
        while !text.ends_with(last.as_bytes()) {
            let read = out.read(&mut buffer).unwrap();
            assert!(read > 0, "{format}: {}", end(&text));
            text.extend_from_slice(&buffer[..read]);
        }
        is_cancelled(interrupt(child));
        out.read_to_end(&mut text).unwrap();
        assert!(text.ends_with(last.as_bytes()), "{format}: {}", end(&text));
    }
}

#[test]
fn it_ends_a_report_at_any_moment() {
    let work = Workspace::demo();
    let mut cancelled = 0;
    // In this build a report plans for seconds.
    for (at, delay) in [0, 20, 150, 400, 800, 1200, 1600, 2000].into_iter().enumerate() {
        let target = ["report.html", "report.xlsx", "report.csv/"][at % 3].trim_end_matches(".csv/");
        let format = if target == "report" { "csv" } else { target.trim_start_matches("report.") };
        let args = ["report", "campaign_report", "--campaign", "spring-sale-1", "-o", target, "--format", format];
        let mut child = start(&mut work.command(&args));
        listens(&child);
        std::thread::sleep(Duration::from_millis(delay));
        if child.try_wait().unwrap().is_some() {
            continue;
        }
        let run = interrupt(child);
        // Else it was done at that very moment.
        if run.code != 0 {
            is_cancelled(run);
            cancelled += 1;
            let left: Vec<String> = files(&work).into_iter().filter(|name| name.contains(".tmp")).collect();
            assert!(left.is_empty(), "after {delay} ms: {left:?}");
            let in_folder = work.path("report").read_dir().into_iter().flatten().count();
            assert_eq!(in_folder, 0, "after {delay} ms");
            assert!(target == "report" || !work.path(target).exists(), "after {delay} ms: {target}");
        }
    }
    assert!(cancelled >= 4, "{cancelled} were cancelled");
}

#[test]
fn it_ends_a_section_of_a_report() {
    let work = Workspace::demo();
    let args = ["report", "campaign_report", "--campaign", "spring-sale-1", "--section", "timeline"];
    let child = start(&mut work.command(&args));
    listens(&child);
    is_cancelled(interrupt(child));
}

#[test]
fn it_ends_what_waits_for_a_store_that_does_not_answer() {
    let work = Workspace::empty();
    work.write("events.ndjson", "{}\n");
    // It takes connections and says nothing.
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", server.local_addr().unwrap());
    let commands: [&[&str]; 6] = [
        &["sql", "SELECT 1"],
        &["report", "status_summary"],
        &["reports"],
        &["log"],
        &["segment", "list"],
        &["land", "smsql/event", "events.ndjson"],
    ];
    for args in commands {
        let mut command = work.command(&[&["--store", "s3://bucket/store"], args].concat());
        command.env("AWS_ENDPOINT", &endpoint).env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "secret");
        let child = start(&mut command);
        listens(&child);
        is_cancelled(interrupt(child));
    }
}

#[test]
fn what_was_spilled_is_removed() {
    let work = Workspace::new();
    let spill = work.path("spill");
    std::fs::create_dir(&spill).unwrap();
    let sort = "SELECT a.value, repeat('x', 1000) AS text FROM generate_series(1, 100000000) a
        ORDER BY md5(CAST(a.value AS text)), text";
    let mut command = work.command(&["--memory-limit", "100MB", "--threads", "1", "sql", sort]);
    let child = start(command.env("TMPDIR", &spill));
    let started = Instant::now();
    let spilled = || std::fs::read_dir(&spill).unwrap().flatten().any(|d| d.path().read_dir().unwrap().count() > 0);
    while !spilled() {
        assert!(started.elapsed() < Duration::from_secs(120), "nothing is spilled");
        std::thread::sleep(Duration::from_millis(20));
    }
    is_cancelled(interrupt(child));
    assert_eq!(std::fs::read_dir(&spill).unwrap().count(), 0);
}

#[test]
fn it_ends_what_waits_for_its_reader() {
    let work = Workspace::new();
    // More than a pipe holds, and nobody reads.
    let child = start(&mut work.command(&["sql", "SELECT value FROM generate_series(1, 10000000)", "--format", "csv"]));
    listens(&child);
    std::thread::sleep(Duration::from_millis(1000));
    let run = interrupt(child);
    assert_eq!((run.code, run.err.as_str()), (130, "error: cancelled\n"));
}

#[test]
fn a_timeout_ends_planning_too() {
    let work = Workspace::demo();
    let args = ["--timeout", "50ms", "report", "campaign_report", "--campaign", "spring-sale-1", "-o", "out.html"];
    let err = work.run(&args).fails(5);
    assert_eq!(err, "error: limit timeout reached: the statement was stopped after 50ms\n");
    assert!(files(&work).is_empty(), "{:?}", files(&work));
}
