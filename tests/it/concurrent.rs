//! Processes that land into one store at once: whatever the interleaving, every event is there once and every landing
//! says what became of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use bytes::Bytes;
use object_store::ObjectStoreExt;

use crate::place::{Place, finish, line, text};
use crate::s3::Server;

/// How the landing of one file ended, by what the binary says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said {
    read: i64,
    landed: i64,
    duplicate: i64,
    rejected: i64,
}

/// Reads `x.ndjson: 1,000 rows read, 990 landed, 0 duplicate, 10 rejected (...)`; `None` for one landed before.
fn said(line: &str) -> Option<Said> {
    let (_, rest) = line.split_once(": ").unwrap();
    if rest.starts_with("landed before") {
        return None;
    }
    let counts = rest.split(" (").next().unwrap().split(", ");
    let numbers: Vec<i64> =
        counts.map(|count| count.split(' ').next().unwrap().replace(',', "").parse().unwrap()).collect();
    let [read, landed, duplicate, rejected] = numbers[..] else { panic!("{line}") };
    Some(Said { read, landed, duplicate, rejected })
}

/// Every event once, as many as there must be, and the counts of the landings add up to them.
fn check(place: &Place, events: i64, rejects: i64, landings: i64) {
    let counted = place.numbers("select count(*) as n, count(distinct event_key) as keys from events");
    assert_eq!(counted, [events, events], "events and keys");
    assert_eq!(place.numbers("select count(*) as n from rejects"), [rejects], "rejects");
    let sums = place.numbers(
        "select count(*) as n, count(distinct landing_id) as ids, sum(rows_landed) as landed,
             sum(rows_rejected) as rejected, sum(rows_read - rows_landed - rows_duplicate - rows_rejected) as lost
         from landings",
    );
    assert_eq!(sums, [landings, landings, events, rejects, 0], "landings, ids, landed, rejected, lost");
}

fn places() -> (Server, Vec<Place>) {
    let server = Server::start();
    let s3 = Place::remote(server.location("landings"), server.environment());
    (server, vec![Place::local(), s3])
}

/// The same file in four processes, the store not there yet: one lands it, the others find that.
fn the_same_file(place: &Place) {
    let file = place.file("same.ndjson", text(0..200, Some(20)));
    let processes: Vec<_> = (0..4).map(|_| place.start(&[&file])).collect();
    let said: Vec<_> = processes.into_iter().filter_map(|process| said(finish(process).trim_end())).collect();
    assert_eq!(said, [Said { read: 210, landed: 200, duplicate: 0, rejected: 10 }]);
    check(place, 200, 10, 1);
}

/// Four files, each event in two of them, received at the same time: each is landed by one of the two.
fn overlapping_files(place: &Place) {
    let ranges = [1000..1200, 1100..1300, 1200..1400, 1300..1400];
    let mut files: Vec<PathBuf> = Vec::new();
    for (at, range) in ranges.into_iter().enumerate() {
        let more = (at == 3).then_some(1000..1100).into_iter().flatten();
        files.push(place.file(&format!("overlap-{at}.ndjson"), text(range.chain(more), Some(50))));
    }
    let processes: Vec<_> = files.iter().map(|file| place.start(&[file])).collect();
    let said: Vec<_> = processes.into_iter().map(|process| said(finish(process).trim_end()).unwrap()).collect();
    assert!(said.iter().all(|said| said.read == 204 && said.rejected == 4), "{said:?}");
    assert_eq!(said.iter().map(|said| said.landed).sum::<i64>(), 400, "{said:?}");
    assert_eq!(said.iter().map(|said| said.duplicate).sum::<i64>(), 400, "{said:?}");
    check(place, 200 + 400, 10 + 16, 1 + 4);
}

/// Three processes, six small files each, some of them the same: more commits than a checkpoint apart.
fn many_small_files(place: &Place) {
    let file =
        |number: usize| place.file(&format!("small-{number}.ndjson"), text(number * 100..number * 100 + 5, None));
    let files: Vec<PathBuf> = (100..112).map(file).collect();
    let processes: Vec<_> = (0..3)
        .map(|process| place.start(&(0..6).map(|at| files[process * 3 + at].as_path()).collect::<Vec<_>>()))
        .collect();
    let mut landed = 0;
    for process in processes {
        let lines = finish(process);
        landed += lines.lines().take(6).filter_map(said).map(|said| said.landed).sum::<i64>();
        assert_eq!(lines.lines().count(), 7, "{lines}");
    }
    assert_eq!(landed, 60);
    check(place, 600 + 60, 26, 5 + 12);
}

#[test]
fn processes_land_at_once() {
    let (_server, places) = places();
    std::thread::scope(|scope| {
        for place in &places {
            scope.spawn(move || {
                the_same_file(place);
                overlapping_files(place);
                many_small_files(place);
            });
        }
    });
}

/// Who received an event first is kept, also when who received it later commits while the former is reading.
#[test]
fn the_earliest_report_wins_whoever_commits_first() {
    let place = Place::local();
    let files: Vec<PathBuf> = (0..4)
        .map(|at| {
            let lines: Vec<String> = (0..150).map(|number| line(number, (at * 7 + number) % 4)).collect();
            place.file(&format!("{at}.ndjson"), lines.join("\n"))
        })
        .collect();
    let processes: Vec<_> = files.iter().map(|file| place.start(&[file])).collect();
    for process in processes {
        assert_eq!(said(finish(process).trim_end()).unwrap().read, 150);
    }
    let sql = "select count(*) as n, count(distinct event_key) as keys,
                   count(*) filter (where received_at = timestamp '2025-04-01T00:00:00Z') as first from events";
    assert_eq!(place.numbers(sql), [150, 150, 150]);
    assert_eq!(place.numbers("select count(*) as n, sum(rows_read) as read from landings"), [4, 600]);
}

/// Objects, prefixes, globs and standard input are landed like files.
#[test]
fn objects_and_standard_input_are_landed() {
    let server = Server::start();
    let place = Place::remote(server.location("objects"), server.environment());
    let put = |name: &str, text: String| {
        let bytes = if name.ends_with(".zst") { zstd::encode_all(text.as_bytes(), 0).unwrap() } else { text.into() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let objects = server.objects();
        runtime.block_on(objects.put(&name.into(), Bytes::from(bytes).into())).unwrap();
    };
    put("in/a b.ndjson", text(0..10, None));
    put("in/deep/b.ndjson.zst", text(10..30, Some(10)));
    put("in/deep/c.txt", text(30..40, None));
    put("in2/d.ndjson", text(40..50, None));

    let lines = place.land(&[Path::new(&server.location("in/a b.ndjson"))]);
    assert_eq!(said(lines.trim_end()), Some(Said { read: 10, landed: 10, duplicate: 0, rejected: 0 }), "{lines}");
    let lines = place.land(&[Path::new(&server.location("in/**/*.ndjson*"))]);
    let outcomes: Vec<_> = lines.lines().take(2).map(said).collect();
    assert_eq!(outcomes, [None, Some(Said { read: 22, landed: 20, duplicate: 0, rejected: 2 })], "{lines}");
    let lines = place.land(&[Path::new(&server.location("in/"))]);
    let outcomes: Vec<_> = lines.lines().take(3).map(said).collect();
    assert_eq!(outcomes, [None, None, Some(Said { read: 10, landed: 10, duplicate: 0, rejected: 0 })], "{lines}");

    let mut process = place.command(&["land", "smsql/event", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(text(35..45, None).as_bytes()).unwrap();
    let lines = finish(process);
    assert_eq!(said(lines.trim_end()), Some(Said { read: 10, landed: 5, duplicate: 5, rejected: 0 }), "{lines}");
    check(&place, 45, 2, 4);
    let names = place.query("select source_name from landings order by source_name");
    let names: Vec<&str> = names.iter().map(|row| row["source_name"].as_str().unwrap()).collect();
    let location = |path: &str| server.location(path).replace(' ', "%20");
    assert_eq!(names, ["-", &location("in/a b.ndjson"), &location("in/deep/b.ndjson.zst"), &location("in/deep/c.txt")]);

    let missing = place.command(&["land", "smsql/event", &server.location("in/none.ndjson")]).output().unwrap();
    let message = String::from_utf8_lossy(&missing.stderr);
    assert_eq!(missing.status.code(), Some(1));
    assert!(message.contains("in/none.ndjson"), "{message}");
    let missing = place.command(&["land", "smsql/event", &server.location("none/")]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1), "{}", String::from_utf8_lossy(&missing.stderr));
    check(&place, 45, 2, 4);
}
