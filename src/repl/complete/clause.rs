//! Where in a statement the cursor is: in which clause, and what can stand there.

use super::keywords::{is_before_operand, is_reserved};
use super::scope::{begins_table, ends_operand};
use super::statement::Statement;
use crate::session::TokenKind;

/// A part of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clause {
    /// Nothing is said yet.
    Start,
    With,
    Select,
    From,
    On,
    Where,
    GroupBy,
    Having,
    OrderBy,
    Limit,
    /// A statement that is no query.
    Other,
}

/// What can stand at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A new name, a number, an alias: nothing that is known.
    Nothing,
    /// The begin of a statement.
    Statement,
    /// The begin of a query in brackets.
    Query,
    /// A table; in brackets a query as well.
    Table { in_brackets: bool },
    /// What follows a table; `JOIN` if it is one that is joined, and not connected yet.
    AfterTable { is_joined: bool },
    /// The begin of an expression.
    Operand(Clause),
    /// What follows a whole expression.
    AfterOperand(Clause),
    /// The begin of a window: `OVER (`.
    Window,
    /// What follows an expression in a window.
    AfterWindow,
    /// A column by its bare name: in `USING (`, `EXCLUDE (`.
    BareColumn,
    /// A type.
    Type,
    /// A part of a date, in `extract(`.
    DatePart,
    /// One of the few words that can follow the word before.
    Words(&'static [&'static str]),
}

/// The clause of a query's part that a place is in, from the words before it.
pub(super) fn clause(statement: &Statement<'_>, arm: &[usize], at: usize) -> Clause {
    let mut clause = Clause::Start;
    for (position, word) in arm.iter().enumerate().take_while(|(_, word)| **word < at) {
        let keyword = statement.keyword(*word);
        let is_call = || arm.get(position + 1).is_some_and(|next| statement.symbol(*next) == "(");
        clause = match keyword.as_str() {
            "with" if clause == Clause::Start => Clause::With,
            "select" => Clause::Select,
            "values" if clause == Clause::Start => Clause::Select,
            "from" if begins_table(statement, *word) => Clause::From,
            "join" => Clause::From,
            "left" | "right" | "full" | "inner" | "cross" | "natural" if clause == Clause::On && !is_call() => {
                Clause::From
            }
            "on" if clause == Clause::From => Clause::On,
            "where" => Clause::Where,
            "group" => Clause::GroupBy,
            "having" | "qualify" => Clause::Having,
            "order" => Clause::OrderBy,
            "limit" | "offset" => Clause::Limit,
            "describe" | "desc" | "update" | "copy" | "show" | "create" | "drop" | "insert"
                if clause == Clause::Start =>
            {
                Clause::Other
            }
            _ if clause == Clause::On && statement.symbol(*word) == "," => Clause::From,
            _ => clause,
        };
    }
    clause
}

/// What can stand at the cursor of a statement.
pub(super) fn place(statement: &Statement<'_>) -> Place {
    let (group, at) = (statement.group, statement.cursor);
    let previous = statement.before(group, at);
    match previous {
        Some(previous) => match after(statement, previous) {
            Some(place) => place,
            None if statement.is_query(group) => in_query(statement, group, previous),
            None => in_brackets(statement, group, Some(previous)),
        },
        None if group == 0 => Place::Statement,
        None => in_brackets(statement, group, None),
    }
}

/// What follows a word wherever it stands.
fn after(statement: &Statement<'_>, previous: usize) -> Option<Place> {
    if statement.symbol(previous) == "::" {
        return Some(Place::Type);
    }
    let keyword = statement.keyword(previous);
    if keyword == "explain" && previous == 0 {
        return Some(Place::Words(super::keywords::EXPLAIN));
    }
    if keyword == "distinct" && previous > 0 && ["is", "not"].iter().any(|word| statement.is(previous - 1, word)) {
        return Some(Place::Words(&["FROM"]));
    }
    // `with` begins a statement; elsewhere other things follow it.
    if keyword == "with" && previous > 0 && statement.keyword(previous - 1) != "as" {
        return None;
    }
    super::keywords::after(&keyword).map(Place::Words)
}

/// What can stand behind a word of a query.
fn in_query(statement: &Statement<'_>, query: usize, previous: usize) -> Place {
    let at = statement.cursor;
    let arm = statement.arm_at(query, at);
    let clause = clause(statement, arm, at);
    let keyword = statement.keyword(previous);
    match clause {
        Clause::Start => match keyword.as_str() {
            "analyze" | "verbose" | "as" | "all" | "distinct" => Place::Query,
            "" if statement.symbol(previous) == ")" => Place::AfterOperand(Clause::Start),
            _ => Place::Nothing,
        },
        Clause::With => match statement.symbol(previous) {
            ")" => Place::Query,
            _ => Place::Nothing,
        },
        Clause::Other => other(statement, previous, &keyword),
        Clause::From => from(statement, arm, previous, &keyword),
        Clause::Limit if keyword == "limit" || keyword == "offset" => Place::Nothing,
        _ if keyword == "as" => Place::Nothing,
        _ if is_operand_expected(statement, previous) => Place::Operand(clause),
        _ => Place::AfterOperand(clause),
    }
}

/// What can stand in a statement that is no query.
fn other(statement: &Statement<'_>, previous: usize, keyword: &str) -> Place {
    let table = Place::Table { in_brackets: false };
    match keyword {
        "describe" | "desc" | "update" | "into" | "copy" => table,
        "view" | "table" if statement.is(0, "drop") => table,
        "exists" if statement.is(0, "drop") => table,
        "as" => Place::Query,
        _ if statement.is(0, "copy") && previous == 1 => Place::Words(&["TO"]),
        _ if statement.is(0, "create") => match keyword {
            "view" | "table" | "external" | "or" | "temporary" | "replace" => Place::Nothing,
            _ => Place::Words(&["AS"]),
        },
        _ => Place::Nothing,
    }
}

/// What can stand in a FROM clause.
fn from(statement: &Statement<'_>, arm: &[usize], previous: usize, keyword: &str) -> Place {
    match keyword {
        "from" | "join" | "lateral" => return Place::Table { in_brackets: false },
        "as" => return Place::Nothing,
        "using" | "on" => return Place::Operand(Clause::On),
        _ if statement.symbol(previous) == "," => return Place::Table { in_brackets: false },
        _ => {}
    }
    let before: Vec<usize> = arm.iter().copied().filter(|at| *at <= previous).collect();
    let joined = before.iter().rposition(|at| statement.is(*at, "join"));
    let is_joined = joined.is_some_and(|join| {
        let since = &before[join..];
        let needs_none = join > 0 && ["cross", "natural"].iter().any(|word| statement.is(before[join - 1], word));
        !needs_none && !since.iter().any(|at| statement.is(*at, "using") || statement.symbol(*at) == ",")
    });
    Place::AfterTable { is_joined }
}

/// What can stand in brackets that are no query: `previous` is the word before the cursor in them.
fn in_brackets(statement: &Statement<'_>, group: usize, previous: Option<usize>) -> Place {
    let Some(bracket) = statement.bracket(group) else { return Place::Statement };
    let parent = statement.groups[group].parent.unwrap_or_default();
    let query = statement.query_around(parent);
    let arm = statement.arm_at(query, bracket);
    let outside = clause(statement, arm, bracket);
    let before = statement.before(parent, bracket);
    let opener = before.map(|at| statement.keyword(at)).unwrap_or_default();
    let is_table_expected = before.is_none_or(|at| {
        matches!(opener.as_str(), "from" | "join" | "lateral") && begins_table(statement, at)
            || (parent == query && statement.symbol(at) == ",")
    });
    let is_square = statement.symbol(bracket) != "(";
    match (opener.as_str(), previous) {
        _ if is_square => expression(statement, previous, outside),
        ("over", None) => Place::Window,
        ("over", Some(previous)) => match expression(statement, Some(previous), Clause::OrderBy) {
            Place::AfterOperand(_) => Place::AfterWindow,
            place => place,
        },
        ("using" | "exclude", _) => match previous {
            Some(previous) if statement.symbol(previous) != "," => Place::Nothing,
            _ => Place::BareColumn,
        },
        ("exists" | "as", None) => Place::Query,
        ("extract", None) => Place::DatePart,
        ("extract", Some(previous)) if before.is_some() && previous == bracket + 1 => Place::Words(&["FROM"]),
        ("cast" | "try_cast", Some(previous)) => match expression(statement, Some(previous), outside) {
            Place::AfterOperand(_) => Place::Words(&["AS"]),
            Place::Nothing => Place::Type,
            place => place,
        },
        // Names of columns, of a table or a query that gets its name here.
        _ if outside == Clause::With && parent == query => Place::Nothing,
        _ if outside == Clause::From && parent == query && is_table_expected => match previous {
            None => Place::Table { in_brackets: true },
            Some(previous) => from(statement, &statement.groups[group].own, previous, &statement.keyword(previous)),
        },
        _ if outside == Clause::From && parent == query && before.is_some_and(|at| is_alias(statement, at)) => {
            Place::Nothing
        }
        (_, None) if parent == 0 && before.is_none() => Place::Query,
        _ => expression(statement, previous, outside),
    }
}

/// Whether a word of a FROM clause names a table anew: another name, or AS, stands before it.
fn is_alias(statement: &Statement<'_>, at: usize) -> bool {
    at > 0 && (statement.is(at - 1, "as") || (ends_operand(statement, at - 1) && statement.symbol(at - 1) != "."))
}

fn expression(statement: &Statement<'_>, previous: Option<usize>, clause: Clause) -> Place {
    match previous {
        None => Place::Operand(clause),
        Some(previous) if statement.is(previous, "as") => Place::Nothing,
        Some(previous) if is_operand_expected(statement, previous) => Place::Operand(clause),
        Some(_) => Place::AfterOperand(clause),
    }
}

/// Whether an operand stands behind this word, and not an operator.
fn is_operand_expected(statement: &Statement<'_>, previous: usize) -> bool {
    match statement.kind(previous) {
        Some(TokenKind::Symbol) => match statement.symbol(previous) {
            // All columns, or times.
            "*" => previous > 0 && ends_operand(statement, previous - 1),
            _ => !ends_operand(statement, previous),
        },
        Some(TokenKind::Word) => {
            let keyword = statement.keyword(previous);
            is_before_operand(&keyword) || (is_reserved(&keyword) && !ends_operand(statement, previous))
        }
        _ => false,
    }
}
