//! Where the engine forgets the zone of a time: it compares times with dates in UTC, gives UTC's clock for `::timestamp`,
//! and begins the days of `date_bin` at midnight UTC. Each becomes an expression that minds the zone.

use std::sync::Arc;

use arrow::datatypes::{DataType, IntervalMonthDayNano};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::functions::expr_fn::{date_bin, date_trunc, to_local_time};
use datafusion::logical_expr::expr::{Between, Cast, InList, ScalarFunction, TryCast};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator, cast, lit};
use datafusion::optimizer::AnalyzerRule;

/// Comes before the types are made to match, while it can be seen what was written.
#[derive(Debug)]
pub(super) struct LocalTime;

impl AnalyzerRule for LocalTime {
    fn name(&self) -> &str {
        "local_time"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(rewrite_plan)?.data)
    }
}

fn rewrite_plan(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let schema = merge_schema(&plan.inputs());
    let names = NamePreserver::new(&plan);
    let rewritten = plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let expr = expr.transform_up(|expr| rewrite(expr, &schema))?;
        Ok(expr.update_data(|expr| name.restore(expr)))
    })?;
    rewritten.map_data(|plan| plan.recompute_schema())
}

fn rewrite(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    // What has no type yet, such as a column of an outer query that is not in sight, is left to the engine.
    let type_of = |expr: &Expr| expr.get_type(schema).ok();
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_comparison(op) => {
            let (left_type, right_type) = (type_of(&left), type_of(&right));
            let (left, left_changed) = midnight(*left, left_type.as_ref(), right_type.as_ref());
            let (right, right_changed) = midnight(*right, right_type.as_ref(), left_type.as_ref());
            let compared = Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)));
            Ok(if left_changed || right_changed { Transformed::yes(compared) } else { Transformed::no(compared) })
        }
        Expr::Between(Between { expr, negated, low, high }) => {
            let time = type_of(&expr);
            let (low_type, high_type) = (type_of(&low), type_of(&high));
            let (low, low_changed) = midnight(*low, low_type.as_ref(), time.as_ref());
            let (high, high_changed) = midnight(*high, high_type.as_ref(), time.as_ref());
            let between = Expr::Between(Between::new(expr, negated, Box::new(low), Box::new(high)));
            Ok(if low_changed || high_changed { Transformed::yes(between) } else { Transformed::no(between) })
        }
        Expr::InList(InList { expr, list, negated }) => {
            let time = type_of(&expr);
            let mut changed = false;
            let list = list.into_iter().map(|item| {
                let item_type = type_of(&item);
                let (item, item_changed) = midnight(item, item_type.as_ref(), time.as_ref());
                changed |= item_changed;
                item
            });
            let list = Expr::InList(InList::new(expr, list.collect(), negated));
            Ok(if changed { Transformed::yes(list) } else { Transformed::no(list) })
        }
        Expr::Cast(Cast { expr, field }) if is_clock(field.data_type()) && is_local(type_of(&expr)) => {
            Ok(Transformed::yes(Expr::Cast(Cast { expr: Box::new(to_local_time(vec![*expr])), field })))
        }
        Expr::TryCast(TryCast { expr, field }) if is_clock(field.data_type()) && is_local(type_of(&expr)) => {
            Ok(Transformed::yes(Expr::TryCast(TryCast { expr: Box::new(to_local_time(vec![*expr])), field })))
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "date_bin" => match args.as_slice() {
            [stride, time] if is_days(stride) && is_local(type_of(time)) => {
                let Some(instant) = type_of(time) else {
                    return Ok(Transformed::no(Expr::ScalarFunction(ScalarFunction { func, args })));
                };
                let midnight = date_bin(stride.clone(), to_local_time(vec![time.clone()]), epoch());
                // Some days have no midnight, or two: date_trunc knows when those begin. Noon they all have once.
                let noon =
                    midnight + lit(ScalarValue::IntervalMonthDayNano(Some(IntervalMonthDayNano::new(0, 0, NOON))));
                Ok(Transformed::yes(date_trunc(lit("day"), cast(noon, instant))))
            }
            _ => Ok(Transformed::no(Expr::ScalarFunction(ScalarFunction { func, args }))),
        },
        other => Ok(Transformed::no(other)),
    }
}

const NOON: i64 = 12 * 3600 * 1_000_000_000;

/// What `date_bin` counts from where nothing is said, by the local clock.
fn epoch() -> Expr {
    lit(ScalarValue::TimestampNanosecond(Some(0), None))
}

fn is_comparison(op: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom)
}

/// A date that is compared with an instant means midnight by the clock of the instant's zone.
fn midnight(expr: Expr, own: Option<&DataType>, other: Option<&DataType>) -> (Expr, bool) {
    match (own, other) {
        (Some(DataType::Date32 | DataType::Date64), Some(instant @ DataType::Timestamp(_, Some(_)))) => {
            (cast(expr, instant.clone()), true)
        }
        _ => (expr, false),
    }
}

fn is_clock(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(_, None))
}

/// Whether it is an instant by a clock that the engine does not go by anyway.
fn is_local(data_type: Option<DataType>) -> bool {
    matches!(data_type, Some(DataType::Timestamp(_, Some(zone))) if zone.as_ref() != "UTC")
}

/// Whole days, weeks, months or years.
fn is_days(stride: &Expr) -> bool {
    match stride {
        Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(stride)), _) => stride.nanoseconds == 0,
        Expr::Literal(ScalarValue::IntervalDayTime(Some(stride)), _) => stride.milliseconds == 0,
        Expr::Literal(ScalarValue::IntervalYearMonth(Some(_)), _) => true,
        _ => false,
    }
}

/// The engine's own rules with this one before them.
pub(super) fn analyzer_rules() -> Vec<Arc<dyn AnalyzerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn AnalyzerRule + Send + Sync>> = vec![Arc::new(LocalTime)];
    rules.extend(datafusion::optimizer::Analyzer::new().rules);
    rules
}
