//! Calls: functions that do not exist, and arguments that a function does not take.

use std::ops::Range;

use arrow::datatypes::DataType;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::Documentation;
use datafusion::sql::sqlparser::ast::{CeilFloorKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::equivalents::equivalent;
use super::extent::Extents;
use super::probe::{Found, Probe};
use super::tables::LAND_FILES;
use super::types::a_type;
use crate::error::near;
use crate::session::catalog::Names;
use crate::session::finding::Finding;
use crate::session::script::Statement;
use crate::session::types::type_name;

pub(super) fn unknown(statement: &Statement, span: Option<Range<usize>>, name: &str, names: &Names) -> Finding {
    let span = span.or_else(|| statement.word(name));
    if ["read_", "glob", "parquet_", "sniff_csv"].iter().any(|prefix| name.to_lowercase().starts_with(prefix)) {
        return Finding::new(format!("SQL here reads the store, not files: `{name}`")).at(span).help(LAND_FILES);
    }
    if names.functions.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return misused(name).at(span);
    }
    let finding = Finding::new(format!("there is no function `{name}`")).at(span);
    match equivalent(name) {
        Some(instead) => finding.help(format!("here it is {instead}")),
        None => finding.suggest(&near(name, names.functions.iter().map(String::as_str))),
    }
}

/// A window function without OVER, a table function that stands outside FROM.
fn misused(name: &str) -> Finding {
    let lower = name.to_lowercase();
    if ["generate_series", "range", "segment", "unnest"].contains(&lower.as_str()) {
        return Finding::new(format!("`{name}` gives rows: it stands in FROM"))
            .help(format!("write FROM {lower}(...)"));
    }
    Finding::new(format!("`{name}` is a window function: it needs OVER"))
        .help(format!("write {lower}(...) OVER (ORDER BY ...)"))
}

/// The arguments of something that is written like a call, by the name it goes by.
pub(super) fn call(expr: &Expr) -> Option<(String, Vec<&Expr>)> {
    let (name, args): (&str, Vec<&Expr>) = match expr {
        Expr::Function(function) => return Some((function.name.to_string().to_lowercase(), arguments(function)?)),
        Expr::Substring { expr, substring_from, substring_for, .. } => (
            "substr",
            [Some(expr), substring_from.as_ref(), substring_for.as_ref()].into_iter().flatten().map(|e| &**e).collect(),
        ),
        Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(_) } => ("ceil", vec![expr]),
        Expr::Floor { expr, field: CeilFloorKind::DateTimeField(_) } => ("floor", vec![expr]),
        Expr::Trim { expr, .. } => ("trim", vec![expr]),
        Expr::Position { expr, r#in } => ("position", vec![expr, r#in]),
        _ => return None,
    };
    Some((name.to_owned(), args))
}

fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    list.args
        .iter()
        .map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
            | FunctionArg::Named { arg: FunctionArgExpr::Expr(expr), .. }
            | FunctionArg::ExprNamed { arg: FunctionArgExpr::Expr(expr), .. } => Some(expr),
            _ => None,
        })
        .collect()
}

/// The types that an argument is tried with: its name in errors, and a value of it.
const TRIED: [(&str, &str); 10] = [
    ("text", "Utf8"),
    ("boolean", "Boolean"),
    ("bigint", "Int64"),
    ("decimal", "Decimal128(18, 4)"),
    ("double", "Float64"),
    ("date", "Date32"),
    ("timestamp", "Timestamp(ns)"),
    ("time", "Time64(ns)"),
    ("interval", "Interval(MonthDayNano)"),
    ("text[]", "List(Utf8)"),
];

/// The most arguments that a call is tried with, to learn how many it takes.
const ARGUMENTS_TRIED: usize = 8;

/// A call that fails: by its `argument`, or by how many there are.
pub(super) async fn wrong_call(
    extents: &Extents<'_>,
    probe: &Probe,
    found: &Found,
    failing: usize,
    argument: Option<usize>,
) -> Option<Finding> {
    let expr = found.tree.expr(failing)?;
    if let Some(star) = star(extents, expr) {
        return Some(Finding::new("`*` is an argument of count only").at(star).help("name a column"));
    }
    let (name, args) = call(expr)?;
    let over = matches!(expr, Expr::Function(function) if function.over.is_some());
    let written = |args: &[String]| format!("{name}({}){}", args.join(", "), if over { " OVER ()" } else { "" });
    let usage = syntax(probe.state(), &name).map(|syntax| format!("it is written {syntax}"));
    let finish = |finding: Finding| usage.iter().fold(finding, |finding, usage| finding.help(usage.clone()));

    let mut types = Vec::new();
    for at in found.tree.parts(failing).into_iter().take(args.len()) {
        types.push(probe.type_of(found, at).await);
    }
    let given: Vec<String> = args.iter().zip(&types).map(|(arg, data_type)| sample(arg, data_type.as_ref())).collect();

    let taken: Vec<usize> = (0..=ARGUMENTS_TRIED)
        .filter(|count| {
            let nulls = vec!["NULL".to_owned(); *count];
            let fitted: Vec<String> =
                given.iter().take(*count).cloned().chain(ones_after(given.len(), *count)).collect();
            let ones = vec!["1".to_owned(); *count];
            let texts = vec!["'a'".to_owned(); *count];
            [nulls, fitted, ones, texts].iter().any(|args| probe.accepts(&written(args)))
        })
        .collect();
    if let (Some(most), false) = (taken.last(), taken.contains(&args.len())) {
        let takes = counts(&taken);
        let is = match args.len() {
            0 => "none".to_owned(),
            count => count.to_string(),
        };
        let finding = Finding::new(format!("`{name}` takes {takes}, not {is}"));
        let surplus = match expr {
            Expr::Function(function) if args.len() > *most => {
                let written = extents.arguments(function)?;
                written.get(*most).zip(written.last()).map(|(first, last)| first.start..last.end)
            }
            _ => extents.of(expr),
        };
        return Some(finish(finding.at(surplus?)));
    }

    let position = found.tree.parts(failing).iter().position(|part| Some(*part) == argument);
    let position = position.filter(|position| *position < args.len()).or_else(|| {
        // Together they fail: the first that no value of another argument makes right.
        (0..args.len()).find(|at| {
            let alone: Vec<String> =
                (0..args.len()).map(|i| if i == *at { given[i].clone() } else { "NULL".to_owned() }).collect();
            args.len() > 1 && !probe.accepts(&written(&alone))
        })
    });
    let position = position.or_else(|| (args.len() == 1).then_some(0));
    let Some(position) = position else {
        let given: Vec<String> = types.iter().flatten().map(type_name).collect();
        let finding = Finding::new(format!("`{name}` does not take ({})", given.join(", ")));
        return Some(finish(finding.at(extents.of(expr)?)));
    };
    let accepted = |others: &dyn Fn(usize) -> String| -> Vec<&str> {
        let fits = |data_type: &str| {
            let value = format!("arrow_cast(NULL, '{data_type}')");
            let args: Vec<String> =
                (0..args.len()).map(|i| if i == position { value.clone() } else { others(i) }).collect();
            probe.accepts(&written(&args))
        };
        TRIED.iter().filter(|(_, data_type)| fits(data_type)).map(|(name, _)| *name).collect()
    };
    let mut wanted = accepted(&|i| given[i].clone());
    if wanted.is_empty() {
        wanted = accepted(&|_| "NULL".to_owned());
    }
    let which = match args.len() {
        1 => "its argument".to_owned(),
        _ => format!("argument {}", position + 1),
    };
    let given = types.get(position).cloned().flatten();
    let is = given.as_ref().map(a_type);
    let message = match (any_of(&wanted), is) {
        (Some(wanted), Some(is)) => format!("`{name}` takes {wanted} as {which}, not {is}"),
        (Some(wanted), None) => format!("`{name}` takes {wanted} as {which}"),
        (None, Some(is)) => format!("`{name}` does not take {is} as {which}"),
        (None, None) => format!("`{name}` does not take this as {which}"),
    };
    Some(finish(Finding::new(message).at(extents.of(args[position])?)))
}

/// Arguments to try behind those that are given.
fn ones_after(given: usize, count: usize) -> impl Iterator<Item = String> {
    (given..count).map(|_| "1".to_owned())
}

/// The `*` that a function has for an argument.
fn star(extents: &Extents<'_>, expr: &Expr) -> Option<Range<usize>> {
    let Expr::Function(function) = expr else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    let is_star = |arg: &FunctionArg| matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Wildcard));
    extents.arguments(function)?.into_iter().nth(list.args.iter().position(is_star)?)
}

/// A value of the type that an argument has: itself where it is written out.
fn sample(arg: &Expr, data_type: Option<&DataType>) -> String {
    match (arg, data_type) {
        (Expr::Value(value), _) if !value.to_string().starts_with('$') => value.to_string(),
        (_, Some(data_type)) => format!("arrow_cast(NULL, '{}')", data_type.to_string().replace('\'', "''")),
        (_, None) => "NULL".to_owned(),
    }
}

fn counts(taken: &[usize]) -> String {
    let (least, most) = (taken.first().copied().unwrap_or(0), taken.last().copied().unwrap_or(0));
    match (least, most) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (least, ARGUMENTS_TRIED) => format!("{least} or more arguments"),
        (least, most) if least == most => format!("{least} arguments"),
        (least, most) if least + 1 == most => format!("{least} or {most} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

/// `a number`, `a text, a date or a timestamp`; `None` where anything fits, which explains nothing.
fn any_of(types: &[&str]) -> Option<String> {
    if types.is_empty() || types.len() == TRIED.len() {
        return None;
    }
    let numbers = ["bigint", "decimal", "double"];
    let all_numbers = numbers.iter().all(|number| types.contains(number));
    let mut named: Vec<String> = Vec::new();
    for name in types {
        let name = match *name {
            number if all_numbers && numbers.contains(&number) => "a number".to_owned(),
            "bigint" => "a whole number".to_owned(),
            "interval" => "an interval".to_owned(),
            "text[]" => "an array".to_owned(),
            other => format!("a {other}"),
        };
        if !named.contains(&name) {
            named.push(name);
        }
    }
    Some(match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => named.concat(),
    })
}

/// How a call is written, from the function's documentation.
fn syntax(state: &SessionState, name: &str) -> Option<String> {
    let documentation: Option<&Documentation> = None
        .or_else(|| state.scalar_functions().get(name)?.documentation())
        .or_else(|| state.aggregate_functions().get(name)?.documentation())
        .or_else(|| state.window_functions().get(name)?.documentation());
    let syntax = documentation?.syntax_example.lines().next()?.trim();
    (!syntax.is_empty()).then(|| syntax.to_owned())
}
