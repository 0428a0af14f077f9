//! What a session says of its tables and functions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::sync::Arc;

use smsql::event::StatusTable;
use smsql::repl::describing;
use smsql::session::aggregates::aggregate_functions;
use smsql::session::functions::scalar_functions;
use smsql::session::{Description, Parameters, Session, SessionOptions, TableDescription, split, type_name};

use crate::support::{empty_session, rows};

async fn described(session: &Session) -> Description {
    session.describe().await
}

fn column<'t>(table: &'t TableDescription, name: &str) -> (&'t str, bool) {
    let column = table.columns.iter().find(|column| column.name == name).unwrap();
    (&column.data_type, column.nullable)
}

#[tokio::test]
async fn every_built_in_table_and_column_is_described() {
    let session = empty_session(&SessionOptions::default()).await;
    let description = described(&session).await;
    let kinds: Vec<(&str, &str)> = description.tables.iter().map(|t| (t.name.as_str(), t.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("campaigns", "view"),
            ("clicks", "view"),
            ("events", "table"),
            ("landings", "table"),
            ("messages", "view"),
            ("recipients", "view"),
            ("rejects", "table"),
            ("segment_members", "table"),
            ("segments", "table"),
            ("status_codes", "table"),
            ("unmapped", "view"),
        ]
    );
    for table in &description.tables {
        assert!(table.description.starts_with("One row per ") && table.description.ends_with('.'), "{}", table.name);
        for column in &table.columns {
            assert!(column.description.ends_with('.'), "{}.{}: {:?}", table.name, column.name, column.description);
        }
        assert_eq!(table.sql.is_some(), table.kind == "view", "{}", table.name);
        // What a view is made from is a SELECT that gives the same columns.
        let select = format!("SELECT * FROM ({}) LIMIT 0", table.sql.as_deref().unwrap_or(&table.name));
        let select = if table.sql.is_some() { select } else { format!("SELECT * FROM {} LIMIT 0", table.name) };
        let [statement] = split("<sql>", &select).unwrap().try_into().unwrap();
        let answer = session.run(&statement, &Parameters::default()).await.unwrap();
        let fields = answer.schema().fields().iter();
        let fields: Vec<(String, String)> = fields.map(|f| (f.name().clone(), type_name(f.data_type()))).collect();
        let columns = table.columns.iter().map(|column| (column.name.clone(), column.data_type.clone()));
        assert_eq!(columns.collect::<Vec<_>>(), fields, "{}", table.name);
    }
}

#[tokio::test]
async fn types_are_those_of_sql() {
    let description = described(&empty_session(&SessionOptions::default()).await).await;
    let events = description.table("events").unwrap();
    for (name, data_type, nullable) in [
        ("provider", "text", false),
        ("body", "text", true),
        ("event_time", "timestamp", false),
        ("cost", "decimal(18, 8)", true),
        ("list_ids", "text[]", true),
        ("tags", "map(text, text)", true),
        ("segments", "integer", true),
        ("source_line", "bigint", false),
        ("provider_final", "boolean", true),
    ] {
        assert_eq!(column(events, name), (data_type, nullable), "{name}");
    }
    assert_eq!(column(description.table("messages").unwrap(), "clicks").0, "bigint");
    assert_eq!(column(description.table("segments").unwrap(), "created_at"), ("timestamp", false));
}

#[tokio::test]
async fn what_a_script_makes_is_temporary() {
    let session = empty_session(&SessionOptions { allow_write: true, ..SessionOptions::default() }).await;
    let script = "CREATE TABLE t AS SELECT 1 AS a, CAST(NULL AS date) AS b; CREATE VIEW v AS SELECT a + 1 AS c FROM t";
    rows(&session, script, &Parameters::default()).await.unwrap();
    let description = described(&session).await;
    let (t, v) = (description.table("t").unwrap(), description.table("v").unwrap());
    assert_eq!((t.kind, t.sql.as_deref(), t.description.as_str()), ("temporary", None, ""));
    assert_eq!((column(t, "a").0, column(t, "b")), ("bigint", ("date", true)));
    assert_eq!((v.kind, v.sql.as_deref()), ("temporary", Some("SELECT a + 1 AS c FROM t")));
    rows(&session, "DROP VIEW v", &Parameters::default()).await.unwrap();
    assert!(described(&session).await.table("v").is_none());
}

#[tokio::test]
async fn every_function_is_there_once_and_ours_are_marked() {
    let session = empty_session(&SessionOptions::default()).await;
    let description = described(&session).await;
    let mut names = BTreeSet::new();
    for function in &description.functions {
        assert!(names.insert((function.name.clone(), function.kind)), "{} is there twice", function.name);
        assert!(!function.syntax.is_empty(), "{}", function.name);
    }
    let known: BTreeSet<&str> =
        description.functions.iter().flat_map(|f| f.aliases.iter().chain([&f.name])).map(String::as_str).collect();
    let missing: Vec<String> =
        session.names().await.functions.into_iter().filter(|name| !known.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");

    let status = Arc::new(StatusTable::new(None).unwrap());
    let mut ours: BTreeSet<String> = scalar_functions(&status).iter().map(|f| f.name().to_owned()).collect();
    ours.extend(aggregate_functions().iter().map(|f| f.name().to_owned()));
    ours.insert("segment".to_owned());
    let marked: Vec<_> = description.functions.iter().filter(|function| function.is_own).collect();
    assert_eq!(marked.iter().map(|f| f.name.clone()).collect::<BTreeSet<_>>(), ours);
    for function in marked {
        assert!(function.syntax.starts_with(&format!("{}(", function.name)), "{}", function.syntax);
        let lacks = function.description.is_empty() || function.arguments.is_empty() || function.example.is_none();
        assert!(!lacks, "{} lacks a part of its documentation", function.name);
    }
}

#[tokio::test]
async fn functions_of_every_kind_have_the_words_of_their_documentation() {
    let description = described(&empty_session(&SessionOptions::default()).await).await;
    let kinds = |name: &str| description.functions_named(name).map(|f| f.kind).collect::<Vec<_>>();
    for (name, expected) in [
        ("percent", vec!["scalar"]),
        ("delivery", vec!["aggregate"]),
        ("row_number", vec!["window"]),
        ("first_value", vec!["aggregate", "window"]),
        ("generate_series", vec!["scalar", "table"]),
        ("unnest", vec!["table"]),
        ("nothing", vec![]),
    ] {
        assert_eq!(kinds(name), expected, "{name}");
    }
    let rate = description.function("rate").unwrap();
    assert_eq!((rate.syntax.as_str(), rate.is_own), ("rate(part, whole)", true));
    assert_eq!(rate.arguments[0], ("part".to_owned(), "How many of them: a whole number.".to_owned()));
    assert_eq!(rate.related, ["percent", "wilson_lower", "wilson_upper"]);
    assert!(rate.example.as_deref().unwrap().contains("select rate(1, 3)"));
    let length = description.function("char_length").unwrap();
    assert_eq!((length.name.as_str(), length.is_own), ("character_length", false));
    let undocumented: Vec<&str> =
        description.functions.iter().filter(|f| f.description.is_empty()).map(|f| f.name.as_str()).collect();
    assert_eq!(undocumented, [""; 0]);
}

#[tokio::test]
async fn table_functions_are_as_described() {
    let session = empty_session(&SessionOptions::default()).await;
    for (sql, count) in [
        ("SELECT value FROM generate_series(3)", 4),
        ("SELECT value FROM generate_series(1, 3)", 3),
        ("SELECT value FROM generate_series(1, 5, 2)", 3),
        ("SELECT value FROM generate_series(DATE '2025-01-01', DATE '2025-01-03', INTERVAL '1' DAY)", 3),
        ("SELECT value FROM range(3)", 3),
        ("SELECT value FROM range(1, 3)", 2),
        ("SELECT * FROM unnest([1, 2, 3])", 3),
        ("SELECT 1, unnest([1, 2])", 2),
    ] {
        let batches = rows(&session, sql, &Parameters::default()).await.unwrap();
        assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), count, "{sql}");
    }
    let description = described(&session).await;
    for function in description.functions.iter().filter(|f| f.kind == "table" && f.name != "segment") {
        let example = function.example.as_deref().unwrap();
        let sql = example.trim_start_matches("```sql\n").trim_end_matches("\n```");
        rows(&session, sql, &Parameters::default()).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

#[tokio::test]
async fn the_help_of_every_function_is_plain_text_of_the_width() {
    let description = described(&empty_session(&SessionOptions::default()).await).await;
    let mut shown = String::new();
    for function in &description.functions {
        let text = describing::function(function, 80);
        let is_code = |line: &&str| line.starts_with("  ") || line.contains("](http");
        for mark in ["```", "**", "](", "<br", "\\_", "\\|"] {
            let marked = text.lines().find(|line| line.contains(mark) && !is_code(line));
            assert!(marked.is_none() && !text.contains("```"), "{}: {marked:?}", function.name);
        }
        let prose = text.lines().take_while(|line| *line != "Example").skip(1 + function.other_syntax.len());
        for line in prose.filter(|line| !line.contains(['|', '+', '{', '`'])) {
            assert!(line.chars().count() <= 80 || !line.trim().contains(' '), "{}: {line}", function.name);
        }
        shown.push_str(&text);
        shown.push('\n');
    }
    if let Ok(path) = std::env::var("SHOW_HELP") {
        std::fs::write(path, shown).unwrap();
    }
}
