//! Tables: what is left out is said, what is wide is made to fit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use smsql::output::{Format, RenderOptions};

use super::fixtures::{NOON, batch, bytes, decimals, micros, numbers, plain, snapshot, terminal, text};

#[test]
fn a_table_on_a_terminal_says_how_many_rows_it_leaves_out() {
    let options = RenderOptions { rows_max: Some(2), ..terminal(80) };
    assert_eq!(text(Format::Table, &options, &numbers(2)), " n\n───\n 1\n 2\n(2 rows)\n");
    assert_eq!(text(Format::Table, &options, &numbers(1)), " n\n───\n 1\n(1 row)\n");
    let schema = numbers(1).schema();
    let table = bytes(Format::Table, &options, &schema, &[numbers(1), numbers(3), numbers(3)]);
    assert_eq!(String::from_utf8(table).unwrap(), " n\n───\n 1\n 1\n(first 2 of 7 rows)\n");
}

#[test]
fn a_table_elsewhere_is_whole() {
    // More rows than column widths are taken from: the rest streams, a longer value runs over.
    let options = RenderOptions { rows_max: Some(2), width: Some(5), ..plain() };
    let table = text(Format::Table, &options, &numbers(10_001));
    assert_eq!(table.lines().count(), 2 + 10_001 + 1);
    assert!(table.ends_with(" 10000\n 10001\n(10001 rows)\n"));
    let long = "x".repeat(1000);
    let wide = batch(vec![
        ("a", Arc::new(StringArray::from(vec![long.as_str(), "y"])) as ArrayRef),
        ("b", Arc::new(StringArray::from(vec!["1", "2"]))),
    ]);
    let table = text(Format::Table, &options, &wide);
    assert!(table.contains(&format!(" {long} │ 1\n")));
    assert!(table.contains(&format!(" y{} │ 2\n", " ".repeat(199))));
}

#[test]
fn a_table_fits_the_terminal() {
    use unicode_width::UnicodeWidthStr;
    let text_column = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    let wide = batch(vec![
        ("id", text_column("SM00000000000000000000000000000001")),
        ("cost", Arc::new(decimals(vec![Some(123_456_789_012_345)], 18, 8))),
        ("body", text_column(&"你好 ".repeat(40))),
        ("at", Arc::new(micros(vec![Some(NOON)]).with_timezone("UTC"))),
        ("short", text_column("x")),
    ]);
    let mut all = String::new();
    for width in [200, 100, 80, 60, 40, 20, 5, 1, 0] {
        let table = text(Format::Table, &terminal(width), &wide);
        for line in table.lines().filter(|line| !line.starts_with('(')) {
            assert!(line.width() <= width.max(3), "{width}: {line}");
        }
        all.push_str(&format!("{width}\n{table}\n"));
    }
    snapshot("terminal_widths", &all);
}

#[test]
fn percentages_have_bars_where_there_is_room() {
    let percentages = batch(vec![
        ("name", Arc::new(StringArray::from(vec!["a", "b", "c", "d"])) as ArrayRef),
        ("percent", Arc::new(decimals(vec![Some(5_000), Some(10_000), None, Some(63)], 5, 2))),
        ("per_mille", Arc::new(decimals(vec![Some(5_000), Some(10_000), None, Some(63)], 5, 2))),
    ]);
    let drawn = |width| text(Format::Table, &RenderOptions { bars: true, ..terminal(width) }, &percentages);
    assert_eq!(
        drawn(80),
        " name │           percent │ per_mille\n\
         ──────┼───────────────────┼───────────\n \
         a    │  50.00 █████      │     50.00\n \
         b    │ 100.00 ██████████ │    100.00\n \
         c    │   NULL            │      NULL\n \
         d    │   0.63 ▏          │      0.63\n\
         (4 rows)\n"
    );
    // Fewer columns would be a worse table than one without bars.
    assert_eq!(drawn(38), drawn(80));
    assert_eq!(drawn(37), text(Format::Table, &terminal(37), &percentages));
    // A column of text that is called so has none.
    let words = batch(vec![("percent", Arc::new(StringArray::from(vec!["50"])) as ArrayRef)]);
    assert!(!text(Format::Table, &RenderOptions { bars: true, ..plain() }, &words).contains('█'));
}
