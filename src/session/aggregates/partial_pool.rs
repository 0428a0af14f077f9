//! A memory pool that keeps partial aggregation small, so that it stays in the processor's caches.

use std::fmt;
use std::sync::Arc;

use datafusion::common::{Result, resources_datafusion_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation};

/// How DataFusion names the operator that folds rows before they are distributed by group.
const PARTIAL_FOLD: &str = "PartialHashAggregateStream";

/// The bound that measures best: about 40,000 groups of the fold by message. What all cores hold fits a last-level cache.
pub const PARTIAL_BYTES: usize = 4 << 20;

/// Any pool, with a bound of its own for each partial aggregation.
///
/// A partial fold that may grow no more hands on what it has and starts anew. Events arrive nearly in the order they
/// happen, so those of one message stand close together: a table of the most recent messages folds nearly as many of them
/// as a table of all messages, in a fraction of the memory and without a cache miss for every row.
#[derive(Debug)]
pub struct PartialPool {
    inner: Arc<dyn MemoryPool>,
    bytes_max: usize,
}

impl PartialPool {
    /// The pool `inner`, of which no partial aggregation gets more than `bytes_max`.
    pub fn new(inner: Arc<dyn MemoryPool>, bytes_max: usize) -> Self {
        Self { inner, bytes_max }
    }
}

impl fmt::Display for PartialPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes for each partial aggregation", self.inner, self.bytes_max)
    }
}

impl MemoryPool for PartialPool {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.inner.register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.inner.unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.inner.grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.inner.shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        if reservation.consumer().name().starts_with(PARTIAL_FOLD) && reservation.size() + additional > self.bytes_max {
            return Err(resources_datafusion_err!("a partial aggregation may hold {} bytes", self.bytes_max));
        }
        self.inner.try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.inner.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        self.inner.memory_limit()
    }
}
