//! Parquet and Arrow files hold what the result held.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io;

use arrow::array::{DictionaryArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Int32Type, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use smsql::output::Format;

use super::fixtures::{bodies, bytes, every_type, one, plain, text};

/// The same rows with another dictionary in each batch, as scans of several files give them.
#[test]
fn dictionaries_may_differ_between_batches() {
    let dictionary = |values: Vec<&str>| {
        let array: DictionaryArray<Int32Type> = values.into_iter().collect();
        one("provider", array)
    };
    let batches = [dictionary(vec!["twilio", "sinch"]), dictionary(vec!["plivo", "twilio"])];
    let expected = one("provider", StringArray::from(vec!["twilio", "sinch", "plivo", "twilio"]));
    let schema = batches[0].schema();
    assert_eq!(read_arrow(bytes(Format::Arrow, &plain(), &schema, &batches)).1, expected);
    assert_eq!(read_parquet(bytes(Format::Parquet, &plain(), &schema, &batches)).1, expected);
}

#[test]
fn parquet_and_arrow_read_back_equal() {
    for batch in [every_type(), bodies()] {
        let (_, arrow) = read_arrow(bytes(Format::Arrow, &plain(), &batch.schema(), std::slice::from_ref(&batch)));
        let (_, parquet) =
            read_parquet(bytes(Format::Parquet, &plain(), &batch.schema(), std::slice::from_ref(&batch)));
        // The types are the plain ones of the same values ...
        assert_eq!(field_type(&arrow, "utf8").or(field_type(&arrow, "=body")), Some(DataType::Utf8));
        assert_eq!(field_type(&arrow, "category"), Some(DataType::Utf8));
        assert!(!format!("{:?}{:?}", arrow.schema(), parquet.schema()).contains("View"));
        // ... except that Parquet has no type for an interval of SQL.
        assert_eq!(field_type(&parquet, "interval"), field_type(&arrow, "interval").map(|_| DataType::Utf8));
        // And the values are the same to the last digit, as NDJSON has them.
        let expected = text(Format::Ndjson, &plain(), &batch);
        assert_eq!(text(Format::Ndjson, &plain(), &arrow), expected);
        assert_eq!(text(Format::Ndjson, &plain(), &parquet), expected);
    }
}

fn field_type(batch: &RecordBatch, name: &str) -> Option<DataType> {
    batch.column_by_name(name).map(|column| column.data_type().clone())
}

pub(crate) fn read_arrow(bytes: Vec<u8>) -> (SchemaRef, RecordBatch) {
    let reader = arrow::ipc::reader::FileReader::try_new(io::Cursor::new(bytes), None).unwrap();
    let schema = reader.schema();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    (schema.clone(), arrow::compute::concat_batches(&schema, &batches).unwrap())
}

pub(crate) fn read_parquet(bytes: Vec<u8>) -> (SchemaRef, RecordBatch) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    assert_eq!(builder.metadata().file_metadata().created_by(), Some("smsql"));
    let schema = builder.schema().clone();
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    (schema.clone(), arrow::compute::concat_batches(&schema, &batches).unwrap())
}
