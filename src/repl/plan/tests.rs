//! What the tree of a profile looks like.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use super::*;
use crate::session::Pruned;

fn operator(
    name: &str,
    engine_name: &str,
    rows: u64,
    micros: u64,
    details: &[&str],
    inputs: Vec<Operator>,
) -> Operator {
    Operator {
        name: name.to_owned(),
        engine_name: engine_name.to_owned(),
        details: details.iter().map(|detail| (*detail).to_owned()).collect(),
        rows: Some(rows),
        time: Some(Duration::from_micros(micros)),
        output_bytes: Some(rows * 1000),
        inputs,
        ..Operator::default()
    }
}

/// A join of two scans, of which one is filtered: 1 ms in all.
fn profile() -> Profile {
    let events = Operator {
        scanned_bytes: Some(1_500_000),
        pruned: vec![
            Pruned { what: "files", pruned: 3, of: 8 },
            Pruned { what: "row groups", pruned: 1_000, of: 1_001 },
        ],
        ..operator("scan events", "DataSourceExec", 12_345, 600, &["5 files in 4 groups", "columns kind"], vec![])
    };
    let filter = operator("filter", "FilterExec", 700, 90, &["kind = 'status'"], vec![events]);
    let codes = Operator {
        rows: None,
        time: None,
        output_bytes: None,
        ..operator("scan status_codes", "DataSourceExec", 0, 0, &[], vec![])
    };
    let join = Operator {
        spilled_bytes: 2_000_000_000,
        ..operator("hash join", "HashJoinExec", 3, 300, &["inner on a = b"], vec![filter, codes])
    };
    Profile {
        root: operator("sort", "SortExec", 3, 10, &["by \u{1b}[2Ja"], vec![join]),
        rows: 3,
        planning: Duration::from_millis(2),
        execution: Duration::from_millis(10),
        peak_memory_bytes: 4_000_000,
    }
}

fn shown(width: usize) -> String {
    render(&profile(), PlanOptions { width: Some(width), styled: false })
}

#[test]
fn a_tree_has_its_figures_beside_it_and_its_totals_below() {
    let expected = "\
\x20                                                 rows     time  share            output
┌ sort  SortExec                                     3  10.0 µs    1 %            3.0 kB
│   by \\x1B[2Ja
├ hash join  HashJoinExec                            3   300 µs   30 % ██▍        3.0 kB ◀
│   inner on a = b
│   2.0 GB spilled to disk
├─┬ filter  FilterExec                             700  90.0 µs    9 % ▋          700 kB
│ │   kind = 'status'
│ └ scan events  DataSourceExec                 12,345   600 µs   60 % ████▊     12.3 MB ◀
│     5 files in 4 groups
│     columns kind
│     1.5 MB read, 3 of 8 files left out, 1,000 of 1,001 row groups left out
└── scan status_codes  DataSourceExec

3 rows in 12.0 ms: 2.0 ms to plan, 10.0 ms to run
1.0 ms of computing on all cores, 1.5 MB read, 2.0 GB spilled to disk, 4.0 MB of memory at
most
";
    assert_eq!(shown(90), expected);
}

#[test]
fn it_fits_the_terminal_and_leaves_out_what_is_least_missed() {
    for width in 40..160 {
        let text = shown(width);
        let longest = text.lines().map(|line| line.width()).max().unwrap();
        assert!(longest <= width, "{longest} > {width}:\n{text}");
        assert!(text.contains("12,345") && text.contains("kind = 'status'"), "{text}");
    }
    let header = |width| shown(width).lines().next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(header(80), "rows time share output");
    assert_eq!(header(64), "rows time share");
    assert_eq!(header(50), "rows time");
    assert_eq!(header(40), "rows");
}

#[test]
fn type_is_the_only_difference_that_styles_make() {
    let styled = render(&profile(), PlanOptions { width: Some(90), styled: true });
    assert!(styled.contains("\u{1b}[1mscan events\u{1b}[0m"), "{styled:?}");
    let marks = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert_eq!(marks.replace_all(&styled, ""), shown(90));
}

#[test]
fn an_operator_alone_or_without_figures_is_shown_too() {
    let root = Operator { name: "my fancy".to_owned(), engine_name: "MyFancyExec".to_owned(), ..Operator::default() };
    let profile = Profile { root, rows: 1, ..profile() };
    let text = render(&profile, PlanOptions::default());
    assert!(text.contains("\n─ my fancy  MyFancyExec\n"), "{text}");
    assert!(text.contains("\n1 row in 12.0 ms"), "{text}");
}

#[test]
fn endless_details_say_what_is_left_out() {
    let words = vec!["condition"; 2_000].join(" AND ");
    let root = operator("filter", "FilterExec", 1, 1, &[&words], vec![]);
    let text = render(&Profile { root, ..profile() }, PlanOptions { width: Some(100), styled: false });
    assert!(text.lines().count() < 15 && text.contains(" more lines\n"), "{text}");
}
