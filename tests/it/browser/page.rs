//! What a page of HTML says, without a browser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::documents::{Filled, batch, hostile, hundredths, integers, minutes, report, texts};
use smsql::output::RenderOptions;
use smsql::output::document::{Chart, ChartKind, DocumentSection};

#[test]
fn the_bytes_depend_on_the_rows_alone() {
    for filled in [report(), hostile()] {
        let whole = filled.html(&RenderOptions::default());
        for size in [1, 7, 1_000] {
            assert!(filled.in_batches_of(size).html(&RenderOptions::default()) == whole, "in batches of {size}");
        }
    }
}

fn section(name: &str, chart: Option<Chart>) -> DocumentSection {
    DocumentSection { name: name.into(), title: name.into(), chart, ..DocumentSection::default() }
}

fn bars(label: &str, value: &str) -> Option<Chart> {
    Some(Chart { kind: ChartKind::Bars, label: label.into(), values: vec![value.into()] })
}

#[test]
fn what_is_left_out_is_said() {
    let mut filled = Filled::new("many", "Many", "");
    filled.document.sections.push(section("many", bars("n", "n")));
    filled.rows.push(vec![batch(vec![("n", integers(0..100_003))])]);
    let html = filled.html(&RenderOptions::default());
    assert!(html.contains("<strong>3 rows more are not on this page</strong>: it holds the first 100,000 of 100,003."));
    assert_eq!(html.matches("<tr><td").count(), 100_000);
    assert!(html.contains("Drawn from the first 40 rows; the table has all."));
    assert!(html.contains(">25 of </span>100,003 rows<"));
}

#[test]
fn a_chart_without_anything_to_draw_is_a_sentence() {
    let rows =
        |values: Vec<Option<i128>>| batch(vec![("l", texts(vec!["a"; values.len()])), ("v", hundredths(values))]);
    for (values, sentence) in [
        (vec![], "No chart: there are no rows."),
        (vec![None, None], "No chart: no row has a value."),
        (vec![Some(0), None], "No chart: every value is zero."),
    ] {
        let mut filled = Filled::new("d", "D", "");
        filled.document.sections.push(section("s", bars("l", "v")));
        filled.rows.push(vec![rows(values)]);
        let html = filled.html(&RenderOptions::default());
        assert!(html.contains(sentence) && !html.contains("<figure"), "{sentence}");
    }
}

#[test]
fn a_chart_of_columns_that_are_not_there_is_an_error() {
    let mut filled = Filled::new("d", "D", "");
    filled.document.sections.push(section("s", bars("l", "nothing")));
    let batch = batch(vec![("l", texts(["a"]))]);
    let mut sink = super::documents::html(Box::new(std::io::sink()), filled.document, RenderOptions::default());
    assert!(sink.begin_section(&batch.schema()).unwrap_err().to_string().contains("nothing"));
}

#[test]
fn a_small_page_is_as_it_was() {
    let mut filled = Filled::new("small", "A small report", "Shares of `sent`.");
    filled.document.version = 7;
    filled.document.facts.push(("store".into(), "./smsql-demo".into()));
    let mut described = section("rates", Some(Chart { kind: ChartKind::Shares, ..bars("rate", "messages").unwrap() }));
    described.columns = vec![("messages".into(), "Messages, `sent` or not.".into())];
    filled.document.sections.push(described);
    filled.document.sections.push(section("times", None));
    filled.rows.push(vec![batch(vec![
        ("rate", texts(["delivered", "failed <b>"])),
        ("messages", integers([1_500, 500])),
        ("of_all_percent", hundredths([Some(7_500), None])),
    ])]);
    filled
        .rows
        .push(vec![batch(vec![("at", minutes([Some(61), None])), ("text", texts(["two\nlines", "\u{202e}x"]))])]);
    let html = filled.html(&RenderOptions::default());
    // The style and the script are files of their own, and the policy has their hashes.
    let mut shown = String::new();
    let mut skip = false;
    for line in html.lines() {
        skip &= !line.contains("</style>") && !line.contains("</script>");
        if !skip && !line.contains("Content-Security-Policy") {
            shown.push_str(line);
            shown.push('\n');
        }
        skip |= line.starts_with("<style>") || line.starts_with("<script>");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("html_page", shown));
}
