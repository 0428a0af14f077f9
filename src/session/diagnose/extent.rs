//! Where an expression stands in the text, from its first character to its last. The parser's own spans leave out what
//! belongs to an expression but is none: brackets, `CAST(... AS ...)`, `NOT`, `OVER (...)`.

use std::ops::Range;

use datafusion::sql::sqlparser::ast::{CastKind, Expr, Function, Query, Spanned};
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use crate::session::script::Statement;

/// The tokens of a statement, for finding the extent of its expressions.
#[derive(Debug)]
pub(super) struct Extents<'s> {
    statement: &'s Statement,
    words: Vec<&'s TokenWithSpan>,
}

/// The first and the last token.
type Tokens = (usize, usize);

impl<'s> Extents<'s> {
    pub(super) fn new(statement: &'s Statement) -> Self {
        Self { statement, words: statement.words().collect() }
    }

    /// The bytes of an expression. `None` where it cannot be found: a part the program made up, or a rare form.
    pub(super) fn of(&self, expr: &Expr) -> Option<Range<usize>> {
        self.tokens(expr).map(|tokens| self.bytes(tokens))
    }

    /// The operator between two expressions.
    pub(super) fn between(&self, left: &Expr, right: &Expr) -> Option<Range<usize>> {
        let (first, last) = (self.tokens(left)?.1 + 1, self.tokens(right)?.0.checked_sub(1)?);
        (first <= last).then(|| self.bytes((first, last)))
    }

    /// The operator before an expression.
    pub(super) fn before(&self, operand: &Expr) -> Option<Range<usize>> {
        let at = self.tokens(operand)?.0.checked_sub(1)?;
        Some(self.bytes((at, at)))
    }

    /// The first token behind an expression, and its bytes; then the one after it.
    pub(super) fn after(&self, expr: &Expr) -> Option<Vec<(&'s Token, Range<usize>)>> {
        let next = self.tokens(expr)?.1 + 1;
        Some((next..self.words.len().min(next + 2)).map(|at| (&self.words[at].token, self.bytes((at, at)))).collect())
    }

    /// The arguments of a call, as they are written.
    pub(super) fn arguments(&self, function: &Function) -> Option<Vec<Range<usize>>> {
        let open = self.covering(function.name.span())?.1 + 1;
        self.is(open, &Token::LParen).then_some(())?;
        let close = self.closing(open)?;
        let (mut depth, mut start, mut found) = (0_usize, open + 1, Vec::new());
        for at in open + 1..=close {
            match self.words[at].token {
                Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
                Token::RParen | Token::RBracket | Token::RBrace if at < close => depth -= 1,
                _ => {}
            }
            if at == close || (depth == 0 && self.words[at].token == Token::Comma) {
                if start < at {
                    found.push(self.bytes((start, at - 1)));
                }
                start = at + 1;
            }
        }
        Some(found)
    }

    /// The columns that a subquery selects: from behind SELECT to before FROM.
    pub(super) fn columns(&self, items: &[Span]) -> Option<Range<usize>> {
        let first = self.covering(*items.first()?)?.0;
        let last = self.covering(*items.last()?)?.1;
        Some(self.bytes((first, last.max(first))))
    }

    fn bytes(&self, (first, last): Tokens) -> Range<usize> {
        let range = |at: usize| self.statement.source.range(self.words[at].span);
        range(first).start..range(last).end
    }

    fn is(&self, at: usize, token: &Token) -> bool {
        self.words.get(at).is_some_and(|word| word.token == *token)
    }

    fn word(&self, at: usize) -> Option<String> {
        match &self.words.get(at)?.token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
            _ => None,
        }
    }

    /// The tokens that a span of the parser covers.
    fn covering(&self, span: Span) -> Option<Tokens> {
        let first = self.words.iter().position(|word| word.span.start >= span.start && word.span.end <= span.end)?;
        let last = self.words.iter().rposition(|word| word.span.start >= span.start && word.span.end <= span.end)?;
        (span != Span::empty()).then_some((first, last))
    }

    /// The bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..self.words.len() {
            match self.words[at].token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 1 => return Some(at),
                Token::RParen => depth = depth.checked_sub(1)?,
                _ => {}
            }
        }
        None
    }

    /// The bracket around a token.
    fn opening(&self, inside: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..inside).rev() {
            match self.words[at].token {
                Token::RParen => depth += 1,
                Token::LParen if depth == 0 => return Some(at),
                Token::LParen => depth -= 1,
                _ => {}
            }
        }
        None
    }

    fn tokens(&self, expr: &Expr) -> Option<Tokens> {
        match expr {
            Expr::Nested(inner) => {
                let open = self.tokens(inner)?.0.checked_sub(1)?;
                self.is(open, &Token::LParen).then_some((open, self.closing(open)?))
            }
            Expr::UnaryOp { expr, .. } => {
                let (first, last) = self.tokens(expr)?;
                Some((first.checked_sub(1)?, last))
            }
            Expr::Cast { kind: CastKind::DoubleColon, expr, .. } => {
                let (first, last) = self.tokens(expr)?;
                self.is(last + 1, &Token::DoubleColon).then_some((first, self.end_of_type(last + 2)))
            }
            Expr::Cast { expr, .. }
            | Expr::Extract { expr, .. }
            | Expr::Ceil { expr, .. }
            | Expr::Floor { expr, .. }
            | Expr::Position { expr, .. }
            | Expr::Substring { expr, .. }
            | Expr::Overlay { expr, .. } => self.call_around(self.tokens(expr)?.0),
            Expr::Trim { expr, trim_what, .. } => {
                self.call_around(self.tokens(trim_what.as_deref().unwrap_or(expr))?.0)
            }
            Expr::Function(function) => self.function(function),
            Expr::TypedString(_) => {
                let (first, last) = self.covering(expr.span())?;
                Some((first.checked_sub(1)?, last))
            }
            Expr::Interval(interval) => {
                let (first, last) = self.tokens(&interval.value)?;
                let unit = usize::from(interval.leading_field.is_some());
                Some((first.checked_sub(1)?, last + unit))
            }
            Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner) => {
                let (first, mut last) = self.tokens(inner)?;
                while self.word(last + 1).is_some_and(|word| IS_WORDS.contains(&word.as_str())) {
                    last += 1;
                }
                Some((first, last))
            }
            Expr::InList { expr, .. } | Expr::InSubquery { expr, .. } => {
                let (first, last) = self.tokens(expr)?;
                let open = (last + 1..self.words.len()).find(|at| self.is(*at, &Token::LParen))?;
                Some((first, self.closing(open)?))
            }
            Expr::Exists { subquery, negated } => {
                let (open, close) = self.subquery(subquery)?;
                Some((open.checked_sub(1 + usize::from(*negated))?, close))
            }
            Expr::Subquery(query) => self.subquery(query),
            Expr::BinaryOp { left, right, .. }
            | Expr::IsDistinctFrom(left, right)
            | Expr::IsNotDistinctFrom(left, right) => Some((self.tokens(left)?.0, self.tokens(right)?.1)),
            Expr::Between { expr, high, .. } => Some((self.tokens(expr)?.0, self.tokens(high)?.1)),
            Expr::Like { expr, pattern, .. }
            | Expr::ILike { expr, pattern, .. }
            | Expr::SimilarTo { expr, pattern, .. } => Some((self.tokens(expr)?.0, self.tokens(pattern)?.1)),
            Expr::AtTimeZone { timestamp, time_zone } => Some((self.tokens(timestamp)?.0, self.tokens(time_zone)?.1)),
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_) | Expr::Case { .. } => {
                self.covering(expr.span())
            }
            _ => None,
        }
    }

    /// `name(...)` around a token within its brackets.
    fn call_around(&self, inside: usize) -> Option<Tokens> {
        let open = self.opening(inside)?;
        Some((open.checked_sub(1)?, self.closing(open)?))
    }

    fn subquery(&self, query: &Query) -> Option<Tokens> {
        let open = self.covering(query.span())?.0.checked_sub(1)?;
        self.is(open, &Token::LParen).then_some((open, self.closing(open)?))
    }

    /// A call with what may stand behind it.
    fn function(&self, function: &Function) -> Option<Tokens> {
        let (first, mut last) = self.covering(function.name.span())?;
        if self.is(last + 1, &Token::LParen) {
            last = self.closing(last + 1)?;
        }
        loop {
            let skipped = match self.word(last + 1).as_deref() {
                Some("FILTER" | "OVER") => 1,
                Some("WITHIN" | "IGNORE" | "RESPECT") => 2,
                _ => return Some((first, last)),
            };
            last += skipped;
            if self.is(last + 1, &Token::LParen) {
                last = self.closing(last + 1)?;
            } else if skipped == 1 {
                last += 1;
            }
        }
    }

    /// The last token of the type that begins at `first`: `date`, `decimal(5, 2)`, `double precision`, `text[]`.
    fn end_of_type(&self, first: usize) -> usize {
        let mut last = first;
        if self.word(last + 1).is_some_and(|word| ["PRECISION", "VARYING"].contains(&word.as_str())) {
            last += 1;
        }
        if self.is(last + 1, &Token::LParen) {
            last = self.closing(last + 1).unwrap_or(last);
        }
        while self.is(last + 1, &Token::LBracket) && self.is(last + 2, &Token::RBracket) {
            last += 2;
        }
        last.min(self.words.len().saturating_sub(1))
    }
}

const IS_WORDS: [&str; 7] = ["IS", "NOT", "NULL", "TRUE", "FALSE", "UNKNOWN", "NOTNULL"];
