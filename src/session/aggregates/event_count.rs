//! `event_count`: how many different events.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray, Int64Array, make_view};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef};
use datafusion::common::{Result, exec_datafusion_err, internal_datafusion_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::SECTION;
use super::rows::{argument, coerce, for_each_row, one_group_per_row, selection};
use super::ungrouped::Ungrouped;
use crate::event::ColumnType;

/// The aggregate function `event_count(event_key)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct EventCount {
    signature: Signature,
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        SECTION,
        "The number of different events, by their key: the same report counted twice is one event. Exact, and cheap \
         where most groups have none, as with `FILTER (WHERE kind = 'click')`."
            .to_owned(),
        "event_count(event_key)".to_owned(),
    )
    .with_argument("event_key", "The event's identity.")
    .with_sql_example(
        "```sql\nSELECT message_key, event_count(event_key) FILTER (WHERE kind = 'click') AS clicks\nFROM events GROUP BY \
         message_key\n```",
    )
    .build()
});

fn arguments() -> Vec<DataType> {
    vec![ColumnType::Key.arrow()]
}

impl Default for EventCount {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for EventCount {
    fn name(&self) -> &str {
        "event_count"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        coerce(self.name(), given, arguments())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Field::new(format!("{}[keys]", args.name), DataType::BinaryView, true).into()])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ungrouped::boxed(Box::new(EventCounts::default()), &arguments())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(EventCounts::default()))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// A key of a group. Two halves, since an `i128` would be padded.
type Entry = (usize, [u64; 2]);

/// The different keys of all groups, as one list: a group without keys takes no room at all.
#[derive(Debug, Default)]
struct EventCounts {
    groups: usize,
    entries: Vec<Entry>,
    /// Up to here the entries are sorted and different.
    sorted: usize,
}

const KEY_BYTES: usize = size_of::<i128>();

fn halves(key: i128) -> [u64; 2] {
    [(key >> 64) as u64, key as u64]
}

impl EventCounts {
    fn push(&mut self, group: usize, key: [u64; 2]) {
        self.entries.push((group, key));
    }

    fn sort(&mut self) {
        if self.sorted < self.entries.len() {
            self.entries.sort_unstable();
            self.entries.dedup();
            self.sorted = self.entries.len();
        }
    }

    /// Drops duplicates once the list has doubled, so that repeats cannot fill the memory.
    fn added(&mut self, groups: usize) {
        self.groups = self.groups.max(groups);
        if self.entries.len() > 2 * self.sorted + 8192 {
            self.sort();
        }
    }

    /// The sorted entries of the groups to emit, and how many groups these are; the groups that stay move down.
    fn take(&mut self, emit_to: EmitTo) -> (Vec<Entry>, usize) {
        self.sort();
        let groups = match emit_to {
            EmitTo::All => self.groups,
            EmitTo::First(n) => n.min(self.groups),
        };
        let stay = self.entries.split_off(self.entries.partition_point(|(group, _)| *group < groups));
        let taken = std::mem::replace(&mut self.entries, stay);
        self.entries.iter_mut().for_each(|(group, _)| *group -= groups);
        self.sorted = self.entries.len();
        self.groups -= groups;
        (taken, groups)
    }
}

impl GroupsAccumulator for EventCounts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        let keys = argument(values, 0)?;
        let rows = selection(filter, &[keys]);
        let keys = keys.as_primitive::<Decimal128Type>().values();
        for_each_row(groups, rows.as_ref(), |row, group| self.push(group, halves(keys[row])));
        self.added(total);
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        let states = argument(values, 0)?.as_binary_view();
        for (row, view) in states.views().iter().enumerate() {
            // The length stands in the low four bytes; nearly all are empty.
            if *view as u32 == 0 || states.is_null(row) {
                continue;
            }
            let (keys, rest) = states.value(row).as_chunks::<KEY_BYTES>();
            if !rest.is_empty() {
                return Err(internal_datafusion_err!("a saved state of event_count() is cut short"));
            }
            for key in keys {
                self.push(groups[row], halves(i128::from_le_bytes(*key)));
            }
        }
        self.added(total);
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (entries, groups) = self.take(emit_to);
        let mut counts = vec![0; groups];
        for (group, _) in entries {
            counts[group] += 1;
        }
        Ok(Arc::new(Int64Array::from(counts)))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (entries, groups) = self.take(emit_to);
        let mut views = vec![0; groups];
        let mut bytes = Vec::with_capacity(entries.len() * KEY_BYTES);
        for keys in entries.chunk_by(|(a, _), (b, _)| a == b) {
            let start = bytes.len();
            for (_, [high, low]) in keys {
                bytes.extend((i128::from(*high) << 64 | i128::from(*low)).to_le_bytes());
            }
            let offset = u32::try_from(start).ok().filter(|_| i32::try_from(bytes.len()).is_ok());
            let offset =
                offset.ok_or_else(|| exec_datafusion_err!("more than 134 million events in one event_count()"))?;
            if let Some((group, _)) = keys.first() {
                views[*group] = make_view(&bytes[start..], 0, offset);
            }
        }
        Ok(vec![Arc::new(BinaryViewArray::try_new(views.into(), vec![Buffer::from_vec(bytes)], None)?)])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let groups = one_group_per_row(values);
        let mut rows = Self::default();
        rows.update_batch(values, &groups, filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }
}
