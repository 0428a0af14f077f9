//! What stands in the shell's buffer: `\commands`, each a line, and statements up to their `;`.

use std::ops::Range;

use crate::session::{Token, TokenKind, tokens};

/// A part of what was typed or pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A line that begins with `\` where a statement could begin, without blanks around it.
    Command(Range<usize>),
    /// A statement from its first word on, with its `;` if it has one.
    Statement {
        /// Where it stands, in bytes.
        range: Range<usize>,
        /// Whether it ends in `;` and leaves no bracket open.
        is_complete: bool,
    },
}

impl Part {
    /// Where it stands, in bytes.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Command(range) | Self::Statement { range, .. } => range.clone(),
        }
    }
}

/// A stretch of a buffer that is read as one.
pub(super) enum Stretch {
    /// The line of a command, from its `\` to before the line end.
    Command(Range<usize>),
    /// SQL, with its tokens; their places are those in the whole text.
    Sql(Vec<Token>),
}

/// The parts of a text, in order. Blanks and comments between them are no part.
pub fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for stretch in stretches(text) {
        match stretch {
            Stretch::Command(range) => {
                let line = text[range.clone()].trim_end();
                parts.push(Part::Command(range.start..range.start + line.len()));
            }
            Stretch::Sql(tokens) => statements(text, &tokens, &mut parts),
        }
    }
    parts
}

fn statements(text: &str, tokens: &[Token], parts: &mut Vec<Part>) {
    let mut rest = tokens;
    while !rest.is_empty() {
        let end = rest.iter().position(|token| is_end(text, token)).map_or(rest.len(), |at| at + 1);
        let (statement, after) = rest.split_at(end);
        rest = after;
        let mut words = statement.iter().filter(|token| !is_blank(token));
        let Some(first) = words.next().filter(|first| !is_end(text, first)) else { continue };
        let last = words.next_back().unwrap_or(first);
        let open = statement.iter().filter(|token| token.kind == TokenKind::Symbol).fold(0_usize, |open, token| {
            match &text[token.range.clone()] {
                "(" | "[" | "{" => open + 1,
                ")" | "]" | "}" => open.saturating_sub(1),
                _ => open,
            }
        });
        let is_complete = is_end(text, last) && open == 0;
        parts.push(Part::Statement { range: first.range.start..last.range.end, is_complete });
    }
}

/// Whether a token ends a statement.
pub(super) fn is_end(text: &str, token: &Token) -> bool {
    token.kind == TokenKind::Symbol && &text[token.range.clone()] == ";"
}

/// Whether a token says nothing.
pub(super) fn is_blank(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Space | TokenKind::Comment)
}

/// The commands and the SQL between them. A `\` begins a command only where a line and a statement could begin: inside a
/// string it is one of its characters, behind a word it is an error.
pub(super) fn stretches(text: &str) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let begin = start + (text[start..].len() - text[start..].trim_start().len());
        if text[begin..].starts_with('\\') {
            let end = line_end(text, begin);
            found.push(Stretch::Command(begin..end));
            start = (end + 1).min(text.len());
            continue;
        }
        // Up to each line that begins with `\`, until one is found to stand behind a whole statement.
        let mut end = start;
        let tokens = loop {
            end = next_command(text, end);
            let tokens = tokens(&text[start..end]);
            let is_open = tokens.last().is_some_and(|token| token.is_open);
            let last = tokens.iter().rev().find(|token| !is_blank(token));
            if end == text.len() || (!is_open && last.is_none_or(|token| is_end(&text[start..], token))) {
                break tokens;
            }
        };
        let moved = |token: Token| Token { range: token.range.start + start..token.range.end + start, ..token };
        found.push(Stretch::Sql(tokens.into_iter().map(moved).collect()));
        start = end;
    }
    found
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at)
}

/// Where the next line behind this place begins whose first character is `\`, or the end.
fn next_command(text: &str, from: usize) -> usize {
    let mut at = line_end(text, from);
    while at < text.len() {
        at += 1;
        if text[at..].trim_start_matches([' ', '\t']).starts_with('\\') {
            return at;
        }
        at = line_end(text, at);
    }
    text.len()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The parts as text: `!` marks commands, `~` statements that are not complete.
    fn shown(text: &str) -> Vec<String> {
        let show = |part: Part| match part {
            Part::Command(range) => format!("!{}", &text[range]),
            Part::Statement { range, is_complete: true } => text[range].to_owned(),
            Part::Statement { range, is_complete: false } => format!("~{}", &text[range]),
        };
        parts(text).into_iter().map(show).collect()
    }

    #[test]
    fn statements_end_at_semicolons_and_commands_at_line_ends() {
        for (text, expected) in [
            ("", vec![]),
            (" \n\t", vec![]),
            ("-- only a comment\n", vec![]),
            (";;", vec![]),
            ("SELECT 1;", vec!["SELECT 1;"]),
            ("SELECT 1; -- done", vec!["SELECT 1;"]),
            ("SELECT 1", vec!["~SELECT 1"]),
            ("SELECT ';'", vec!["~SELECT ';'"]),
            ("SELECT 1 -- ;", vec!["~SELECT 1"]),
            ("SELECT 'a;\n;", vec!["~SELECT 'a;\n;"]),
            ("SELECT (1;", vec!["~SELECT (1;"]),
            ("SELECT (1);", vec!["SELECT (1);"]),
            ("SELECT 1; SELECT 2;\nSELECT 3", vec!["SELECT 1;", "SELECT 2;", "~SELECT 3"]),
            ("\\d messages", vec!["!\\d messages"]),
            ("  \\x on  \n", vec!["!\\x on"]),
            ("\\i it's.sql\nSELECT 1;", vec!["!\\i it's.sql", "SELECT 1;"]),
            ("SELECT 1;\n\\x on\nSELECT 2;\n\\d\n", vec!["SELECT 1;", "!\\x on", "SELECT 2;", "!\\d"]),
            // Not where a statement could begin.
            ("SELECT 1\n\\x on", vec!["~SELECT 1\n\\x on"]),
            ("SELECT '\n\\x on\n';\n\\d", vec!["SELECT '\n\\x on\n';", "!\\d"]),
            ("/* \n\\x on\n*/ \\d", vec!["~\\d"]),
            ("SELECT 1; \\d", vec!["SELECT 1;", "~\\d"]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn parts_stand_in_order_whatever_the_text(text in r#"(\\[a-z]{0,2}|[a-z'"();\n -]|ü){0,40}"#) {
            let mut at = 0;
            for part in parts(&text) {
                let range = part.range();
                prop_assert!(range.start >= at && range.end > range.start);
                prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                at = range.end;
            }
        }
    }
}
