//! Completion of file names: one folder is listed, the one that is typed.

use std::path::Path;

use super::candidate::{Candidate, Rank};
use crate::limits::FOLDER_ENTRIES_MAX;

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// What there is in a folder; nothing, if it cannot be read. The current one where the path is empty.
pub fn entries(folder: &Path) -> Vec<Entry> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(found) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<Entry> = found
        .take(FOLDER_ENTRIES_MAX)
        .filter_map(|entry| {
            let entry = entry.ok()?;
            // Names that are no text cannot be typed either.
            let name = entry.file_name().into_string().ok()?;
            let is_folder = std::fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
            Some(Entry { name, is_folder })
        })
        .collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}

/// The paths that go on from what is typed. Hidden ones only where a `.` is typed.
pub(super) fn candidates(typed: &str, list: &dyn Fn(&Path) -> Vec<Entry>) -> Vec<Candidate<'static>> {
    let (folder, name) = typed.rsplit_once('/').map_or(("", typed), |(folder, name)| (&typed[..=folder.len()], name));
    let is_shown = |entry: &Entry| !entry.name.starts_with('.') || name.starts_with('.');
    let found = list(Path::new(folder)).into_iter().filter(is_shown);
    found
        .map(|entry| {
            let (end, about) = if entry.is_folder { ("/", "folder") } else { ("", "") };
            Candidate::new(Rank::Near, format!("{folder}{}{end}", entry.name), about)
        })
        .collect()
}
