//! The command line through the binary: what goes where, and how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Read;
use std::process::{Command, Stdio};

use crate::workspace::{CALLBACKS, Workspace, finish, said};

const BUCKETS: &str = "SELECT message_id, bucket FROM messages ORDER BY message_id";

#[test]
fn results_come_in_every_text_format() {
    let work = Workspace::new();
    let format = |name: &str| work.sql(BUCKETS, &["--format", name]).ok();
    assert_eq!(format("csv"), "message_id,bucket\nSM1,delivered\nSM2,hard_bounce\n");
    assert_eq!(format("tsv"), "message_id\tbucket\nSM1\tdelivered\nSM2\thard_bounce\n");
    let json: serde_json::Value = serde_json::from_str(&format("json")).unwrap();
    assert_eq!(
        json,
        serde_json::json!([
            {"message_id": "SM1", "bucket": "delivered"}, {"message_id": "SM2", "bucket": "hard_bounce"}
        ])
    );
    assert_eq!(format("ndjson").lines().count(), 2);
    assert!(format("markdown").contains("| SM1"), "{}", format("markdown"));
    let table = work.sql(BUCKETS, &[]).ok();
    assert!(table.contains("hard_bounce") && table.contains("2 rows"), "{table}");
}

#[test]
fn an_empty_result_still_has_its_shape() {
    let work = Workspace::new();
    let none = "SELECT message_id, body FROM events WHERE provider = 'nobody'";
    assert_eq!(work.sql(none, &["--format", "csv"]).ok(), "message_id,body\n");
    assert_eq!(work.sql(none, &["--format", "json"]).ok().trim(), "[]");
    assert_eq!(work.sql(none, &["--format", "ndjson"]).ok(), "");
    assert!(work.sql(none, &[]).ok().contains("message_id"));
}

#[test]
fn a_file_gets_the_format_of_its_suffix_and_appears_when_it_is_complete() {
    let work = Workspace::new();
    assert_eq!(work.sql(BUCKETS, &["-o", "out.csv"]).ok(), "");
    assert_eq!(work.read("out.csv"), "message_id,bucket\nSM1,delivered\nSM2,hard_bounce\n");
    work.sql(BUCKETS, &["-o", "out.json"]).ok();
    assert!(work.read("out.json").starts_with('['));
    work.sql(BUCKETS, &["-o", "out.parquet"]).ok();
    assert_eq!(&std::fs::read(work.path("out.parquet")).unwrap()[..4], b"PAR1");

    assert!(work.sql(BUCKETS, &["-o", "out.unknown"]).fails(2).contains("--format"));
    // A failure leaves what was there.
    let broken = "SELECT cast(message_id AS int) FROM messages";
    work.sql(broken, &["-o", "out.csv"]).fails(1);
    assert!(work.read("out.csv").starts_with("message_id,bucket"));
    work.sql("SELECT 1; SELECT 2", &["-o", "out.csv"]).fails(2);
    assert!(work.read("out.csv").starts_with("message_id,bucket"));
    let left: Vec<_> = std::fs::read_dir(work.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 5, "callbacks, store and three outputs, no temporary file: {left:?}");
    work.sql(BUCKETS, &["-o", "no/such/folder/out.csv"]).fails(1);
}

#[test]
fn errors_go_to_standard_error_and_end_with_one() {
    let work = Workspace::new();
    let run = work.sql("SELECT bucket_ FROM messages", &[]);
    assert_eq!(run.out, "");
    let err = run.fails(1);
    assert_eq!(
        err,
        "\
error: there is no column `bucket_`
 --> <sql>:1:8
  |
1 | SELECT bucket_ FROM messages
  |        ^^^^^^^ did you mean `bucket`?
"
    );
}

#[test]
fn a_script_runs_in_order_and_names_the_file_and_line_of_its_error() {
    let work = Workspace::new();
    work.write(
        "script.sql",
        "SELECT 1 AS a; -- one;\n\nSELECT count(*) AS n FROM events;\nSELECT nope;\nSELECT 4 AS d",
    );
    let run = work.run(&["sql", "-f", "script.sql", "--format", "csv"]);
    assert_eq!(run.out, "a\n1\nn\n3\n");
    let err = run.fails(1);
    assert!(err.contains("script.sql:4:8"), "{err}");
    assert!(work.run(&["sql", "-f", "missing.sql"]).fails(1).contains("missing.sql"));
}

#[test]
fn a_script_comes_from_standard_input() {
    let work = Workspace::new();
    assert!(work.pipe(&[], "SELECT count(*) AS n FROM events").ok().contains('3'));
    assert_eq!(work.pipe(&["sql", "--format", "csv"], "SELECT 1 AS a;\nSELECT 2 AS b").ok(), "a\n1\nb\n2\n");
    assert_eq!(work.pipe(&["sql", "-f", "-", "--format", "csv"], "SELECT 1 AS a").ok(), "a\n1\n");
    assert!(work.pipe(&[], "SELECT nope").fails(1).contains("<stdin>:1:8"));
    assert_eq!(work.pipe(&[], "").ok(), "");
}

#[test]
fn parameters_are_bound() {
    let work = Workspace::new();
    let sql = "SELECT status FROM events WHERE recipient = $to ORDER BY status";
    assert_eq!(work.sql(sql, &["-p", "to=+447700900123", "--format", "csv"]).ok(), "status\ndelivered\nsent\n");
    assert!(work.sql(sql, &[]).fails(1).contains("-p to=VALUE"));
    assert!(work.sql("SELECT 1", &["-p", "x=1"]).fails(2).contains("no statement uses parameter `x`"));
    work.sql("SELECT $x", &["-p", "x"]).fails(2);
}

#[test]
fn sql_reads_only() {
    let work = Workspace::new();
    for sql in ["DELETE FROM events", "COPY events TO 'stolen.csv'", "SELECT * FROM 'callbacks.txt'", "SET a = 1"] {
        work.sql(sql, &[]).fails(1);
    }
    assert!(!work.path("stolen.csv").exists());
    assert!(work.sql("COPY (SELECT 1 AS a) TO 'x.csv'", &[]).fails(1).contains("--allow-write"));
    work.sql("COPY (SELECT 1 AS a) TO 'x.csv'", &["--allow-write"]).ok();
    assert_eq!(work.read("x.csv"), "a\n1\n");
}

#[test]
fn a_plan_is_shown_line_by_line() {
    let work = Workspace::new();
    let plan = work.sql("EXPLAIN SELECT count(*) FROM events WHERE provider = 'x'", &[]).ok();
    assert!(plan.starts_with("logical_plan\n  ") && plan.contains("\nphysical_plan\n  "), "{plan}");
    assert!(work.sql("EXPLAIN ANALYZE SELECT 1", &[]).ok().starts_with("Plan with Metrics\n  "));
    assert!(work.sql("EXPLAIN SELECT 1", &["--format", "csv"]).ok().starts_with("plan_type,plan\n"));
}

#[test]
fn called_wrongly_ends_with_two() {
    let work = Workspace::new();
    work.run(&["nonsense"]).fails(2);
    work.run(&["sql", "SELECT 1", "--format", "excel"]).fails(2);
    work.run(&["sql", "SELECT 1", "-f", "x.sql"]).fails(2);
    assert!(work.run(&["--tz", "Europe/Berln", "sql", "SELECT 1"]).fails(2).contains("Europe/Berlin"));
    work.run(&["--memory-limit", "lots", "sql", "SELECT 1"]).fails(2);
    work.run(&["--threads", "0", "sql", "SELECT 1"]).fails(2);
    work.run(&["--as-of", "1", "land", "twilio/status_callback", "callbacks.txt"]).fails(2);
}

#[cfg(unix)]
#[test]
fn arguments_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let work = Workspace::new();
    let name = std::ffi::OsStr::from_bytes(b"\xff.csv");
    let out = work.command(&["sql", "SELECT 1 AS one", "-o"]).arg(name).output().unwrap();
    said(out).ok();
    assert_eq!(std::fs::read_to_string(work.folder.path().join(name)).unwrap(), "one\n1\n");
    let out = work.command(&["sql"]).arg(name).output().unwrap();
    assert!(said(out).fails(2).contains("UTF-8"));
}

#[test]
fn limits_end_with_five() {
    let work = Workspace::new();
    let slow = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b";
    assert!(work.run(&["--timeout", "200ms", "sql", slow]).fails(5).contains("200ms"));
    let big = "SELECT cardinality(array_agg(value)) FROM generate_series(1, 10000000)";
    assert!(work.run(&["--memory-limit", "1MB", "sql", big]).fails(5).contains("--memory-limit"));
}

#[test]
fn a_reader_that_stops_is_no_failure() {
    let work = Workspace::new();
    let endless = "SELECT value, repeat('x', 100) FROM generate_series(1, 100000000)";
    for format in ["csv", "json", "ndjson", "tsv"] {
        let mut command = work.command(&["sql", endless, "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut start = [0; 100];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut start).unwrap();
        drop(out);
        assert_eq!(said(child.wait_with_output().unwrap()).ok(), "", "{format}");
    }
}

#[test]
fn the_store_is_named_by_flag_or_variable() {
    let work = Workspace::new();
    let elsewhere = Workspace::empty();
    let store = work.path("smsql-store");
    let count = ["sql", "SELECT count(*) AS n FROM events", "--format", "csv"];
    let err = elsewhere.run(&count).fails(1);
    assert!(err.contains("there is no store") && err.contains("--store"), "{err}");
    assert!(!elsewhere.path("smsql-store").exists(), "reading makes no store");
    let flag = [&["--store", store.to_str().unwrap()], &count[..]].concat();
    assert_eq!(elsewhere.run(&flag).ok(), "n\n3\n");
    assert_eq!(finish(elsewhere.command(&count).env("SMSQL_STORE", &store)).ok(), "n\n3\n");
}

#[test]
fn landing_again_changes_nothing_and_the_past_can_be_read() {
    let work = Workspace::new();
    let land = |file: &str| work.run(&["land", "twilio/status_callback", file, "--format", "form"]);
    assert!(land("callbacks.txt").said("landed before"));
    work.write(
        "more.txt",
        &format!("{CALLBACKS}MessageSid=SM3&AccountSid=AC1&MessageStatus=sent&To=%2B447700900125\n"),
    );
    assert!(land("more.txt").said("more.txt: 4 rows read, 1 landed, 3 duplicate, 0 rejected"));
    let count =
        |as_of: &str| work.run(&["--as-of", as_of, "sql", "SELECT count(*) AS n FROM events", "--format", "csv"]).ok();
    assert_eq!(
        (count("0"), count("1"), count("2"), count("latest")),
        ("n\n0\n".into(), "n\n3\n".into(), "n\n4\n".into(), "n\n4\n".into())
    );
    let log = work.run(&["log", "--format", "csv"]).ok();
    assert_eq!(log.lines().count(), 3, "{log}");
    assert!(log.lines().nth(1).unwrap().contains("more.txt"), "the newest first: {log}");
    assert_eq!(work.run(&["log", "-n", "1", "--format", "csv"]).ok().lines().count(), 2);
}

#[test]
fn rejects_fail_unless_they_are_allowed() {
    let work = Workspace::empty();
    work.write("bad.txt", "MessageStatus=sent&To=%2B447700900125\n");
    let args = ["land", "twilio/status_callback", "bad.txt", "--format", "form"];
    let err = work.run(&args).fails(1);
    assert!(err.contains("1 rejected") && err.contains("--allow-rejects"), "{err}");
    let rejects = work.sql("SELECT reason, raw FROM rejects", &["--format", "csv"]).ok();
    assert!(rejects.contains("MessageStatus=sent"), "{rejects}");
    work.write("worse.txt", "MessageStatus=sent&To=%2B447700900126\n");
    let run = work.run(&["land", "twilio/status_callback", "worse.txt", "--format", "form", "--allow-rejects"]);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn a_misspelt_feed_leaves_no_store_behind() {
    let work = Workspace::empty();
    work.write("x.txt", CALLBACKS);
    let err = work.run(&["land", "twilio/status_calback", "x.txt"]).fails(1);
    assert!(err.contains("did you mean `twilio/status_callback`"), "{err}");
    assert!(!work.path("smsql-store").exists());
    work.run(&["land", "twilio/status_callback", "missing.txt"]).fails(1);
}

#[test]
fn feeds_and_codes_can_be_looked_up_without_a_store() {
    let work = Workspace::empty();
    let feeds = work.run(&["providers", "--format", "csv"]).ok();
    assert!(feeds.lines().any(|line| line.starts_with("twilio/status_callback,")), "{feeds}");
    let sql = work.run(&["providers", "show", "twilio/status_callback"]).ok();
    assert!(sql.starts_with("-- feed: twilio/status_callback\n"), "{sql}");
    let codes = work.run(&["status-codes", "twilio", "--format", "csv"]).ok();
    assert!(codes.contains("twilio,error_code,30005,hard_bounce,true,"), "{codes}");
    assert!(!codes.contains("vonage"));
    assert!(work.run(&["status-codes", "twillio"]).fails(1).contains("`twilio`"));
    assert!(!work.path("smsql-store").exists());
}

#[test]
fn a_store_can_bring_its_own_feeds_and_codes() {
    let work = Workspace::new();
    let own = work.path("smsql-store/providers/acme");
    std::fs::create_dir_all(&own).unwrap();
    let feed = "\
-- feed: acme/dlr
-- title: Delivery reports of Acme
-- source: https://acme.example/docs
-- format: csv
-- columns:
--   id text
--   state text
SELECT _line, id AS message_id, state AS status FROM raw
";
    std::fs::write(own.join("dlr.sql"), feed).unwrap();
    work.write("acme.csv", "id,state\n7,gone\n");
    assert!(work.run(&["land", "acme/dlr", "acme.csv"]).said("1 landed"));
    let bucket = || work.sql("SELECT bucket FROM messages WHERE provider = 'acme'", &["--format", "csv"]).ok();
    assert_eq!(bucket(), "bucket\nunknown\n");
    work.write(
        "smsql-store/status_codes.csv",
        "provider,field,value,bucket,is_final,meaning\nacme,status,gone,delivered,true,It went\n",
    );
    assert_eq!(bucket(), "bucket\ndelivered\n");
    assert!(work.run(&["status-codes", "acme", "--format", "csv"]).ok().contains("store"));
}

#[test]
fn times_are_shown_in_the_zone_that_is_asked_for() {
    let work = Workspace::new();
    let sql = "SELECT to_timestamp('2025-07-01T12:00:00Z') AS t";
    let shown = |zone: &str| work.run(&["--tz", zone, "sql", sql, "--format", "csv"]).ok();
    assert!(shown("UTC").contains("2025-07-01T12:00:00"), "{}", shown("UTC"));
    let sql = "SELECT '2025-07-01T12:00:00Z'::timestamptz AS t";
    let shown = |zone: &str| work.run(&["--tz", zone, "sql", sql, "--format", "csv"]).ok();
    assert_eq!(shown("Europe/Berlin"), "t\n2025-07-01T14:00:00+02:00\n");
}

#[test]
fn help_version_completions_and_the_manual_are_there() {
    let work = Workspace::empty();
    assert_eq!(work.run(&["--version"]).ok(), format!("smsql {}\n", env!("CARGO_PKG_VERSION")));
    let help = work.run(&["--help"]).ok();
    for word in ["demo", "land", "sql", "log", "providers", "status-codes", "Exit codes", "Examples"] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(work.run(&["sql", "--help"]).ok().contains("-p id:text=42"));
    for shell in ["bash", "zsh", "fish"] {
        // The script asks smsql itself; what it answers is tested with the reports.
        assert!(work.run(&["completions", shell]).ok().contains("SMSQL_COMPLETE"), "{shell}");
    }
    let manual = work.run(&["man"]).ok();
    assert!(manual.contains(".TH smsql 1") && manual.contains("SMSQL LAND"), "{manual}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_query_with_130() {
    let work = Workspace::new();
    let slow = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b";
    let script = format!("SELECT 'running' AS state; {slow}");
    let mut command = work.command(&["sql", &script, "--format", "csv"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first statement's row tells that it runs, and so listens.
    let mut first = [0; "state\nrunning\n".len()];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let err = said(child.wait_with_output().unwrap()).fails(130);
    assert_eq!(err, "error: cancelled\n");
}
