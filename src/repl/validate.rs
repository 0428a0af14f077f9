//! Whether Enter runs what was typed, or begins another line of it.

use reedline::{ValidationResult, Validator};

use super::input::{Part, Stretch, parts, stretches};

/// Says that a buffer is complete when nothing is left open at its end: it is empty, ends in a `\command`, or in the `;`
/// of a statement.
#[derive(Debug, Clone, Copy, Default)]
pub struct InputValidator;

impl Validator for InputValidator {
    fn validate(&self, line: &str) -> ValidationResult {
        if is_complete(line) || command_of(line).is_some() {
            ValidationResult::Complete
        } else {
            ValidationResult::Incomplete
        }
    }
}

/// The command that a word means which people type who come from other shells.
pub(super) fn command_of(line: &str) -> Option<&'static str> {
    match line.trim().to_ascii_lowercase().as_str() {
        "exit" | "quit" => Some("q"),
        "help" | "?" => Some("?"),
        _ => None,
    }
}

/// Whether a text can run as it is.
pub fn is_complete(text: &str) -> bool {
    let is_in_comment = matches!(stretches(text).last(), Some(Stretch::Sql(tokens)) if tokens.last().is_some_and(|last| {
        last.is_open && text[last.range.clone()].starts_with("/*")
    }));
    !is_in_comment && !matches!(parts(text).last(), Some(Part::Statement { is_complete: false, .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_semicolon_or_a_command_ends_what_is_typed() {
        for complete in [
            "",
            "  ",
            "\n",
            "\\d",
            "\\d messages",
            "SELECT 1;",
            "SELECT 1; -- a",
            "SELECT 1; SELECT\n2;\n",
            "-- a",
            ";",
        ] {
            assert!(is_complete(complete), "{complete:?}");
        }
        for open in [
            "SELECT 1",
            "SELECT 1;\nSELECT 2",
            "SELECT 1\n\n\n",
            "SELECT ';",
            "SELECT 1 -- ;",
            "SELECT 1 /* ;",
            "SELECT 1; /* why",
            "/* why;",
            "SELECT \";",
            "SELECT $$;",
            "SELECT (1;",
            "\\x on\nSELECT 1",
        ] {
            assert!(!is_complete(open), "{open:?}");
        }
    }
}
