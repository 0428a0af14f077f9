//! Adds `event_key` and `message_key` to canonical rows.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, DictionaryArray, Int32Array, ListArray, MapArray,
    RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Decimal128Type, Int32Type, SchemaRef, TimestampMicrosecondType};

use super::identity::{EVENT_IDENTITY, Identity, NUMBERED_IDENTITY, message_key};
use super::time::Precision;
use crate::error::{Error, Result};

/// The batch with both keys, in `schema`.
pub(super) fn add_keys(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let fields = EVENT_IDENTITY
        .iter()
        .map(|(number, name)| {
            let (in_numbered, is_time) = (NUMBERED_IDENTITY.contains(name), *name == "event_time");
            Ok(IdentityField { number: *number, name, in_numbered, is_time, values: Values::of(column(batch, name)?)? })
        })
        .collect::<Result<Vec<_>>>()?;
    let of = |name: &str| fields.iter().find(|field| field.name == name).map(|field| &field.values);
    let missing = || Error::Internal("an identity column is missing".to_owned());
    let source_event_id = of("source_event_id").ok_or_else(missing)?;
    let precision = of("time_precision").ok_or_else(missing)?;
    let provider = of("provider").ok_or_else(missing)?;
    let account = of("account").ok_or_else(missing)?;
    let message_id = of("message_id").ok_or_else(missing)?;

    let mut identity = Identity::default();
    let mut event_keys = Vec::with_capacity(batch.num_rows());
    let mut message_keys = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let by_number = source_event_id.text(row).is_some();
        let timeless = precision.text(row) == Some(Precision::Received.name());
        for field in &fields {
            if !(by_number && !field.in_numbered || timeless && field.is_time) {
                field.values.add_to(&mut identity, field.number, row);
            }
        }
        event_keys.push(identity.key());
        let provider = provider.text(row).unwrap_or_default();
        message_keys.push(message_id.text(row).map(|id| message_key(provider, account.text(row), id)));
    }
    let mut columns = batch.columns().to_vec();
    columns.push(Arc::new(Decimal128Array::from(event_keys).with_precision_and_scale(38, 0)?));
    columns.push(Arc::new(Decimal128Array::from(message_keys).with_precision_and_scale(38, 0)?));
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// A column of the identity, with what decides whether it counts.
struct IdentityField<'a> {
    number: u8,
    name: &'static str,
    /// Whether it counts where the provider numbers its events.
    in_numbered: bool,
    is_time: bool,
    values: Values<'a>,
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| Error::Internal(format!("no column {name}")))
}

/// The values of a column, as bytes of their identity.
enum Values<'a> {
    Text(&'a StringViewArray),
    Category(&'a Int32Array, &'a StringArray),
    Int(&'a Int32Array),
    Bool(&'a BooleanArray),
    Time(&'a TimestampMicrosecondArray),
    Decimal(&'a Decimal128Array),
    List(&'a ListArray),
    Map(&'a MapArray),
}

impl<'a> Values<'a> {
    fn of(array: &'a ArrayRef) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Utf8View => Self::Text(array.as_string_view()),
            DataType::Dictionary(_, _) => {
                let dictionary: &DictionaryArray<Int32Type> = array.as_dictionary();
                Self::Category(dictionary.keys(), dictionary.values().as_string())
            }
            DataType::Int32 => Self::Int(array.as_primitive()),
            DataType::Boolean => Self::Bool(array.as_boolean()),
            DataType::Timestamp(_, _) => Self::Time(array.as_primitive::<TimestampMicrosecondType>()),
            DataType::Decimal128(_, _) => Self::Decimal(array.as_primitive::<Decimal128Type>()),
            DataType::List(_) => Self::List(array.as_list()),
            DataType::Map(_, _) => Self::Map(array.as_map()),
            other => return Err(Error::Internal(format!("no identity for {other}"))),
        })
    }

    fn text(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Text(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Category(keys, values) => {
                keys.is_valid(row).then(|| values.value(keys.value(row).cast_unsigned() as usize))
            }
            _ => None,
        }
    }

    fn add_to(&self, identity: &mut Identity, field: u8, row: usize) {
        match self {
            Self::Text(_) | Self::Category(_, _) => {
                if let Some(text) = self.text(row) {
                    identity.add(field, text.as_bytes());
                }
            }
            Self::Int(array) if array.is_valid(row) => identity.add(field, &array.value(row).to_le_bytes()),
            Self::Bool(array) if array.is_valid(row) => identity.add(field, &[u8::from(array.value(row))]),
            Self::Time(array) if array.is_valid(row) => identity.add(field, &array.value(row).to_le_bytes()),
            Self::Decimal(array) if array.is_valid(row) => identity.add(field, &array.value(row).to_le_bytes()),
            Self::List(array) if array.is_valid(row) => {
                for item in array.value(row).as_string::<i32>() {
                    identity.add(field, item.unwrap_or_default().as_bytes());
                }
            }
            Self::Map(array) if array.is_valid(row) => {
                let entries = array.value(row);
                let (names, values) = (entries.column(0).as_string::<i32>(), entries.column(1).as_string::<i32>());
                let mut pairs: Vec<_> = names.iter().zip(values).collect();
                pairs.sort_unstable();
                for (name, value) in pairs {
                    identity.add(field, name.unwrap_or_default().as_bytes());
                    identity.add(field, value.unwrap_or_default().as_bytes());
                }
            }
            _ => {}
        }
    }
}
