//! A file appears whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::{Error, Result};

/// The temporary files there are, for who ends the process while they are being written; none any more when that has
/// happened.
static UNFINISHED: Mutex<Option<Vec<PathBuf>>> = Mutex::new(Some(Vec::new()));

/// Removes the temporary files of everything that is being written: for the end of a process that cannot wait for those
/// who write. From then on no file can be begun.
pub fn discard_unfinished() {
    for temporary in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).take().into_iter().flatten() {
        // Nobody is left to tell; the name says what it is.
        let _ = fs::remove_file(temporary);
    }
}

/// A file being written beside its final place, which [`AtomicFile::commit`] moves there. Dropped before that, it
/// leaves nothing behind and an older file of that name untouched.
///
/// A path that names something other than a file (`/dev/null`, a named pipe) is written directly.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    /// Where it is to appear, as it was asked for; errors name it.
    path: PathBuf,
    /// The temporary file and the place it moves to; none where the path is written directly, or when it is done.
    pending: Option<(PathBuf, PathBuf)>,
}

impl AtomicFile {
    /// Creates the temporary file in the folder of `path`, so that a path that cannot be written fails before the work.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let failed = |source: io::Error| Error::storage(format!("cannot write {}", path.display()), source);

        // A link stays a link: what it leads to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let existing = fs::metadata(&target).ok();
        if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
            let file = OpenOptions::new().write(true).open(&target).map_err(failed)?;
            return Ok(Self { file, path: path.to_owned(), pending: None });
        }
        let Some(name) = target.file_name() else {
            return Err(Error::invalid(path.display(), "this is not the name of a file"));
        };
        let temporary = target.with_file_name(temporary_name(&name.to_string_lossy()));
        let file = {
            let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
            let unfinished = unfinished.as_mut().ok_or(Error::Cancelled)?;
            let file = OpenOptions::new().write(true).create_new(true).open(&temporary).map_err(failed)?;
            unfinished.push(temporary.clone());
            file
        };
        let this = Self { file, path: path.to_owned(), pending: Some((temporary, target)) };
        if let Some(existing) = existing {
            this.file.set_permissions(existing.permissions()).map_err(failed)?;
        }
        Ok(this)
    }

    /// Where the bytes go; give it to [`super::sink`].
    pub fn writer(&self) -> Result<Box<dyn Write + Send>> {
        let file = self.file.try_clone().map_err(|source| self.failed(source))?;
        Ok(Box::new(file))
    }

    /// Makes the file appear under its name, after its bytes have reached the disk.
    pub fn commit(mut self) -> Result<()> {
        let Some((temporary, target)) = self.pending.take() else { return Ok(()) };
        let moved = self.file.sync_all().and_then(|()| fs::rename(&temporary, &target));
        if let Err(source) = moved {
            self.pending = Some((temporary, target)); // so that dropping it cleans up
            return Err(self.failed(source));
        }
        finished(&temporary);
        // The name is on disk once its folder is. Not every file system lets a folder be synced; the file is there.
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::storage(format!("cannot write {}", self.path.display()), source)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some((temporary, _)) = self.pending.take() {
            finished(&temporary);
            // Nobody is left to tell; the name says what it is.
            let _ = fs::remove_file(temporary);
        }
    }
}

fn finished(temporary: &Path) {
    if let Some(unfinished) = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        unfinished.retain(|path| path != temporary);
    }
}

/// A hidden name of its own beside `name`, short enough wherever `name` itself is.
fn temporary_name(name: &str) -> String {
    let start: String = name.chars().take(32).collect();
    format!(".{start}.{}.tmp", Uuid::new_v4().simple())
}
