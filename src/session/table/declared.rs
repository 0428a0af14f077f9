//! A plan whose rows have the schema of the table it stands for.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, SendableRecordBatchStream};
use futures::StreamExt;

/// One partition of a plan.
#[derive(Debug)]
struct Partition {
    schema: SchemaRef,
    plan: Arc<dyn ExecutionPlan>,
    partition: usize,
}

/// The plan with this schema, which has the same types. The one that it has itself knows less of what is never null than
/// the view it is made from, and whoever reads the view relies on that.
pub(super) fn with_schema(plan: &Arc<dyn ExecutionPlan>, schema: &SchemaRef) -> Result<Arc<dyn ExecutionPlan>> {
    let count = plan.output_partitioning().partition_count();
    let partitions = (0..count).map(|partition| {
        let (schema, plan) = (Arc::clone(schema), Arc::clone(plan));
        Arc::new(Partition { schema, plan, partition }) as Arc<dyn PartitionStream>
    });
    let partitions = partitions.collect();
    Ok(Arc::new(StreamingTableExec::try_new(Arc::clone(schema), partitions, None, None, false, None)?))
}

/// A batch with this schema.
pub(super) fn as_declared(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &options)?)
}

impl PartitionStream for Partition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let declared = Arc::clone(&self.schema);
        let stream = match self.plan.execute(self.partition, context) {
            Ok(stream) => stream.map(move |batch| as_declared(&batch?, &declared)).boxed(),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
        };
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream))
    }
}
