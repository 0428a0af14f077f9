//! What a workbook looks like, by the XML of its parts: frozen header, filter, data bars, notes, charts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use smsql::output::document::{Chart, ChartKind, Document, DocumentSection};
use smsql::output::{Format, RenderOptions};

use super::fixtures::{HALF_PAST_ONE, document, london, rows, write};
use super::parts::parts;
use crate::output::fixtures::{batch, bodies, bytes, micros, plain};

fn small() -> BTreeMap<String, String> {
    parts(&write(Format::Xlsx, &london(), document(), &rows()).unwrap()["all"])
}

#[track_caller]
fn holds(part: &str, xml: &str) {
    assert!(part.contains(xml), "no {xml} in\n{part}");
}

#[test]
fn sheets_have_a_frozen_header_a_filter_and_widths() {
    let parts = small();
    for (sheet, range) in [(2, "A1:D6"), (3, "A1:C4"), (4, "A1:L5"), (5, "A1:B1")] {
        let xml = &parts[&format!("xl/worksheets/sheet{sheet}.xml")];
        holds(xml, r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#);
        holds(xml, &format!(r#"<autoFilter ref="{range}"/>"#));
        holds(xml, "<cols>");
        assert!(!xml.contains("<f>"), "no cell is a formula");
        assert!(!xml.contains("<hyperlink"), "no cell is a link");
    }
}

#[test]
fn percentages_have_data_bars_from_0_to_100() {
    let rates = &small()["xl/worksheets/sheet2.xml"];
    holds(rates, r#"<conditionalFormatting sqref="D2:D6">"#);
    holds(rates, r#"<dataBar><cfvo type="num" val="0"/><cfvo type="num" val="100"/>"#);
    assert_eq!(rates.matches("<conditionalFormatting ").count(), 1);
    // Without rows there is nothing to draw.
    assert!(!small()["xl/worksheets/sheet5.xml"].contains("conditionalFormatting"));
}

#[test]
fn headers_carry_the_definitions_as_notes() {
    let parts = small();
    holds(&parts["xl/comments1.xml"], "What delivered_percent is.");
    // A time says its zone, also where nobody defined the column.
    holds(&parts["xl/comments2.xml"], "What day is. Local time of Europe/London.");
    holds(&parts["xl/comments3.xml"], "Local time of Europe/London.");
}

#[test]
fn the_document_has_no_date_of_its_own() {
    let parts = small();
    let core = &parts["docProps/core.xml"];
    holds(core, "<dc:title>Reception statistics *2025*</dc:title>");
    assert_eq!(core.matches("2000-01-01T00:00:00Z").count(), 2, "{core}");
}

#[test]
fn charts_are_native_and_carry_their_data() {
    let parts = small();
    let bars = &parts["xl/charts/chart1.xml"];
    holds(bars, r#"<c:barDir val="bar"/>"#);
    holds(bars, "<c:f>rates!$A$2:$A$6</c:f>");
    holds(bars, "<c:f>rates!$D$2:$D$6</c:f>");
    holds(bars, "<c:v>97.12</c:v>");
    holds(bars, "<a:t>Reception rates</a:t>");
    // The first row is at the top, and the bars grow from the left.
    let axis = |name: &str| bars.split(&format!("<c:{name}>")).nth(1).unwrap().split("</c:scaling>").next().unwrap();
    holds(axis("catAx"), r#"<c:orientation val="maxMin"/>"#);
    holds(axis("valAx"), r#"<c:orientation val="minMax"/>"#);
    let timeline = &parts["xl/charts/chart2.xml"];
    holds(timeline, "<c:lineChart>");
    // Every label is a day of London, also after the clocks went back.
    holds(timeline, "<c:dateAx>");
    holds(timeline, "<c:f>daily!$C$2:$C$4</c:f>");
    // A section without rows has no chart.
    assert_eq!(parts.keys().filter(|name| name.starts_with("xl/charts/chart")).count(), 2);
}

#[test]
fn every_kind_of_chart_is_drawn() {
    let hours: Vec<Option<i64>> = (0..3).map(|hour| Some(HALF_PAST_ONE + hour * 3_600_000_000)).collect();
    let data = batch(vec![
        ("name", Arc::new(StringArray::from(vec!["a", "b", "c"])) as ArrayRef),
        ("hour", Arc::new(micros(hours).with_timezone("UTC"))),
        ("x", Arc::new(Int64Array::from(vec![5, 3, 2]))),
        ("y", Arc::new(Int64Array::from(vec![1, 2, 3]))),
    ]);
    let section = |kind, label: &str| DocumentSection {
        name: format!("{kind:?}"),
        title: format!("=A1! {kind:?}"),
        chart: Some(Chart { kind, label: label.into(), values: vec!["x".into(), "y".into()] }),
        ..DocumentSection::default()
    };
    let sections = vec![
        section(ChartKind::Bars, "name"),
        section(ChartKind::Funnel, "name"),
        section(ChartKind::Shares, "name"),
        section(ChartKind::Timeline, "hour"),
        section(ChartKind::Stacked, "hour"),
    ];
    let document = Document { sections, ..Document::default() };
    let rows: Vec<_> = (0..5).map(|_| (data.schema(), vec![data.clone()])).collect();
    let parts = parts(&write(Format::Xlsx, &plain(), document, &rows).unwrap()["all"]);
    let expected: [(&str, usize, &str); 5] = [
        (r#"<c:grouping val="clustered"/>"#, 2, "<c:f>Bars!$C$2:$C$4</c:f>"),
        (r#"<c:gapWidth val="20"/>"#, 2, "<c:f>Funnel!$D$2:$D$4</c:f>"),
        // A series for each row that shares the bar.
        (r#"<c:grouping val="percentStacked"/>"#, 3, "<c:f>Shares!$C$4:$D$4</c:f>"),
        ("<c:lineChart>", 2, "<c:f>Timeline!$B$2:$B$4</c:f>"),
        (r#"<c:grouping val="stacked"/>"#, 2, "<c:f>Stacked!$D$2:$D$4</c:f>"),
    ];
    for (number, (form, series, range)) in (1..).zip(expected) {
        let chart = &parts[&format!("xl/charts/chart{number}.xml")];
        holds(chart, form);
        holds(chart, range);
        assert_eq!(chart.matches("<c:ser>").count(), series, "{chart}");
        holds(chart, "<a:t>A1!  ");
        // Hours are finer than Excel's axis of dates.
        assert!(!chart.contains("<c:dateAx>"), "{chart}");
    }
}

#[test]
fn text_that_reads_like_a_formula_is_marked_as_text_if_guarded() {
    let styles = |formula_guard| {
        let options = RenderOptions { formula_guard, ..plain() };
        parts(&bytes(Format::Xlsx, &options, &bodies().schema(), &[bodies()]))["xl/styles.xml"].clone()
    };
    holds(&styles(true), r#"quotePrefix="1""#);
    assert!(!styles(false).contains("quotePrefix"));
}

#[test]
fn hostile_words_leave_the_xml_whole() {
    let mut hostile = document();
    let words = "\x1b[2J\"<&>]]>\u{0}\u{FFFE}\r\n!A1";
    hostile.title = words.into();
    hostile.description = words.into();
    hostile.facts.push((words.into(), words.into()));
    hostile.parameters[0].value = Some(words.repeat(5_000));
    for section in &mut hostile.sections {
        section.title = words.repeat(50);
        section.columns.iter_mut().for_each(|(_, definition)| *definition = words.repeat(2_000));
    }
    // `parts` looks at every one.
    let parts = parts(&write(Format::Xlsx, &london(), hostile, &rows()).unwrap()["all"]);
    assert!(parts.len() > 15);
}
