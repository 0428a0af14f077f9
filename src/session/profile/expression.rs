//! Expressions of a plan as SQL.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::Schema;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{
    BinaryExpr, CaseExpr, CastExpr, Column, DynamicFilterPhysicalExpr, InListExpr, IsNotNullExpr, IsNullExpr, LikeExpr,
    Literal, NegativeExpr, NotExpr, TryCastExpr,
};
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr, ScalarFunctionExpr};
use datafusion::physical_expr_common::physical_expr::fmt_sql;
use regex::Regex;

use super::super::types::type_name;

/// The most that is written out of a list; how many are left out stands behind it.
const LIST_MAX: usize = 12;

type Expr = Arc<dyn PhysicalExpr>;

/// An expression over rows of this schema. Changes of type that SQL does not see, between two ways to hold a text, are
/// left out.
pub(super) fn sql(expr: &Expr, schema: &Schema) -> String {
    let sql = |expr: &Expr| sql(expr, schema);
    if let Some(column) = expr.downcast_ref::<Column>() {
        return name(column.name());
    }
    if let Some(literal) = expr.downcast_ref::<Literal>() {
        return value(literal.value());
    }
    if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
        let side = |side: &Expr| match side.downcast_ref::<BinaryExpr>() {
            Some(inner) if needs_brackets(*inner.op(), *binary.op()) => format!("({})", sql(side)),
            _ => sql(side),
        };
        return format!("{} {} {}", side(binary.left()), binary.op(), side(binary.right()));
    }
    if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        return converted("CAST", cast.expr(), &type_name(cast.cast_type()), schema);
    }
    if let Some(cast) = expr.downcast_ref::<TryCastExpr>() {
        return converted("TRY_CAST", cast.expr(), &type_name(cast.cast_type()), schema);
    }
    if let Some(test) = expr.downcast_ref::<IsNullExpr>() {
        return format!("{} IS NULL", operand(test.arg(), schema));
    }
    if let Some(test) = expr.downcast_ref::<IsNotNullExpr>() {
        return format!("{} IS NOT NULL", operand(test.arg(), schema));
    }
    if let Some(not) = expr.downcast_ref::<NotExpr>() {
        return format!("NOT {}", operand(not.arg(), schema));
    }
    if let Some(negative) = expr.downcast_ref::<NegativeExpr>() {
        return format!("-{}", operand(negative.arg(), schema));
    }
    if let Some(among) = expr.downcast_ref::<InListExpr>() {
        let not = if among.negated() { "NOT " } else { "" };
        return format!("{} {not}IN ({})", operand(among.expr(), schema), list(among.list().iter().map(sql)));
    }
    if let Some(like) = expr.downcast_ref::<LikeExpr>() {
        let not = if like.negated() { "NOT " } else { "" };
        let operator = if like.case_insensitive() { "ILIKE" } else { "LIKE" };
        return format!("{} {not}{operator} {}", operand(like.expr(), schema), operand(like.pattern(), schema));
    }
    if let Some(case) = expr.downcast_ref::<CaseExpr>() {
        let subject = case.expr().map_or_else(String::new, |expr| format!(" {}", sql(expr)));
        let branch = |(when, then): &(Expr, Expr)| format!(" WHEN {} THEN {}", sql(when), sql(then));
        let branches: String = case.when_then_expr().iter().map(branch).collect();
        let otherwise = case.else_expr().map_or_else(String::new, |expr| format!(" ELSE {}", sql(expr)));
        return format!("CASE{subject}{branches}{otherwise} END");
    }
    if let Some(call) = expr.downcast_ref::<ScalarFunctionExpr>() {
        return format!("{}({})", call.name(), list(call.args().iter().map(sql)));
    }
    if expr.is::<DynamicFilterPhysicalExpr>() {
        // A join or a sort above hands it down while it runs: which keys there are, what is among the first rows.
        return "what is found while it runs".to_owned();
    }
    name(&fmt_sql(expr.as_ref()).to_string())
}

/// The keys of an order.
pub(super) fn order<'s>(keys: impl IntoIterator<Item = &'s PhysicalSortExpr>, schema: &Schema) -> String {
    let key = |key: &PhysicalSortExpr| {
        let direction = if key.options.descending { " DESC" } else { "" };
        // What SQL does by itself: NULL is greater than any value.
        let nulls = match (key.options.descending, key.options.nulls_first) {
            (false, true) => " NULLS FIRST",
            (true, false) => " NULLS LAST",
            _ => "",
        };
        format!("{}{direction}{nulls}", sql(&key.expr, schema))
    };
    list(keys.into_iter().map(key))
}

/// Items with commas, and how many more there are.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    let more = items.len().saturating_sub(LIST_MAX);
    if more > 1 {
        items.truncate(LIST_MAX);
        items.push(format!("... and {more} more"));
    }
    items.join(", ")
}

/// A name the engine made up, without its notation for constants: `count(Int64(1))` is `count(1)`.
pub(super) fn name(name: &str) -> String {
    static CONSTANTS: LazyLock<Option<[Regex; 2]>> = LazyLock::new(|| {
        let numbers = Regex::new(r"\b(?:U?Int(?:8|16|32|64)|Float(?:32|64)|Boolean)\(([^()]*)\)").ok()?;
        let texts = Regex::new(r#"\b(?:LargeUtf8|Utf8View|Utf8)\("([^"]*)"\)"#).ok()?;
        Some([numbers, texts])
    });
    let name = &name.replace("count(Int64(1))", "count(*)");
    let Some([numbers, texts]) = CONSTANTS.as_ref() else { return name.to_owned() };
    texts.replace_all(&numbers.replace_all(name, "$1"), "'$1'").into_owned()
}

fn value(value: &ScalarValue) -> String {
    match value {
        _ if value.is_null() => "NULL".to_owned(),
        ScalarValue::Dictionary(_, inner) => self::value(inner),
        ScalarValue::RunEndEncoded(_, _, inner) => self::value(inner),
        _ => {
            let array = value.to_array();
            let text = array.ok().and_then(|array| {
                let options = FormatOptions::default();
                Some(ArrayFormatter::try_new(array.as_ref(), &options).ok()?.value(0).to_string())
            });
            let text = text.unwrap_or_else(|| value.to_string());
            match type_name(&value.data_type()).as_str() {
                "text" => format!("'{}'", text.replace('\'', "''")),
                kind @ ("timestamp" | "date" | "time" | "interval") => format!("{} '{text}'", kind.to_uppercase()),
                _ => text,
            }
        }
    }
}

fn converted(how: &str, expr: &Expr, to: &str, schema: &Schema) -> String {
    let inner = sql(expr, schema);
    match expr.data_type(schema) {
        Ok(from) if type_name(&from) == to => inner,
        _ => format!("{how}({inner} AS {to})"),
    }
}

/// An expression beside an operator that binds tighter than AND and OR do.
fn operand(expr: &Expr, schema: &Schema) -> String {
    if expr.is::<BinaryExpr>() { format!("({})", sql(expr, schema)) } else { sql(expr, schema) }
}

fn needs_brackets(inner: Operator, outer: Operator) -> bool {
    let is_chain = inner == outer && matches!(inner, Operator::And | Operator::Or);
    !is_chain && inner.precedence() <= outer.precedence()
}
