//! What a value looks like in text and in JSON: the same in every text format.
//!
//! Numbers keep all their digits, and no decimal passes through a float. Instants are RFC 3339 in the chosen zone,
//! dates ISO 8601, intervals as PostgreSQL writes them, bytes hexadecimal. A dictionary is its values, a list or map is
//! JSON.

mod json;
mod time;

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayAccessor, ArrayRef, AsArray, BooleanArray, MapArray, RecordBatch, StringBuilder,
    downcast_dictionary_array, downcast_integer_array, downcast_run_array,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    ArrowNativeType, DataType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type,
    Float32Type, Float64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::RenderOptions;
use crate::{Error, Result};

pub(super) use json::Escape;

/// Appends the value of a row; the error says what is wrong with it.
type Print<'a> = Box<dyn Fn(usize, &mut String) -> Result<(), String> + 'a>;

/// One column of a batch, ready to print its cells.
pub(super) struct Column<'a> {
    name: &'a str,
    is_text: bool,
    escape: Escape,
    values: Values<'a>,
}

/// The columns of a batch; `escape` is how the strings in their JSON are written.
pub(super) fn columns<'a>(batch: &'a RecordBatch, options: &RenderOptions, escape: Escape) -> Result<Vec<Column<'a>>> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    columns
        .map(|(field, array)| {
            let values = Values::new(array.as_ref(), options).map_err(|message| in_column(field.name(), message))?;
            Ok(Column { name: field.name(), is_text: is_text(field.data_type()), escape, values })
        })
        .collect()
}

/// The values of an array as an array of text.
pub(super) fn texts(array: &ArrayRef) -> Result<ArrayRef> {
    let values = Values::new(array.as_ref(), &RenderOptions::default()).map_err(Error::Internal)?;
    let mut texts = StringBuilder::new();
    let mut text = String::new();
    for row in 0..array.len() {
        text.clear();
        values.text(row, Escape::Required, &mut text).map_err(Error::Internal)?;
        texts.append_option(Some(text.as_str()).filter(|_| !values.is_null(row)));
    }
    Ok(Arc::new(texts.finish()))
}

impl Column<'_> {
    /// Whether it holds text as somebody wrote it, which may be anything.
    pub(super) fn is_text(&self) -> bool {
        self.is_text
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        self.values.is_null(row)
    }

    /// Appends the value as text; nothing for NULL.
    pub(super) fn text(&self, row: usize, out: &mut String) -> Result<()> {
        self.values.text(row, self.escape, out).map_err(|message| in_column(self.name, message))
    }

    /// Appends the value as JSON.
    pub(super) fn json(&self, row: usize, out: &mut String) -> Result<()> {
        self.values.json(row, self.escape, out).map_err(|message| in_column(self.name, message))
    }
}

fn in_column(name: &str, message: String) -> Error {
    Error::invalid(format_args!("column `{name}`"), message)
}

/// Whether values of this type are numbers, which tables align to the right.
pub(super) fn is_number(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_number(values),
        DataType::RunEndEncoded(_, values) => is_number(values.data_type()),
        _ => data_type.is_numeric(),
    }
}

/// Whether a column holds percentages, by its name: `percent` or `<what>_percent`.
pub(in crate::output) fn is_percent(column: &str) -> bool {
    column == "percent" || column.ends_with("_percent")
}

/// Whether values of this type are text.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Union(..) => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::RunEndEncoded(_, values) => is_text(values.data_type()),
        _ => false,
    }
}

/// The values of an array.
struct Values<'a> {
    /// Also those NULLs that stand in a dictionary's values.
    nulls: Option<NullBuffer>,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Null,
    /// JSON has it as it is.
    Bare(Print<'a>),
    /// Bare in JSON when it is finite.
    Float(Box<dyn Fn(usize) -> f64 + 'a>, Print<'a>),
    /// In JSON a string without anything to escape.
    Quoted(Print<'a>),
    Text(Box<dyn Fn(usize) -> &'a str + 'a>),
    /// Text that must be made first.
    Other(ArrayFormatter<'a>),
    /// Each row's value stands elsewhere.
    Indirect(Box<dyn Fn(usize) -> usize + 'a>, Box<Values<'a>>),
    List(Box<dyn Fn(usize) -> Range<usize> + 'a>, Box<Values<'a>>),
    Map(&'a MapArray, Box<Values<'a>>, Box<Values<'a>>),
    Struct(Vec<(&'a str, Values<'a>)>),
}

impl<'a> Values<'a> {
    fn new(array: &'a dyn Array, options: &RenderOptions) -> Result<Self, String> {
        let inner = |values: &'a dyn Array| Values::new(values, options).map(Box::new);
        let kind = match array.data_type() {
            DataType::Null => Kind::Null,
            DataType::Boolean => boolean(array.as_boolean()),
            data_type if data_type.is_integer() => integer(array),
            DataType::Float16 => {
                let array = array.as_primitive::<Float16Type>();
                float(move |row| array.value(row).to_f64(), move |row| array.value(row).to_f32())
            }
            DataType::Float32 => {
                let array = array.as_primitive::<Float32Type>();
                float(move |row| f64::from(array.value(row)), move |row| array.value(row))
            }
            DataType::Float64 => {
                let array = array.as_primitive::<Float64Type>();
                float(move |row| array.value(row), move |row| array.value(row))
            }
            DataType::Decimal32(..) => decimal::<Decimal32Type>(array),
            DataType::Decimal64(..) => decimal::<Decimal64Type>(array),
            DataType::Decimal128(..) => decimal::<Decimal128Type>(array),
            DataType::Decimal256(..) => decimal::<Decimal256Type>(array),
            DataType::Utf8 => text(array.as_string::<i32>()),
            DataType::LargeUtf8 => text(array.as_string::<i64>()),
            DataType::Utf8View => text(array.as_string_view()),
            DataType::Binary => bytes(array.as_binary::<i32>()),
            DataType::LargeBinary => bytes(array.as_binary::<i64>()),
            DataType::BinaryView => bytes(array.as_binary_view()),
            DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary()),
            DataType::Dictionary(..) => downcast_dictionary_array! {
                array => {
                    let keys = array.keys().values();
                    Kind::Indirect(Box::new(move |row| keys[row].as_usize()), inner(array.values().as_ref())?)
                }
                _ => return Err(unknown(array)),
            },
            DataType::RunEndEncoded(..) => downcast_run_array! {
                array => {
                    let values = inner(array.values().as_ref())?;
                    Kind::Indirect(Box::new(move |row| array.get_physical_index(row)), values)
                }
                _ => return Err(unknown(array)),
            },
            DataType::List(_) => {
                let array = array.as_list::<i32>();
                let range =
                    move |row: usize| array.value_offsets()[row].as_usize()..array.value_offsets()[row + 1].as_usize();
                Kind::List(Box::new(range), inner(array.values().as_ref())?)
            }
            DataType::LargeList(_) => {
                let array = array.as_list::<i64>();
                let range =
                    move |row: usize| array.value_offsets()[row].as_usize()..array.value_offsets()[row + 1].as_usize();
                Kind::List(Box::new(range), inner(array.values().as_ref())?)
            }
            DataType::ListView(_) => {
                let array = array.as_list_view::<i32>();
                let range = move |row| {
                    let start = array.value_offset(row).as_usize();
                    start..start + array.value_size(row).as_usize()
                };
                Kind::List(Box::new(range), inner(array.values().as_ref())?)
            }
            DataType::LargeListView(_) => {
                let array = array.as_list_view::<i64>();
                let range = move |row| {
                    let start = array.value_offset(row).as_usize();
                    start..start + array.value_size(row).as_usize()
                };
                Kind::List(Box::new(range), inner(array.values().as_ref())?)
            }
            DataType::FixedSizeList(..) => {
                let array = array.as_fixed_size_list();
                let length = array.value_length().as_usize();
                let range = move |row| row * length..(row + 1) * length;
                Kind::List(Box::new(range), inner(array.values().as_ref())?)
            }
            DataType::Map(..) => {
                let array = array.as_map();
                Kind::Map(array, inner(array.keys().as_ref())?, inner(array.values().as_ref())?)
            }
            DataType::Struct(fields) => {
                let members = fields.iter().zip(array.as_struct().columns());
                let members =
                    members.map(|(f, values)| Ok((f.name().as_str(), Values::new(values.as_ref(), options)?)));
                Kind::Struct(members.collect::<Result<_, String>>()?)
            }
            data_type => match time::print(array, data_type, options.time_zone) {
                Some(print) => Kind::Quoted(print),
                None => Kind::Other(ArrayFormatter::try_new(array, &EXACT).map_err(|_| unknown(array))?),
            },
        };
        Ok(Self { nulls: array.logical_nulls(), kind })
    }

    fn is_null(&self, row: usize) -> bool {
        matches!(self.kind, Kind::Null) || self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    fn text(&self, row: usize, escape: Escape, out: &mut String) -> Result<(), String> {
        if self.is_null(row) {
            return Ok(());
        }
        match &self.kind {
            Kind::Bare(print) | Kind::Float(_, print) | Kind::Quoted(print) => print(row, out),
            Kind::Text(text) => {
                out.push_str(text(row));
                Ok(())
            }
            Kind::Other(formatter) => other(formatter, row, out),
            Kind::Indirect(place, values) => values.text(place(row), escape, out),
            Kind::Null | Kind::List(..) | Kind::Map(..) | Kind::Struct(_) => self.json(row, escape, out),
        }
    }
}

/// Failures come back as errors instead of text in the place of a value.
const EXACT: FormatOptions<'static> = FormatOptions::new().with_display_error(false);

fn unknown(array: &dyn Array) -> String {
    format!("values of type {} have no text form; cast them to another type", array.data_type())
}

fn other(formatter: &ArrayFormatter<'_>, row: usize, out: &mut String) -> Result<(), String> {
    formatter.value(row).write(out).map_err(|error| error.to_string())
}

fn boolean(array: &BooleanArray) -> Kind<'_> {
    Kind::Bare(Box::new(|row, out| {
        out.push_str(if array.value(row) { "true" } else { "false" });
        Ok(())
    }))
}

fn integer(array: &dyn Array) -> Kind<'_> {
    downcast_integer_array! {
        array => Kind::Bare(Box::new(move |row, out| write!(out, "{}", array.value(row)).map_err(|e| e.to_string()))),
        _ => Kind::Null,
    }
}

/// The shortest digits that read back as the same float of its own width.
fn float<'a, F: std::fmt::Debug>(value: impl Fn(usize) -> f64 + 'a, own: impl Fn(usize) -> F + 'a) -> Kind<'a> {
    let value = std::rc::Rc::new(value);
    let same = value.clone();
    let print = move |row: usize, out: &mut String| {
        let value = same(row);
        if value.is_finite() {
            return write!(out, "{:?}", own(row)).map_err(|e| e.to_string());
        }
        out.push_str(if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
        Ok(())
    };
    Kind::Float(Box::new(move |row| value(row)), Box::new(print))
}

fn decimal<T: DecimalType>(array: &dyn Array) -> Kind<'_> {
    let array = array.as_primitive::<T>();
    let (precision, scale) = match array.data_type() {
        DataType::Decimal32(p, s)
        | DataType::Decimal64(p, s)
        | DataType::Decimal128(p, s)
        | DataType::Decimal256(p, s) => (*p, *s),
        _ => (T::MAX_PRECISION, 0),
    };
    Kind::Bare(Box::new(move |row, out| {
        out.push_str(&T::format_decimal(array.value(row), precision, scale));
        Ok(())
    }))
}

fn text<'a>(array: impl ArrayAccessor<Item = &'a str> + 'a) -> Kind<'a> {
    Kind::Text(Box::new(move |row| array.value(row)))
}

fn bytes<'a>(array: impl ArrayAccessor<Item = &'a [u8]> + 'a) -> Kind<'a> {
    Kind::Quoted(Box::new(move |row, out| {
        out.push_str(&hex::encode(array.value(row)));
        Ok(())
    }))
}
