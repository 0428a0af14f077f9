//! The engine's optimizer, but for what it gets wrong.
//!
//! It believes that a group decides every column of an aggregate over a join with that group (`GROUP BY m.message_key,
//! c.link_id` where `m` has one row per key), and that nulls which an outer join fills in decide those of other rows. So
//! `ORDER BY message_key, link_id` would sort by `message_key` alone, `SELECT DISTINCT message_key` would repeat it, and a
//! LEFT JOIN that gives a row two partners would be left out. The causes are known as apache/datafusion #23818 and in its test `functional_dependencies.slt`; where they may go, this
//! can too.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::{Aggregate, Distinct, Expr, LogicalPlan};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{Optimizer, OptimizerConfig, OptimizerRule};

type Rule = Arc<dyn OptimizerRule + Send + Sync>;

/// The engine's own rules, of which none takes away a sort key, a DISTINCT or a join.
pub(super) fn rules() -> Vec<Rule> {
    let own = Optimizer::new().rules.into_iter().filter(|rule| rule.name() != "eliminate_join");
    own.map(|rule| match rule.name() {
        "eliminate_duplicated_expr" | "replace_distinct_aggregate" => Arc::new(AsWritten(rule)),
        _ => rule,
    })
    .collect()
}

/// A rule that does its work but where it believes too much.
#[derive(Debug)]
struct AsWritten(Rule);

impl OptimizerRule for AsWritten {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        match plan {
            // It leaves out keys that it takes to be decided by those before.
            LogicalPlan::Sort(_) => Ok(Transformed::no(plan)),
            // It leaves out the DISTINCT of what it takes to be distinct.
            LogicalPlan::Distinct(Distinct::All(input)) if !input.schema().fields().is_empty() => {
                let columns = input.schema().columns().into_iter().map(Expr::Column).collect();
                Ok(Transformed::yes(LogicalPlan::Aggregate(Aggregate::try_new(input, columns, Vec::new())?)))
            }
            _ => self.0.rewrite(plan, config),
        }
    }
}
