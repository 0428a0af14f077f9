//! The cast that failed while rows were read, when the statement leaves no other explanation.

use std::ops::Range;

use datafusion::sql::sqlparser::ast::{BinaryOperator, CastKind, Expr, Value};

use super::between;
use super::extent::Extents;
use super::tree::{Kind, Tree};
use super::types::in_sql;
use crate::limits::DIAGNOSIS_EXPRESSIONS_MAX;
use crate::session::dialect;
use crate::session::script::Statement;

/// What the one cast to the type that a message names is applied to. `None` where there are several, or where a
/// comparison may have cast without saying so.
pub(super) fn only(statement: &Statement, message: &str) -> Option<Range<usize>> {
    let wanted = match between(message, " to value of ", " type") {
        Some(kind) => in_sql(kind),
        None => "timestamp".to_owned(),
    };
    let tree = Tree::of(dialect::parse(statement.tokens.clone()).ok()?, DIAGNOSIS_EXPRESSIONS_MAX)?;
    let exprs = || {
        tree.nodes.iter().filter_map(|node| match &node.kind {
            Kind::Expr(expr) => Some(expr),
            Kind::Query(_) => None,
        })
    };
    if exprs().any(may_cast) {
        return None;
    }
    let mut casts = exprs().filter_map(|expr| match expr {
        Expr::Cast { kind: CastKind::Cast | CastKind::DoubleColon, expr, data_type, .. } => {
            is_type(&data_type.to_string().to_lowercase(), &wanted).then_some(expr)
        }
        _ => None,
    });
    let cast = casts.next().filter(|_| casts.next().is_none())?;
    Extents::new(statement).of(cast)
}

/// Whether a type as it is written is the one that goes by this name.
fn is_type(written: &str, name: &str) -> bool {
    let written = match written {
        "int" | "int4" => "integer",
        "int8" | "long" => "bigint",
        "float8" | "float" | "double precision" => "double",
        other => other,
    };
    written.split('(').next().map(str::trim) == name.split('(').next().map(str::trim)
        || (name == "decimal" && written.starts_with("numeric"))
}

/// Whether an expression may make one side's type of the other without a cast being written.
fn may_cast(expr: &Expr) -> bool {
    let plain = |side: &Expr| match side {
        Expr::Cast { .. } => true,
        Expr::Value(value) => matches!(value.value, Value::SingleQuotedString(_)),
        _ => false,
    };
    match expr {
        Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => false,
        Expr::BinaryOp { left, right, .. } => !plain(left) && !plain(right),
        Expr::InList { expr, list, .. } => !plain(expr) && !list.iter().all(plain),
        Expr::Between { expr, low, high, .. } => !(plain(expr) || plain(low) && plain(high)),
        Expr::InSubquery { .. } | Expr::Case { operand: Some(_), .. } => true,
        _ => false,
    }
}
