//! The expanded view: every value whole, every line within the terminal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, MapBuilder, StringArray, StringBuilder};
use smsql::output::{Expanded, Format, RenderOptions};
use unicode_width::UnicodeWidthStr;

use super::fixtures::{
    NOON, batch, bodies, bytes, decimals, every_type, micros, numbers, plain, snapshot, terminal, text,
};

fn records(options: RenderOptions) -> RenderOptions {
    RenderOptions { expanded: Expanded::On, ..options }
}

fn auto(width: usize) -> RenderOptions {
    RenderOptions { expanded: Expanded::Auto, whole_with: Some("-o FILE".into()), ..terminal(width) }
}

fn texts(values: Vec<&str>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

#[test]
fn a_record_has_a_line_for_every_column() {
    let rows = batch(vec![
        ("recipient", texts(vec!["+447700900123", "+447700900456"])),
        ("cost", Arc::new(decimals(vec![Some(750_000), None], 18, 8))),
        ("percent", Arc::new(decimals(vec![Some(5_000), None], 5, 2))),
        ("body", texts(vec!["Your code is 1234", ""])),
    ]);
    let expected = "\
── row 1 ───────────────────────
 recipient │ +447700900123
 cost      │ 0.00750000
 percent   │ 50.00 █████
 body      │ Your code is 1234
── row 2 ───────────────────────
 recipient │ +447700900456
 cost      │ NULL
 percent   │ NULL
 body      │
(2 rows)
";
    let options = RenderOptions { bars: true, ..records(terminal(32)) };
    assert_eq!(text(Format::Table, &options, &rows), expected);
    // Not on a terminal the same, with a rule of one length.
    let options = RenderOptions { bars: true, ..records(plain()) };
    let rule = "─".repeat(60 - "── row 1 ".width());
    assert_eq!(text(Format::Table, &options, &rows), expected.replace(&"─".repeat(23), &rule));
    assert_eq!(text(Format::Table, &options, &rows.slice(0, 0)), "(0 rows)\n");
}

#[test]
fn long_values_go_on_in_the_next_line() {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (key, value) in [("campaign", "spring \"sale\", 1"), ("team", "blue")] {
        map.keys().append_value(key);
        map.values().append_value(value);
    }
    map.append(true).unwrap();
    let rows = batch(vec![
        ("id", texts(vec!["SM00000000000000000000000000000001"])),
        ("body", texts(vec!["Hello you,\nyour parcel 你好 comes today between nine and ten.\r\n\r\nBye"])),
        ("a_name_that_is_very_long", texts(vec!["x"])),
        ("tags", Arc::new(map.finish())),
    ]);
    assert_eq!(
        text(Format::Table, &records(terminal(42)), &rows),
        r#"── row 1 ─────────────────────────────────
 id               │ SM00000000000000000000
                  │ 000000000001
 body             │ Hello you,\n
                  │ your parcel 你好 comes
                  │ today between nine and
                  │ ten.\r\n
                  │ \r\n
                  │ Bye
 a_name_that_is_v │ x
 ery_long         │
 tags             │ {
                  │   "campaign": "spring
                  │   \"sale\", 1",
                  │   "team": "blue"
                  │ }
(1 row)
"#
    );
    // In a file a value is in one line, for whoever searches it.
    let file = text(Format::Table, &records(plain()), &rows);
    assert!(
        file.contains(" body                     │ Hello you,\\nyour parcel 你好 comes today between nine"),
        "{file}"
    );
    assert!(file.contains(r#"│ {"campaign":"spring \"sale\", 1","team":"blue"}"#), "{file}");
    assert_eq!(file.lines().count(), 6);
    // Too narrow for two columns.
    assert_eq!(
        text(Format::Table, &records(terminal(20)), &rows.project(&[0, 3]).unwrap()),
        r#"── row 1 ───────────
id
  SM0000000000000000
  0000000000000001
tags
  {
    "campaign":
    "spring \"sale\"
    , 1",
    "team": "blue"
  }
(1 row)
"#
    );
}

/// The text of each value: lines put together again, without what the view adds.
fn values(table: &str) -> String {
    let lines = table.lines().filter(|line| !line.starts_with('─') && !line.starts_with('('));
    lines.map(|line| line.split_once('│').map_or("", |(_, value)| value)).collect::<String>().replace(' ', "")
}

#[test]
fn nothing_is_lost_and_nothing_is_wider_than_the_terminal() {
    for rows in [bodies(), every_type()] {
        let whole = values(&text(Format::Table, &records(plain()), &rows));
        for width in [200, 80, 50, 45] {
            let table = text(Format::Table, &records(terminal(width)), &rows);
            assert_eq!(values(&table), whole, "{width}");
            for line in table.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
        for width in [20, 5, 1, 0] {
            text(Format::Table, &records(terminal(width)), &rows);
        }
    }
}

#[test]
fn wide_results_become_records_by_themselves() {
    let wide = |count: usize| {
        batch((0..count).map(|i| (["a", "b", "c", "d", "e"][i], texts(vec![&"x".repeat(40)]))).collect())
    };
    let is_expanded = |options: &RenderOptions, rows| text(Format::Table, options, &rows).starts_with("── row 1 ");
    // Texts keep at least 24 columns: 2 + 3 * 24 + 2 * 3 is 80.
    assert!(!is_expanded(&auto(80), wide(3)));
    assert!(is_expanded(&auto(79), wide(3)));
    assert!(is_expanded(&auto(80), wide(4)));
    assert!(!is_expanded(&terminal(80), wide(4)), "off");
    // Without a terminal there is no width to fit.
    assert!(!is_expanded(&RenderOptions { terminal: false, ..auto(80) }, wide(5)));
    // Numbers and times cannot be shortened at all.
    let times = batch(vec![
        ("a", Arc::new(micros(vec![Some(NOON)]).with_timezone("UTC")) as ArrayRef),
        ("b", Arc::new(micros(vec![Some(NOON)]).with_timezone("UTC"))),
    ]);
    assert!(!is_expanded(&auto(45), times.clone()));
    assert!(is_expanded(&auto(44), times));
    // Without rows the names of the columns are all there is.
    let empty = text(Format::Table, &auto(20), &wide(5).slice(0, 0));
    assert_eq!(empty, " a │ b │ c │ d │ e\n───┼───┼───┼───┼───\n(0 rows)\n");
}

#[test]
fn what_a_table_leaves_out_is_counted_with_how_to_see_it() {
    let rows = batch(vec![
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        ("body", texts(vec!["short", &"long ".repeat(20), &"long ".repeat(20)])),
    ]);
    let last = |options: &RenderOptions| text(Format::Table, options, &rows).lines().last().unwrap().to_owned();
    assert_eq!(last(&auto(200)), "(3 rows)");
    assert_eq!(last(&auto(40)), "(3 rows, 2 texts shortened; whole with -o FILE)");
    let two = RenderOptions { rows_max: Some(2), ..auto(40) };
    assert_eq!(last(&two), "(first 2 of 3 rows, 1 text shortened; whole with -o FILE)");
    assert_eq!(last(&RenderOptions { rows_max: Some(1), ..auto(40) }), "(first 1 of 3 rows; whole with -o FILE)");
    // Records cut no value, but may leave out rows.
    assert_eq!(last(&records(two)), "(first 2 of 3 rows; whole with -o FILE)");
    assert_eq!(last(&records(auto(40))), "(3 rows)");
    // What scrolls sideways needs no cutting, unless the table may become records.
    let sideways = RenderOptions { scrolls_sideways: true, ..terminal(40) };
    assert_eq!(last(&sideways), "(3 rows)");
    assert_eq!(last(&RenderOptions { scrolls_sideways: true, ..auto(40) }), last(&auto(40)));
}

#[test]
fn records_that_nobody_asked_for_take_the_lines_of_the_table() {
    let column = || -> ArrayRef { Arc::new(StringArray::from(vec!["x".repeat(30); 40])) };
    let rows = batch(["a", "b", "c", "d"].map(|name| (name, column())).to_vec());
    let shown = |options: &RenderOptions, batches: &[arrow::array::RecordBatch]| {
        let table = String::from_utf8(bytes(Format::Table, options, &rows.schema(), batches)).unwrap();
        let last = table.lines().last().unwrap().to_owned();
        assert_eq!(table.lines().filter(|line| line.starts_with("── row ")).count() * 5, table.lines().count() - 1);
        last
    };
    let of = |rows_max| RenderOptions { rows_max: Some(rows_max), ..auto(60) };
    let whole = std::slice::from_ref(&rows);
    assert_eq!(shown(&of(25), whole), "(first 5 of 40 rows; whole with -o FILE)");
    let pieces: Vec<_> = (0..40).map(|row| rows.slice(row, 1)).collect();
    assert_eq!(shown(&of(25), &pieces), "(first 5 of 40 rows; whole with -o FILE)");
    assert_eq!(shown(&of(10), whole), "(first 3 of 40 rows; whole with -o FILE)");
    assert_eq!(shown(&of(2), whole), "(first 2 of 40 rows; whole with -o FILE)");
    assert_eq!(shown(&auto(60), whole), "(40 rows)");
    assert_eq!(shown(&records(of(25)), whole), "(first 25 of 40 rows; whole with -o FILE)");
}

#[test]
fn a_number_is_never_cut_even_where_it_comes_late() {
    let schema = numbers(1).schema();
    let late = batch(vec![("n", Arc::new(Int64Array::from(vec![1_234_567_890_123_456_789])) as ArrayRef)]);
    let options = RenderOptions { width: Some(10), ..terminal(10) };
    let table = bytes(Format::Table, &options, &schema, &[numbers(10_000), late]);
    let table = String::from_utf8(table).unwrap();
    assert!(table.ends_with("\n 1234567890123456789\n(10001 rows)\n"), "{}", &table[table.len() - 60..]);
}

#[test]
fn records_of_every_type() {
    snapshot("records", &text(Format::Table, &records(terminal(60)), &every_type()));
}
