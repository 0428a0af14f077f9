//! Rows that are computed once and kept in memory, within bounds.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayData, RecordBatch};
use arrow::buffer::Buffer;
use arrow::datatypes::SchemaRef;
use datafusion::common::{DataFusionError, Result, resources_datafusion_err};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};
use futures::StreamExt;
use tokio::task::JoinSet;

use super::declared::as_declared;

/// What all kept rows of one run may hold together.
#[derive(Debug)]
pub(in crate::session) struct Shelf {
    bytes_max: usize,
    bytes: AtomicUsize,
    /// One computation at a time: two would need the memory of two.
    pub(super) computing: tokio::sync::Mutex<()>,
}

impl Shelf {
    pub(in crate::session) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: AtomicUsize::new(0), computing: tokio::sync::Mutex::new(()) }
    }
}

/// The part of a [`Shelf`] that one table's rows take, known to the memory pool. Given back when dropped.
#[derive(Debug)]
struct Room {
    shelf: Arc<Shelf>,
    reservation: MemoryReservation,
    /// Buffers that are counted: slices of one batch share theirs.
    seen: Mutex<HashSet<usize>>,
}

impl Room {
    fn new(shelf: &Arc<Shelf>, pool: &Arc<dyn MemoryPool>, name: &str) -> Self {
        let reservation = MemoryConsumer::new(format!("kept rows of {name}")).register(pool);
        Self { shelf: Arc::clone(shelf), reservation, seen: Mutex::default() }
    }

    /// Makes room for a batch.
    fn hold(&self, batch: &RecordBatch) -> Result<()> {
        let bytes = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            batch.columns().iter().map(|column| new_bytes(&column.to_data(), &mut seen)).sum()
        };
        let max = self.shelf.bytes_max;
        let fits = |held: usize| held.checked_add(bytes).filter(|sum| *sum <= max);
        if self.shelf.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_err() {
            return Err(resources_datafusion_err!("kept rows may hold {max} bytes"));
        }
        self.reservation.try_grow(bytes).inspect_err(|_| {
            self.shelf.bytes.fetch_sub(bytes, Ordering::Relaxed);
        })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.shelf.bytes.fetch_sub(self.reservation.size(), Ordering::Relaxed);
    }
}

/// How many bytes an array holds in buffers that have not been seen, which are from now on.
fn new_bytes(data: &ArrayData, seen: &mut HashSet<usize>) -> usize {
    let nulls = data.nulls().map(|nulls| nulls.buffer());
    let mut is_new = |buffer: &&Buffer| seen.insert(buffer.data_ptr().as_ptr() as usize);
    let own: usize = data.buffers().iter().chain(nulls).filter(&mut is_new).map(Buffer::capacity).sum();
    own + data.child_data().iter().map(|child| new_bytes(child, seen)).sum::<usize>()
}

/// The rows of a plan.
#[derive(Debug)]
pub(super) struct KeptRows {
    schema: SchemaRef,
    partitions: Vec<Vec<RecordBatch>>,
    pub(super) rows: usize,
    room: Arc<Room>,
}

impl KeptRows {
    /// Runs a plan and keeps what it gives, in as many parts of about the same size as the session has partitions. Each
    /// partition is run by a task of its own; dropping the future stops them.
    ///
    /// # Errors
    /// Those of the plan, and [`DataFusionError::ResourcesExhausted`] where the rows find no room.
    pub(super) async fn of(
        name: &str,
        plan: &Arc<dyn ExecutionPlan>,
        schema: &SchemaRef,
        shelf: &Arc<Shelf>,
        context: Arc<TaskContext>,
    ) -> Result<Self> {
        let room = Arc::new(Room::new(shelf, context.memory_pool(), name));
        let mut tasks = JoinSet::new();
        for partition in 0..plan.output_partitioning().partition_count() {
            let mut stream = plan.execute(partition, Arc::clone(&context))?;
            let (room, schema) = (Arc::clone(&room), Arc::clone(schema));
            tasks.spawn(async move {
                let mut batches = Vec::new();
                while let Some(batch) = stream.next().await {
                    let batch = batch?;
                    if batch.num_rows() > 0 {
                        room.hold(&batch)?;
                        batches.push(as_declared(&batch, &schema)?);
                    }
                }
                Ok::<_, DataFusionError>(batches)
            });
        }
        let mut partitions = vec![(0, Vec::new()); context.session_config().target_partitions().max(1)];
        while let Some(done) = tasks.join_next().await {
            for batch in done.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))?? {
                if let Some((rows, batches)) = partitions.iter_mut().min_by_key(|(rows, _)| *rows) {
                    *rows += batch.num_rows();
                    batches.push(batch);
                }
            }
        }
        let rows = partitions.iter().map(|(rows, _)| rows).sum();
        let mut partitions: Vec<_> = partitions.into_iter().map(|(_, batches)| batches).collect();
        partitions.retain(|batches| !batches.is_empty());
        if partitions.is_empty() {
            partitions.push(Vec::new());
        }
        Ok(Self { schema: Arc::clone(schema), partitions, rows, room })
    }

    /// A scan of some of the columns.
    pub(super) fn scan(&self, columns: Vec<usize>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(MemorySourceConfig::try_new_exec(&self.partitions, Arc::clone(&self.schema), Some(columns))?)
    }

    /// How much memory they take.
    pub(super) fn bytes(&self) -> usize {
        self.room.reservation.size()
    }
}
