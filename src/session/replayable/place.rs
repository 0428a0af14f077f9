//! Where in a statement a rule is broken. A plan does not say, and the columns of a view say where in the view; so it is
//! found in the statement's own words, and where that would be a guess no place is shown.

use std::ops::Range;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::session::functions_called;
use crate::session::script::Statement;

/// What the breach is about.
#[derive(Debug)]
pub(super) enum Place {
    /// The call of this function with so many arguments.
    Call(String, usize),
    /// This name or keyword.
    Word(String),
    /// The statement's last ORDER BY.
    OrderBy,
    /// The one LIMIT or OFFSET.
    Limit,
    /// The statement as a whole.
    Statement,
}

impl Place {
    /// Where it stands, in bytes of the source.
    pub(super) fn find(&self, statement: &Statement) -> Option<Range<usize>> {
        match self {
            Self::Call(name, arguments) => functions_called::find(statement, name, *arguments),
            Self::Word(name) => statement.word(name),
            Self::OrderBy => last_order_by(statement),
            Self::Limit => only_limit(statement),
            Self::Statement => None,
        }
    }
}

fn is(token: &TokenWithSpan, keyword: Keyword) -> bool {
    matches!(&token.token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}

/// The ORDER BY outside all brackets.
fn last_order_by(statement: &Statement) -> Option<Range<usize>> {
    let tokens: Vec<&TokenWithSpan> = statement.words().collect();
    let mut depth = 0_usize;
    let mut found = None;
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(by) =
            tokens.get(at + 1).filter(|next| depth == 0 && is(token, Keyword::ORDER) && is(next, Keyword::BY))
        {
            found = Some(statement.source.range(token.span).start..statement.source.range(by.span).end);
        }
    }
    found
}

fn only_limit(statement: &Statement) -> Option<Range<usize>> {
    let mut limits = statement.words().filter(|token| is(token, Keyword::LIMIT));
    let limit = limits.next().or_else(|| statement.words().find(|token| is(token, Keyword::OFFSET)))?;
    limits.next().is_none().then(|| statement.source.range(limit.span))
}
