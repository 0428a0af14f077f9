//! `bucket_rate`: the share of messages in a bucket.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int32Type, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::physical_expr::expressions::Literal;

use super::SECTION;
use super::interner::{Interner, category};
use super::rows::{argument, coerce, for_each_row, one_group_per_row, selection};
use super::ungrouped::Ungrouped;
use crate::event::Bucket;

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
    .with_argument("wanted", "The bucket to count, by name; one that does not exist is an error.")
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

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        check_literal(&args)?;
        Ungrouped::boxed(Box::new(Counts::default()), &arguments())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        check_literal(&args)?;
        Ok(Box::new(Counts::default()))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// Refuses a name that is no bucket: the share of it would be 0, as if nothing had come to that.
fn check(name: &str) -> Result<()> {
    match name.parse::<Bucket>() {
        Ok(_) => Ok(()),
        Err(error) => exec_err!("bucket_rate: {error}; the buckets are {}", Bucket::ALL.map(Bucket::name).join(", ")),
    }
}

/// The same for a name that the statement holds, whether or not there are rows.
fn check_literal(args: &AccumulatorArgs) -> Result<()> {
    let literal = args.exprs.get(1).and_then(|wanted| wanted.downcast_ref::<Literal>());
    match literal.and_then(|literal| literal.value().try_as_str().flatten()) {
        Some(name) => check(name),
        None => Ok(()),
    }
}

/// And for the names of a batch. A dictionary may hold values that no row has.
fn check_names(wanted: &ArrayRef, rows: Option<&BooleanBuffer>) -> Result<()> {
    let names = wanted.as_dictionary::<Int32Type>();
    let texts = cast(names.values(), &DataType::Utf8)?;
    let texts = texts.as_string::<i32>();
    for (key, name) in texts.iter().enumerate() {
        let Some(Err(error)) = name.map(check) else { continue };
        let has = |row: usize| names.keys().is_valid(row) && usize::try_from(names.keys().value(row)) == Ok(key);
        let used = match rows {
            None => (0..names.len()).any(has),
            Some(rows) => rows.set_indices().any(has),
        };
        if used {
            return Err(error);
        }
    }
    Ok(())
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
        check_names(argument(values, 1)?, rows.as_ref())?;
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
