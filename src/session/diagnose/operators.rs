//! Operators, conditions, CASE and IN: parts of which each is right alone, and which do not go together.

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

use super::extent::Extents;
use super::probe::{Found, Probe};
use super::types::a_type;
use crate::session::finding::Finding;
use crate::session::types::type_name;

/// What is wrong with an expression whose parts do not go together.
pub(super) async fn mismatch(extents: &Extents<'_>, probe: &Probe, found: &Found, failing: usize) -> Option<Finding> {
    let expr = found.tree.expr(failing)?;
    let mut types = Vec::new();
    let parts = found.tree.parts(failing);
    for part in parts.iter().take(PARTS_TYPED) {
        types.push(probe.type_of(found, *part).await);
    }
    let typed: Vec<(&Expr, DataType)> =
        parts.iter().zip(types).filter_map(|(part, data_type)| Some((found.tree.expr(*part)?, data_type?))).collect();
    match expr {
        Expr::BinaryOp { left, op, right } => {
            let [(_, of_left), (_, of_right)] = typed.as_slice() else { return None };
            Some(binary(extents, left, op, right, of_left, of_right))
        }
        Expr::UnaryOp { op, expr } => {
            let (_, given) = typed.first()?;
            let finding = Finding::new(format!("`{op}` does not take {}", a_type(given)));
            Some(match op {
                UnaryOperator::Not => {
                    Finding::new(format!("NOT takes a condition, not {}", a_type(given))).at(extents.of(expr)?)
                }
                _ => finding.at(extents.before(expr)?).context(extents.of(expr)?, type_name(given)),
            })
        }
        Expr::Like { expr, pattern, .. } | Expr::ILike { expr, pattern, .. } => {
            let not_text = typed.iter().find(|(_, t)| type_name(t) != "text").map(|(_, t)| a_type(t))?;
            let help = format!("make it one: {expr}::text");
            Some(
                Finding::new(format!("LIKE compares texts, not {not_text}"))
                    .at(extents.between(expr, pattern)?)
                    .help(help),
            )
        }
        Expr::Between { .. } | Expr::InList { .. } | Expr::InSubquery { .. } => {
            let ((_, compared), others) = typed.split_first()?;
            let (wrong, given) = others.iter().find(|(_, given)| !comparable(probe, compared, given))?;
            let message = format!("{} cannot be compared with {}", a_type(compared), a_type(given));
            let finding = Finding::new(message).at(extents.of(wrong)?);
            Some(match help_for_moment(compared, given) {
                Some(help) => finding.help(help),
                None => finding,
            })
        }
        Expr::Case { conditions, else_result, operand, .. } => {
            let results: Vec<&Expr> =
                conditions.iter().map(|when| &when.result).chain(else_result.as_deref()).collect();
            let typed_as = |of: &Expr| typed.iter().find(|(expr, _)| *expr == of).map(|(_, data_type)| data_type);
            let unlike = |first: &DataType, other: &DataType| {
                !probe.accepts(&format!("CASE WHEN true THEN {} ELSE {} END", null(first), null(other)))
            };
            let (first, rest) = results.split_first()?;
            let first_type = typed_as(first)?;
            let wrong = rest.iter().find_map(|r| typed_as(r).filter(|t| unlike(first_type, t)).map(|t| (*r, t)));
            if let Some((wrong, given)) = wrong {
                let message = format!("one CASE gives {} and {}", a_type(first_type), a_type(given));
                let finding = Finding::new(message).at(extents.of(wrong)?).label(type_name(given));
                return Some(finding.context(extents.of(first)?, type_name(first_type)));
            }
            let operand_type = operand.as_deref().and_then(typed_as)?;
            let whens = conditions.iter().map(|when| &when.condition);
            let wrong = whens.filter_map(|when| Some((when, typed_as(when)?)));
            let (when, given) = wrong.into_iter().find(|(_, given)| !comparable(probe, operand_type, given))?;
            let message = format!("{} cannot be compared with {}", a_type(operand_type), a_type(given));
            Some(Finding::new(message).at(extents.of(when)?))
        }
        Expr::Cast { expr, data_type, .. } => {
            let (_, given) = typed.first()?;
            let message = format!("{} cannot be cast to {}", a_type(given), data_type.to_string().to_lowercase());
            Some(Finding::new(message).at(extents.of(expr)?))
        }
        _ => None,
    }
}

/// Of how many parts of an expression the types are asked for: a list may have thousands.
const PARTS_TYPED: usize = 24;

fn null(data_type: &DataType) -> String {
    format!("arrow_cast(NULL, '{}')", data_type.to_string().replace('\'', "''"))
}

fn comparable(probe: &Probe, one: &DataType, other: &DataType) -> bool {
    probe.accepts(&format!("{} = {}", null(one), null(other)))
}

fn binary(
    extents: &Extents<'_>,
    left: &Expr,
    op: &BinaryOperator,
    right: &Expr,
    of_left: &DataType,
    of_right: &DataType,
) -> Finding {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, Minus, NotEq, Or, Plus};
    let condition = |t: &DataType| matches!(t, DataType::Boolean | DataType::Null);
    if matches!(op, And | Or) {
        let (wrong, given) = if condition(of_left) { (right, of_right) } else { (left, of_left) };
        return Finding::new(format!("{op} takes conditions, not {}", a_type(given))).at(extents.of(wrong));
    }
    let is_comparison = matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq);
    let message = match is_comparison {
        true => format!("{} cannot be compared with {}", a_type(of_left), a_type(of_right)),
        false => format!("`{op}` does not take {} and {}", a_type(of_left), a_type(of_right)),
    };
    let mut finding = Finding::new(message).at(extents.between(left, right));
    for (side, data_type) in [(left, of_left), (right, of_right)] {
        if let Some(span) = extents.of(side) {
            finding = finding.context(span, type_name(data_type));
        }
    }
    let (is_text, is_moment) = (|t: &DataType| type_name(t) == "text", |t: &DataType| t.is_temporal());
    let help = match op {
        _ if is_comparison => help_for_moment(of_left, of_right).map(str::to_owned),
        Plus if is_text(of_left) && is_text(of_right) => Some("texts are joined with ||".to_owned()),
        Plus if is_moment(of_left) && is_moment(of_right) => {
            Some("`-` gives the time between two moments; an interval is added: interval '1 day'".to_owned())
        }
        Plus | Minus if is_moment(of_left) => match right {
            Expr::Value(value) if is_text(of_right) => Some(format!("write interval {value}")),
            Expr::Value(value) => {
                let days = if value.to_string() == "1" { "day" } else { "days" };
                Some(format!("say what it counts: interval '{value} {days}'"))
            }
            _ => None,
        },
        _ if is_text(of_left) && of_right.is_numeric() => Some(format!("read the text as a number: {left}::decimal")),
        _ if is_text(of_right) && of_left.is_numeric() => Some(format!("read the text as a number: {right}::decimal")),
        _ => None,
    };
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn help_for_moment(one: &DataType, other: &DataType) -> Option<&'static str> {
    let is_moment = |t: &DataType| matches!(t, DataType::Timestamp(..) | DataType::Date32);
    let mixed = (is_moment(one) && other.is_numeric()) || (is_moment(other) && one.is_numeric());
    mixed.then_some("a moment is written '2025-03-01 09:00'; to_timestamp(n) reads seconds since 1970")
}
