//! Colours for what is typed, and what keeps pasted text from acting on the terminal.

use std::collections::HashSet;
use std::ops::Range;

use nu_ansi_term::{Color, Style};
use reedline::{Highlighter, StyledText};

use super::complete::{Knowledge, SharedKnowledge, arguments, is_keyword, read};
use super::input::{Stretch, is_blank, is_end, stretches};
use crate::limits::ASSISTED_BYTES_MAX;
use crate::output::sanitize::is_hazard;
use crate::session::{Token, TokenKind};

/// What a part of the text is to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Keyword,
    Function,
    Table,
    Column,
    Text,
    Number,
    Comment,
    Parameter,
    Command,
    /// A bracket at the cursor, or the other half of it.
    Match,
    /// A bracket without its other half, a string without its end, a `\command` that does not exist.
    Wrong,
    /// A character that a terminal would obey; something else is shown in its place.
    Hazard,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Keyword => Color::Blue.bold(),
            Self::Function => Color::Cyan.normal(),
            Self::Table => Color::Magenta.normal(),
            Self::Column => Color::LightBlue.normal(),
            Self::Text => Color::Green.normal(),
            Self::Number => Color::Yellow.normal(),
            Self::Comment => Color::DarkGray.italic(),
            Self::Parameter => Color::LightYellow.normal(),
            Self::Command => Color::Cyan.bold(),
            Self::Match => Style::new().bold().reverse(),
            Self::Wrong => Color::Red.bold(),
            Self::Hazard => Color::Red.reverse(),
        }
    }
}

/// Colours what is typed in the shell.
#[derive(Debug, Clone)]
pub struct ShellHighlighter {
    knowledge: SharedKnowledge,
    is_coloured: bool,
}

impl ShellHighlighter {
    /// A highlighter that knows what stands in `knowledge` whenever it is asked. Without colours it still keeps control
    /// characters from the terminal.
    pub fn new(knowledge: SharedKnowledge, is_coloured: bool) -> Self {
        Self { knowledge, is_coloured }
    }
}

impl Highlighter for ShellHighlighter {
    fn highlight(&self, line: &str, cursor: usize) -> StyledText {
        let looks = if self.is_coloured && line.len() <= ASSISTED_BYTES_MAX {
            looks(line, cursor, &read(&self.knowledge))
        } else {
            vec![(0..line.len(), Look::Plain)]
        };
        let mut styled = StyledText::new();
        for (range, look) in looks {
            shown(&line[range], look.style(), self.is_coloured, &mut styled);
        }
        styled
    }
}

/// Adds a text as it is safe to show. What is shown takes as many bytes as what it stands for, because the editor finds
/// the cursor by counting them; the text itself stays what it is.
fn shown(text: &str, style: Style, is_coloured: bool, styled: &mut StyledText) {
    let is_kept = |c: char| c == '\n' || !is_hazard(c);
    let mut rest = text;
    while !rest.is_empty() {
        let kept = rest.find(|c: char| !is_kept(c)).unwrap_or(rest.len());
        if kept > 0 {
            styled.push((style, rest[..kept].to_owned()));
        }
        rest = &rest[kept..];
        let hazards = rest.find(is_kept).unwrap_or(rest.len());
        if hazards > 0 {
            let (mut stand_ins, mut is_tab) = (String::new(), true);
            for c in rest[..hazards].chars() {
                is_tab &= c == '\t';
                stand_ins.push(stand_in(c));
            }
            let hazard = if is_coloured { Look::Hazard.style() } else { Style::new() };
            styled.push((if is_tab { style } else { hazard }, stand_ins));
        }
        rest = &rest[hazards..];
    }
}

/// A visible character, one column wide, of as many bytes.
fn stand_in(c: char) -> char {
    match (c, c.len_utf8()) {
        ('\t', _) => ' ',
        (_, 1) => '?',
        (_, 2) => '¿',
        (_, 3) => '\u{FFFD}',
        (_, _) => '\u{1D7D8}',
    }
}

/// The parts of a text and what they are, in order; together they are the whole text.
fn looks(text: &str, cursor: usize, knowledge: &Knowledge) -> Vec<(Range<usize>, Look)> {
    let mut marked = Vec::new();
    for stretch in stretches(text) {
        match stretch {
            Stretch::Command(range) => command(text, range, knowledge, &mut marked),
            Stretch::Sql(tokens) => sql(text, &tokens, cursor, knowledge, &mut marked),
        }
    }
    let mut looks = Vec::new();
    let mut at = 0;
    for (range, look) in marked {
        if at < range.start {
            looks.push((at..range.start, Look::Plain));
        }
        at = range.end;
        looks.push((range, look));
    }
    if at < text.len() {
        looks.push((at..text.len(), Look::Plain));
    }
    looks
}

fn command(text: &str, range: Range<usize>, knowledge: &Knowledge, looks: &mut Vec<(Range<usize>, Look)>) {
    let start = range.start;
    for (position, argument) in arguments(&text[range]).into_iter().enumerate() {
        let range = argument.range.start + start..argument.range.end + start;
        let written = &text[range.clone()];
        if position == 0 {
            let name = argument.value.trim_start_matches('\\');
            let is_begun = |name: &str| knowledge.commands.iter().any(|command| command.name.starts_with(name));
            let is_known = knowledge.command(name).is_some() || is_begun(name);
            looks.push((range, if is_known { Look::Command } else { Look::Wrong }));
        } else if let Some(equals) = written.find('=') {
            looks.push((range.start..range.start + equals, Look::Parameter));
            looks.push((range.start + equals + 1..range.end, Look::Text));
        } else if written.starts_with(['\'', '"']) {
            looks.push((range, Look::Text));
        }
    }
}

fn sql(text: &str, tokens: &[Token], cursor: usize, knowledge: &Knowledge, looks: &mut Vec<(Range<usize>, Look)>) {
    let brackets = Brackets::of(text, tokens, cursor);
    let description = &knowledge.description;
    let columns: HashSet<&str> =
        description.tables.iter().flat_map(|table| &table.columns).map(|column| column.name.as_str()).collect();
    let mut words = tokens.iter().enumerate().filter(|(_, token)| !is_blank(token)).peekable();
    let mut is_qualified = false;
    while let Some((at, token)) = words.next() {
        let written = &text[token.range.clone()];
        let is_called = words.peek().is_some_and(|(_, next)| &text[next.range.clone()] == "(");
        let look = match token.kind {
            TokenKind::Text | TokenKind::Name if token.is_open => Look::Wrong,
            TokenKind::Text => Look::Text,
            TokenKind::Number => Look::Number,
            TokenKind::Parameter => Look::Parameter,
            TokenKind::Name => Look::Column,
            TokenKind::Word => {
                let name = written.to_lowercase();
                let name = name.as_str();
                if is_called && description.function(name).is_some() {
                    Look::Function
                } else if is_keyword(name) && !is_qualified {
                    Look::Keyword
                } else if !is_qualified && description.table(name).is_some() {
                    Look::Table
                } else if columns.contains(name) {
                    Look::Column
                } else {
                    Look::Plain
                }
            }
            TokenKind::Symbol if brackets.matched.contains(&at) => Look::Match,
            TokenKind::Symbol if brackets.alone.contains(&at) => Look::Wrong,
            TokenKind::Symbol | TokenKind::Space | TokenKind::Comment | TokenKind::Unreadable => Look::Plain,
        };
        is_qualified = written == ".";
        looks.push((token.range.clone(), look));
    }
    // Comments are no words, but have their place among them.
    let comments = tokens.iter().filter(|token| token.kind == TokenKind::Comment);
    looks.extend(comments.map(|token| (token.range.clone(), Look::Comment)));
    looks.sort_by_key(|(range, _)| range.start);
}

/// The brackets of a text, by the places of their tokens.
#[derive(Debug, Default)]
struct Brackets {
    /// The one at the cursor and its other half.
    matched: Vec<usize>,
    /// Those that close nothing. One that is not closed yet is wrong only where its statement is over.
    alone: HashSet<usize>,
}

impl Brackets {
    fn of(text: &str, tokens: &[Token], cursor: usize) -> Self {
        let mut this = Self::default();
        let mut open: Vec<(usize, &str)> = Vec::new();
        let mut pairs = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if is_end(text, token) {
                this.alone.extend(open.drain(..).map(|(at, _)| at));
                continue;
            }
            if token.kind != TokenKind::Symbol {
                continue;
            }
            let close = &text[token.range.clone()];
            match close {
                "(" | "[" | "{" => open.push((at, close)),
                ")" | "]" | "}" => match open.last() {
                    Some((other, opening)) if matches!((*opening, close), ("(", ")") | ("[", "]") | ("{", "}")) => {
                        pairs.push((*other, at));
                        open.pop();
                    }
                    _ => {
                        this.alone.insert(at);
                    }
                },
                _ => {}
            }
        }
        // The bracket under the cursor, else the one before it.
        let of_bracket = |is_it: &dyn Fn(&Token) -> bool| {
            pairs.iter().find(|(open, close)| is_it(&tokens[*open]) || is_it(&tokens[*close])).copied()
        };
        let pair =
            of_bracket(&|token| token.range.start == cursor).or_else(|| of_bracket(&|token| token.range.end == cursor));
        this.matched.extend(pair.into_iter().flat_map(|(open, close)| [open, close]));
        this
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::sync::{Arc, RwLock};

    use proptest::prelude::*;
    use unicode_width::UnicodeWidthChar;

    use super::*;
    use crate::repl::complete::CommandDescription;
    use crate::session::{ColumnDescription, Description, FunctionDescription, TableDescription};

    const COMMANDS: &[CommandDescription] =
        &[CommandDescription { name: "report", aliases: &[], arguments: "", completes: &[], summary: "" }];

    fn knowledge() -> Knowledge {
        let column = |name: &str| ColumnDescription { name: name.to_owned(), ..Default::default() };
        let tables = vec![TableDescription {
            name: "messages".to_owned(),
            columns: vec![column("bucket")],
            ..Default::default()
        }];
        let functions = vec![FunctionDescription { name: "count".to_owned(), ..Default::default() }];
        Knowledge { description: Description { tables, functions }, commands: COMMANDS, ..Default::default() }
    }

    /// What is not plain, with `|` for the cursor.
    fn seen(text: &str) -> Vec<(String, Look)> {
        let cursor = text.find('|').unwrap_or(usize::MAX);
        let text = text.replacen('|', "", 1);
        let looks = looks(&text, cursor, &knowledge());
        let seen = looks.into_iter().filter(|(_, look)| *look != Look::Plain);
        seen.map(|(range, look)| (text[range].to_owned(), look)).collect()
    }

    #[test]
    fn words_look_like_what_they_are() {
        let expected = [
            ("SELECT", Look::Keyword),
            ("count", Look::Function),
            ("bucket", Look::Column),
            ("'it''s'", Look::Text),
            ("1.5", Look::Number),
            ("$day", Look::Parameter),
            ("FROM", Look::Keyword),
            ("messages", Look::Table),
            ("-- all", Look::Comment),
        ];
        let text = "SELECT count(bucket), unknown, 'it''s', 1.5, $day FROM messages m -- all";
        assert_eq!(seen(text), expected.map(|(text, look)| (text.to_owned(), look)));
    }

    #[test]
    fn brackets_are_matched_at_the_cursor() {
        let matched = |text: &str| {
            let of = |look| seen(text).into_iter().filter(|(_, found)| *found == look).map(|(text, _)| text).collect();
            let (matched, wrong): (String, String) = (of(Look::Match), of(Look::Wrong));
            (matched, wrong)
        };
        let both = |matched: &str, wrong: &str| (matched.to_owned(), wrong.to_owned());
        assert_eq!(matched("a |(b)"), both("()", ""));
        assert_eq!(matched("a (b)|"), both("()", ""));
        assert_eq!(matched("a ((b)|)"), both("()", ""));
        assert_eq!(matched("a (b|)"), both("()", ""));
        assert_eq!(matched("a [1|]"), both("[]", ""));
        assert_eq!(matched("a (b"), both("", ""));
        assert_eq!(matched("a (b;"), both("", "("));
        assert_eq!(matched("a b)|"), both("", ")"));
        assert_eq!(matched("a (b]|"), both("", "]"));
        assert_eq!(matched("a ('(' |)"), both("()", ""));
    }

    #[test]
    fn what_has_no_end_stands_out() {
        assert_eq!(seen("FROM 'a; b").pop().unwrap(), ("'a; b".to_owned(), Look::Wrong));
        assert_eq!(seen("FROM \"a").pop().unwrap(), ("\"a".to_owned(), Look::Wrong));
    }

    #[test]
    fn commands_and_their_arguments() {
        assert_eq!(
            seen("\\report x from=2025 'a b'"),
            [
                ("\\report".to_owned(), Look::Command),
                ("from".to_owned(), Look::Parameter),
                ("2025".to_owned(), Look::Text),
                ("'a b'".to_owned(), Look::Text),
            ]
        );
        assert_eq!(seen("\\rep"), [("\\rep".to_owned(), Look::Command)]);
        assert_eq!(seen("\\nope"), [("\\nope".to_owned(), Look::Wrong)]);
    }

    fn highlighted(text: &str, is_coloured: bool) -> StyledText {
        ShellHighlighter::new(Arc::new(RwLock::new(knowledge())), is_coloured).highlight(text, 0)
    }

    #[test]
    fn control_characters_are_shown_and_not_obeyed() {
        let text = "a\u{1b}[2J\tb\r\u{9b}c\u{202e}\u{e0041}\nd";
        for is_coloured in [true, false] {
            let shown = highlighted(text, is_coloured).raw_string();
            assert_eq!(shown, "a?[2J b?¿c\u{FFFD}\u{1D7D8}\nd");
            assert_eq!(shown.len(), text.len());
        }
        assert_eq!(highlighted("SELECT 1", false).buffer, [(Style::new(), "SELECT 1".to_owned())]);
    }

    proptest! {
        #[test]
        fn places_stay_whatever_the_text(text in any::<String>(), cursor in 0_usize..50) {
            let styled = ShellHighlighter::new(Arc::new(RwLock::new(knowledge())), true).highlight(&text, cursor);
            let shown = styled.raw_string();
            prop_assert_eq!(shown.len(), text.len());
            for ((at, is), (was_at, was)) in shown.char_indices().zip(text.char_indices()) {
                prop_assert_eq!(at, was_at);
                prop_assert!(is == was || is_hazard(was) && is.width() == Some(1));
            }
            prop_assert!(!shown.contains(|c: char| c != '\n' && is_hazard(c)));
        }
    }
}
