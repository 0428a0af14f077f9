//! Files that appear whole or not at all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use smsql::output::{AtomicFile, Format, Sink, sink};

use super::fixtures::{numbers, plain};

fn names(folder: &tempfile::TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");

    let file = AtomicFile::create(&path).unwrap();
    let mut sink = sink(Format::Csv, file.writer().unwrap(), plain());
    sink.begin(&numbers(1).schema()).unwrap();
    assert!(!path.exists());
    drop((sink, file));
    assert_eq!(names(&folder), Vec::<String>::new());

    let file = AtomicFile::create(&path).unwrap();
    write_numbers(&file, 2);
    assert!(!path.exists());
    file.commit().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "n\n1\n2\n");
    assert_eq!(names(&folder), ["out.csv"]);

    // A failure leaves the older file, a success replaces it.
    let file = AtomicFile::create(&path).unwrap();
    write_numbers(&file, 1);
    drop(file);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "n\n1\n2\n");
    let file = AtomicFile::create(&path).unwrap();
    write_numbers(&file, 1);
    file.commit().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "n\n1\n");
    assert_eq!(names(&folder), ["out.csv"]);
}

fn write_numbers(file: &AtomicFile, count: i64) {
    let mut sink: Box<dyn Sink> = sink(Format::Csv, file.writer().unwrap(), plain());
    sink.begin(&numbers(1).schema()).unwrap();
    sink.batch(&numbers(count)).unwrap();
    sink.finish().unwrap();
}

#[test]
fn a_commit_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let file = AtomicFile::create(&path).unwrap();
    std::fs::create_dir(&path).unwrap(); // a folder took the name meanwhile
    let error = file.commit().unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot write {}: ", path.display())), "{error}");
    assert_eq!(names(&folder), ["out.csv"]);
}

#[test]
fn a_path_that_cannot_be_written_fails_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("no/such/folder/out.csv"), folder.path().to_owned(), folder.path().join("..")] {
        let error = AtomicFile::create(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write {}: ", path.display())), "{error}");
    }
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn links_devices_and_permissions_survive() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (real, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
    std::fs::write(&real, "old").unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    let file = AtomicFile::create(&link).unwrap();
    write_numbers(&file, 1);
    file.commit().unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&real).unwrap(), "n\n1\n");
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);

    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    let file = AtomicFile::create(&pipe).unwrap();
    write_numbers(&file, 1);
    file.commit().unwrap();
    assert_eq!(reader.join().unwrap(), "n\n1\n");
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
}
