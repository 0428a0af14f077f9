//! Where nothing belongs, and texts that nobody types.

use proptest::prelude::*;

use super::*;

#[test]
fn nothing_in_strings_comments_numbers_and_new_names() {
    nothing_is_offered(&[
        "SELECT 'rec|' FROM messages",
        "SELECT 'rec| FROM messages",
        "SELECT * FROM messages WHERE bucket = '|",
        "SELECT * FROM messages -- wher|",
        "SELECT * FROM messages -- wher|\nWHERE true",
        "SELECT /* rec| */ 1 FROM messages",
        "SELECT /* rec|",
        "SELECT $$rec|",
        "SELECT 12|",
        "SELECT 1.|",
        "SELECT cost AS |",
        "SELECT cost AS rec| FROM messages",
        "SELECT * FROM messages AS |",
        "SELECT * FROM messages LIMIT |",
        "WITH x|",
        "WITH x |",
        "CREATE VIEW |",
        "CREATE TABLE x|",
        "SELECT nothing.| FROM messages",
        "SELECT m.x| FROM messages AS other",
        "SELECT 'done'|",
        "WITH a (|",
    ]);
}

#[test]
fn only_tables_after_from_and_no_tables_where_values_stand() {
    let columns = ["recipient", "bucket", "cost", "message_key"];
    for text in ["SELECT * FROM |", "SELECT * FROM messages JOIN |", "SELECT * FROM messages, |", "DESCRIBE |"] {
        let found = names(text);
        assert!(!found.is_empty(), "{text}");
        assert!(!found.iter().any(|name| columns.contains(&name.as_str())), "{text}: {found:?}");
        assert!(!found.iter().any(|name| name.starts_with("count")), "{text}: {found:?}");
    }
    assert_eq!(names("SELECT * FROM buck|"), Vec::<String>::new());
    for text in ["SELECT | FROM messages", "SELECT * FROM messages WHERE |", "SELECT * FROM messages GROUP BY |"] {
        let found = names(text);
        assert_eq!(found[0], "message_key", "{text}: {found:?}");
        assert!(!found.iter().any(|name| name == "clicks" || name == "event_key"), "{text}: {found:?}");
        assert!(!found.iter().any(|name| name == "FROM" || name == "AND"), "{text}: {found:?}");
    }
    // Behind a whole operand only keywords follow.
    let found = names("SELECT * FROM messages WHERE bucket |");
    assert!(!found.iter().any(|name| columns.contains(&name.as_str()) || name.contains("count")), "{found:?}");
}

#[test]
fn only_the_statement_at_the_cursor_counts() {
    assert!(
        !names("SELECT * FROM clicks; SELECT | FROM messages; SELECT * FROM events").contains(&"link_id".to_owned())
    );
    assert_eq!(names("SELECT | FROM clicks; SELECT 1 FROM messages")[0], "event_key");
    assert_eq!(names("SELECT 'a;b', | FROM clicks")[0], "event_key");
    assert_eq!(names("|SELECT 1")[0], "SELECT");
    assert_eq!(names("SELECT 1;|")[0], "SELECT");
    assert_eq!(names("|")[0], "SELECT");
}

#[test]
fn without_a_table_all_columns_count_once_something_is_typed() {
    let message_key = &offered("SELECT message_k|")[0];
    assert_eq!(message_key.value, "message_key");
    assert_eq!(message_key.description.as_deref(), Some("text in clicks, messages"));
    assert!(!names("SELECT |").contains(&"message_key".to_owned()));
}

#[test]
fn the_order_is_columns_functions_keywords_and_does_not_change() {
    let found = names("SELECT c| FROM messages");
    let place =
        |name: &str| found.iter().position(|found| found == name).unwrap_or_else(|| panic!("{name}: {found:?}"));
    assert!(place("campaign_id") < place("cost") && place("cost") < place("coalesce("));
    assert!(place("coalesce(") < place("count(") && place("count(") < place("case"));
    // What begins with it goes before what has it inside.
    assert!(place("case") < place("recipient"));
    for _ in 0..3 {
        assert_eq!(names("SELECT c| FROM messages"), found);
    }
}

#[test]
fn names_that_a_terminal_would_obey_are_not_offered() {
    let mut knowledge = knowledge();
    knowledge.description.tables.push(table("mess\u{1b}[31m", &[]));
    knowledge.description.tables[3].description = "Red \u{1b}[31m".to_owned();
    let offered = complete("SELECT * FROM mess", 18, &knowledge);
    assert_eq!(offered.len(), 1);
    assert_eq!(offered[0].description.as_deref(), Some("view - Red \\x1B[31m"));
}

#[test]
fn suggestions_are_bounded() {
    let mut knowledge = knowledge();
    knowledge.description.tables.extend((0..2_000).map(|n| table(&format!("t{n}"), &[])));
    assert_eq!(complete("FROM t", 6, &knowledge).len(), crate::limits::SUGGESTIONS_MAX);
}

#[test]
fn a_long_or_deep_text_is_completed_at_once() {
    let knowledge = knowledge();
    let long =
        format!("SELECT {} FROM messages m WHERE buck", "m.recipient, coalesce(cost, 0) AS c, ".repeat(270) + "1");
    let deep = "SELECT * FROM (".repeat(700) + "SELECT buck";
    let calls = "SELECT ".to_owned() + &"coalesce(".repeat(1_100) + "rec";
    let ctes: String = (0..250).map(|n| format!("c{} AS (SELECT * FROM c{n}, c{n} x),", n + 1)).collect();
    let ctes = format!("WITH c0 AS (SELECT * FROM messages), {ctes} z AS (SELECT 1) SELECT buck FROM c250");
    let many = "SELECT 1;\n".repeat(1_000) + "SELECT rec";
    let commands = "\\x on\nSELECT 1;\n".repeat(600) + "\\d mes";
    for (name, text) in
        [("long", long), ("deep", deep), ("calls", calls), ("ctes", ctes), ("many", many), ("commands", commands)]
    {
        assert!(text.len() < 11_000, "{name} {}", text.len());
        let cursor = if name == "ctes" { text.rfind(" FROM c250").unwrap() } else { text.len() };
        let times = (0..5).map(|_| {
            let started = crate::clock::Stopwatch::start();
            let _ = complete(&text, cursor, &knowledge);
            started.elapsed().as_millis()
        });
        // Unoptimised and beside other tests it may take twenty times as long as it does for a person.
        let best = times.min().unwrap();
        assert!(best < 100, "{name} took {best} ms");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_text_and_no_cursor_is_too_odd(
        text in r#"(SELECT |FROM |WHERE |WITH |AS |JOIN |IN |CAST|messages|segment|clicks |\\report |\\i |\\d |c|\.|,|\(|\)|\[|\]|'|"|`|\$|;|\n|--|/\*|\*|=|[0-9]| |ü|你|💥|e\u{301}){0,40}"#,
        cursor in 0_usize..200,
    ) {
        let knowledge = knowledge();
        for suggestion in complete(&text, cursor, &knowledge) {
            let span = suggestion.span;
            prop_assert!(span.start <= span.end && span.end <= text.len() && span.end <= cursor);
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
        }
    }
}
