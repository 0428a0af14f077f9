//! Times by the clock of a zone.
//!
//! Files hold instants, and a zone in a column's type changes none of them. But it is what the engine goes by when it cuts
//! a day, names an hour or reads a text without an offset.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono_tz::Tz;
use datafusion::common::ScalarValue;

/// The type of the same instants in a zone; `None` where the type is that already, or has no zone.
pub(in crate::session) fn data_type_in(data_type: &DataType, zone: Tz) -> Option<DataType> {
    match data_type {
        DataType::Timestamp(unit, Some(own)) if own.as_ref() != zone.name() => {
            Some(DataType::Timestamp(*unit, Some(zone.name().into())))
        }
        _ => None,
    }
}

/// A schema whose times are in a zone.
pub(super) fn schema_in(schema: &SchemaRef, zone: Tz) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match data_type_in(field.data_type(), zone) {
        Some(data_type) => Arc::new(Field::clone(field).with_data_type(data_type)),
        None => Arc::clone(field),
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

/// An instant with the zone of a type, which whoever compares the two asks for.
pub(super) fn scalar_as(value: ScalarValue, data_type: &DataType) -> ScalarValue {
    match (value, data_type) {
        (ScalarValue::TimestampMicrosecond(micros, _), DataType::Timestamp(_, zone)) => {
            ScalarValue::TimestampMicrosecond(micros, zone.clone())
        }
        (value, _) => value,
    }
}
