//! The shell's history: a file of its own in the state folder, readable by its owner only, and without secrets.

use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use reedline::{
    FileBackedHistory, History, HistoryItem, HistoryItemId, HistorySessionId, ReedlineError, ReedlineErrorVariants,
    SearchQuery,
};

use super::secrets::holds_secret;
use crate::limits::{HISTORY_ENTRIES_MAX, HISTORY_ENTRY_BYTES_MAX};
use crate::{Error, Result};

/// Where the history is: `smsql/history` below the XDG state folder.
pub(super) fn default_path() -> Option<PathBuf> {
    let folders = etcetera::base_strategy::Xdg::new().ok()?;
    Some(folders.state_dir()?.join("smsql").join("history"))
}

/// A history in a file, which is made if it is not there.
///
/// # Errors
/// [`Error::Storage`] where it cannot be made or read.
pub(super) fn open(path: &Path) -> Result<Box<dyn History>> {
    let failed = |error: io::Error| Error::storage(format!("cannot keep the history in {}", path.display()), error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    make_private(path).map_err(failed)?;
    let file = FileBackedHistory::with_file(HISTORY_ENTRIES_MAX, path.to_owned());
    let file = file.map_err(|error| failed(io::Error::other(error.to_string())))?;
    Ok(Box::new(WithoutSecrets(file)))
}

/// Makes the file with rights for its owner only, before anything is written to it.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Keeps what holds no secret.
struct WithoutSecrets(FileBackedHistory);

type Done<T> = std::result::Result<T, ReedlineError>;

impl History for WithoutSecrets {
    fn save(&mut self, item: HistoryItem) -> Done<HistoryItem> {
        let line = &item.command_line;
        // A blank before a line keeps it to oneself, as in bash.
        if line.starts_with(' ') || line.len() > HISTORY_ENTRY_BYTES_MAX || holds_secret(line) {
            return Ok(item);
        }
        self.0.save(item)
    }

    fn load(&self, id: HistoryItemId) -> Done<HistoryItem> {
        self.0.load(id)
    }

    fn count(&self, query: SearchQuery) -> Done<i64> {
        self.0.count(query)
    }

    fn search(&self, query: SearchQuery) -> Done<Vec<HistoryItem>> {
        self.0.search(query)
    }

    fn update(&mut self, id: HistoryItemId, updater: &dyn Fn(HistoryItem) -> HistoryItem) -> Done<()> {
        self.0.update(id, updater)
    }

    fn clear(&mut self) -> Done<()> {
        self.0.clear()
    }

    fn delete(&mut self, _: HistoryItemId) -> Done<()> {
        Err(ReedlineError(ReedlineErrorVariants::OtherHistoryError("entries of a file are not deleted one by one")))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }

    fn session(&self) -> Option<HistorySessionId> {
        self.0.session()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use reedline::SearchDirection;

    use super::*;

    #[test]
    fn what_is_kept_is_private_and_without_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state").join("history");
        let mut history = open(&path).unwrap();
        let lines = [
            "SELECT 1;",
            " SELECT 'to myself';",
            "SELECT * FROM\n  events;",
            "\\set password=hunter2",
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 's3://b' OPTIONS (aws.secret_access_key 'abc');",
        ];
        for line in lines {
            history.save(HistoryItem::from_command_line(line)).unwrap();
        }
        history.sync().unwrap();
        let again = open(&path).unwrap();
        let kept = again.search(SearchQuery::everything(SearchDirection::Forward, None)).unwrap();
        let kept: Vec<_> = kept.into_iter().map(|item| item.command_line).collect();
        assert_eq!(kept, ["SELECT 1;", "SELECT * FROM\n  events;"]);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
