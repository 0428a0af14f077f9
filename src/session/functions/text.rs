//! Functions of one text: evaluated once per dictionary value where the column is a dictionary.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, StringArray, StringViewArray};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::ColumnarValue;
use hashbrown::HashMap;

/// The type of a text made from a text: a dictionary stays one, everything else becomes a view.
pub(super) fn text_type(argument: &DataType) -> DataType {
    if matches!(argument, DataType::Dictionary(_, _)) { argument.clone() } else { DataType::Utf8View }
}

/// The value of `f` for every text, as an array of type `A`; NULL for NULL.
pub(super) fn map_text<R, A>(arg: &ColumnarValue, f: impl Fn(&str) -> Result<Option<R>>) -> Result<ColumnarValue>
where
    A: Array + FromIterator<Option<R>> + 'static,
{
    on_array(arg, |array| match array.as_dictionary_opt::<Int32Type>() {
        None => Ok(Arc::new(map_plain::<R, A>(array, &f)?)),
        Some(dictionary) => {
            // A value no row has must neither cost much nor fail the query.
            let whole = if is_sparse(dictionary) { None } else { map_plain::<R, A>(dictionary.values(), &f).ok() };
            match whole {
                Some(values) => Ok(take(&values, dictionary.keys(), None)?),
                // Not to a view: arrow 59 forgets there which dictionary values are NULL.
                None => Ok(Arc::new(map_plain::<R, A>(&cast(array, &DataType::Utf8)?, &f)?)),
            }
        }
    })
}

/// The text that `f` makes of every text, in the type that [`text_type`] says; NULL for NULL.
pub(super) fn map_text_to_text(
    arg: &ColumnarValue,
    f: impl for<'a> Fn(&'a str) -> Option<Cow<'a, str>>,
) -> Result<ColumnarValue> {
    on_array(arg, |array| {
        let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() else {
            let texts = texts(array)?;
            return Ok(Arc::new(texts.map(|text| text.and_then(&f)).collect::<StringViewArray>()));
        };
        let packed;
        let dictionary = if is_sparse(dictionary) {
            packed = cast(&cast(array, &DataType::Utf8)?, array.data_type())?;
            packed.as_dictionary::<Int32Type>()
        } else {
            dictionary
        };
        map_dictionary(dictionary, f)
    })
}

/// Keeps the keys where the new values stay distinct, and gives equal values one key where they do not: a country has
/// many numbers.
fn map_dictionary(
    dictionary: &DictionaryArray<Int32Type>,
    f: impl for<'a> Fn(&'a str) -> Option<Cow<'a, str>>,
) -> Result<ArrayRef> {
    let mut codes: HashMap<Cow<'_, str>, i32> = HashMap::new();
    let mut values = Vec::new();
    let mut new_keys: Vec<Option<i32>> = Vec::with_capacity(dictionary.values().len());
    for text in texts(dictionary.values())? {
        new_keys.push(text.and_then(&f).map(|value| {
            *codes.entry(value).or_insert_with_key(|value| {
                values.push(value.to_string());
                i32::try_from(values.len()).unwrap_or(i32::MAX) - 1
            })
        }));
    }
    let unchanged =
        new_keys.iter().enumerate().all(|(old, new)| new.is_some_and(|new| usize::try_from(new) == Ok(old)));
    let keys = if unchanged {
        dictionary.keys().clone()
    } else {
        let new_key = |old: i32| usize::try_from(old).ok().and_then(|old| new_keys.get(old).copied().flatten());
        dictionary.keys().iter().map(|key| key.and_then(new_key)).collect::<Int32Array>()
    };
    Ok(Arc::new(DictionaryArray::try_new(keys, Arc::new(StringArray::from(values)))?))
}

/// Whether so many values stand behind so few rows that the rows are the shorter way.
fn is_sparse(dictionary: &DictionaryArray<Int32Type>) -> bool {
    dictionary.values().len() > dictionary.len()
}

fn map_plain<R, A>(array: &ArrayRef, f: impl Fn(&str) -> Result<Option<R>>) -> Result<A>
where
    A: FromIterator<Option<R>>,
{
    texts(array)?.map(|text| text.map_or(Ok(None), &f)).collect()
}

/// The texts of an array of any string type.
pub(super) fn texts(array: &ArrayRef) -> Result<Box<dyn Iterator<Item = Option<&str>> + '_>> {
    Ok(match array.data_type() {
        DataType::Utf8 => Box::new(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => Box::new(array.as_string::<i64>().iter()),
        DataType::Utf8View => Box::new(array.as_string_view().iter()),
        other => return internal_err!("{other} is not text"),
    })
}

fn on_array(arg: &ColumnarValue, f: impl FnOnce(&ArrayRef) -> Result<ArrayRef>) -> Result<ColumnarValue> {
    Ok(match arg {
        ColumnarValue::Array(array) => ColumnarValue::Array(f(array)?),
        ColumnarValue::Scalar(scalar) => {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&f(&scalar.to_array_of_size(1)?)?, 0)?)
        }
    })
}
