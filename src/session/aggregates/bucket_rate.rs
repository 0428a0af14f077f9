//! `bucket_rate`: the share of messages in a bucket.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::SECTION;
use super::interner::{Interner, category};
use super::rows::{argument, coerce, for_each_row, one_group_per_row, selection};
use super::ungrouped::Ungrouped;

/// The aggregate function `bucket_rate(bucket, wanted)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct BucketRate {
    signature: Signature,
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        SECTION,
        "The share of rows whose bucket is the wanted one, among the rows that have a bucket: an exact decimal between \
         0 and 1, rounded half up. NULL where no row has a bucket."
            .to_owned(),
        "bucket_rate(bucket, wanted)".to_owned(),
    )
    .with_argument("bucket", "The bucket of a message.")
    .with_argument("wanted", "The bucket to count, by name.")
    .with_sql_example("```sql\nSELECT campaign_id, bucket_rate(bucket, 'delivered') FROM messages GROUP BY campaign_id\n```")
    .build()
});

const SCALE: i8 = 6;

/// The type of a share: that of `rate()`.
pub fn rate_type() -> DataType {
    DataType::Decimal128(25, SCALE)
}

fn arguments() -> Vec<DataType> {
    vec![category(), category()]
}

impl Default for BucketRate {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for BucketRate {
    fn name(&self) -> &str {
        "bucket_rate"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        coerce(self.name(), given, arguments())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(rate_type())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![
            Field::new(format!("{}[wanted]", args.name), DataType::Int64, false).into(),
            Field::new(format!("{}[all]", args.name), DataType::Int64, false).into(),
        ])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ungrouped::boxed(Box::new(Counts::default()), &arguments())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Counts::default()))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// Rows in the wanted bucket, and rows with a bucket, of every group.
#[derive(Debug, Default)]
struct Counts {
    groups: Vec<(i64, i64)>,
    names: Interner,
    buckets: Vec<u32>,
    wanted: Vec<u32>,
}

impl Counts {
    fn grow(&mut self, total: usize) {
        if total > self.groups.len() {
            self.groups.resize(total, (0, 0));
        }
    }
}

impl GroupsAccumulator for Counts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let rows = selection(filter, &[argument(values, 0)?]);
        self.names.intern_array(argument(values, 1)?, &mut self.wanted)?;
        self.names.intern_array(&values[0], &mut self.buckets)?;
        for_each_row(groups, rows.as_ref(), |row, group| {
            let (wanted, all) = &mut self.groups[group];
            *wanted += i64::from(self.buckets[row] == self.wanted[row]);
            *all += 1;
        });
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        let wanted = argument(values, 0)?.as_primitive::<Int64Type>().values();
        let all = argument(values, 1)?.as_primitive::<Int64Type>().values();
        for_each_row(groups, None, |row, group| {
            self.groups[group].0 += wanted[row];
            self.groups[group].1 += all[row];
        });
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let unit = 10_i128.pow(SCALE.unsigned_abs().into());
        let share = |(wanted, all): (i64, i64)| {
            (all > 0).then(|| (2 * unit * i128::from(wanted) + i128::from(all)) / (2 * i128::from(all)))
        };
        let shares: Decimal128Array = emit_to.take_needed(&mut self.groups).into_iter().map(share).collect();
        Ok(Arc::new(shares.with_data_type(rate_type())))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let groups = emit_to.take_needed(&mut self.groups);
        Ok(vec![
            Arc::new(Int64Array::from_iter_values(groups.iter().map(|(wanted, _)| *wanted))),
            Arc::new(Int64Array::from_iter_values(groups.iter().map(|(_, all)| *all))),
        ])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let groups = one_group_per_row(values);
        let mut rows = Self::default();
        rows.update_batch(values, &groups, filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.groups.capacity() * size_of::<(i64, i64)>()
            + self.names.size()
            + (self.buckets.capacity() + self.wanted.capacity()) * size_of::<u32>()
    }
}
