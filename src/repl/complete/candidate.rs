//! What could stand at the cursor, which of it fits what is typed, and in which order it is offered.

use std::borrow::Cow;
use std::ops::Range;

use reedline::{Span, Suggestion};

use crate::limits::SUGGESTIONS_MAX;
use crate::output::sanitize::{is_hazard, sanitize};

/// What a candidate is; what comes first here is offered first where it fits as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// What was named in the statement itself, or is the only kind of thing that fits.
    Near,
    /// A column of an outer query, or of any table where none is in scope yet.
    Far,
    /// The name of a table where a column stands.
    Qualifier,
    Function,
    Keyword,
}

/// Something that could stand at the cursor.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'k> {
    /// What is compared with the typed text.
    pub(super) name: Cow<'k, str>,
    /// What is inserted, where that is something else.
    pub(super) insert: Option<String>,
    /// What is said about it.
    pub(super) about: Cow<'k, str>,
    pub(super) rank: Rank,
    /// Whether a blank follows it.
    pub(super) blank_follows: bool,
}

impl<'k> Candidate<'k> {
    pub(super) fn new(rank: Rank, name: impl Into<Cow<'k, str>>, about: impl Into<Cow<'k, str>>) -> Self {
        Self { name: name.into(), insert: None, about: about.into(), rank, blank_follows: false }
    }

    pub(super) fn inserting(mut self, text: impl Into<String>) -> Self {
        self.insert = Some(text.into());
        self
    }

    pub(super) fn before_a_blank(mut self) -> Self {
        self.blank_follows = true;
        self
    }
}

/// How well a name fits what is typed; the lower, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Prefix,
    PrefixInOtherCase,
    WordStart,
    Inside,
    Scattered,
}

/// How `name` fits `typed`, if it does.
fn fit(name: &str, typed: &str) -> Option<Fit> {
    if typed.is_empty() || name.starts_with(typed) {
        return Some(if name.len() == typed.len() { Fit::Whole } else { Fit::Prefix });
    }
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    if name.starts_with(&typed) {
        return Some(if name == typed { Fit::Whole } else { Fit::PrefixInOtherCase });
    }
    let is_start = |at: usize| name[..at].ends_with(|c: char| !c.is_alphanumeric());
    let mut inside = name.match_indices(&typed).peekable();
    if inside.peek().is_some() {
        return Some(if inside.any(|(at, _)| is_start(at)) { Fit::WordStart } else { Fit::Inside });
    }
    // `msgkey` is `message_key`: the letters in order, the first of them first.
    let mut letters = name.chars();
    let scattered = typed.chars().count() >= 2
        && name.chars().next() == typed.chars().next()
        && typed.chars().all(|c| letters.any(|letter| letter == c));
    scattered.then_some(Fit::Scattered)
}

/// The candidates that fit what is typed, best first, as suggestions that replace `span` of the text. `typed` is what
/// candidates are compared with: what stands in the span, without its quotes.
pub(super) fn suggestions(
    text: &str,
    span: Range<usize>,
    typed: &str,
    candidates: Vec<Candidate<'_>>,
) -> Vec<Suggestion> {
    let mut fitting: Vec<(Fit, Candidate<'_>)> = candidates
        .into_iter()
        .filter(|candidate| !candidate.name.contains(is_hazard))
        .filter_map(|candidate| fit(&candidate.name, typed).map(|fit| (fit, candidate)))
        // Any word has the letters of many keywords.
        .filter(|(fit, candidate)| candidate.rank != Rank::Keyword || *fit <= Fit::PrefixInOtherCase)
        .collect();
    // Letters here and there are a guess, for when nothing else fits.
    if fitting.iter().any(|(fit, _)| *fit != Fit::Scattered) {
        fitting.retain(|(fit, _)| *fit != Fit::Scattered);
    }
    fitting.sort_by_key(|(fit, candidate)| (*fit, candidate.rank));
    let mut suggestions: Vec<Suggestion> = Vec::new();
    for (_, candidate) in fitting {
        if suggestions.len() == SUGGESTIONS_MAX {
            break;
        }
        let suggestion = suggestion(text, &span, typed, candidate);
        if !suggestions.iter().any(|other| other.value == suggestion.value) {
            suggestions.push(suggestion);
        }
    }
    suggestions
}

fn suggestion(text: &str, span: &Range<usize>, typed: &str, candidate: Candidate<'_>) -> Suggestion {
    let whole = candidate.insert.unwrap_or_else(|| candidate.name.into_owned());
    let rest = &text[span.end..];
    // In the middle of a word: what stands behind the cursor already is not put there again.
    let tail: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '(')).collect();
    let value = match whole.strip_suffix(tail.as_str()) {
        Some(start) if !tail.is_empty() && start.len() >= span.len() => start.to_owned(),
        _ => whole.clone(),
    };
    let description = sanitize(&candidate.about).into_owned();
    // Which letters were typed is only marked where letters, bytes and what the menu counts are the same.
    let start = whole.to_ascii_lowercase().find(&typed.to_ascii_lowercase()).filter(|_| whole.is_ascii());
    Suggestion {
        match_indices: Some(start.map_or_else(Vec::new, |start| (start..start + typed.len()).collect())),
        display_override: (value != whole).then_some(whole),
        description: (!description.is_empty()).then_some(description),
        span: Span { start: span.start, end: span.end },
        append_whitespace: candidate.blank_follows && !rest.starts_with(char::is_whitespace),
        value,
        ..Suggestion::default()
    }
}

/// The first sentence of a text.
pub(super) fn first_sentence(text: &str) -> &str {
    let text = text.trim();
    let end = text.match_indices(". ").map(|(at, _)| at + 1).chain(text.find('\n')).min();
    text[..end.unwrap_or(text.len())].trim_end()
}

/// A name as SQL has to write it: in double quotes unless it is plain and no reserved word.
pub(super) fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !super::keywords::is_reserved(name);
    if is_plain { Cow::Borrowed(name) } else { Cow::Owned(format!("\"{}\"", name.replace('"', "\"\""))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_fit_is_a_prefix_in_the_same_case() {
        for (name, typed, expected) in [
            ("recipient", "", Some(Fit::Prefix)),
            ("recipient", "recipient", Some(Fit::Whole)),
            ("recipient", "Recipient", Some(Fit::Whole)),
            ("recipient", "rec", Some(Fit::Prefix)),
            ("recipient", "REC", Some(Fit::PrefixInOtherCase)),
            ("event_time", "time", Some(Fit::WordStart)),
            ("metime_time", "time", Some(Fit::WordStart)),
            ("recipient", "cip", Some(Fit::Inside)),
            ("message_key", "msgkey", Some(Fit::Scattered)),
            ("message_key", "sgkey", None),
            ("message_key", "keys", None),
            ("Straße", "STRAS", None),
            ("ÄPFEL", "äp", Some(Fit::PrefixInOtherCase)),
        ] {
            assert_eq!(fit(name, typed), expected, "{name} {typed}");
        }
    }

    #[test]
    fn sentences_end_at_a_full_stop_and_a_blank() {
        for (text, first) in [
            ("One. Two.", "One."),
            ("At 1.5 of it. Then", "At 1.5 of it."),
            ("A line\nanother. Third", "A line"),
            ("", ""),
            ("No end", "No end"),
        ] {
            assert_eq!(first_sentence(text), first);
        }
    }
}
