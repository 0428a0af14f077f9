//! Segments through the binary and the store: what is in a list, when it changes, and what happens when things go wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};
use smsql::Error;
use smsql::session::{Parameters, Session, SessionOptions, split};
use smsql::store::location::Location;
use smsql::store::{AsOf, NewSegment, RecipientSet, Recipients, SegmentSource, Store};

use crate::place::{Place, finish};
use crate::s3::Server;

/// Runs a command: its exit code, standard output and standard error.
fn run(place: &Place, arguments: &[&str]) -> (i32, String, String) {
    let output = place.command(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Standard output of a command that must succeed.
#[track_caller]
fn out(place: &Place, arguments: &[&str]) -> String {
    let (code, out, said) = run(place, arguments);
    assert_eq!(code, 0, "{arguments:?}: {said}");
    out
}

/// Standard error of a command that must end with this code.
#[track_caller]
fn fails(place: &Place, code: i32, arguments: &[&str]) -> String {
    let (ended, out, said) = run(place, arguments);
    assert_eq!((ended, out.as_str()), (code, ""), "{arguments:?}: {said}");
    assert!(!said.contains("panicked") && !said.contains("internal error"), "{said}");
    said
}

/// Makes a segment that must succeed, and what is said about it.
#[track_caller]
fn create(place: &Place, name: &str, arguments: &[&str]) -> String {
    let (code, out, said) = run(place, &[&["segment", "create", name], arguments].concat());
    assert_eq!((code, out.as_str()), (0, ""), "{said}");
    said
}

/// The recipients of a segment, as `export` has them.
#[track_caller]
fn export(place: &Place, name: &str) -> Vec<String> {
    let text = out(place, &["segment", "export", name]);
    let (header, rows) = text.split_once('\n').unwrap();
    assert_eq!(header, "recipient");
    rows.lines().map(str::to_owned).collect()
}

/// The hash of a list as `sha256sum` computes it.
fn hash(recipients: &[String]) -> String {
    let text: String = recipients.iter().map(|recipient| format!("{recipient}\n")).collect();
    hex::encode(Sha256::digest(text))
}

/// A query that gives these recipients.
fn values(recipients: &[&str]) -> String {
    let rows: Vec<String> = recipients.iter().map(|recipient| format!("('{recipient}')")).collect();
    format!("SELECT column1 AS recipient FROM (VALUES {})", rows.join(", "))
}

/// Messages m1 to m5 of a campaign, to +447700900001 to 5: 1 to 4 are delivered, 2 and 4 are clicked, 5 bounces.
fn campaign() -> String {
    let mut text = String::new();
    for n in 1..=5 {
        let status = if n == 5 { "failed" } else { "delivered" };
        writeln!(
            text,
            r#"{{"message_id":"m{n}","status":"{status}","campaign_id":"spring","recipient":"+44770090000{n}","event_time":"2025-03-04T09:00:0{n}Z","received_at":"2025-03-04T10:00:00Z"}}"#
        )
        .unwrap();
    }
    for n in [2, 4] {
        text.push_str(&click(n));
    }
    text
}

fn click(n: u32) -> String {
    format!(
        r#"{{"message_id":"m{n}","kind":"click","link_url":"https://example.com/","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1","event_time":"2025-03-05T09:0{n}:00Z","received_at":"2025-03-05T10:00:00Z"}}
"#
    )
}

fn store_with_campaign(place: &Place) {
    let said = place.land(&[&place.file("campaign.ndjson", campaign())]);
    assert!(said.contains("7 landed"), "{said}");
}

/// The delivered who did not click.
const NO_CLICK: &str = "SELECT recipient FROM messages WHERE campaign_id = $campaign AND bucket = 'delivered' \
                        EXCEPT SELECT recipient FROM messages WHERE clicks > 0";

#[test]
fn a_list_stays_what_it_was_when_it_was_made() {
    let place = Place::local();
    store_with_campaign(&place);
    let said = create(&place, "no_click", &[NO_CLICK, "-p", "campaign=spring"]);
    let list = ["+447700900001".to_owned(), "+447700900003".to_owned()];
    assert_eq!(said, format!("segment no_click: 2 recipients at version 1, SHA-256 {}\n", hash(&list)));
    assert_eq!(export(&place, "no_click"), list);

    // The third clicks after all: a new list is another, and this one is what it was.
    place.land(&[&place.file("late.ndjson", click(3))]);
    assert_eq!(export(&place, "no_click"), list);
    create(&place, "no_click_now", &[NO_CLICK, "-p", "campaign=spring"]);
    assert_eq!(export(&place, "no_click_now"), list[..1]);
    create(&place, "no_click_then", &[NO_CLICK, "-p", "campaign=spring", "--as-of", "1"]);
    assert_eq!(export(&place, "no_click_then"), list);
    // Read at a time before there was anybody, it is still the list.
    let count = "SELECT count(*) AS n FROM segment('no_click')";
    assert_eq!(out(&place, &["sql", count, "--as-of", "0", "--format", "csv"]), "n\n2\n");

    let listed = out(&place, &["segment", "list", "--format", "csv"]);
    let listed: Vec<_> = listed.lines().map(|line| line.splitn(4, ',').collect::<Vec<_>>()).collect();
    let listed: Vec<_> = listed.iter().map(|cells| cells[..3].join(" ")).collect();
    assert_eq!(listed, ["name recipients version", "no_click 2 1", "no_click_now 1 2", "no_click_then 2 1"]);
    let shown: serde_json::Value = serde_json::from_str(&out(&place, &["segment", "show", "no_click"])).unwrap();
    assert_eq!(shown["source"]["sql"], NO_CLICK);
    assert_eq!(shown["parameters"], serde_json::json!([{"name": "campaign", "type": "text", "value": "spring"}]));
    assert_eq!((&shown["recipients"], &shown["version"]), (&2.into(), &1.into()));
    assert_eq!(shown["members"], hash(&list));

    out(&place, &["segment", "drop", "no_click_now"]);
    let said = fails(&place, 1, &["segment", "export", "no_click_now"]);
    assert!(said.contains("there is no segment `no_click_now`, did you mean `no_click`"), "{said}");
}

#[test]
fn statements_use_a_list_by_a_parameter() {
    let place = Place::local();
    store_with_campaign(&place);
    create(&place, "clicked", &["SELECT recipient FROM messages WHERE clicks > 0"]);
    for sql in [
        "SELECT message_id FROM messages WHERE recipient IN (SELECT recipient FROM segment($s)) ORDER BY 1",
        "SELECT m.message_id FROM messages AS m JOIN segment($s) AS s ON s.recipient = m.recipient ORDER BY 1",
        "SELECT message_id FROM messages WHERE $s IS NULL OR recipient IN (SELECT recipient FROM segment_members \
         WHERE segment = $s) ORDER BY 1",
    ] {
        assert_eq!(out(&place, &["sql", sql, "-p", "s=clicked", "--format", "csv"]), "message_id\nm2\nm4\n", "{sql}");
    }
    let count = "SELECT count(*) AS n FROM segment($s)";
    let said = fails(&place, 1, &["sql", count, "-p", "s=click"]);
    assert!(said.contains("there is no segment `click`, did you mean `clicked`?"), "{said}");
    let said = fails(&place, 1, &["sql", count]);
    assert!(said.contains("parameter `$s` has no value"), "{said}");
    // A name of digits is an integer as a parameter.
    create(&place, "2025", &[&values(&["a"])]);
    assert_eq!(out(&place, &["sql", count, "-p", "s=2025", "--format", "csv"]), "n\n1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_is_null_names_nobody() {
    let store = Store::open_or_create("memory:///segments/null").await.unwrap();
    let session = Session::open(&store, &AsOf::Latest, &SessionOptions::default()).await.unwrap();
    let nulls = Parameters::nulls([("s", smsql::session::ParameterType::Text)]);
    for (sql, rows) in [
        ("SELECT * FROM segment($s)", 0),
        ("SELECT * FROM segment_members WHERE segment = $s", 0),
        ("SELECT 1 WHERE $s IS NULL OR 'x' IN (SELECT recipient FROM segment_members WHERE segment = $s)", 1),
    ] {
        let mut answer = session.run(&split("<test>", sql).unwrap()[0], &nulls).await.unwrap();
        while answer.next().await.unwrap().is_some() {}
        assert_eq!(answer.rows(), rows, "{sql}");
    }
    assert!(session.segments_used().is_empty(), "{:?}", session.segments_used());
}

#[test]
fn what_is_no_name_or_no_list_is_refused() {
    let place = Place::local();
    store_with_campaign(&place);
    let long = "x".repeat(65);
    for name in ["", "VIP", "../x", "a/b", "a b", "ä", "_x", "a.json", "%2e", &long] {
        let said = fails(&place, 2, &["segment", "create", name, "SELECT 'x'"]);
        assert!(said.contains("lower-case letters") || said.contains("at most 64"), "{name}: {said}");
        let said = fails(&place, 1, &["segment", "show", name]);
        assert!(said.contains(&format!("there is no segment `{name}`")), "{said}");
        fails(&place, 1, &["segment", "drop", name]);
    }
    create(&place, &long[1..], &[&values(&["x"])]);
    for (sql, words) in [
        ("SELECT provider, status FROM events", "the columns are: provider, status"),
        ("SELECT 447700900001 AS recipient", "the column recipient is Int64, and recipients are text"),
        ("SELECT 1 AS n", "the columns are: n"),
        (
            "SELECT a.recipient, b.recipient FROM messages AS a, messages AS b",
            "more than one column is named recipient",
        ),
        ("SELECT 'a'; SELECT 'b'", "made from one statement, <sql> has 2"),
        ("", "made from one statement, <sql> has 0"),
        ("SELECT 'a' || chr(10) || 'b' AS recipient", "a line break"),
        ("SELECT repeat('9', 1025) AS recipient", "SEGMENT_RECIPIENT_BYTES_MAX"),
        ("SELECT recipient FROM nothing", "there is no table `nothing`"),
        ("CREATE TABLE t AS SELECT 'a' AS recipient", "CREATE TABLE is not allowed"),
    ] {
        let (code, _, said) = run(&place, &["segment", "create", "refused", sql]);
        assert!(code > 0 && said.contains(words), "{sql}: {said}");
    }
    fails(&place, 1, &["segment", "show", "refused"]);
    // The one text column is the recipient, whatever its name; NULL and the empty text are nobody.
    let said = create(
        &place,
        "senders",
        &["SELECT * FROM (VALUES ('b', 1), (NULL, 2), ('', 3), ('a', 4), ('b', 5)) AS t (who, n)"],
    );
    assert!(said.contains("2 recipients") && said.contains("2 rows have no recipient"), "{said}");
    assert_eq!(export(&place, "senders"), ["a", "b"]);
    let said = create(&place, "nobody", &["SELECT recipient FROM messages WHERE false"]);
    assert!(said.contains("nobody: 0 recipients"), "{said}");
    assert!(export(&place, "nobody").is_empty());
}

#[test]
fn a_report_gives_the_recipients_of_its_sections() {
    let place = Place::local();
    store_with_campaign(&place);
    let report = ["--report", "reception_statistics", "-p", "campaign=spring"];
    create(&place, "contacts", &[&report[..], &["--section", "contacts"]].concat());
    assert_eq!(export(&place, "contacts").len(), 5);
    create(&place, "none", &[&report[..], &["--section", "contacts", "--not", "contacts"]].concat());
    assert!(export(&place, "none").is_empty());
    let shown: serde_json::Value = serde_json::from_str(&out(&place, &["segment", "show", "none"])).unwrap();
    let source =
        serde_json::json!({"report": {"name": "reception_statistics", "sections": ["contacts"], "not": ["contacts"]}});
    assert_eq!(shown["source"], source);
    let noted = shown["parameters"].as_array().unwrap().iter().find(|noted| noted["name"] == "campaign").unwrap();
    assert_eq!((&noted["value"], &noted["type"]), (&"spring".into(), &"text".into()));
    for (arguments, words) in [
        (["--report", "reception_statistic", "--section", "contacts"], "did you mean `reception_statistics`"),
        (["--report", "reception_statistics", "--section", "contact"], "did you mean `contacts`"),
    ] {
        let said = fails(&place, 1, &[&["segment", "create", "x"][..], &arguments].concat());
        assert!(said.contains(words), "{said}");
    }
    fails(&place, 2, &["segment", "create", "x", "SELECT 'a'", "--report", "reception_statistics", "--section", "a"]);
    fails(&place, 2, &["segment", "create", "x", "--section", "contacts"]);
    fails(&place, 2, &["segment", "create", "x", "--report", "reception_statistics"]);
}

#[test]
fn a_long_list_is_whole() {
    let place = Place::local();
    store_with_campaign(&place);
    // Every number twice, in no order.
    let sql = "SELECT '+49151' || lpad(CAST(value % 200000 AS VARCHAR), 8, '0') AS recipient FROM range(0, 400000) ORDER BY md5(CAST(value AS VARCHAR))";
    let said = create(&place, "long", &[sql]);
    let list: Vec<String> = (0..200_000).map(|n| format!("+49151{n:08}")).collect();
    assert!(said.contains(&format!("200000 recipients at version 1, SHA-256 {}", hash(&list))), "{said}");
    // Numbers with a + are no formulas.
    assert!(export(&place, "long") == list, "the exported list is another");
    let sql = "SELECT count(*) AS n, count(DISTINCT recipient) AS d, min(recipient) AS a, max(recipient) AS z FROM segment('long')";
    let rows = place.query(sql);
    assert_eq!(rows[0], serde_json::json!({"n": 200_000, "d": 200_000, "a": "+4915100000000", "z": "+4915100199999"}));
    let said = fails(&place, 5, &["sql", "SELECT count(*) FROM segment('long')", "--memory-limit", "2MB"]);
    assert!(said.contains("memory_limit") && said.contains("segment"), "{said}");
    // A Parquet file for other readers, small because neighbours are alike.
    let file = members(&place, &hash(&list));
    assert!(file.metadata().unwrap().len() < 1_000_000, "{}", file.metadata().unwrap().len());
    let target = place.file("long.parquet", "");
    out(&place, &["segment", "export", "long", "-o", target.to_str().unwrap()]);
    assert!(target.metadata().unwrap().len() > 100_000);
}

fn members(place: &Place, hash: &str) -> PathBuf {
    Path::new(&place.store).join("segments/members").join(format!("{hash}.parquet"))
}

#[test]
fn damage_is_noticed_and_named() {
    let place = Place::local();
    store_with_campaign(&place);
    create(&place, "a", &[&values(&["1", "2", "3"])]);
    create(&place, "b", &[&values(&["1", "2", "4"])]);
    let hashes = [["1", "2", "3"], ["1", "2", "4"]].map(|list| hash(&list.map(str::to_owned)));
    let [file, other] = hashes.map(|hash| members(&place, &hash));
    let whole = std::fs::read(&file).unwrap();
    let reading: [&[&str]; 3] = [
        &["segment", "export", "a"],
        &["sql", "SELECT * FROM segment('a')"],
        &["sql", "SELECT count(*) FROM segment_members"],
    ];
    let name = file.file_name().unwrap().to_str().unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 4] ^= 0x10;
    for (damaged, words) in [
        (Some(std::fs::read(&other).unwrap()), "does not match its hash"),
        (Some(whole[..whole.len() / 2].to_vec()), "damaged"),
        (Some(Vec::new()), "damaged"),
        (Some(flipped), "damaged"),
        (None, "gone"),
    ] {
        match damaged {
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        for arguments in reading {
            let said = fails(&place, 1, arguments);
            assert!(said.contains(words) && said.contains(name), "{said}");
        }
        assert_eq!(export(&place, "b"), ["1", "2", "4"]);
    }
    // Whoever makes the same list heals it.
    create(&place, "again", &[&values(&["3", "2", "1"])]);
    assert_eq!(export(&place, "a"), ["1", "2", "3"]);

    let definition = Path::new(&place.store).join("segments/a.json");
    let whole = std::fs::read_to_string(&definition).unwrap();
    let renamed = std::fs::read_to_string(Path::new(&place.store).join("segments/b.json")).unwrap();
    for damaged in ["", "{", &whole[..whole.len() / 2], &renamed, &whole.replace("\"members\"", "\"m\""), "\u{0}"] {
        std::fs::write(&definition, damaged).unwrap();
        for arguments in reading.into_iter().chain([&["segment", "list"][..], &["segment", "show", "a"]]) {
            let said = fails(&place, 1, arguments);
            assert!(said.contains("segments/a.json: this segment is damaged"), "{said}");
        }
        assert_eq!(export(&place, "b"), ["1", "2", "4"]);
    }
    // Both ways out.
    create(&place, "a", &[&values(&["5"]), "--replace"]);
    assert_eq!(export(&place, "a"), ["5"]);
    std::fs::write(&definition, "{").unwrap();
    out(&place, &["segment", "drop", "a"]);
    out(&place, &["segment", "list"]);
}

#[test]
fn of_many_who_create_a_name_one_wins() {
    let server = Server::start();
    for place in [Place::local(), Place::remote(server.location("segments"), server.environment())] {
        store_with_campaign(&place);
        let lists: Vec<String> = (0..6).map(|n| values(&["1", "2", &format!("by {n}")])).collect();
        let start = |sql: &String| place.command(&["segment", "create", "contested", sql]).spawn().unwrap();
        let processes: Vec<_> = lists.iter().map(start).collect();
        let ended: Vec<_> = processes.into_iter().map(|process| process.wait_with_output().unwrap()).collect();
        let winners: Vec<usize> = (0..6).filter(|n| ended[*n].status.success()).collect();
        let said: Vec<_> = ended.iter().map(|output| String::from_utf8_lossy(&output.stderr)).collect();
        assert_eq!(winners.len(), 1, "{said:#?}");
        for (n, said) in said.iter().enumerate() {
            assert!(winners.contains(&n) || said.contains("there is a segment `contested` already"), "{said}");
        }
        assert_eq!(export(&place, "contested"), ["1".to_owned(), "2".to_owned(), format!("by {}", winners[0])]);
        // The same round over the network as on the disk.
        create(&place, "contested", &[&values(&["7", "8"]), "--replace"]);
        assert_eq!(
            out(&place, &["sql", "SELECT sum(recipient::int) AS n FROM segment('contested')", "--format", "csv"]),
            "n\n15\n"
        );
        out(&place, &["segment", "drop", "contested"]);
        let said = fails(&place, 1, &["segment", "drop", "contested"]);
        assert!(said.contains("there is no segment `contested`"), "{said}");
        assert_eq!(place.query("SELECT * FROM segments").len(), 0);
    }
}

fn list(recipients: &[&str]) -> Recipients {
    let mut set = RecipientSet::default();
    recipients.iter().for_each(|recipient| assert!(set.insert(recipient).unwrap()));
    set.sorted()
}

fn new_segment(name: &str) -> NewSegment {
    let source = SegmentSource::Sql("SELECT ...".to_owned());
    NewSegment { name: name.to_owned(), version: 0, time_zone: "UTC".to_owned(), source, parameters: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_replaces_what_somebody_else_replaced_is_told() {
    let server = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = "s3://smsql-test/replaced/".parse().unwrap();
    let s3 = Location { url, root: std::sync::Arc::new(server.objects()), path: "replaced".into() };
    let stores = [
        Store::open_or_create("memory:///segments/replaced").await.unwrap(),
        Store::open_or_create(folder.path().to_str().unwrap()).await.unwrap(),
        Store::open_or_create_with(s3).await.unwrap(),
    ];
    for store in stores {
        let first = store.create_segment(new_segment("a"), &list(&["1"]), None).await.unwrap();
        let seen = store.segment_revision("a").await.unwrap();
        assert!(seen.is_some());
        store.create_segment(new_segment("a"), &list(&["2"]), seen.clone()).await.unwrap();
        let late = store.create_segment(new_segment("a"), &list(&["3"]), seen.clone()).await;
        assert!(matches!(&late, Err(Error::Conflict(message)) if message.contains("`a`")), "{store:?}: {late:?}");
        let now = store.segment("a").await.unwrap();
        assert_eq!(now.members, list(&["2"]).sha256(), "{store:?}");
        // Whoever noted the hash of the first list still reads it.
        assert_eq!(store.recipients(&first.members).await.unwrap().list().value(0), "1");
        store.drop_segment("a").await.unwrap();
        let late = store.create_segment(new_segment("a"), &list(&["4"]), seen).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{store:?}: {late:?}");
        assert!(store.segments().await.unwrap().is_empty());
        assert_eq!(store.recipients(&now.members).await.unwrap().len(), 1);
    }
    tokio::task::spawn_blocking(move || drop(server)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_means_one_list_in_a_session() {
    let store = Store::open_or_create("memory:///segments/session").await.unwrap();
    let old = store.create_segment(new_segment("a"), &list(&["1"]), None).await.unwrap();
    let open = async || Session::open(&store, &AsOf::Latest, &SessionOptions::default()).await.unwrap();
    let count = async |session: &Session| {
        let script = split("<test>", "SELECT * FROM segment('a')").unwrap();
        let mut answer = session.run(&script[0], &Parameters::default()).await.unwrap();
        while answer.next().await.unwrap().is_some() {}
        answer.rows()
    };
    let (before, unused) = (open().await, open().await);
    assert_eq!(count(&before).await, 1);
    let seen = store.segment_revision("a").await.unwrap();
    let new = store.create_segment(new_segment("a"), &list(&["1", "2"]), seen).await.unwrap();
    assert_eq!((count(&before).await, count(&unused).await), (1, 2));
    // A list that was read is not read again.
    for path in [&old, &new].map(|segment| format!("segments/members/{}.parquet", segment.members)) {
        store.object_store().delete(&path.into()).await.unwrap();
    }
    assert_eq!((count(&before).await, count(&unused).await), (1, 2));
    store.create_segment(new_segment("other"), &list(&["1"]), None).await.unwrap();
    assert_eq!(before.segments_used(), [("a".to_owned(), old.members.clone())].into());
    assert_eq!(unused.segment("a").await.unwrap(), new.members);
    // A report that ran over the first list runs over it again, also when the name is gone.
    store.drop_segment("a").await.unwrap();
    let again = open().await;
    assert!(matches!(again.segment("a").await, Err(Error::NotFound { .. })));
    assert_eq!(again.pin_segment("a", &old.members), old.members);
    assert_eq!(count(&again).await, 1);
}

#[test]
fn a_killed_creation_leaves_no_segment_or_a_whole_one() {
    let place = Place::local();
    store_with_campaign(&place);
    let sql = "SELECT '+49' || value AS recipient FROM range(0, 20000)";
    let started = Instant::now();
    create(&place, "undisturbed", &[sql]);
    let took = started.elapsed();
    let folder = Path::new(&place.store).join("segments/members");
    let mut kills = 0;
    for n in 0..12 {
        let _ = std::fs::remove_dir_all(&folder);
        let name = format!("killed{n}");
        let mut process = place.command(&["segment", "create", &name, sql]).spawn().unwrap();
        let started = Instant::now();
        // At any moment, and right when the list appears.
        while started.elapsed() < took * 2 && process.try_wait().unwrap().is_none() {
            let appeared = folder.read_dir().is_ok_and(|mut files| files.next().is_some());
            if appeared || (n % 2 == 0 && started.elapsed() > took * n / 12) {
                break;
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        let _ = process.kill();
        kills += usize::from(!process.wait().unwrap().success());
        let listed = out(&place, &["segment", "list", "--format", "csv"]);
        if listed.contains(&name) {
            assert_eq!(export(&place, &name).len(), 20_000);
        } else {
            let said = finish(place.command(&["segment", "create", &name, sql]).spawn().unwrap());
            assert!(said.contains("20000 recipients"), "{said}");
        }
    }
    assert!(kills >= 3, "only {kills} were killed before they ended");
}
