//! Rows are seen when they are there, and no result is too large to pass through.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{SOON, interrupt, start};
use crate::workspace::Workspace;

/// A thousand rows at once, and then nothing for very long.
const FEW_THEN_NONE: &str = "SELECT value FROM generate_series(1, 8192)
    UNION ALL SELECT a.value FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b
        WHERE a.value + b.value < 0";

#[test]
fn the_first_rows_show_before_the_last_are_computed() {
    let work = Workspace::new();
    for (format, first) in [("table", " value"), ("csv", "value"), ("ndjson", "{\"value\":1}"), ("json", "[")] {
        let mut child = start(&mut work.command(&["--threads", "2", "sql", FEW_THEN_NONE, "--format", format]));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, received) = std::sync::mpsc::channel();
        let reading = std::thread::spawn(move || {
            let seen: Vec<String> = lines.by_ref().take(1000).map(Result::unwrap).collect();
            sender.send(seen).unwrap();
            lines.count()
        });
        let seen = received.recv_timeout(Duration::from_secs(60)).expect("no rows");
        assert!(seen[0].starts_with(first), "{format}: {:?}", seen[0]);
        let run = interrupt(child);
        assert_eq!((run.code, run.err.as_str()), (130, "error: cancelled\n"), "{format}");
        reading.join().unwrap();
    }
}

/// The most memory that a process has held so far, in megabytes; none after its end.
fn peak_megabytes(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().unwrap() / 1000)
}

#[test]
fn memory_is_bounded_for_any_result() {
    let work = Workspace::new();
    let peak = |format: &str, rows: u64| {
        // A million rows of 100 bytes are more than may be added.
        let sql = format!(
            "SELECT a.value * 1000 + b.value AS id, repeat('x', 100) AS text
             FROM generate_series(1, {}) a, generate_series(1, 1000) b",
            rows / 1000
        );
        let mut command = work.command(&["--threads", "2", "sql", &sql, "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let (mut buffer, mut bytes, mut peak) = (vec![0; 1 << 16], 0, 0);
        loop {
            let read = out.read(&mut buffer).unwrap();
            if read == 0 {
                break;
            }
            bytes += read as u64;
            if let Some(now) = peak_megabytes(&child) {
                peak = peak.max(now);
            }
        }
        assert!(child.wait().unwrap().success());
        assert!(bytes > rows * 100, "{format}: {bytes} bytes");
        peak
    };
    for format in ["table", "json"] {
        let (small, large) = (peak(format, 100_000), peak(format, 1_000_000));
        assert!(large < small + 60, "{format}: {small} MB for 100,000 rows, {large} MB for 1,000,000");
    }
}

#[test]
fn a_reader_that_has_enough_ends_the_query() {
    let work = Workspace::new();
    let endless = "SELECT value FROM generate_series(1, 100000000000)";
    for format in ["table", "csv", "json", "ndjson"] {
        let mut child = start(&mut work.command(&["sql", endless, "--format", format]));
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 1000]).unwrap();
        drop(out);
        let closed = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(closed.elapsed() < Duration::from_secs(60), "{format}: it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(closed.elapsed() < SOON, "{format}: it took {:?} to end", closed.elapsed());
        let run = crate::workspace::said(child.wait_with_output().unwrap());
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{format}");
    }
}
