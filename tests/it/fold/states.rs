//! The aggregates by themselves: partial folds merged in any way give what one fold of all rows gives.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Decimal128Array, RecordBatch, UInt8Array};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{AggregateUDF, EmitTo, GroupsAccumulator};
use proptest::prelude::*;
use smsql::session::aggregates::aggregate_functions;

use super::events::{Event, batch};
use super::laws::any_event;
use super::{class_of, rendered};

const GROUPS: usize = 3;

fn function(name: &str) -> Arc<AggregateUDF> {
    aggregate_functions().into_iter().find(|function| function.name() == name).unwrap()
}

fn accumulator(function: &AggregateUDF, arguments: &[ArrayRef]) -> Box<dyn GroupsAccumulator> {
    let types: Vec<DataType> = arguments.iter().map(|array| array.data_type().clone()).collect();
    assert_eq!(function.coerce_types(&types).unwrap(), types, "the arguments need no cast");
    let return_field = Arc::new(Field::new("r", function.return_type(&types).unwrap(), true));
    let schema = Schema::empty();
    function
        .create_groups_accumulator(AccumulatorArgs {
            return_field,
            schema: &schema,
            ignore_nulls: false,
            order_bys: &[],
            is_reversed: false,
            name: "r",
            is_distinct: false,
            exprs: &[],
            expr_fields: &[],
        })
        .unwrap()
}

/// The arguments of each aggregate, from a batch of events.
fn arguments(name: &str, batch: &RecordBatch, events: &[Event]) -> Vec<Vec<ArrayRef>> {
    let column = |name: &str| Arc::clone(batch.column_by_name(name).unwrap());
    match name {
        "delivery" => {
            let class = |e: &Event| e.status.map(|status| class_of(status, e.level, e.provider_final));
            let classes: UInt8Array = events.iter().map(class).collect();
            let others = ["event_time", "received_at", "status", "error_code", "part_index", "part_count"].map(column);
            vec![std::iter::once(Arc::new(classes) as ArrayRef).chain(others).collect()]
        }
        "latest" => {
            let plain = cast(&column("campaign_id"), &DataType::Utf8).unwrap();
            let values = [
                "campaign_id",
                "body",
                "cost",
                "segments",
                "list_ids",
                "provider_final",
                "submitted_at",
                "source_line",
            ];
            let values = values.map(column).into_iter().chain([plain]);
            values.map(|value| vec![value, column("event_time")]).collect()
        }
        "event_count" => vec![vec![column("event_key")]],
        "final_bucket" | "bucket_rate" => {
            let bucket = |e: &Event| match e.status {
                Some("delivered") => Some("delivered"),
                Some("soft") => Some("soft_bounce"),
                Some("hard") => Some("hard_bounce"),
                Some("rejected") => Some("rejected"),
                _ => None,
            };
            let buckets = events.iter().map(bucket).collect::<arrow::array::DictionaryArray<Int32Type>>();
            let wanted = std::iter::repeat_n(Some("delivered"), events.len());
            let wanted: ArrayRef = Arc::new(wanted.collect::<arrow::array::DictionaryArray<Int32Type>>());
            let second = if name == "final_bucket" { column("event_time") } else { wanted };
            vec![vec![Arc::new(buckets), second]]
        }
        other => panic!("no arguments for {other}"),
    }
}

fn pick(arrays: &[ArrayRef], rows: &[usize]) -> Vec<ArrayRef> {
    let indices = arrow::array::UInt32Array::from_iter_values(rows.iter().map(|row| *row as u32));
    arrays.iter().map(|array| take(array, &indices, None).unwrap()).collect()
}

/// The state of an accumulator, emitted in two pieces.
fn state(mut accumulator: Box<dyn GroupsAccumulator>, first: usize) -> Vec<ArrayRef> {
    let head = accumulator.state(EmitTo::First(first)).unwrap();
    let tail = accumulator.state(EmitTo::All).unwrap();
    head.iter().zip(&tail).map(|(head, tail)| concat(&[head.as_ref(), tail.as_ref()]).unwrap()).collect()
}

proptest! {
    #[test]
    fn partial_folds_merge_to_the_fold_of_all(
        events in prop::collection::vec(any_event(), 1..40),
        groups in prop::collection::vec(0..GROUPS, 40),
        keep in prop::collection::vec(prop::option::weighted(0.9, any::<bool>()), 40),
        pieces in prop::collection::vec(0..4_usize, 40),
        emit_first in 0..=GROUPS,
    ) {
        let table = batch(&events);
        let (groups, keep) = (&groups[..events.len()], BooleanArray::from(keep[..events.len()].to_vec()));
        for function in aggregate_functions() {
            for arguments in arguments(function.name(), &table, &events) {
                let mut whole = accumulator(&function, &arguments);
                whole.update_batch(&arguments, groups, Some(&keep), GROUPS).unwrap();
                let expected = rendered(&[whole.evaluate(EmitTo::All).unwrap()]);
                prop_assert_eq!(expected.len(), GROUPS);

                let mut merged = accumulator(&function, &arguments);
                for piece in 0..4 {
                    let rows: Vec<usize> = (0..events.len()).filter(|row| pieces[*row] == piece).collect();
                    let (arguments, groups) = (pick(&arguments, &rows), rows.iter().map(|row| groups[*row]).collect::<Vec<_>>());
                    let kept: BooleanArray = rows.iter().map(|row| keep.is_valid(*row).then(|| keep.value(*row))).collect();
                    if piece == 0 {
                        // Rows that no partial fold was worth.
                        let states = merged.convert_to_state(&arguments, Some(&kept)).unwrap();
                        merged.merge_batch(&states, &groups, GROUPS).unwrap();
                        continue;
                    }
                    // A partial fold numbers its groups in its own way.
                    let own: Vec<usize> = groups.iter().map(|group| GROUPS - 1 - group).collect();
                    let mut partial = accumulator(&function, &arguments);
                    partial.update_batch(&arguments, &own, Some(&kept), GROUPS).unwrap();
                    let states = state(partial, emit_first);
                    let numbers: Vec<usize> = (0..GROUPS).rev().collect();
                    merged.merge_batch(&states, &numbers, GROUPS).unwrap();
                    if function.name() != "bucket_rate" {
                        merged.merge_batch(&states, &numbers, GROUPS).unwrap();
                    }
                }
                let first = merged.evaluate(EmitTo::First(emit_first)).unwrap();
                let rest = merged.evaluate(EmitTo::All).unwrap();
                let got = [rendered(&[first]), rendered(&[rest])].concat();
                prop_assert_eq!(&got, &expected, "{} of {}", function.name(), arguments[0].data_type());
            }
        }
    }

    #[test]
    fn states_survive_being_merged_into_states(
        events in prop::collection::vec(any_event(), 1..30),
        pieces in prop::collection::vec(0..3_usize, 30),
    ) {
        let table = batch(&events);
        for function in aggregate_functions() {
            for arguments in arguments(function.name(), &table, &events) {
                let of = |wanted: &[usize]| {
                    let rows: Vec<usize> = (0..events.len()).filter(|row| wanted.contains(&pieces[*row])).collect();
                    let mut partial = accumulator(&function, &arguments);
                    partial.update_batch(&pick(&arguments, &rows), &vec![0; rows.len()], None, 1).unwrap();
                    partial
                };
                let merge = |mut into: Box<dyn GroupsAccumulator>, from: Box<dyn GroupsAccumulator>| {
                    into.merge_batch(&state(from, 0), &[0], 1).unwrap();
                    into
                };
                let show = |mut a: Box<dyn GroupsAccumulator>| rendered(&[a.evaluate(EmitTo::All).unwrap()]);
                let left = show(merge(merge(of(&[0]), of(&[1])), of(&[2])));
                let right = show(merge(of(&[0]), merge(of(&[2]), of(&[1]))));
                prop_assert_eq!(&left, &right, "associative and commutative: {}", function.name());
                prop_assert_eq!(&left, &show(of(&[0, 1, 2])));
            }
        }
    }
}

#[test]
fn memory_is_reported_as_groups_and_texts_grow() {
    let key = |i: i128| {
        Arc::new(Decimal128Array::from(vec![i; 1000]).with_data_type(DataType::Decimal128(38, 0))) as ArrayRef
    };
    let mut counts = accumulator(&function("event_count"), &[key(0)]);
    let groups: Vec<usize> = (0..1000).collect();
    counts.update_batch(&[key(1)], &groups, Some(&BooleanArray::from(vec![false; 1000])), 3_000_000).unwrap();
    assert_eq!(counts.size(), 0, "groups without events cost nothing");
    counts.update_batch(&[key(1)], &groups, None, 3_000_000).unwrap();
    assert!(counts.size() >= 1000 * 16);

    let text = "a body that stands in no view itself".repeat(10);
    let bodies: ArrayRef =
        Arc::new(arrow::array::StringViewArray::from_iter_values((0..1000).map(|i| format!("{text}{i}"))));
    let times: ArrayRef = Arc::new(arrow::array::TimestampMicrosecondArray::from(vec![1; 1000]).with_timezone("UTC"));
    let mut latest = accumulator(&function("latest"), &[Arc::clone(&bodies), Arc::clone(&times)]);
    latest.update_batch(&[Arc::clone(&bodies), Arc::clone(&times)], &groups, None, 1000).unwrap();
    let once = latest.size();
    assert!(once >= 1000 * text.len());
    latest.update_batch(&[bodies, times], &groups, None, 1000).unwrap();
    assert_eq!(latest.size(), once, "the same texts again take no room");
    latest.evaluate(EmitTo::All).unwrap();
    assert!(latest.size() < 10_000, "what was emitted is gone: {}", latest.size());
}

/// Values that change all the time: what no group holds any more is freed.
#[test]
fn replaced_texts_do_not_pile_up() {
    let groups: Vec<usize> = (0..1000).collect();
    let mut latest: Option<Box<dyn GroupsAccumulator>> = None;
    for round in 0..200 {
        let bodies: ArrayRef = Arc::new(arrow::array::StringViewArray::from_iter_values(
            (0..1000).map(|i| format!("body {i} of round {round}, {}", "padded ".repeat(20))),
        ));
        let times: ArrayRef =
            Arc::new(arrow::array::TimestampMicrosecondArray::from(vec![round; 1000]).with_timezone("UTC"));
        let arguments = [bodies, times];
        let latest = latest.get_or_insert_with(|| accumulator(&function("latest"), &arguments));
        latest.update_batch(&arguments, &groups, None, 1000).unwrap();
        assert!(latest.size() < 4 << 20, "round {round}: {} bytes", latest.size());
    }
    let values = rendered(&[latest.unwrap().evaluate(EmitTo::All).unwrap()]);
    assert!(values.iter().enumerate().all(|(i, row)| row[0].starts_with(&format!("body {i} of round 199,"))));
}
