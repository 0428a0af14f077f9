//! What was typed, or stands in a file: statements that end in `;`, and lines that begin with `\`.

use crate::limits::STATEMENT_BYTES_MAX;
use crate::session::is_complete;
use crate::{Error, Result};

/// A part of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A `\command`, without the `\`.
    Command(String),
    /// Text up to a `;`, or up to the end of the input. Lines before it are empty, so that places in it are those in
    /// the whole.
    Sql(String),
}

/// The parts of a text in order.
///
/// # Errors
/// [`Error::Limit`] where it is too long.
pub(super) fn pieces(name: &str, text: &str) -> Result<Vec<Piece>> {
    if text.len() > STATEMENT_BYTES_MAX {
        let message = format!("{name} has {} bytes, at most {STATEMENT_BYTES_MAX} are read", text.len());
        return Err(Error::Limit { limit: "STATEMENT_BYTES_MAX", message });
    }
    let (mut pieces, mut sql, mut line_of_sql) = (Vec::new(), String::new(), 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if sql.trim().is_empty() {
            sql.clear();
            line_of_sql = number;
            if let Some(command) = line.trim_start().strip_prefix('\\') {
                pieces.push(Piece::Command(command.trim_end().to_owned()));
                continue;
            }
        }
        sql.push_str(line);
        if line.contains(';') && is_complete(&sql) {
            pieces.push(Piece::Sql("\n".repeat(line_of_sql) + &sql));
            sql.clear();
        }
    }
    if !sql.trim().is_empty() {
        pieces.push(Piece::Sql("\n".repeat(line_of_sql) + &sql));
    }
    Ok(pieces)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_a_line_and_a_statement_ends_in_a_semicolon() {
        let text = "\\set day=2025-03-04\nSELECT 1;\n\n  \\d messages  \nSELECT ';\n\\q' AS a,\n 2\n; SELECT 3\n";
        let pieces = pieces("a.sql", text).unwrap();
        assert_eq!(
            pieces,
            [
                Piece::Command("set day=2025-03-04".to_owned()),
                Piece::Sql("\nSELECT 1;\n".to_owned()),
                Piece::Command("d messages".to_owned()),
                Piece::Sql("\n\n\n\nSELECT ';\n\\q' AS a,\n 2\n; SELECT 3\n".to_owned()),
            ]
        );
    }

    #[test]
    fn more_than_is_read_is_refused() {
        let error = pieces("a.sql", &" ".repeat(STATEMENT_BYTES_MAX + 1)).unwrap_err();
        assert!(error.to_string().contains("STATEMENT_BYTES_MAX"), "{error}");
    }
}
