//! The same report twice is the same bytes, whatever the number of threads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use smsql::output::Format;
use smsql::report::Catalogue;

use crate::workspace::Workspace;

/// Every file below a folder, or the file itself, with its bytes.
fn contents(path: &Path) -> BTreeMap<String, Vec<u8>> {
    if path.is_file() {
        return BTreeMap::from([(String::new(), std::fs::read(path).unwrap())]);
    }
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

#[test]
fn two_runs_give_the_same_bytes_in_every_format() {
    let work = Workspace::demo();
    for format in Format::ALL {
        let run = |threads: &str| {
            let to = format!("{format}-{threads}");
            work.run(&["report", "campaign_report", "--format", format.name(), "-o", &to, "--threads", threads]).ok();
            contents(&work.path(&to))
        };
        let (one, four) = (run("1"), run("4"));
        assert!(!one.is_empty() && one.values().all(|bytes| !bytes.is_empty()), "{format}");
        assert!(one == four, "{format} differs between runs");
    }
}

#[test]
fn a_folder_has_a_file_for_each_section() {
    let work = Workspace::demo();
    work.run(&["report", "status_summary", "--format", "csv", "-o", "out/"]).ok();
    let catalogue = Catalogue::new([]).unwrap();
    let sections = catalogue.get("status_summary").unwrap().sections.iter();
    let files: Vec<_> = contents(&work.path("out")).into_keys().collect();
    let mut expected: Vec<_> = sections.map(|section| format!("{}.csv", section.name)).collect();
    expected.sort();
    assert_eq!(files, expected);
    assert!(work.read("out/summary.csv").starts_with("status,messages,percent,share_of\nsent,113,95.76,"));
}
