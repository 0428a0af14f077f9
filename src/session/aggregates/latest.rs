//! `latest`: the value an attribute was last given.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, TimestampMicrosecondArray};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Decimal128Type, Field, FieldRef, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::common::{Result, internal_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::SECTION;
use super::rows::{argument, for_each_row, one_group_per_row, selection, time};
use super::stores::{BoolStore, NumberStore, RowStore, Store, WordStore};
use super::text_store::TextStore;
use super::ungrouped::Ungrouped;

/// The aggregate function `latest(value, event_time)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Latest {
    signature: Signature,
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        SECTION,
        "The value with the greatest (event_time, value), of the value's own type. NULL values never win; a value \
         without a time loses to any with one. NULL where no row has a value."
            .to_owned(),
        "latest(value, event_time)".to_owned(),
    )
    .with_argument("value", "The attribute, of any type.")
    .with_argument("event_time", "When it was given.")
    .with_sql_example(
        "```sql\nSELECT message_key, latest(campaign_id, event_time) FROM events GROUP BY message_key\n```",
    )
    .build()
});

impl Default for Latest {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for Latest {
    fn name(&self) -> &str {
        "latest"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [value, event_time] = given else { return plan_err!("latest takes 2 arguments, not {}", given.len()) };
        if !arrow::compute::can_cast_types(event_time, &time()) {
            return plan_err!("argument 2 of latest is {event_time}, it must be {}", time());
        }
        Ok(vec![value.clone(), time()])
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        given.first().cloned().map_or_else(|| plan_err!("latest takes 2 arguments"), Ok)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![
            Field::new(format!("{}[value]", args.name), args.return_field.data_type().clone(), true).into(),
            Field::new(format!("{}[event_time]", args.name), time(), true).into(),
        ])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let value = args.return_field.data_type();
        Ungrouped::boxed(accumulator_of(value)?, &[value.clone(), time()])
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(accumulator_of(args.return_field.data_type())?)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// The accumulator that holds values of this type best.
fn accumulator_of(value: &DataType) -> Result<Box<dyn GroupsAccumulator + Sync>> {
    fn boxed<S: Store>(store: S) -> Result<Box<dyn GroupsAccumulator + Sync>> {
        Ok(Box::new(Values { store, slots: Vec::new() }))
    }
    fn number<T: ArrowPrimitiveType + Debug>(value: &DataType) -> Result<Box<dyn GroupsAccumulator + Sync>> {
        boxed(NumberStore::<T>::new(value))
    }
    let is_text = |t: &DataType| matches!(t, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    match value {
        DataType::Dictionary(_, text) if is_text(text) => boxed(WordStore::new(value)),
        text if is_text(text) => boxed(TextStore::new(text)),
        DataType::Boolean => boxed(BoolStore),
        DataType::Int32 => number::<Int32Type>(value),
        DataType::Int64 => number::<Int64Type>(value),
        DataType::Decimal128(..) => number::<Decimal128Type>(value),
        DataType::Timestamp(TimeUnit::Microsecond, _) => number::<TimestampMicrosecondType>(value),
        _ => boxed(RowStore::new(value)?),
    }
}

/// The time of a group without a value. A value without a time counts as one microsecond later, so that it loses to any
/// other and still wins over none.
const NEVER: i64 = i64::MIN;

/// The latest values of all groups.
#[derive(Debug)]
struct Values<S: Store> {
    store: S,
    slots: Vec<(i64, S::Slot)>,
}

impl<S: Store> Values<S> {
    /// Values and times of the groups to emit.
    fn take(&mut self, emit_to: EmitTo) -> Result<(ArrayRef, Vec<i64>)> {
        let slots = emit_to.take_needed(&mut self.slots);
        let times = slots.iter().map(|(time, _)| *time).collect();
        let slots = slots.into_iter().map(|(time, slot)| (time != NEVER).then_some(slot)).collect();
        Ok((self.store.take(slots, self.slots.is_empty())?, times))
    }
}

impl<S: Store> GroupsAccumulator for Values<S> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        if total > self.slots.len() {
            self.slots.resize(total, (NEVER, S::Slot::default()));
        }
        let (value, times) = (argument(values, 0)?, argument(values, 1)?.as_primitive::<TimestampMicrosecondType>());
        if value.null_count() == value.len() {
            return Ok(());
        }
        let rows = selection(filter, &[value]);
        let no_time_missing = times.null_count() == 0;
        let batch = self.store.read(value)?;
        let Self { store, slots } = self;
        for_each_row(groups, rows.as_ref(), |row, group| {
            let known = no_time_missing || times.is_valid(row);
            let time = if known { times.values()[row].max(NEVER + 1) } else { NEVER + 1 };
            let (last, slot) = &mut slots[group];
            if time > *last {
                let is_first = *last == NEVER;
                *last = time;
                store.replace(slot, is_first, &batch, row);
            } else if time == *last && store.is_greater(&batch, row, slot) {
                store.replace(slot, false, &batch, row);
            }
        });
        self.store.tidy(self.slots.iter_mut().filter(|(time, _)| *time != NEVER).map(|(_, slot)| slot));
        Ok(())
    }

    /// A state is a value and its time, which is what the rows are.
    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.update_batch(values, groups, None, total)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(self.take(emit_to)?.0)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (values, times) = self.take(emit_to)?;
        Ok(vec![values, Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC"))])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let groups = one_group_per_row(values);
        let Some(value) = values.first() else { return internal_err!("latest got no columns") };
        let mut rows = accumulator_of(value.data_type())?;
        rows.update_batch(values, &groups, filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.slots.capacity() * size_of::<(i64, S::Slot)>() + self.store.size()
    }
}
