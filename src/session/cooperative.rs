//! Joins that give way.
//!
//! A plan gives way to other tasks where it reads: the engine's sources count what they hand out and pause now and then.
//! A join can make billions of rows of what it has read once, and in all that time neither a cancelled query ends nor
//! does a timer go off, since every thread is busy with it. So what a join hands out is counted as well.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;

/// What the names of operators end in that can make many rows of one.
const MULTIPLY_ROWS: [&str; 2] = ["JoinExec", "UnnestExec"];

/// Has every operator that can make many rows of one give way. It stands behind the engine's own rules.
#[derive(Debug)]
pub(super) struct GiveWay;

impl PhysicalOptimizerRule for GiveWay {
    fn name(&self) -> &str {
        "give_way"
    }

    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let wrapped = plan.transform_up(|plan| {
            Ok(match MULTIPLY_ROWS.iter().any(|end| plan.name().ends_with(end)) {
                true => Transformed::yes(Arc::new(CooperativeExec::new(plan)) as _),
                false => Transformed::no(plan),
            })
        });
        Ok(wrapped?.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}
