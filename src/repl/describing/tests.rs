//! What `\d`, `\df` and `\h` show.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use arrow::array::AsArray;

use super::*;
use crate::session::{ColumnDescription, FunctionDescription};

fn described() -> Description {
    let column = |name: &str, data_type: &str, nullable, description: &str| ColumnDescription {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        nullable,
        description: description.to_owned(),
    };
    let table = |name: &str, kind, description: &str, columns: &[ColumnDescription]| TableDescription {
        name: name.to_owned(),
        kind,
        description: description.to_owned(),
        columns: columns.to_vec(),
        sql: (kind == "view").then(|| "SELECT 1\nFROM \u{1b}[2Jt".to_owned()),
    };
    let key = column("key", "decimal(38, 0)", false, "Its identity.");
    let body =
        column("body\n\u{1b}[31m", "text", true, "What was `written`, at a length that no narrow terminal holds.");
    let function = |name: &str, kind, is_own, aliases: &[&str], description: &str| FunctionDescription {
        name: name.to_owned(),
        kind,
        is_own,
        syntax: format!("{name}(part, whole)"),
        other_syntax: Vec::new(),
        description: description.to_owned(),
        arguments: vec![
            ("part".to_owned(), "How many of them: a **whole** number.".to_owned()),
            ("whole".to_owned(), "Of how many:\n- all\n- `none`".to_owned()),
        ],
        example: Some("```sql\n> select  rate(1, 3);\n+----------+\n| 0.333333 |\n+----------+\n```".to_owned()),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        related: vec!["percent".to_owned()],
    };
    Description {
        tables: vec![
            table("events", "table", "One row per event.", &[key.clone(), body.clone()]),
            table("messages", "view", "One row per message.", &[key]),
            table("Mine\u{202e}", "temporary", "", &[body]),
        ],
        functions: vec![
            function("abs", "scalar", false, &[], "The absolute value."),
            function("first_value", "aggregate", false, &[], "The first of a group. More of it."),
            function("first_value", "window", false, &[], "The first of a window."),
            function("rate", "scalar", true, &["ratio"], "The fraction `part / whole`. NULL where `whole` is 0."),
        ],
    }
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Vec<&'b str> {
    batch.column_by_name(name).unwrap().as_string::<i32>().iter().flatten().collect()
}

#[test]
fn patterns_choose_tables() {
    let description = described();
    let names =
        |pattern| column(&tables(&description, pattern).unwrap(), "name").iter().map(|n| n.len()).sum::<usize>();
    let all = tables(&description, None).unwrap();
    assert_eq!(column(&all, "name"), ["events", "messages", "Mine\u{202e}"]);
    assert_eq!(column(&all, "kind"), ["table", "view", "temporary"]);
    assert_eq!(column(&all, "columns"), ["2", "1", "1"]);
    for (pattern, length) in [("*", 21), ("m*", 15), ("*EVENT?", 6), ("messages", 8), ("?vents", 6)] {
        assert_eq!(names(Some(pattern)), length, "{pattern}");
    }
    for (pattern, message) in [
        ("x*", "there is no table `x*`"),
        ("event", "there is no table `event`, did you mean `events`?"),
        ("(", "there is no table `(`"),
    ] {
        assert_eq!(tables(&description, Some(pattern)).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_table_is_shown_with_every_word() {
    let description = described();
    let events = table(&description, "EVENTS").unwrap();
    assert_eq!(table(&description, "\"messages\"").unwrap().name, "messages");
    assert_eq!(
        table(&description, "mesages").unwrap_err().to_string(),
        "there is no table `mesages`, did you mean `messages`?"
    );
    assert_eq!(heading(events), "table events: One row per event.\n");
    let expected = "\
\x20column         │ type           │ nullable │ description
────────────────┼────────────────┼──────────┼─────────────────────────
 key            │ decimal(38, 0) │ no       │ Its identity.
 body\\n\\x1B[31m │ text           │ yes      │ What was written, at a
                │                │          │ length that no narrow
                │                │          │ terminal holds.
(2 rows)
";
    assert_eq!(wrapped(&columns(events).unwrap(), Some(70)), expected);
    // No room beside: below.
    let expected = "\
\x20column         │ type           │ nullable
────────────────┼────────────────┼──────────
 key            │ decimal(38, 0) │ no
     Its identity.
 body\\n\\x1B[31m │ text           │ yes
     What was written, at a length
     that no narrow terminal holds.
(2 rows)
";
    assert_eq!(wrapped(&columns(events).unwrap(), Some(36)), expected);
}

#[test]
fn views_have_their_select_below() {
    let description = described();
    assert_eq!(definition(table(&description, "messages").unwrap()).unwrap(), "  SELECT 1\n  FROM \\x1B[2Jt\n");
    assert_eq!(definition(table(&description, "events").unwrap()), None);
    assert_eq!(heading(table(&description, "Mine\u{202e}").unwrap()), "temporary table Mine\\u{202E}\n");
}

#[test]
fn functions_are_listed_own_ones_first() {
    let description = described();
    let all = functions(&description, None).unwrap();
    assert_eq!(column(&all, "function"), ["rate", "abs", "first_value", "first_value"]);
    assert_eq!(column(&all, "kind"), ["scalar", "scalar", "aggregate", "window"]);
    assert_eq!(column(&all, "from"), ["smsql", "engine", "engine", "engine"]);
    assert_eq!(column(&all, "description")[..2], ["The fraction part / whole.", "The absolute value."]);
    assert_eq!(column(&functions(&description, Some("rat?o")).unwrap(), "function"), ["rate"]);
    let error = functions(&description, Some("rates")).unwrap_err().to_string();
    assert_eq!(error, "there is no function `rates`, did you mean `rate` or `ratio`?");
}

#[test]
fn help_says_all_of_a_function() {
    let description = described();
    let expected = "\
rate(part, whole)
  scalar function of smsql

  The fraction part / whole. NULL
  where whole is 0.

Arguments
  part   How many of them: a whole
         number.
  whole  Of how many:
         - all
         - none

Example
  > select  rate(1, 3);
  +----------+
  | 0.333333 |
  +----------+

Other names: ratio

See also: percent
";
    assert_eq!(help(&description, "Ratio(", 34).unwrap(), expected);
    let both = help(&description, "first_value", 80).unwrap();
    assert!(both.contains("aggregate function\n") && both.contains("window function\n"), "{both}");
    let error = help(&description, "firstvalue", 80).unwrap_err().to_string();
    assert_eq!(error, "there is no function `firstvalue`, did you mean `first_value`?");
}
