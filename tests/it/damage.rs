//! Stores with damaged objects: every error names the object, and no result is silently a part of the truth.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use smsql::store::Store;

use crate::place::{Contents, Place, text};

/// A store of this many landings of ten events each.
fn store(landings: usize) -> Place {
    let place = Place::local();
    let files: Vec<PathBuf> =
        (0..landings).map(|at| place.file(&format!("{at}"), text(at * 10..at * 10 + 10, Some(10)))).collect();
    place.land(&files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    place
}

const ALL: &str = "select * from events";

/// Runs a command that must fail, and say all of `words`.
fn fails(place: &Place, arguments: &[&str], words: &[&str]) {
    let output = place.command(arguments).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?} {words:?}: {message}");
    assert!(words.iter().all(|word| message.contains(word)), "{words:?} are not in: {message}");
    assert!(!message.contains("panicked") && !message.contains("internal error"), "{message}");
    assert!(message.lines().count() == 1, "not for people: {message}");
}

fn entry(version: usize) -> String {
    format!("events/_delta_log/{version:020}.json")
}

fn files(place: &Place, folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        Path::new(&place.store).join(folder).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// Log entries that lost their end, all of their content, or themselves.
#[test]
fn a_damaged_log_entry_is_named() {
    let place = store(3);
    for version in 1..=3 {
        let path = Path::new(&place.store).join(entry(version));
        let whole = std::fs::read(&path).unwrap();
        let line_ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
        let cuts: Vec<usize> = match version {
            // Every line lost from the end, with and without its line end.
            2 => line_ends.flat_map(|at| [at, at + 1]).chain([0, 1, 100, whole.len() - 1]).collect(),
            _ => vec![0, whole.len() / 2],
        };
        for cut in cuts {
            std::fs::write(&path, &whole[..cut]).unwrap();
            fails(&place, &["sql", ALL], &[&entry(version), "damaged"]);
        }
        let file = place.file("more", text(500..501, None));
        fails(&place, &["land", "smsql/event", file.to_str().unwrap()], &[&entry(version), "damaged"]);
        std::fs::write(&path, &whole).unwrap();
    }
    std::fs::remove_file(Path::new(&place.store).join(entry(2))).unwrap();
    fails(&place, &["sql", ALL], &[&entry(1), &entry(3), "gap"]);
}

#[test]
fn a_damaged_checkpoint_is_named() {
    let place = store(10);
    let checkpoint = Path::new(&place.store).join("events/_delta_log/00000000000000000009.checkpoint.parquet");
    let whole = std::fs::read(&checkpoint).unwrap();
    std::fs::write(&checkpoint, &whole[..whole.len() - 1]).unwrap();
    fails(&place, &["sql", ALL], &["00000000000000000009.checkpoint.parquet"]);
    std::fs::write(&checkpoint, &whole).unwrap();
    // This one is only a hint, and without both the entries tell everything.
    let last = Path::new(&place.store).join("events/_delta_log/_last_checkpoint");
    std::fs::write(&last, "{").unwrap();
    assert_eq!(place.query(ALL).len(), 100);
    std::fs::remove_file(&last).unwrap();
    std::fs::remove_file(&checkpoint).unwrap();
    assert_eq!(place.query(ALL).len(), 100);
}

/// Files of the log that are gone, cut short, or not Parquet: for who queries and for who lands the same events.
#[test]
fn a_damaged_file_is_named() {
    let place = store(2);
    let path = files(&place, "events/record=event").remove(0);
    let whole = std::fs::read(&path).unwrap();
    let length = whole.len();
    let again = place.file("again", text((0..20).chain(600..601), None));
    let land = ["land", "smsql/event", again.to_str().unwrap()];
    std::fs::remove_file(&path).unwrap();
    fails(&place, &["sql", ALL], &[name(&path)]);
    fails(&place, &land, &[name(&path)]);
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        bytes
    };
    for bytes in [Vec::new(), whole[..length / 2].to_vec(), whole[..length - 1].to_vec(), flipped(length - 1)] {
        std::fs::write(&path, bytes).unwrap();
        fails(&place, &["sql", ALL], &[name(&path)]);
        fails(&place, &land, &[name(&path)]);
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(place.query(ALL).len(), 20);
    assert_eq!(place.query("select * from landings").len(), 2);
    let said = place.land(&[&again]);
    assert!(said.contains("21 rows read, 1 landed, 20 duplicate"), "{said}");
}

/// Any byte of a Parquet footer flipped: an error that names the file, or no harm. Never a panic, never fewer rows.
#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_of_a_footer_is_noticed_or_does_no_harm() {
    let place = store(1);
    let store = Store::open(&place.store).await.unwrap();
    let right = Contents::of(&store).await;
    let path = files(&place, "events/record=event").remove(0);
    let whole = std::fs::read(&path).unwrap();
    let length = u32::from_le_bytes(whole[whole.len() - 8..whole.len() - 4].try_into().unwrap()) as usize;
    let footer = whole.len() - 8 - length..whole.len() - 8;
    let mut failures = Vec::new();
    for at in footer.step_by(53) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, bytes).unwrap();
        let store = store.clone();
        let outcome = tokio::spawn(async move { Contents::read(&store).await }).await;
        match outcome {
            Ok(Ok(read)) if read == right => {}
            // What decodes pages says what is wrong and not where.
            Ok(Err(error)) if error.to_string().contains("Parquet argument error") => {}
            Ok(Err(error)) if error.to_string().contains(name(&path)) => {}
            Ok(Ok(read)) => failures.push(format!("byte {at}: other results, {}", read.counts())),
            Ok(Err(error)) => failures.push(format!("byte {at}: {error}")),
            Err(error) => failures.push(format!("byte {at}: {error}")),
        }
    }
    assert!(failures.is_empty(), "{}\n{}", failures.len(), failures.join("\n"));
}
