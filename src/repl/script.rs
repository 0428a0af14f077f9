//! SQL that stands in a file or comes by standard input.

use std::io::Read;
use std::path::Path;

use crate::limits::STATEMENT_BYTES_MAX;
use crate::{Error, Result};

/// What a file is called in errors, and its text.
pub fn read_file(path: &Path) -> Result<(String, String)> {
    let place = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| Error::storage(format!("cannot read {place}"), error))?;
    let text = read(file, &place)?;
    Ok((place, text))
}

/// Reads text, a little more of it than is allowed, so that the limit is noticed without reading all.
pub fn read(from: impl Read, place: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let read = from.take(STATEMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::storage(format!("cannot read {place}"), error))?;
    if bytes.len() > STATEMENT_BYTES_MAX {
        let message = format!("{place} has more than {STATEMENT_BYTES_MAX} bytes of SQL");
        return Err(Error::Limit { limit: "STATEMENT_BYTES_MAX", message });
    }
    // Editors on Windows put a mark before the text.
    let text = String::from_utf8(bytes).map_err(|_| Error::invalid(place, "the SQL is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}
