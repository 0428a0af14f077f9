//! Where a statement calls a function: DataFusion's errors about a call name it, but do not say where it stands.

use std::ops::Range;

use datafusion::sql::sqlparser::tokenizer::Token;

use super::script::Statement;

/// The name of the one call of `name` with this many arguments. `None` where there are several, or none: a wrong place
/// is worse than no place.
pub(super) fn find(statement: &Statement, name: &str, count: usize) -> Option<Range<usize>> {
    let tokens: Vec<_> = statement.words().collect();
    let calls = tokens.windows(2).enumerate().filter_map(|(at, pair)| {
        let Token::Word(word) = &pair[0].token else { return None };
        (word.value.eq_ignore_ascii_case(name) && pair[1].token == Token::LParen).then_some(at)
    });
    let calls: Vec<usize> = calls.collect();
    let fitting = || calls.iter().filter(|&&at| count_arguments(tokens[at + 2..].iter().map(|t| &t.token)) == count);
    let call = match calls.as_slice() {
        [only] => *only,
        _ => match (fitting().next(), fitting().count()) {
            (Some(only), 1) => *only,
            _ => return None,
        },
    };
    Some(statement.source.range(tokens[call].span))
}

/// The arguments up to the bracket that closes the call.
fn count_arguments<'t>(tokens: impl Iterator<Item = &'t Token>) -> usize {
    let (mut depth, mut commas, mut empty) = (0_usize, 0, true);
    for token in tokens {
        match token {
            Token::RParen | Token::RBracket if depth == 0 => break,
            Token::RParen | Token::RBracket => depth -= 1,
            Token::LParen | Token::LBracket => depth += 1,
            Token::Comma if depth == 0 => commas += 1,
            _ => {}
        }
        empty = false;
    }
    if empty { 0 } else { commas + 1 }
}
