//! Floats: what they add up to depends on the order of adding, and how they are written on who writes.

use arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{Cast, TryCast};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use super::nodes::bare;
use super::{Breach, Place, aggregates};

/// Looks at the expressions and columns of one node.
pub(super) fn check(node: &LogicalPlan) -> Option<Breach> {
    let schema = merge_schema(&node.inputs());
    let mut found = None;
    let walked = node.apply_expressions(|expr| {
        found = cause(expr, &schema).map(|expr| breach(bare(&expr)));
        Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    debug_assert!(walked.is_ok());
    let column = || node.schema().fields().iter().find(|field| is_float(field.data_type()));
    found.or_else(|| {
        let name = column()?.name();
        let what = format!("column `{name}` is a float (double)");
        Some(Breach::new(Place::Word(name.clone()), what, ["cast it to a decimal where it is made"]))
    })
}

/// The innermost expression that is a float.
fn cause(expr: &Expr, schema: &DFSchema) -> Option<Expr> {
    let mut found = None;
    let walked = expr.apply_children(|child| {
        found = cause(child, schema);
        Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    debug_assert!(walked.is_ok());
    // What has no type by itself, such as the variable of a lambda, has one in what it is part of.
    let is_one = || expr.get_type(schema).is_ok_and(|data_type| is_float(&data_type));
    // A function that computes in floats has its arguments turned into some: the function is what was written.
    let by_call = matches!(found, Some(Expr::Cast(_)))
        && matches!(expr, Expr::ScalarFunction(_) | Expr::AggregateFunction(_) | Expr::WindowFunction(_));
    if found.is_none() || by_call { is_one().then(|| expr.clone()).or(found) } else { found }
}

fn breach(expr: &Expr) -> Breach {
    let shown = expr.human_display();
    match expr {
        Expr::Column(column) => {
            let what = format!("column `{}` is a float (double)", column.name);
            Breach::new(Place::Word(column.name.clone()), what, [DECIMAL])
        }
        Expr::AggregateFunction(call) => {
            let name = call.func.name();
            aggregates::check_name(name).unwrap_or_else(|| {
                let place = Place::Call(name.to_owned(), call.params.args.len());
                let instead = if name == "avg" { AVERAGE } else { DECIMAL };
                Breach::new(place, format!("`{name}` of these values is a float (double)"), [instead])
            })
        }
        Expr::WindowFunction(call) => {
            let name = call.fun.name();
            let instead = match name {
                "percent_rank" | "cume_dist" => "use rate() of rank() OVER (...) and count(*) OVER (...)",
                "avg" => AVERAGE,
                _ => DECIMAL,
            };
            let place = Place::Call(name.to_owned(), call.params.args.len());
            Breach::new(place, format!("`{name}` of these values is a float (double)"), [instead])
        }
        Expr::ScalarFunction(call) => {
            let place = Place::Call(call.name().to_owned(), call.args.len());
            Breach::new(place, format!("`{}` gives a float (double)", call.name()), [DECIMAL])
        }
        Expr::Cast(Cast { expr, .. }) | Expr::TryCast(TryCast { expr, .. }) => {
            let what = format!("`{}` is turned into a float (double)", expr.human_display());
            let place = match bare(expr) {
                Expr::Column(column) => Place::Word(column.name.clone()),
                _ => Place::Statement,
            };
            Breach::new(place, what, [DECIMAL])
        }
        _ => Breach::new(Place::Statement, format!("`{shown}` is a float (double)"), [DECIMAL]),
    }
}

const DECIMAL: &str = "use decimals, which are exact: x::decimal(18, 6), percent(n, of), rate(n, of)";
const AVERAGE: &str =
    "divide exact sums: sum(x)::decimal(38, 4) / count(x), or percent(sum(x), sum(y)); avg of a decimal is a decimal";

/// Whether a type is or holds floats.
fn is_float(data_type: &DataType) -> bool {
    match data_type {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => true,
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => is_float(field.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| is_float(field.data_type())),
        DataType::Union(fields, _) => fields.iter().any(|(_, field)| is_float(field.data_type())),
        DataType::Dictionary(_, value) => is_float(value),
        DataType::RunEndEncoded(_, field) => is_float(field.data_type()),
        _ => false,
    }
}
