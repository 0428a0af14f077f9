//! What files for other programs hold: the same values in the types that every reader knows, in batches of one size.
//!
//! How the engine holds text (views, dictionaries) is its own business and can differ from batch to batch, which an
//! Arrow file cannot even say. And the bytes of a file must depend on the rows alone, not on how they were cut into
//! batches.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::{BatchCoalescer, cast};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, IntervalUnit, Schema, SchemaRef};

use super::value;
use crate::Result;

/// The interval of SQL literals, which Parquet has no type for; there it becomes text.
const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);

/// The rows of one batch in a file.
const BATCH_ROWS: usize = 8192;

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Arrow,
    Parquet,
}

/// Turns the batches of a result into plain ones of [`BATCH_ROWS`].
pub(super) struct Plain {
    schema: SchemaRef,
    batches: BatchCoalescer,
}

impl Plain {
    /// For a reader that holds every Arrow type, or only those that Parquet has.
    pub(super) fn new(schema: &SchemaRef, reader: Reader) -> Self {
        let fields = schema.fields().iter().map(|field| {
            let data_type = match (plain_type(field.data_type()), reader) {
                (INTERVAL, Reader::Parquet) => DataType::Utf8,
                (data_type, _) => data_type,
            };
            // Any column may hold NULL, as in what other engines write: a promise kept by accident is no promise.
            Field::new(field.name(), data_type, true)
        });
        // Without metadata: the engine's own notes on a schema are not part of a result.
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Self { batches: BatchCoalescer::new(schema.clone(), BATCH_ROWS), schema }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Takes a batch; [`Plain::next`] gives what is complete.
    pub(super) fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns =
            columns.map(|(column, field)| plain_array(column, field.data_type())).collect::<Result<Vec<_>>>()?;
        // A batch without columns still has rows.
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?;
        Ok(self.batches.push_batch(batch)?)
    }

    pub(super) fn next(&mut self) -> Option<RecordBatch> {
        self.batches.next_completed_batch()
    }

    /// What is left when the result has ended.
    pub(super) fn last(&mut self) -> Result<Option<RecordBatch>> {
        self.batches.finish_buffered_batch()?;
        Ok(self.next())
    }
}

fn plain_array(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    if array.data_type() == data_type {
        return Ok(array.clone());
    }
    match array.data_type() {
        &INTERVAL => value::texts(array),
        _ => Ok(cast(array, data_type)?),
    }
}

fn plain_fields(fields: &Fields) -> Fields {
    fields.iter().map(plain_field).collect()
}

fn plain_field(field: &FieldRef) -> FieldRef {
    Arc::new(Field::new(field.name(), plain_type(field.data_type()), field.is_nullable()))
}

fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::RunEndEncoded(_, values) => plain_type(values.data_type()),
        DataType::List(field) | DataType::ListView(field) => DataType::List(plain_field(field)),
        DataType::LargeList(field) | DataType::LargeListView(field) => DataType::LargeList(plain_field(field)),
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(plain_field(field), *size),
        DataType::Struct(fields) => DataType::Struct(plain_fields(fields)),
        DataType::Map(entries, sorted) => DataType::Map(plain_field(entries), *sorted),
        other => other.clone(),
    }
}
