//! Operators in plain words.

use datafusion::physical_expr::Partitioning;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;

/// What an operator does.
pub(super) fn of(plan: &dyn ExecutionPlan) -> String {
    if let Some(aggregate) = plan.downcast_ref::<AggregateExec>() {
        return aggregation(aggregate);
    }
    if let Some(repartition) = plan.downcast_ref::<RepartitionExec>() {
        return match repartition.partitioning() {
            Partitioning::Hash(..) => "redistribute by key",
            _ => "distribute",
        }
        .to_owned();
    }
    if let Some(sort) = plan.downcast_ref::<SortExec>() {
        return if sort.fetch().is_some() { "sort, first rows only" } else { "sort" }.to_owned();
    }
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let computes = projection.expr().iter().any(|column| !column.expr.is::<Column>());
        return if computes { "compute columns" } else { "choose columns" }.to_owned();
    }
    let name = plan.name();
    let known = match name {
        "AsyncFuncExec" => "asynchronous function",
        "BoundedWindowAggExec" | "WindowAggExec" => "window",
        "BufferExec" => "buffer",
        "CoalesceBatchesExec" => "combine batches",
        "CoalescePartitionsExec" => "gather",
        "CrossJoinExec" => "cross join",
        "DataSinkExec" => "write",
        "DataSourceExec" => "scan",
        "EmptyExec" => "no rows",
        "FilterExec" => "filter",
        "GlobalLimitExec" | "LocalLimitExec" => "limit",
        "HashJoinExec" => "hash join",
        "InterleaveExec" | "UnionExec" => "union",
        "LazyMemoryExec" => "generate rows",
        "NestedLoopJoinExec" => "nested loop join",
        "PartialSortExec" => "sort what is partly sorted",
        "PartitionedTopKExec" => "first rows of each group",
        "PiecewiseMergeJoinExec" | "SortMergeJoinExec" => "merge join",
        "PlaceholderRowExec" => "one row",
        "RecursiveQueryExec" => "recursive query",
        "ScalarSubqueryExec" => "scalar subqueries",
        "SortPreservingMergeExec" => "merge sorted",
        "StreamingTableExec" => "stream",
        "SymmetricHashJoinExec" => "symmetric hash join",
        "UnnestExec" => "unnest",
        "WorkTableExec" => "rows of the round before",
        _ => return words(name),
    };
    known.to_owned()
}

fn aggregation(aggregate: &AggregateExec) -> String {
    let what = match (aggregate.aggr_expr().is_empty(), aggregate.group_expr().is_empty()) {
        (true, _) => "distinct",
        (false, true) => "aggregate",
        (false, false) => "group",
    };
    let stage = match aggregate.mode() {
        AggregateMode::Partial => ", first stage",
        AggregateMode::PartialReduce => ", middle stage",
        AggregateMode::Final | AggregateMode::FinalPartitioned => ", last stage",
        AggregateMode::Single | AggregateMode::SinglePartitioned => "",
    };
    format!("{what}{stage}")
}

/// The words in a name nobody has thought of: `MyFancyJoinExec` is `my fancy join`.
fn words(name: &str) -> String {
    let bare = name.strip_suffix("Exec").filter(|bare| !bare.is_empty()).unwrap_or(name);
    let mut words = String::with_capacity(bare.len() + 4);
    for (at, c) in bare.char_indices() {
        if c.is_uppercase() && at > 0 {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn unknown_operators_have_a_name_too() {
        for (name, expected) in [("MyFancyJoinExec", "my fancy join"), ("Exec", "exec"), ("Scan", "scan"), ("", "")] {
            assert_eq!(words(name), expected);
        }
    }
}
