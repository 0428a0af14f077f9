//! Completion: what could stand at the cursor, from what is typed and what is known.
//!
//! [`complete`] is the whole of it, a function of text, cursor and [`Knowledge`]; [`ShellCompleter`] is what the editor
//! asks. It reads tokens and brackets, not a grammar, because what is typed is hardly ever a statement yet.

mod candidate;
mod clause;
mod command;
mod keywords;
mod knowledge;
mod path;
mod scope;
mod sql;
mod statement;

#[cfg(test)]
mod tests;

pub use command::{Argument, arguments, quoted_argument};
pub(super) use keywords::is_keyword;
pub(super) use knowledge::read;
pub use knowledge::{
    ArgumentKind, CommandDescription, Folder, Knowledge, Moments, ON_OFF, ON_OFF_AUTO, ReportDescription,
    SharedKnowledge, Values,
};
pub use path::{Entry, entries};

use std::ops::Range;

use reedline::{Completer, CompletionResult, Suggestion};

use self::candidate::{Candidate, Rank, suggestions};
use self::command::Asked;
use self::statement::Statement;
use super::input::{Stretch, is_end, stretches};
use crate::limits::ASSISTED_BYTES_MAX;
use crate::session::{Token, TokenKind, tokens};

/// Completes what is typed in the shell.
#[derive(Debug, Clone)]
pub struct ShellCompleter {
    knowledge: SharedKnowledge,
}

impl ShellCompleter {
    /// A completer that knows what stands in `knowledge` when it is asked.
    pub fn new(knowledge: SharedKnowledge) -> Self {
        Self { knowledge }
    }
}

impl Completer for ShellCompleter {
    fn complete(&mut self, line: &str, pos: usize) -> CompletionResult {
        CompletionResult::fresh(complete(line, pos, &read(&self.knowledge)))
    }
}

/// What could stand at the cursor, best first. `cursor` counts bytes; in the middle of a character it is taken to be
/// before it.
pub fn complete(text: &str, cursor: usize, knowledge: &Knowledge) -> Vec<Suggestion> {
    if text.len() > ASSISTED_BYTES_MAX {
        return Vec::new();
    }
    let cursor = text.floor_char_boundary(cursor);
    for stretch in stretches(text) {
        match stretch {
            Stretch::Command(line) if line.start < cursor && cursor <= line.end => {
                return in_command(text, line.start, cursor, knowledge);
            }
            // The next line is a command: what stands at its begin is not in the statement before.
            Stretch::Sql(tokens) if tokens.last().is_some_and(|last| cursor <= last.range.end) => {
                return in_sql(text, tokens, cursor, knowledge);
            }
            Stretch::Command(_) | Stretch::Sql(_) => {}
        }
    }
    in_sql(text, Vec::new(), cursor, knowledge)
}

fn in_command(text: &str, start: usize, cursor: usize, knowledge: &Knowledge) -> Vec<Suggestion> {
    match command::asked(&text[start..cursor], knowledge) {
        Asked::Candidates { range, typed, found } => {
            suggestions(text, range.start + start..range.end + start, &typed, found)
        }
        Asked::Sql(at) => {
            let end = text[cursor..].find('\n').map_or(text.len(), |line| cursor + line);
            let moved = |token: Token| moved(token, start + at);
            in_sql(text, tokens(&text[start + at..end]).into_iter().map(moved).collect(), cursor, knowledge)
        }
    }
}

fn moved(token: Token, by: usize) -> Token {
    Token { range: token.range.start + by..token.range.end + by, ..token }
}

/// Completes in SQL, whose tokens have their places in the whole text.
fn in_sql(text: &str, tokens: Vec<Token>, cursor: usize, knowledge: &Knowledge) -> Vec<Suggestion> {
    let start =
        tokens.iter().rposition(|token| is_end(text, token) && token.range.end <= cursor).map_or(0, |at| at + 1);
    let mut tokens: Vec<Token> = tokens.into_iter().skip(start).collect();
    let end = tokens.iter().position(|token| is_end(text, token) && token.range.start >= cursor);
    tokens.truncate(end.unwrap_or(tokens.len()));
    // The token that is typed: it holds the cursor, or ends there.
    let reaches = |token: &Token| token.range.start < cursor && cursor <= token.range.end;
    let at = tokens.iter().position(reaches);
    let current = at.map(|at| tokens[at].clone());
    let is_inside = current.as_ref().is_some_and(|token| cursor < token.range.end || token.is_open);
    let (typed, span, kind): (String, Range<usize>, Option<TokenKind>) = match &current {
        Some(token) => {
            let typed = &text[token.range.start..cursor];
            match token.kind {
                TokenKind::Word | TokenKind::Parameter => {
                    (typed.to_owned(), token.range.start..cursor, Some(token.kind))
                }
                TokenKind::Name if token.is_open => {
                    let name = typed.trim_start_matches(['"', '`']);
                    (name.to_owned(), token.range.start..cursor, Some(token.kind))
                }
                TokenKind::Text if is_inside => {
                    let quote = typed.find('\'').map_or(typed.len(), |quote| quote + 1);
                    (typed[quote..].to_owned(), token.range.start + quote..cursor, Some(token.kind))
                }
                TokenKind::Comment | TokenKind::Name if is_inside => return Vec::new(),
                TokenKind::Number | TokenKind::Name | TokenKind::Text => return Vec::new(),
                TokenKind::Symbol | TokenKind::Space | TokenKind::Comment | TokenKind::Unreadable => {
                    (String::new(), cursor..cursor, None)
                }
            }
        }
        None => (String::new(), cursor..cursor, None),
    };
    // A quote without its other half has swallowed what follows.
    if let (Some(at), Some(_)) = (at, kind) {
        let open = tokens.remove(at);
        if open.is_open && cursor < open.range.end {
            tokens.truncate(at);
            tokens.extend(self::tokens(&text[cursor..open.range.end]).into_iter().map(|token| moved(token, cursor)));
            let end = tokens.iter().position(|token| is_end(text, token) && token.range.start >= cursor);
            tokens.truncate(end.unwrap_or(tokens.len()));
        }
    }
    let is_open = current.is_some_and(|token| token.is_open);
    let statement = Statement::new(text, tokens, cursor);
    let candidates = match kind {
        Some(TokenKind::Parameter) => parameters(knowledge),
        Some(TokenKind::Text) => in_string(&statement, is_open, knowledge),
        Some(TokenKind::Name) => {
            let mut found = sql::candidates(&statement, &typed, knowledge);
            found.retain(|candidate| !matches!(candidate.rank, Rank::Keyword | Rank::Function));
            found.into_iter().map(in_quotes).collect()
        }
        _ => sql::candidates(&statement, &typed, knowledge),
    };
    suggestions(text, span, &typed, candidates)
}

/// The parameters of the session, `$name`.
fn parameters(knowledge: &Knowledge) -> Vec<Candidate<'_>> {
    let parameters = knowledge.parameters.iter();
    parameters.map(|(name, about)| Candidate::new(Rank::Near, format!("${name}"), about.as_str())).collect()
}

/// A name where a quote is typed already.
fn in_quotes(candidate: Candidate<'_>) -> Candidate<'_> {
    let insert = format!("\"{}\"", candidate.name.replace('"', "\"\""));
    candidate.inserting(insert)
}

/// What is known about the string the cursor is in: `segment('` and `date_trunc('` have their values.
fn in_string<'k>(statement: &Statement<'_>, is_open: bool, knowledge: &'k Knowledge) -> Vec<Candidate<'k>> {
    let bracket = statement.cursor.checked_sub(1).filter(|at| statement.symbol(*at) == "(");
    let Some(function) = bracket.and_then(|at| at.checked_sub(1)).and_then(|at| statement.name(at)) else {
        return Vec::new();
    };
    let closed = |name: &str| if is_open { format!("{name}'") } else { name.to_owned() };
    match function.as_str() {
        "segment" => {
            let segments = knowledge.segments.iter();
            segments.map(|name| Candidate::new(Rank::Near, name.as_str(), "segment").inserting(closed(name))).collect()
        }
        "date_trunc" | "date_part" | "datetrunc" | "datepart" => {
            let parts = keywords::DATE_PARTS.iter();
            parts.map(|part| Candidate::new(Rank::Near, *part, "part of a date").inserting(closed(part))).collect()
        }
        _ => Vec::new(),
    }
}
