//! Aggregate functions: those whose value does not depend on the order in which rows come.

use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::AggregateFunction;

use super::facts::{Facts, Var};
use super::nodes::bare;
use super::relation::Relation;
use super::{Breach, Place};

/// Exact, commutative and associative. Where one of them would give a float (`avg` of whole numbers), that is refused as
/// such.
const EXACT: [&str; 17] = [
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "median",
    "bool_and",
    "bool_or",
    "bit_and",
    "bit_or",
    "bit_xor",
    "grouping",
    "delivery",
    "latest",
    "event_count",
    "final_bucket",
    "bucket_rate",
];

/// These give one value or another as rows come, unless ORDER BY decides.
const ORDERED: [&str; 6] = ["array_agg", "string_agg", "first_value", "last_value", "nth_value", "any_value"];

/// Whether a function does not mind the order of rows.
pub(super) fn is_exact(name: &str) -> bool {
    EXACT.contains(&name)
}

/// An aggregate over groups whose rows agree on `agreed`.
pub(super) fn check(facts: &Facts, input: &Relation, call: &AggregateFunction, agreed: Vec<Var>) -> Option<Breach> {
    let (name, params) = (call.func.name(), &call.params);
    if !ORDERED.contains(&name) {
        return check_name(name);
    }
    let sorts = params.order_by.iter().map(|sort| &sort.expr);
    let keys = sorts.filter_map(|expr| input.key_of(expr)).chain(agreed);
    let decided = facts.decided_by(keys);
    let is_decided = |expr: &Expr| {
        let sorted_by = params.order_by.iter().any(|sort| bare(&sort.expr) == bare(expr));
        sorted_by || input.inputs(expr).is_some_and(|inputs| decided.has_all(inputs))
    };
    if params.args.iter().all(is_decided) {
        return None;
    }
    let argument = params.args.first().map_or_else(String::new, |expr| expr.human_display().to_string());
    Some(Breach::new(
        Place::Call(name.to_owned(), params.args.len()),
        format!("which values `{name}` takes, or in which order, is not decided"),
        match name {
            "first_value" | "last_value" | "any_value" | "nth_value" => [format!(
                "use min({argument}) or max({argument}), or latest({argument}, event_time); {name} needs an ORDER BY in its \
                 brackets that ends in a key of the rows, such as event_key"
            )],
            _ => [format!("order what it collects: {name}({argument} ORDER BY {argument})")],
        },
    ))
}

/// Whether a function is known not to mind the order of rows.
pub(super) fn check_name(name: &str) -> Option<Breach> {
    if is_exact(name) {
        return None;
    }
    let (why, instead) = match name {
        "approx_distinct" => ("is an estimate", "count(DISTINCT x) is exact"),
        "approx_median" | "approx_percentile_cont" | "approx_percentile_cont_with_weight" => {
            ("is an estimate in floats", NEAREST_RANK)
        }
        "percentile_cont" => ("is a float between two values", NEAREST_RANK),
        name if ORDERED.contains(&name) => ("takes values as rows come", "use min() or max()"),
        _ => ("is not known to give the same value in whatever order rows come", EXACT_ONES),
    };
    Some(Breach::new(Place::Call(name.to_owned(), 1), format!("`{name}` {why}"), [instead]))
}

const NEAREST_RANK: &str = "take the nearest rank: number the rows with row_number() OVER (ORDER BY x, key), count them with count(*) OVER (), \
     and select the row you mean; median() of decimals and whole numbers is exact";
const EXACT_ONES: &str = "count, sum, min, max, median, bool_and, bool_or, avg of decimals, and rate() and percent() of sums and counts are exact";
