//! Permutation, duplication and any cut into batches and partitions give the rows of the independent fold.

use std::sync::Arc;

use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, UnboundedMemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::prelude::SessionConfig;
use proptest::prelude::*;
use proptest::sample::select;
use smsql::session::aggregates::PartialPool;

use super::events::{Event, batch, report};
use super::oracle::{QUERY, fold};
use super::{rows, session};

fn maybe<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
    prop_oneof![Just(None), select(values).prop_map(Some)]
}

/// Events of few values, so that ties are the rule.
pub(super) fn any_event() -> impl Strategy<Value = Event> {
    let identity = (select(&["p", "q"][..]), maybe(&["x"]), select(&["m1", "m2"][..]));
    let kind = prop_oneof![6 => Just("status"), 1 => select(&["click", "reply", "opt_out"][..])];
    let statuses = &["queued", "sent", "delivered", "soft", "hard", "rejected", "opted-out", "?", "unclear"];
    let status = (maybe(statuses), maybe(&["1", "2"]), maybe(&["operator", "handset"]), maybe(&[true, false]));
    let parts = prop_oneof![
        2 => Just((None, None)),
        1 => (1..=3).prop_map(|part| (Some(part), None)),
        1 => (1..=3, 1..=3).prop_map(|(part, count)| (Some(part), Some(count))),
        1 => Just((None, Some(3))),
    ];
    let times = (0..4_i64, 0..3_i64, maybe(&[1_i64, 2]), maybe(&[1, 2, 3]));
    let facts = (
        maybe(&["+33612345678", "+15550100", "a text of more than twelve bytes"]),
        maybe(&["c1", "c2", "c3"]),
        maybe(&["short", "a body that is longer than twelve bytes", "a body that is longer than the others by far"]),
        prop_oneof![Just(None), Just(Some(vec!["a"])), Just(Some(vec!["a", "b"])), Just(Some(vec![]))],
        maybe(&[0_i128, 7_500_000]),
        maybe(&["EUR", "USD"]),
        maybe(&[1, 2]),
    );
    (identity, kind, status, parts, times, facts, 0..1_000_000_i128).prop_map(
        |(identity, kind, status, (part_index, part_count), times, facts, key)| Event {
            provider: identity.0,
            account: identity.1,
            message_id: Some(identity.2),
            kind,
            direction: if kind == "reply" { "inbound" } else { "outbound" },
            status: status.0,
            error_code: status.1,
            level: status.2,
            provider_final: status.3,
            part_index,
            part_count,
            received_at: times.1,
            submitted_at: times.2,
            attempt: times.3,
            recipient: facts.0,
            sender: facts.0,
            campaign_id: facts.1,
            body: facts.2,
            list_ids: facts.3,
            cost: facts.4,
            currency: facts.5,
            segments: facts.6,
            key,
            ..report("", times.0)
        },
    )
}

/// How a table of events is laid out and read.
#[derive(Debug, Clone)]
struct Layout {
    target_partitions: usize,
    batch_size: usize,
    rows_per_batch: usize,
    table_partitions: usize,
    skip_partial: bool,
}

fn any_layout() -> impl Strategy<Value = Layout> {
    (1..=8_usize, 1..=9_usize, 1..=7_usize, 1..=4_usize, any::<bool>()).prop_map(
        |(target_partitions, batch_size, rows_per_batch, table_partitions, skip_partial)| Layout {
            target_partitions,
            batch_size,
            rows_per_batch,
            table_partitions,
            skip_partial,
        },
    )
}

fn messages(events: &[Event], layout: &Layout) -> Vec<Vec<String>> {
    let mut config =
        SessionConfig::new().with_target_partitions(layout.target_partitions).with_batch_size(layout.batch_size);
    if layout.skip_partial {
        // Partial aggregation gives up at once: every row becomes a state of its own.
        config.options_mut().execution.skip_partial_aggregation_probe_rows_threshold = 0;
        config.options_mut().execution.skip_partial_aggregation_probe_ratio_threshold = 0.0;
    }
    let mut partitions = vec![Vec::new(); layout.table_partitions];
    for (i, events) in events.chunks(layout.rows_per_batch).enumerate() {
        partitions[i % layout.table_partitions].push(batch(events));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let ctx = session(config, Arc::default(), partitions).await;
        rows(&ctx, QUERY).await
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_layout_gives_the_rows_of_the_independent_fold(
        events in prop::collection::vec(any_event(), 0..40).prop_shuffle(),
        layout in any_layout(),
    ) {
        prop_assert_eq!(messages(&events, &layout), fold(&events));
    }

    #[test]
    fn events_reported_again_in_another_order_change_nothing(
        (events, again) in prop::collection::vec(any_event(), 1..20).prop_flat_map(|events| {
            let mut twice = events.clone();
            twice.extend(events.iter().cloned());
            (Just(events), Just(twice).prop_shuffle())
        }),
        (one, other) in (any_layout(), any_layout()),
    ) {
        prop_assert_eq!(messages(&again, &other), messages(&events, &one));
    }
}

/// Thirty thousand messages whose events are far apart, so that every partial fold sees most messages.
fn many_messages() -> Vec<Event> {
    let ids: Vec<&'static str> = (0..30_000).map(|i| &*Box::leak(format!("message {i}").into_boxed_str())).collect();
    let mut events = Vec::new();
    for (i, &id) in ids.iter().enumerate() {
        let (parts, time) = ((i % 97 == 0).then_some(1), i as i64);
        let this = |status, later: i64| Event {
            message_id: Some(id),
            body: Some(id),
            campaign_id: Some(["c1", "c2"][i % 2]),
            key: i as i128 * 10 + i128::from(later),
            ..report(status, time + later)
        };
        events.push(Event { part_index: parts, part_count: parts, ..this("sent", 0) });
        events.push(this(["delivered", "soft", "hard"][i % 3], 1));
        events.push(Event { kind: "click", status: None, ..this("", 2) });
    }
    events.sort_by_key(|event| event.key % 10);
    events
}

/// Folds them under this pool, compares, and returns the plan that ran.
async fn fold_under(pool: Arc<dyn MemoryPool>) -> Arc<dyn ExecutionPlan> {
    let events = many_messages();
    let expected = fold(&events);
    let batches: Vec<_> = events.chunks(1000).map(batch).collect();
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool).build_arc().unwrap();
    let config = SessionConfig::new().with_target_partitions(2).with_batch_size(1024);
    let ctx = session(config, runtime, vec![batches]).await;
    let query = "SELECT message_key, bucket, status, clicks, campaign_id, body, parts FROM messages";
    let plan = ctx.sql(query).await.unwrap().create_physical_plan().await.unwrap();
    let result = datafusion::physical_plan::collect(Arc::clone(&plan), ctx.task_ctx()).await.unwrap();
    let mut got: Vec<_> = result.iter().flat_map(|batch| super::rendered(batch.columns())).collect();
    got.sort_by_key(|row| row[0].parse::<i128>().unwrap());
    let columns = [0, 5, 6, 18, 27, 32, 23];
    let expected: Vec<Vec<_>> = expected.iter().map(|row| columns.map(|column| row[column].clone()).to_vec()).collect();
    assert_eq!(got, expected);
    plan
}

/// The sum of a metric over all operators of a name.
fn total(plan: &dyn ExecutionPlan, metric: fn(&MetricsSet) -> Option<usize>) -> usize {
    let own = if plan.name() == "AggregateExec" { plan.metrics().and_then(|m| metric(&m)).unwrap_or(0) } else { 0 };
    own + plan.children().into_iter().map(|child| total(child.as_ref(), metric)).sum::<usize>()
}

/// More groups than the memory pool has room for: the states go to disk and come back the same.
#[tokio::test]
async fn spilled_states_merge_to_the_same_rows() {
    let plan = fold_under(Arc::new(FairSpillPool::new(12 << 20))).await;
    assert!(total(plan.as_ref(), MetricsSet::spill_count) > 0, "the pool was meant to be too small");
}

/// Partial folds that hold few groups hand on what they have, again and again.
#[tokio::test]
async fn small_partial_folds_merge_to_the_same_rows() {
    let groups = 30_000;
    let unbounded = fold_under(Arc::new(UnboundedMemoryPool::default())).await;
    // Two operators give rows: the partial fold of each of two partitions, and the final one.
    let rows = total(unbounded.as_ref(), MetricsSet::output_rows);
    assert!((groups..=3 * groups).contains(&rows), "{rows}");
    let bounded = fold_under(Arc::new(PartialPool::new(Arc::new(UnboundedMemoryPool::default()), 1 << 20))).await;
    assert!(total(bounded.as_ref(), MetricsSet::output_rows) > rows, "the bound was meant to be too small");
}
