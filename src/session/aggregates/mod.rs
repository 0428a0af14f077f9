//! The aggregate functions of smsql: the fold of events into messages, and what reports count with.
//!
//! Every one of them is a join-semilattice over its rows, except [`bucket_rate`](BucketRate), which counts messages:
//! order, duplication and the cut into batches, partitions or saved states cannot change a result. They hold their
//! groups in flat vectors, and what is rare (parts, clicks) on the side, so that it costs nothing where it is absent.

mod bucket_rate;
mod delivery;
mod event_count;
mod final_bucket;
mod interner;
mod latest;
mod partial_pool;
mod parts;
mod rows;
mod stores;
mod text_store;
mod ungrouped;

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, DocSection};

pub use bucket_rate::{BucketRate, rate_type};
pub use delivery::Delivery;
pub use event_count::EventCount;
pub use final_bucket::FinalBucket;
pub use latest::Latest;
pub use partial_pool::{PARTIAL_BYTES, PartialPool};

/// The section of the documentation these functions are shown in.
pub(super) const SECTION: DocSection = DocSection { include: true, label: "Messages", description: None };

/// All of them, to register in a session.
pub fn aggregate_functions() -> Vec<Arc<AggregateUDF>> {
    vec![
        Arc::new(Delivery::default().into()),
        Arc::new(Latest::default().into()),
        Arc::new(EventCount::default().into()),
        Arc::new(FinalBucket::default().into()),
        Arc::new(BucketRate::default().into()),
    ]
}
