//! Which rows of a batch an aggregate looks at.

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::can_cast_types;
use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{Result, internal_datafusion_err, plan_err};

/// The rows that the filter lets through and that have a value in all of `required`; `None` means all rows.
pub(super) fn selection(filter: Option<&BooleanArray>, required: &[&ArrayRef]) -> Option<BooleanBuffer> {
    let filter = filter.map(|filter| match filter.nulls() {
        Some(nulls) => filter.values() & nulls.inner(),
        None => filter.values().clone(),
    });
    let nulls =
        required.iter().fold(None, |all, array| NullBuffer::union(all.as_ref(), array.logical_nulls().as_ref()));
    match (filter, nulls.filter(|nulls| nulls.null_count() > 0)) {
        (None, None) => None,
        (Some(filter), None) => Some(filter),
        (None, Some(nulls)) => Some(nulls.into_inner()),
        (Some(filter), Some(nulls)) => Some(&filter & nulls.inner()),
    }
}

/// Calls `visit` with every selected row and its group.
#[inline]
pub(super) fn for_each_row(groups: &[usize], rows: Option<&BooleanBuffer>, mut visit: impl FnMut(usize, usize)) {
    match rows {
        None => groups.iter().enumerate().for_each(|(row, &group)| visit(row, group)),
        Some(rows) => rows.set_indices().for_each(|row| visit(row, groups[row])),
    }
}

/// The groups `0..n`: every row its own group, which is how raw rows become states.
pub(super) fn one_group_per_row(values: &[ArrayRef]) -> Vec<usize> {
    (0..values.first().map_or(0, |array| array.len())).collect()
}

/// The array at `index`, which the planner promised.
pub(super) fn argument(values: &[ArrayRef], index: usize) -> Result<&ArrayRef> {
    values.get(index).ok_or_else(|| internal_datafusion_err!("an aggregate got {} columns", values.len()))
}

/// The types the arguments are cast to; an error that names the function where they are too many, few or different.
pub(super) fn coerce(function: &str, given: &[DataType], wanted: Vec<DataType>) -> Result<Vec<DataType>> {
    if given.len() != wanted.len() {
        return plan_err!("{function} takes {} arguments, not {}", wanted.len(), given.len());
    }
    for (position, (given, wanted)) in given.iter().zip(&wanted).enumerate() {
        if !can_cast_types(given, wanted) {
            return plan_err!("argument {} of {function} is {given}, it must be {wanted}", position + 1);
        }
    }
    Ok(wanted)
}

/// The type of times.
pub(super) fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}
