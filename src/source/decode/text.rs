//! Plain lines, and what the text formats share: columns built as text, then split where a list or map is declared.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ListBuilder, MapBuilder, MapFieldNames, StringArray, StringBuilder, new_null_array,
};
use arrow::datatypes::{DataType, Field};

use super::{Decoded, Feed, Record};
use crate::error::{Error, Result};

/// Decodes lines into the one column `line`.
pub(super) fn decode<'a>(
    feed: &Feed,
    records: Vec<Record<'a>>,
    out: &mut Decoded,
) -> Result<(Vec<ArrayRef>, Vec<Record<'a>>)> {
    let mut builders: Vec<_> = feed.raw_schema.fields().iter().map(|_| StringBuilder::new()).collect();
    let mut good = Vec::with_capacity(records.len());
    for record in records {
        let Ok(line) = std::str::from_utf8(&record.bytes) else {
            out.rejected.push(record.reject("not UTF-8 text"));
            continue;
        };
        for (builder, field) in builders.iter_mut().zip(feed.raw_schema.fields()) {
            builder.append_option((field.name() == "line").then_some(line));
        }
        good.push(record);
    }
    Ok((columns(feed, builders)?, good))
}

/// Text columns as declared: a `list` is split at `|`, a `map` at `|` and `=`.
pub(super) fn columns(feed: &Feed, builders: Vec<StringBuilder>) -> Result<Vec<ArrayRef>> {
    builders
        .into_iter()
        .zip(feed.raw_schema.fields())
        .map(|(mut builder, field)| {
            let text = builder.finish();
            match field.data_type() {
                DataType::Utf8 => Ok(Arc::new(text) as ArrayRef),
                DataType::List(element) if element.data_type() == &DataType::Utf8 => Ok(split_lists(&text)),
                DataType::Map(_, _) => split_maps(&text),
                other => Ok(new_null_array(other, text.len())),
            }
        })
        .collect()
}

fn split_lists(text: &StringArray) -> ArrayRef {
    let element = Arc::new(Field::new("element", DataType::Utf8, true));
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(element);
    for value in text {
        match value.filter(|v| !v.is_empty()) {
            Some(value) => {
                value.split('|').for_each(|item| lists.values().append_value(item.trim()));
                lists.append(true);
            }
            None => lists.append(false),
        }
    }
    Arc::new(lists.finish())
}

fn split_maps(text: &StringArray) -> Result<ArrayRef> {
    let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
    let mut maps = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
    for value in text {
        let pairs = value.filter(|v| !v.is_empty());
        for (name, value) in pairs.into_iter().flat_map(|v| v.split('|')).filter_map(|pair| pair.split_once('=')) {
            maps.keys().append_value(name.trim());
            maps.values().append_value(value.trim());
        }
        maps.append(pairs.is_some()).map_err(|e| Error::Internal(e.to_string()))?;
    }
    Ok(Arc::new(maps.finish()))
}
