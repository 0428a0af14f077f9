//! An accumulator of one group, for queries without GROUP BY and for windows.

use std::fmt;

use arrow::array::{ArrayRef, new_empty_array};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

/// The accumulator of all groups, used for one: the rules of each function are written once.
pub(super) struct Ungrouped(Box<dyn GroupsAccumulator + Sync>);

impl Ungrouped {
    /// An accumulator of no rows yet, for arguments of these types.
    pub(super) fn boxed(
        mut groups: Box<dyn GroupsAccumulator + Sync>,
        arguments: &[DataType],
    ) -> Result<Box<dyn Accumulator>> {
        groups.update_batch(&arguments.iter().map(new_empty_array).collect::<Vec<_>>(), &[], None, 1)?;
        Ok(Box::new(Self(groups)))
    }

    /// The state; the accumulator still holds it, since a window asks again after every row.
    fn arrays(&mut self) -> Result<Vec<ArrayRef>> {
        let state = self.0.state(EmitTo::All)?;
        self.0.merge_batch(&state, &[0], 1)?;
        Ok(state)
    }
}

impl fmt::Debug for Ungrouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ungrouped").finish_non_exhaustive()
    }
}

impl Accumulator for Ungrouped {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |array| array.len());
        self.0.update_batch(values, &vec![0; rows], None, 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, |array| array.len());
        self.0.merge_batch(states, &vec![0; rows], 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let state = self.arrays()?;
        let value = self.0.evaluate(EmitTo::All)?;
        self.0.merge_batch(&state, &[0], 1)?;
        ScalarValue::try_from_array(&value, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.arrays()?.iter().map(|array| ScalarValue::try_from_array(array, 0)).collect()
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.0.size()
    }
}
