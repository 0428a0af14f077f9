//! `final_bucket`: the bucket that wins.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, BooleanArray, DictionaryArray, Int32Array, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int32Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::SECTION;
use super::delivery::bucket_names;
use super::interner::category;
use super::rows::{argument, coerce, for_each_row, one_group_per_row, selection, time};
use super::ungrouped::Ungrouped;
use crate::event::Bucket;

/// The aggregate function `final_bucket(bucket, event_time)`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct FinalBucket {
    signature: Signature,
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        SECTION,
        "The bucket with the greatest (rank, event_time, bucket): what a message ends in when all its events are known. \
         NULL buckets are ignored; NULL where there is none."
            .to_owned(),
        "final_bucket(bucket, event_time)".to_owned(),
    )
    .with_argument("bucket", "A bucket by name, as `status_bucket` gives it.")
    .with_argument("event_time", "When it was reported.")
    .with_sql_example(
        "```sql\nSELECT message_id, final_bucket(status_bucket(provider, status, error_code), event_time)\nFROM events \
         GROUP BY message_id\n```",
    )
    .build()
});

fn arguments() -> Vec<DataType> {
    vec![category(), time()]
}

impl Default for FinalBucket {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for FinalBucket {
    fn name(&self) -> &str {
        "final_bucket"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        coerce(self.name(), given, arguments())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(category())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![
            Field::new(format!("{}[bucket]", args.name), DataType::Int32, true).into(),
            Field::new(format!("{}[event_time]", args.name), DataType::Int64, true).into(),
        ])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ungrouped::boxed(Box::new(FinalBuckets::default()), &arguments())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(FinalBuckets::default()))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// The greatest so far: rank, time, and the bucket's place in [`by_name`]; -1 where there is none.
type Greatest = (u8, i64, i32);

const NOTHING: Greatest = (0, i64::MIN, -1);

/// The buckets ordered by name, which decides between equal ranks and times.
fn by_name() -> [Bucket; 8] {
    let mut buckets = Bucket::ALL;
    buckets.sort_by_key(|bucket| bucket.name());
    buckets
}

#[derive(Debug, Default)]
struct FinalBuckets {
    groups: Vec<Greatest>,
}

impl FinalBuckets {
    fn offer(&mut self, group: usize, place: i32, event_time: i64, buckets: &[Bucket; 8]) {
        let Some(bucket) = usize::try_from(place).ok().and_then(|place| buckets.get(place)) else { return };
        let candidate = (bucket.rank(), event_time, place);
        self.groups[group] = self.groups[group].max(candidate);
    }

    fn grow(&mut self, total: usize) {
        if total > self.groups.len() {
            self.groups.resize(total, NOTHING);
        }
    }
}

impl GroupsAccumulator for FinalBuckets {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let rows = selection(filter, &[argument(values, 0)?, argument(values, 1)?]);
        let names = values[0].as_dictionary::<Int32Type>();
        let texts = cast(names.values(), &DataType::Utf8)?;
        let buckets = by_name();
        // A name that is no bucket is an error only if a row has it: a dictionary may hold values no row uses.
        let places: Vec<Result<Bucket, crate::Error>> =
            texts.as_string::<i32>().iter().map(|name| name.unwrap_or_default().parse()).collect();
        let times = values[1].as_primitive::<arrow::datatypes::TimestampMicrosecondType>().values();
        let mut wrong = None;
        for_each_row(groups, rows.as_ref(), |row, group| match &places[names.keys().value(row) as usize] {
            Ok(bucket) => {
                let place = buckets.iter().position(|known| known == bucket).map_or(-1, |place| place as i32);
                self.offer(group, place, times[row], &buckets);
            }
            Err(error) => wrong = Some(error.to_string()),
        });
        match wrong {
            Some(message) => datafusion::common::exec_err!("final_bucket: {message}"),
            None => Ok(()),
        }
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        let buckets = by_name();
        let places = argument(values, 0)?.as_primitive::<Int32Type>().values();
        let times = argument(values, 1)?.as_primitive::<Int64Type>().values();
        for_each_row(groups, None, |row, group| self.offer(group, places[row], times[row], &buckets));
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let buckets = by_name();
        let shown = |place: i32| {
            let bucket = usize::try_from(place).ok().and_then(|place| buckets.get(place))?;
            Bucket::ALL.iter().position(|known| known == bucket).map(|key| key as i32)
        };
        let keys: Int32Array =
            emit_to.take_needed(&mut self.groups).into_iter().map(|(_, _, place)| shown(place)).collect();
        Ok(Arc::new(DictionaryArray::try_new(keys, bucket_names())?))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let groups = emit_to.take_needed(&mut self.groups);
        Ok(vec![
            Arc::new(Int32Array::from_iter_values(groups.iter().map(|(_, _, place)| *place))),
            Arc::new(Int64Array::from_iter_values(groups.iter().map(|(_, time, _)| *time))),
        ])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let groups = one_group_per_row(values);
        let mut rows = Self::default();
        rows.update_batch(values, &groups, filter, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.groups.capacity() * size_of::<Greatest>()
    }
}
