//! The tokens of a text that is still being written: strings and comments may lack their end, brackets their other half.

use std::ops::Range;

use datafusion::sql::sqlparser::tokenizer::{Token as SqlToken, TokenWithSpan, Tokenizer, Whitespace};

use super::dialect::SmsqlDialect;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and line ends.
    Space,
    /// `-- ...` or `/* ... */`.
    Comment,
    /// A name or keyword without quotes.
    Word,
    /// A name in double quotes.
    Name,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `$name`.
    Parameter,
    /// A bracket, an operator, a comma.
    Symbol,
    /// A character that no SQL has.
    Unreadable,
}

/// A part of a text. Every byte of the text belongs to exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: TokenKind,
    /// Whether what is typed at its end still belongs to it: a string without its quote, a comment without its end.
    pub is_open: bool,
}

/// The tokens of a text, read as statements are, but to the end whatever is wrong with it.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < text.len() {
        start = read(text, start, &mut found);
    }
    found
}

/// Reads from `start` up to a character that is no token, or the end; gives where to go on.
fn read(text: &str, start: usize, found: &mut Vec<Token>) -> usize {
    let mut read: Vec<TokenWithSpan> = Vec::new();
    let all = Tokenizer::new(&SmsqlDialect, &text[start..]).tokenize_with_location_into_buf(&mut read);
    let mut place = Place { text, at: start, line: 1, column: 1 };
    for token in read {
        let from = place.at;
        let to = place.forward(token.span.end.line, token.span.end.column);
        if from < to {
            let (kind, is_open) = classify(&token.token, &text[from..to], to == text.len());
            found.push(Token { range: from..to, kind, is_open });
        }
    }
    let at = place.at;
    let Some(first) = text[at..].chars().next() else { return at };
    let unfinished = if all.is_ok() { None } else { unfinished(&text[at..]) };
    match unfinished {
        Some(kind) => {
            found.push(Token { range: at..text.len(), kind, is_open: true });
            text.len()
        }
        None => {
            let end = at + first.len_utf8();
            found.push(Token { range: at..end, kind: TokenKind::Unreadable, is_open: false });
            end
        }
    }
}

/// A place in a text that only moves forward, so that all tokens cost one walk.
struct Place<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    column: u64,
}

impl Place<'_> {
    /// Goes to a line and column counted from where it began, as the tokenizer counts; gives the byte offset.
    fn forward(&mut self, line: u64, column: u64) -> usize {
        let mut rest = self.text[self.at..].chars();
        while (self.line, self.column) < (line, column) {
            match rest.next() {
                Some('\n') => (self.line, self.column) = (self.line + 1, 1),
                Some(_) => self.column += 1,
                None => break,
            }
        }
        self.at = self.text.len() - rest.as_str().len();
        self.at
    }
}

/// The kind of a whole token, and whether more belongs to it; `is_last` says that it ends the text.
fn classify(token: &SqlToken, text: &str, is_last: bool) -> (TokenKind, bool) {
    let kind = match token {
        SqlToken::Whitespace(Whitespace::SingleLineComment { .. }) => {
            return (TokenKind::Comment, is_last && !text.ends_with('\n'));
        }
        SqlToken::Whitespace(Whitespace::MultiLineComment(_)) => TokenKind::Comment,
        SqlToken::Whitespace(_) => TokenKind::Space,
        SqlToken::Word(word) if word.quote_style.is_some() => TokenKind::Name,
        SqlToken::Word(_) => TokenKind::Word,
        SqlToken::Number(..) => TokenKind::Number,
        SqlToken::Placeholder(_) => TokenKind::Parameter,
        SqlToken::SingleQuotedString(_)
        | SqlToken::NationalStringLiteral(_)
        | SqlToken::HexStringLiteral(_)
        | SqlToken::EscapedStringLiteral(_)
        | SqlToken::UnicodeStringLiteral(_)
        | SqlToken::DollarQuotedString(_)
        | SqlToken::DoubleQuotedString(_) => TokenKind::Text,
        // Other spaces of Unicode are characters to the tokenizer.
        SqlToken::Char(c) if c.is_whitespace() => TokenKind::Space,
        SqlToken::Char(_) => TokenKind::Unreadable,
        _ => TokenKind::Symbol,
    };
    (kind, false)
}

/// What begins here and has no end.
fn unfinished(rest: &str) -> Option<TokenKind> {
    let prefixed = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '&');
    if rest.starts_with("/*") {
        Some(TokenKind::Comment)
    } else if rest.starts_with(['"', '`']) {
        Some(TokenKind::Name)
    } else if rest.starts_with('$') || (rest.len() - prefixed.len() <= 2 && prefixed.starts_with('\'')) {
        Some(TokenKind::Text)
    } else {
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use TokenKind::{Comment, Name, Number, Parameter, Space, Symbol, Text, Unreadable, Word};

    /// The tokens that are no blanks: text, kind, whether open.
    fn read(text: &str) -> Vec<(&str, TokenKind, bool)> {
        let shown = |token: Token| (&text[token.range], token.kind, token.is_open);
        tokens(text).into_iter().map(shown).filter(|(_, kind, _)| *kind != Space).collect()
    }

    #[test]
    fn tokens_stand_where_they_were_written() {
        let text = "SELECT \"Ünï\", 'zażółć',\r\n\t$day, 1_000.5 -- done\nFROM 你好;";
        assert_eq!(
            read(text),
            [
                ("SELECT", Word, false),
                ("\"Ünï\"", Name, false),
                (",", Symbol, false),
                ("'zażółć'", Text, false),
                (",", Symbol, false),
                ("$day", Parameter, false),
                (",", Symbol, false),
                ("1_000.5", Number, false),
                ("-- done\n", Comment, false),
                ("FROM", Word, false),
                ("你好", Word, false),
                (";", Symbol, false),
            ]
        );
    }

    #[test]
    fn what_has_no_end_is_open_to_the_end_of_the_text() {
        for (text, open) in [
            ("SELECT 'it''s; FROM", ("'it''s; FROM", Text, true)),
            ("SELECT \"na; me", ("\"na; me", Name, true)),
            ("SELECT 1 /* why; not", ("/* why; not", Comment, true)),
            ("SELECT 1 -- why; not", ("-- why; not", Comment, true)),
            ("SELECT $$a; b", ("$$a; b", Text, true)),
            ("SELECT $tag$a; b", ("$tag$a; b", Text, true)),
            ("SELECT x'0a", ("x'0a", Text, true)),
        ] {
            assert_eq!(read(text).pop(), Some(open), "{text}");
        }
        for closed in ["'it''s'", "\"a\"\"b\"", "/* a */", "-- a\n", "$$a$$", "$t$a$t$"] {
            assert!(!read(closed).pop().unwrap().2, "{closed}");
        }
    }

    #[test]
    fn a_stray_character_does_not_hide_what_follows() {
        assert_eq!(
            read("SELECT € 'a'\u{1b} b"),
            [
                ("SELECT", Word, false),
                ("€", Unreadable, false),
                ("'a'", Text, false),
                ("\u{1b}", Unreadable, false),
                ("b", Word, false)
            ]
        );
    }

    proptest! {
        #[test]
        fn every_byte_belongs_to_one_token(text in r#"[ -~\n\tüß你€💥'"$`/*;\\-]{0,60}"#) {
            let mut at = 0;
            for token in tokens(&text) {
                prop_assert_eq!(token.range.start, at);
                prop_assert!(token.range.end > at && text.is_char_boundary(token.range.end));
                at = token.range.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
