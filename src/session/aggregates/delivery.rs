//! `delivery`: what became of a message.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, BinaryViewBuilder, BooleanArray, DictionaryArray, Int32Array,
    Int64Array, StringArray, StructArray, TimestampMicrosecondArray, UInt8Array,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Int32Type, Int64Type, TimestampMicrosecondType, UInt8Type};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::SECTION;
use super::interner::{Interner, NONE, category};
use super::parts::Parts;
use super::rows::{argument, coerce, for_each_row, one_group_per_row, selection, time};
use super::ungrouped::Ungrouped;
use crate::event::Bucket;
use crate::event::status::Class;

/// The aggregate function `delivery(class, event_time, received_at, status, error_code, part_index, part_count)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Delivery {
    signature: Signature,
}

fn arguments() -> Vec<DataType> {
    vec![DataType::UInt8, time(), time(), category(), category(), DataType::Int32, DataType::Int32]
}

fn result_fields() -> Fields {
    Fields::from(vec![
        Field::new("bucket", category(), true),
        Field::new("status", category(), true),
        Field::new("error_code", category(), true),
        Field::new("event_time", time(), true),
        Field::new("class", DataType::UInt8, true),
    ])
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        SECTION,
        "What became of a message, from all its status reports: the report with the greatest (rank, event_time, \
         received_at, status, error_code) wins, whatever the order of arrival. Ranks: pending 1, sent 2, unknown 3, \
         soft bounce and delivered to the operator 4, hard bounce, rejected and unsubscribed 5, delivered 6.\n\n\
         Reports on the parts of a long message (`part_index` not NULL) are folded per part first. Then the worst final \
         part decides: a part failed for good, else a soft bounce, else delivered if every part is delivered and none \
         of `part_count` is missing, else unknown, else the least progress of the parts (pending or sent). That verdict and \
         the winner among the reports on the whole message compete by the same order, so the higher rank wins.\n\n\
         Class 1 stands for a row that tells facts but no status: it loses to every status, and its bucket is `pending`. \
         Rows without a class are ignored. Without any row all is NULL."
            .to_owned(),
        "delivery(class, event_time, received_at, status, error_code, part_index, part_count)".to_owned(),
    )
    .with_argument("class", "What the report means, as `status_class` gives it; NULL where the row is no status report.")
    .with_argument("event_time", "When it happened.")
    .with_argument("received_at", "When the report was received.")
    .with_argument("status", "The provider's status.")
    .with_argument("error_code", "The provider's error code.")
    .with_argument("part_index", "The part reported on; NULL for the whole message.")
    .with_argument("part_count", "How many parts the message has; read from reports on parts only.")
    .with_sql_example(
        "```sql\nSELECT message_key, d['bucket'], d['status'], d['event_time']\nFROM (SELECT message_key, delivery(class, \
         event_time, received_at, status, error_code, part_index, part_count) AS d\n      FROM reports GROUP BY \
         message_key)\n```",
    )
    .build()
});

impl Default for Delivery {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for Delivery {
    fn name(&self) -> &str {
        "delivery"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        coerce(self.name(), given, arguments())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Struct(result_fields()))
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let types = [DataType::UInt8, DataType::Int64, DataType::Int64, category(), category(), DataType::BinaryView];
        let names = ["class", "event_time", "received_at", "status", "error_code", "parts"];
        let field = |(name, data_type)| Field::new(format!("{}[{name}]", args.name), data_type, true).into();
        Ok(names.into_iter().zip(types).map(field).collect())
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ungrouped::boxed(Box::new(Deliveries::default()), &arguments())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Deliveries::default()))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// The greatest report so far; class 0 where there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Winner {
    pub(super) event_time: i64,
    pub(super) received_at: i64,
    pub(super) status: u32,
    pub(super) error_code: u32,
    pub(super) class: u8,
}

impl Default for Winner {
    fn default() -> Self {
        Self { event_time: i64::MIN, received_at: i64::MIN, status: NONE, error_code: NONE, class: 0 }
    }
}

impl Winner {
    #[inline]
    pub(super) fn rank(&self) -> u8 {
        Class(self.class).rank()
    }

    /// The order of reports. The class comes last, so that the order is total whatever the classes.
    pub(super) fn compare(&self, other: &Self, strings: &Interner) -> Ordering {
        (self.rank(), self.event_time, self.received_at)
            .cmp(&(other.rank(), other.event_time, other.received_at))
            .then_with(|| strings.compare(self.status, other.status))
            .then_with(|| strings.compare(self.error_code, other.error_code))
            .then_with(|| self.class.cmp(&other.class))
    }

    /// Keeps the greater of the two.
    #[inline]
    pub(super) fn offer(&mut self, candidate: Self, strings: &Interner) {
        // The two comparisons that decide nearly always come before the one that looks at strings.
        let (own, new) = (self.rank(), candidate.rank());
        let wins = match new.cmp(&own).then(candidate.event_time.cmp(&self.event_time)) {
            Ordering::Equal => candidate.compare(self, strings).is_gt(),
            order => order.is_gt(),
        };
        if wins {
            *self = candidate;
        }
    }
}

/// The deliveries of all groups.
#[derive(Debug, Default)]
struct Deliveries {
    winners: Vec<Winner>,
    /// What is known of the parts, for the few messages that have any.
    parts: BTreeMap<usize, Parts>,
    parts_size: usize,
    strings: Interner,
    status_ids: Vec<u32>,
    error_ids: Vec<u32>,
}

impl Deliveries {
    fn grow(&mut self, groups: usize) {
        if groups > self.winners.len() {
            self.winners.resize(groups, Winner::default());
        }
    }

    /// Takes the winners and parts of the groups to emit; the groups that stay move down.
    fn take(&mut self, emit_to: EmitTo) -> (Vec<Winner>, BTreeMap<usize, Parts>) {
        let winners = emit_to.take_needed(&mut self.winners);
        let stay = self.parts.split_off(&winners.len());
        let parts = std::mem::take(&mut self.parts);
        self.parts = stay.into_iter().map(|(group, parts)| (group - winners.len(), parts)).collect();
        self.parts_size = self.parts.values().map(Parts::size).sum();
        (winners, parts)
    }

    /// Forgets the strings once no group is left that names them.
    fn shrink(&mut self) {
        if self.winners.is_empty() {
            self.strings = Interner::default();
        }
    }

    fn change_parts(
        &mut self,
        group: usize,
        change: impl FnOnce(&mut Parts, &mut Interner) -> Result<()>,
    ) -> Result<()> {
        let parts = self.parts.entry(group).or_default();
        let before = parts.size();
        change(parts, &mut self.strings)?;
        self.parts_size += parts.size() - before;
        Ok(())
    }
}

impl GroupsAccumulator for Deliveries {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let rows = selection(filter, &[argument(values, 0)?, argument(values, 1)?]);
        self.strings.intern_array(argument(values, 3)?, &mut self.status_ids)?;
        self.strings.intern_array(argument(values, 4)?, &mut self.error_ids)?;
        let classes = values[0].as_primitive::<UInt8Type>().values();
        let event_times = values[1].as_primitive::<TimestampMicrosecondType>().values();
        let received = values[2].as_primitive::<TimestampMicrosecondType>();
        let received_at = |row: usize| if received.is_valid(row) { received.values()[row] } else { i64::MIN };
        let candidate = |row: usize, status_ids: &[u32], error_ids: &[u32]| Winner {
            event_time: event_times[row],
            received_at: received_at(row),
            status: status_ids[row],
            error_code: error_ids[row],
            class: classes[row],
        };
        let part_index = argument(values, 5)?.as_primitive::<Int32Type>();
        let part_count = argument(values, 6)?.as_primitive::<Int32Type>();
        let Self { winners, strings, status_ids, error_ids, .. } = self;
        let no_parts = part_index.null_count() == part_index.len();
        for_each_row(groups, rows.as_ref(), |row, group| {
            if no_parts || part_index.is_null(row) {
                winners[group].offer(candidate(row, status_ids, error_ids), strings);
            }
        });
        if no_parts {
            return Ok(());
        }
        let rows = selection(filter, &[&values[0], &values[1], &values[5]]);
        let mut part_rows = Vec::new();
        for_each_row(groups, rows.as_ref(), |row, group| part_rows.push((row, group)));
        for (row, group) in part_rows {
            let winner = candidate(row, &self.status_ids, &self.error_ids);
            let count = if part_count.is_valid(row) { part_count.value(row) } else { 0 };
            if winner.rank() > 0 {
                self.change_parts(group, |parts, strings| {
                    parts.offer(part_index.value(row), count, winner, strings);
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        self.strings.intern_array(argument(values, 3)?, &mut self.status_ids)?;
        self.strings.intern_array(argument(values, 4)?, &mut self.error_ids)?;
        let classes = values[0].as_primitive::<UInt8Type>().values();
        let event_times = values[1].as_primitive::<Int64Type>().values();
        let received_at = values[2].as_primitive::<Int64Type>().values();
        let Self { winners, strings, status_ids, error_ids, .. } = self;
        for_each_row(groups, None, |row, group| {
            let candidate = Winner {
                event_time: event_times[row],
                received_at: received_at[row],
                status: status_ids[row],
                error_code: error_ids[row],
                class: classes[row],
            };
            winners[group].offer(candidate, strings);
        });
        let parts = argument(values, 5)?.as_binary_view();
        for (row, view) in parts.views().iter().enumerate() {
            // The length stands in the low four bytes; nearly all are empty.
            if *view as u32 != 0 && parts.is_valid(row) {
                self.change_parts(groups[row], |state, strings| state.decode(parts.value(row), strings))?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (mut winners, parts) = self.take(emit_to);
        for (group, parts) in parts {
            winners[group].offer(parts.verdict(&self.strings), &self.strings);
        }
        let nulls = NullBuffer::from_iter(winners.iter().map(|winner| winner.rank() > 0));
        let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
        let event_times = winners.iter().map(|winner| winner.event_time.max(0)).collect::<Vec<_>>();
        let columns: Vec<ArrayRef> = vec![
            buckets(&winners)?,
            self.strings.dictionary_of(winners.iter().map(|winner| winner.status))?,
            self.strings.dictionary_of(winners.iter().map(|winner| winner.error_code))?,
            Arc::new(TimestampMicrosecondArray::new(event_times.into(), nulls.clone()).with_timezone("UTC")),
            Arc::new(UInt8Array::new(winners.iter().map(|winner| winner.class).collect(), nulls)),
        ];
        self.shrink();
        Ok(Arc::new(StructArray::try_new(result_fields(), columns, None)?))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (winners, parts) = self.take(emit_to);
        let mut parts_state = BinaryViewBuilder::new();
        let mut encoded = Vec::new();
        let parts: ArrayRef = if parts.is_empty() {
            Arc::new(BinaryViewArray::try_new(vec![0; winners.len()].into(), Vec::new(), None)?)
        } else {
            for group in 0..winners.len() {
                encoded.clear();
                if let Some(parts) = parts.get(&group) {
                    parts.encode(&self.strings, &mut encoded);
                }
                parts_state.append_value(&encoded);
            }
            Arc::new(parts_state.finish())
        };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt8Array::from_iter_values(winners.iter().map(|winner| winner.class))),
            Arc::new(Int64Array::from_iter_values(winners.iter().map(|winner| winner.event_time))),
            Arc::new(Int64Array::from_iter_values(winners.iter().map(|winner| winner.received_at))),
            self.strings.dictionary_of(winners.iter().map(|winner| winner.status))?,
            self.strings.dictionary_of(winners.iter().map(|winner| winner.error_code))?,
            parts,
        ];
        self.shrink();
        Ok(columns)
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let groups = one_group_per_row(values);
        let mut rows = Self::default();
        rows.update_batch(values, &groups, filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.winners.capacity() * size_of::<Winner>()
            + self.parts_size
            + self.strings.size()
            + (self.status_ids.capacity() + self.error_ids.capacity()) * size_of::<u32>()
    }
}

/// The bucket of every winner; NULL where there is none, `pending` where nothing but facts was reported.
fn buckets(winners: &[Winner]) -> Result<ArrayRef> {
    let mut keys = [0; 256];
    for (class, key) in keys.iter_mut().enumerate().skip(10) {
        let bucket = Class(class as u8).bucket();
        *key = Bucket::ALL.iter().position(|known| *known == bucket).unwrap_or_default() as i32;
    }
    let keys = winners.iter().map(|winner| (winner.class > 0).then(|| keys[usize::from(winner.class)]));
    Ok(Arc::new(DictionaryArray::try_new(keys.collect::<Int32Array>(), bucket_names())?))
}

/// The names of all buckets, shared by every batch.
pub(super) fn bucket_names() -> ArrayRef {
    static NAMES: LazyLock<ArrayRef> =
        LazyLock::new(|| Arc::new(StringArray::from_iter_values(Bucket::ALL.map(Bucket::name))));
    Arc::clone(&NAMES)
}
