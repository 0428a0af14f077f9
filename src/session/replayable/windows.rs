//! Window functions: what they give a row must not depend on which of its peers came first.

use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{Expr, WindowFrameBound, WindowFrameUnits, WindowFunctionDefinition};

use super::aggregates;
use super::facts::{Facts, Var};
use super::relation::Relation;
use super::{Breach, Place};

/// Judges a window function over `input` and tells what decides its value, `value`.
pub(super) fn check(facts: &mut Facts, input: &Relation, call: &WindowFunction, value: Var) -> Option<Breach> {
    let (name, params) = (call.fun.name(), &call.params);
    let sorts = || params.order_by.iter().map(|sort| &sort.expr);
    let all_inputs = |exprs: &mut dyn Iterator<Item = &Expr>| {
        exprs.map(|expr| input.inputs(expr)).collect::<Option<Vec<_>>>().map(|inputs| inputs.concat())
    };
    let partition = all_inputs(&mut params.partition_by.iter());
    let peers = all_inputs(&mut params.partition_by.iter().chain(sorts()));
    let decided = facts.decided_by(params.partition_by.iter().chain(sorts()).filter_map(|expr| input.key_of(expr)));
    let total = decided.has_all(input.vars());
    let frame = &params.window_frame;
    let whole = is_unbounded(&frame.start_bound) && is_unbounded(&frame.end_bound);
    let by_value = whole || frame.units == WindowFrameUnits::Range;

    // Whether all peers get the same, whichever comes first.
    let (fits, for_peers) = match (&call.fun, name) {
        (WindowFunctionDefinition::AggregateUDF(_), name) => {
            if aggregates::is_exact(name) {
                (by_value || total, by_value)
            } else if !["array_agg", "string_agg", "first_value", "last_value", "nth_value"].contains(&name) {
                return aggregates::check_name(name);
            } else {
                (total, false)
            }
        }
        // The last two are floats, which is another rule's matter.
        (_, "rank" | "dense_rank" | "percent_rank" | "cume_dist") => (true, true),
        (_, "first_value" | "last_value" | "nth_value") => {
            let of_peers =
                || by_value && all_inputs(&mut params.args.iter()).is_some_and(|inputs| decided.has_all(inputs));
            let for_peers = of_peers();
            (for_peers || total, for_peers)
        }
        (_, "row_number" | "ntile" | "lag" | "lead") => (total, false),
        _ => (false, false),
    };
    if let (true, Some(inputs)) = (for_peers, if whole && !is_rank(name) { partition.clone() } else { peers }) {
        facts.rule(inputs, value);
    }
    if let ("row_number", Some(inputs)) = (name, partition) {
        facts.rule(inputs.into_iter().chain([value]), input.row);
    }
    if fits {
        return None;
    }
    let what = match name {
        "row_number" | "ntile" | "lag" | "lead" | "first_value" | "last_value" | "nth_value" => {
            format!("what `{name}` gives is not decided: its ORDER BY leaves rows that may come in any order")
        }
        _ => format!("`{name}` goes by a frame of rows, but its ORDER BY leaves rows that may come in any order"),
    };
    Some(Breach::new(
        Place::Call(name.to_owned(), params.args.len()),
        what,
        ["let the ORDER BY in OVER (...) end in a key of the rows, such as message_key or event_key; \
          rank() and frames of RANGE take equal rows together"],
    ))
}

fn is_rank(name: &str) -> bool {
    ["rank", "dense_rank", "percent_rank", "cume_dist"].contains(&name)
}

fn is_unbounded(bound: &WindowFrameBound) -> bool {
    matches!(bound, WindowFrameBound::Preceding(value) | WindowFrameBound::Following(value) if value.is_null())
}
