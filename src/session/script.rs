//! SQL text and where its statements begin and end.
//!
//! The tokenizer splits, so a `;` in a string, in a quoted name or behind `--` ends nothing. Every statement keeps its
//! tokens with their places in the whole text, so whatever is wrong with it is shown in the file it was written in.

use std::ops::Range;
use std::sync::Arc;

use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, TokenizerError};

use super::dialect::SmsqlDialect;
use super::finding::Finding;
use crate::error::near;
use crate::limits::{SCRIPT_STATEMENTS_MAX, STATEMENT_BYTES_MAX, STATEMENT_OPERATORS_MAX};
use crate::{Error, Result};

/// SQL text with the name it is known by in errors: a file, or `<sql>`, `<stdin>`.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
    /// Byte offset at which each line begins.
    lines: Vec<usize>,
}

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.to_owned(), text: text.to_owned(), lines }
    }

    /// The byte offset of a place that is counted in lines and characters from 1; the end of the text if it is beyond.
    pub(super) fn offset(&self, line: u64, column: u64) -> usize {
        let index = |n: u64| usize::try_from(n.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(&start) = self.lines.get(index(line)) else { return self.text.len() };
        let end = self.lines.get(index(line).saturating_add(1)).map_or(self.text.len(), |next| next - 1);
        let rest = &self.text[start..end];
        start + rest.char_indices().nth(index(column)).map_or(rest.len(), |(at, _)| at)
    }

    fn at(&self, location: Location) -> usize {
        self.offset(location.line, location.column)
    }

    /// The bytes between two places.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let start = self.at(span.start);
        start..self.at(span.end).max(start)
    }
}

/// One statement of a script.
#[derive(Debug, Clone)]
pub struct Statement {
    pub(super) source: Arc<Source>,
    /// Its tokens without the `;`, blanks and comments included.
    pub(super) tokens: Vec<TokenWithSpan>,
}

impl Statement {
    /// The statement as it was written, without blanks and comments around it.
    pub fn text(&self) -> &str {
        &self.source.text[self.range()]
    }

    /// Where it stands in the source.
    pub(super) fn range(&self) -> Range<usize> {
        let mut words = self.words();
        let Some(first) = words.next() else { return 0..0 };
        let last = words.last().unwrap_or(first);
        self.source.range(Span::new(first.span.start, last.span.end))
    }

    /// Its tokens without blanks and comments.
    pub(super) fn words(&self) -> impl Iterator<Item = &TokenWithSpan> {
        self.tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF))
    }

    /// The named parameters it mentions, without the `$`, each with where it stands.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.words().filter_map(|token| match &token.token {
            Token::Placeholder(name) => Some((name.trim_start_matches('$'), self.source.range(token.span))),
            _ => None,
        })
    }

    /// The names of the parameters it mentions, without the `$`.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.placeholders().map(|(name, _)| name)
    }

    /// Refuses a parameter that is not among those declared, where it stands.
    pub fn check_parameters<'p>(&self, declared: impl Iterator<Item = &'p str> + Clone) -> Result<()> {
        let unknown = self.placeholders().find(|(name, _)| !declared.clone().any(|known| known == *name));
        let Some((name, span)) = unknown else { return Ok(()) };
        let near: Vec<String> = near(name, declared).iter().map(|name| format!("${name}")).collect();
        let finding = Finding::new(format!("parameter `${name}` is not declared")).at(span).suggest(&near);
        Err(finding.help("declare it under `-- parameters:`, as `name type - what it does`").of(self))
    }

    /// The tables it reads, by the names it has for them; its own CTEs are none.
    pub fn tables(&self) -> Result<Vec<String>> {
        let parsed = super::dialect::parse(self.tokens.clone())
            .map_err(|error| super::diagnose::explain(self, &error, &super::Names::default()))?;
        let (tables, _) = resolve_table_references(&parsed, true)?;
        Ok(tables.iter().map(|table| table.table().to_owned()).collect())
    }

    /// Where the first word spelt `name` stands in a part of the statement.
    pub(super) fn word_within(&self, name: &str, part: &Range<usize>) -> Option<Range<usize>> {
        let words = self
            .words()
            .filter(|token| matches!(&token.token, Token::Word(word) if word.value.eq_ignore_ascii_case(name)));
        words.map(|token| self.source.range(token.span)).find(|word| part.start <= word.start && word.end <= part.end)
    }

    /// Where the first word spelt `name` stands (in any case, quoted or not).
    pub(super) fn word(&self, name: &str) -> Option<Range<usize>> {
        self.words()
            .find(|token| matches!(&token.token, Token::Word(word) if word.value.eq_ignore_ascii_case(name)))
            .map(|token| self.source.range(token.span))
    }
}

/// The statements of a text, in order. Empty ones are dropped.
pub fn split(name: &str, text: &str) -> Result<Vec<Statement>> {
    if text.len() > STATEMENT_BYTES_MAX {
        return Err(Error::Limit {
            limit: "STATEMENT_BYTES_MAX",
            message: format!("{name} has {} bytes of SQL, at most {STATEMENT_BYTES_MAX} are read", text.len()),
        });
    }
    let source = Arc::new(Source::new(name, text));
    let tokens =
        Tokenizer::new(&SmsqlDialect, text).tokenize_with_location().map_err(|error| unreadable(&source, &error))?;
    let mut statements = Vec::new();
    let mut current = Vec::new();
    for token in tokens {
        match token.token {
            Token::EOF => {}
            Token::SemiColon => push(&source, &mut current, &mut statements)?,
            _ => current.push(token),
        }
    }
    push(&source, &mut current, &mut statements)?;
    Ok(statements)
}

fn push(source: &Arc<Source>, tokens: &mut Vec<TokenWithSpan>, statements: &mut Vec<Statement>) -> Result<()> {
    let statement = Statement { source: Arc::clone(source), tokens: std::mem::take(tokens) };
    if statement.words().next().is_none() {
        return Ok(());
    }
    if let Some(span) = joined_to_a_number(&statement) {
        return Err(Finding::new("a number ends in letters").at(source.range(span)).help(NUMBERS).of(&statement));
    }
    let operators = statement.words().filter(|token| is_operator(&token.token)).count();
    if operators > STATEMENT_OPERATORS_MAX {
        return Err(Error::Limit {
            limit: "STATEMENT_OPERATORS_MAX",
            message: format!(
                "a statement in {} has {operators} operators, at most {STATEMENT_OPERATORS_MAX} are read; \
                 write long lists of alternatives as `x IN (...)`",
                source.name
            ),
        });
    }
    if statements.len() == SCRIPT_STATEMENTS_MAX {
        return Err(Error::Limit {
            limit: "SCRIPT_STATEMENTS_MAX",
            message: format!("{} has more than {SCRIPT_STATEMENTS_MAX} statements", source.name),
        });
    }
    statements.push(statement);
    Ok(())
}

const NUMBERS: &str = "numbers are written 1000000, 1_000_000 or 1e6; put a blank before a name or a keyword";

/// The first number with a word right behind it, such as `1__000` or `10abc`: to the parser the word is its name.
fn joined_to_a_number(statement: &Statement) -> Option<Span> {
    statement.tokens.windows(2).find_map(|pair| match pair {
        [number, word]
            if matches!(number.token, Token::Number(..))
                && matches!(word.token, Token::Word(_))
                && number.span.end == word.span.start =>
        {
            Some(Span::new(number.span.start, word.span.end))
        }
        _ => None,
    })
}

/// Whether a token can chain expressions or queries. Commas, brackets, names and values cannot.
fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::NOT
                | Keyword::UNION
                | Keyword::EXCEPT
                | Keyword::INTERSECT
                | Keyword::JOIN
        ),
        Token::Comma
        | Token::LParen
        | Token::RParen
        | Token::Period
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Placeholder(_) => false,
        _ => true,
    }
}

/// The text is not even words: a string or a comment without an end, a character that no SQL has.
fn unreadable(source: &Arc<Source>, error: &TokenizerError) -> Error {
    let start = source.at(error.location);
    let message = match error.message.as_str() {
        m if m.starts_with("Unterminated string") => "this string has no end",
        m if m.contains("Expected close delimiter '\"'") => "this quoted name has no end",
        m if m.contains("multi-line comment") => "this comment has no end",
        m => m,
    };
    // The end of the text is where the tokenizer misses the end of a comment.
    let comment = source.text.rfind("/*").filter(|_| message == "this comment has no end").map(|at| at..at + 2);
    if let Some(comment) = comment {
        return Finding::new(message).at(comment).render(source);
    }
    let end = source.text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
    Finding::new(message).at(start..end).render(source)
}
