//! What the clauses of a query do not take: aggregates in WHERE, columns counted beyond the last, UNIONs of different
//! columns.

use std::ops::Range;

use datafusion::sql::sqlparser::ast::{Expr, Function, Query, SelectItem, SetExpr, Spanned};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::between;
use super::extent::Extents;
use super::probe::{Found, Probe};
use super::tree::{Kind, Tree};
use super::types::{a_type, in_sql};
use crate::session::finding::Finding;
use crate::session::script::Statement;
use crate::session::types::type_name;

/// Errors that name a rule of SQL; `found` is what breaks it.
pub(super) async fn located(extents: &Extents<'_>, probe: &Probe, found: &Found, message: &str) -> Option<Finding> {
    if message.contains("Incompatible inputs for Union") || message.contains("UNION types") {
        return union_types(extents, probe, found).await;
    }
    if message.contains("duplicate unqualified field name") {
        let exprs = found.together.iter().filter_map(|at| found.tree.expr(*at));
        let ordinal = exprs.into_iter().find(|expr| matches!(expr, Expr::Value(_)))?;
        let finding = Finding::new(format!("column {ordinal} is an aggregate, and groups are made before it"));
        return Some(finding.at(extents.of(ordinal)?).help("GROUP BY takes what groups are made of"));
    }
    let expr = found.tree.expr(found.node)?;
    // `-1` is an operator and a number.
    let negated = found.tree.parent(found.node).map(|(_, outer)| outer).filter(|e| matches!(e, Expr::UnaryOp { .. }));
    let place = extents.of(negated.unwrap_or(expr))?;
    let at = |message: String, help: &str| {
        let finding = Finding::new(message).at(place.clone());
        if help.is_empty() { finding } else { finding.help(help) }
    };
    if message.contains("Aggregate functions are not allowed in the WHERE") {
        return Some(at(
            "WHERE cannot hold an aggregate: it chooses rows before they are grouped".into(),
            "choose groups with HAVING, behind GROUP BY",
        ));
    }
    if message.contains("Aggregate function calls cannot") {
        let is_aggregate = |function: &Function| {
            let name = function.name.to_string().to_lowercase();
            function.over.is_some() || probe.state().aggregate_functions().contains_key(&name)
        };
        let inner = calls(&found.tree, found.node, is_aggregate)?;
        let finding = Finding::new(format!("`{inner}` is inside an aggregate")).at(extents.of(inner)?);
        return Some(finding.help("compute it in a WITH or a subquery, and aggregate that"));
    }
    if message.contains("does not support logical expression WindowFunction") {
        let window = calls(&found.tree, found.node, |function| function.over.is_some())?;
        let finding = Finding::new("a window function cannot stand here").at(extents.of(window)?);
        return Some(finding.help("filter on it with QUALIFY, or compute it in a subquery"));
    }
    if message.contains("does not support logical expression AggregateFunction") {
        return Some(at(
            "an aggregate cannot stand here".into(),
            "GROUP BY takes what groups are made of; aggregates go into SELECT or HAVING",
        ));
    }
    if message.contains("non-boolean predicate") {
        let given = probe.type_of(found, found.node).await;
        return Some(at(
            format!("a condition is true or false, and this is {}", given.as_ref().map_or("not".into(), a_type)),
            "compare it with something: ... = ...",
        ));
    }
    if let Some(most) = message.split_once("Valid columns: 1 to ").or_else(|| message.split_once(", max: ")) {
        let columns = if most.1.trim() == "1" { "1 column".to_owned() } else { format!("{} columns", most.1.trim()) };
        return Some(at(format!("there is no column {expr}: SELECT has {columns}"), ""));
    }
    for clause in ["LIMIT", "OFFSET"] {
        if message.contains(&format!("{clause} to be an integer")) {
            let given = probe.type_of(found, found.node).await;
            return Some(at(
                format!("{clause} takes a whole number, not {}", given.as_ref().map_or("this".into(), a_type)),
                "",
            ));
        }
        if message.contains(&format!("{clause} must be >= 0")) {
            return Some(at(format!("{clause} cannot be negative"), ""));
        }
    }
    if message.contains("For SELECT DISTINCT, ORDER BY expressions") {
        return Some(at(
            "rows made distinct can only be ordered by what is selected".into(),
            "select it, or order by a column that is selected",
        ));
    }
    None
}

/// The calls of aggregates or window functions in a part of the statement, and around it.
fn calls(tree: &Tree, node: usize, fits: impl Fn(&Function) -> bool) -> Option<&Expr> {
    let is_within = |at: usize| {
        let up = std::iter::successors(Some(at), |at| tree.nodes[*at].parent);
        up.into_iter().any(|at| at == node)
    };
    let around = std::iter::successors(Some(node), |at| tree.nodes[*at].parent);
    let inside = (node..tree.nodes.len()).filter(|at| is_within(*at));
    inside.chain(around).find_map(|at| tree.expr(at).filter(|e| matches!(e, Expr::Function(f) if fits(f))))
}

/// Two columns of one name: the later one is the one to name otherwise.
fn duplicate(extents: &Extents<'_>, body: &SetExpr) -> Option<Finding> {
    if let SetExpr::SetOperation { left, right, .. } = body {
        return duplicate(extents, left).or_else(|| duplicate(extents, right));
    }
    let mut seen: Vec<(String, Range<usize>)> = Vec::new();
    for item in selected(body)? {
        let column = match item {
            SelectItem::UnnamedExpr(expr) => named(extents, expr),
            SelectItem::ExprWithAlias { expr, alias } => {
                named(extents, expr).map(|(_, place)| (alias.value.clone(), place))
            }
            _ => None,
        };
        let Some((name, place)) = column else { continue };
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == name) {
            let finding = Finding::new(format!("two columns are named `{name}`")).at(place);
            let finding = finding.context(other.clone(), "the other one");
            return Some(finding.help("give one of them another name with AS"));
        }
        seen.push((name, place));
    }
    None
}

/// The name of a selected expression and where it stands: that behind AS, or the expression itself.
fn named(extents: &Extents<'_>, expr: &Expr) -> Option<(String, Range<usize>)> {
    let alias = |token: &Token| match token {
        Token::Word(word) if word.quote_style.is_some() || word.keyword == Keyword::NoKeyword => {
            Some(word.value.clone())
        }
        _ => None,
    };
    let after = extents.after(expr)?;
    let mut after = after.into_iter().peekable();
    let explicit = after.next_if(|(t, _)| matches!(t, Token::Word(word) if word.keyword == Keyword::AS)).is_some();
    if let Some((token, place)) = after.next()
        && let Some(name) = alias(token).or_else(|| explicit.then(|| token.to_string()))
    {
        return Some((name, place));
    }
    let name = match expr {
        Expr::CompoundIdentifier(names) => names.last()?.value.clone(),
        other => other.to_string(),
    };
    Some((name, extents.of(expr)?))
}

/// Columns of a UNION that cannot be one column.
async fn union_types(extents: &Extents<'_>, probe: &Probe, found: &Found) -> Option<Finding> {
    let (last, rest) = found.together.split_last()?;
    let (first, last) = (*rest.first()?, *last);
    let (above, below) = (probe.type_of(found, first).await?, probe.type_of(found, last).await?);
    let message = format!("a column of this UNION is {} above and {} here", a_type(&above), a_type(&below));
    let finding = Finding::new(message).at(extents.of(found.tree.expr(last)?)?).label(type_name(&below));
    Some(
        finding
            .context(extents.of(found.tree.expr(first)?)?, type_name(&above))
            .help("cast one of them to the other's type"),
    )
}

/// Errors whose place is plain from the statement itself.
pub(super) fn written(statement: &Statement, extents: &Extents<'_>, tree: &Tree, message: &str) -> Option<Finding> {
    if message.contains("have the same name") || message.contains("duplicate unqualified field name") {
        return tree.nodes.iter().find_map(|node| duplicate(extents, &node_query(&node.kind)?.body));
    }
    if message.contains("COUNT DISTINCT with multiple arguments") {
        let counts = tree.nodes.iter().filter_map(|node| match &node.kind {
            Kind::Expr(Expr::Function(function)) => Some(function),
            _ => None,
        });
        let arguments = counts.filter(|f| f.name.to_string().eq_ignore_ascii_case("count"));
        let several = arguments.filter_map(|f| extents.arguments(f)).find(|arguments| arguments.len() > 1)?;
        let place = several.get(1)?.start..several.last()?.end;
        let finding = Finding::new("count(DISTINCT ...) takes one argument").at(place);
        return Some(finding.help("count(DISTINCT struct(a, b)) counts the pairs"));
    }
    if message.contains("different number of columns") {
        return tree.nodes.iter().find_map(|node| match &node.kind {
            Kind::Query(query) => union_counts(extents, &query.body),
            Kind::Expr(_) => None,
        });
    }
    if message.contains("subquery should only return one column") {
        return tree.nodes.iter().find_map(|node| match (&node.kind, node.parent.and_then(|p| tree.expr(p))) {
            (Kind::Query(query), Some(outer)) if !matches!(outer, Expr::Exists { .. }) => too_many(extents, query),
            _ => None,
        });
    }
    if let Some(lengths) = message.strip_prefix("Inconsistent data length across values list: ") {
        let row = lengths.split_once(" values in row ").and_then(|(_, rest)| rest.split_once(' '));
        let row: usize = row?.0.parse().ok()?;
        return tree.nodes.iter().find_map(|node| values_row(extents, node_query(&node.kind)?, row));
    }
    let second = |name: &str| -> Option<Range<usize>> {
        let words: Vec<_> = statement.words().collect();
        let is_it = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
        let names: Vec<_> = (0..words.len())
            .filter(|at| is_it(&words[*at].token))
            // Not a reference: nothing is selected from it, and it selects nothing.
            .filter(|at| !matches!(words.get(at + 1).map(|w| &w.token), Some(Token::Period)))
            .collect();
        names.get(1).map(|at| statement.source.range(words[*at].span))
    };
    if let Some(name) = between(message, "WITH query name \"", "\"") {
        return Some(Finding::new(format!("two queries of this WITH are named `{name}`")).at(second(name)));
    }
    if let Some(field) = message.strip_prefix("Schema contains duplicate qualified field name ") {
        let table = field.split('.').next()?.trim_matches('"');
        let finding = Finding::new(format!("two tables of this FROM are named `{table}`")).at(second(table));
        return Some(finding.help("give one of them another name with AS"));
    }
    if let Some(name) = between(message, "The window ", " is not defined") {
        let finding = Finding::new(format!("there is no window `{name}`")).at(statement.word(name));
        return Some(finding.help(format!("define it behind HAVING: WINDOW {name} AS (ORDER BY ...)")));
    }
    let keyword = |keyword: Keyword| {
        let is_it = |token: &Token| matches!(token, Token::Word(word) if word.keyword == keyword);
        statement.words().find(|word| is_it(&word.token)).map(|word| statement.source.range(word.span))
    };
    if message.starts_with("QUALIFY clause requires") {
        let finding =
            Finding::new("QUALIFY filters on a window function, and there is none").at(keyword(Keyword::QUALIFY));
        return Some(finding.help("write WHERE, or HAVING behind GROUP BY"));
    }
    if message.starts_with("SELECT * with no tables") {
        let star = statement.words().find(|word| word.token == Token::Mul);
        let place = star.map(|word| statement.source.range(word.span));
        return Some(
            Finding::new("`*` stands for all columns of a FROM, and there is none").at(place).help("add FROM table"),
        );
    }
    if let Some(name) = message.strip_prefix("Unsupported SQL type ") {
        let finding = Finding::new(format!("there is no type `{}`", name.to_lowercase())).at(statement.word(name));
        return Some(
            finding.help(
                "types are text, boolean, integer, bigint, decimal(p, s), double, date, time, timestamp, interval",
            ),
        );
    }
    if let Some(name) = between(message, "'", "' is not a variable which can be viewed") {
        let finding = Finding::new(format!("there is nothing to SHOW that is named `{name}`")).at(statement.word(name));
        return Some(
            finding.help("SHOW TABLES, SHOW COLUMNS FROM table and SHOW FUNCTIONS are there, and DESCRIBE table"),
        );
    }
    if message.starts_with("segment takes one name") {
        let place = wrong_name(statement, "segment");
        return Some(Finding::new(in_sql(message)).at(place));
    }
    None
}

fn node_query(kind: &Kind) -> Option<&Query> {
    match kind {
        Kind::Query(query) => Some(query),
        Kind::Expr(_) => None,
    }
}

fn selected(body: &SetExpr) -> Option<&[SelectItem]> {
    match body {
        SetExpr::Select(select) => Some(&select.projection),
        SetExpr::Query(query) => selected(&query.body),
        SetExpr::SetOperation { left, .. } => selected(left),
        _ => None,
    }
}

fn has_star(items: &[SelectItem]) -> bool {
    items.iter().any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)))
}

fn place_of(extents: &Extents<'_>, items: &[SelectItem]) -> Option<Range<usize>> {
    extents.columns(&items.iter().map(Spanned::span).collect::<Vec<_>>())
}

fn union_counts(extents: &Extents<'_>, body: &SetExpr) -> Option<Finding> {
    let SetExpr::SetOperation { left, right, op, .. } = body else { return None };
    if let Some(inner) = union_counts(extents, left).or_else(|| union_counts(extents, right)) {
        return Some(inner);
    }
    let (above, below) = (selected(left)?, selected(right)?);
    if !has_star(above) && !has_star(below) && above.len() == below.len() {
        return None;
    }
    let columns = |items: &[SelectItem]| match (has_star(items), items.len()) {
        (true, _) => "all columns".to_owned(),
        (false, 1) => "1 column".to_owned(),
        (false, count) => format!("{count} columns"),
    };
    let finding = Finding::new(format!("both sides of {op} must have as many columns")).at(place_of(extents, below)?);
    Some(finding.label(columns(below)).context(place_of(extents, above)?, columns(above)))
}

fn too_many(extents: &Extents<'_>, query: &Query) -> Option<Finding> {
    let items = selected(&query.body)?;
    let many = items.len() > 1 || has_star(items);
    let count = if has_star(items) { "all columns".to_owned() } else { format!("{} columns", items.len()) };
    let finding = Finding::new(format!("this subquery stands for one value, and selects {count}"));
    many.then_some(finding.at(place_of(extents, items)?).help("select one column"))
}

fn values_row(extents: &Extents<'_>, query: &Query, row: usize) -> Option<Finding> {
    let SetExpr::Values(values) = query.body.as_ref() else { return None };
    let (first, wrong) = (values.rows.first()?, values.rows.get(row)?);
    let (first, wrong) = (&first.content, &wrong.content);
    let place = extents.of(wrong.first()?)?.start..extents.of(wrong.last()?)?.end;
    let count = |n: usize| if n == 1 { "1 value".to_owned() } else { format!("{n} values") };
    let message = format!("row {} has {}, and the first has {}", row + 1, count(wrong.len()), count(first.len()));
    (first.len() != wrong.len()).then(|| Finding::new(message).at(place))
}

/// The surplus arguments of the first call of a table function, its only one, or the call where it has none.
fn wrong_name(statement: &Statement, name: &str) -> Option<Range<usize>> {
    let words: Vec<_> = statement.words().collect();
    let at = words.windows(2).position(|pair| {
        let is_it = matches!(&pair[0].token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
        is_it && pair[1].token == Token::LParen
    })?;
    let close = at + 2 + words[at + 2..].iter().position(|word| word.token == Token::RParen)?;
    let comma = words[at..close].iter().position(|word| word.token == Token::Comma).map(|comma| at + comma + 1);
    let (first, last) = if close == at + 2 { (at, close) } else { (comma.unwrap_or(at + 2), close - 1) };
    Some(statement.source.range(words[first].span).start..statement.source.range(words[last.max(first)].span).end)
}
