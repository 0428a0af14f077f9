//! Functions of several columns of few values: evaluated once per combination that occurs.
//!
//! Every column is a number per row (its dictionary key), so a combination of columns is a number too: the position in
//! a table with one dimension per column. That makes a row of five columns cost a few additions and two lookups.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int32Array};
use arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::ColumnarValue;
use hashbrown::HashMap;

use super::text::texts;

/// The largest table of combinations, in entries of 4 bytes: it has to stay in the processor's cache.
const TABLE_MAX: usize = 1 << 15;

/// One argument, as a number per row.
pub(super) enum Codes {
    /// The same in every row.
    Constant(Option<String>),
    /// A column of texts: their keys in `values`.
    Text { keys: Int32Array, values: ArrayRef },
    /// A column of truth values.
    Bool(BooleanArray),
}

impl Codes {
    /// The codes of an argument of text, of truth values, or of only NULL.
    pub(super) fn new(arg: &ColumnarValue) -> Result<Self> {
        match arg {
            ColumnarValue::Scalar(ScalarValue::Boolean(value)) => Ok(Self::Constant(value.map(|v| v.to_string()))),
            ColumnarValue::Scalar(scalar) => match scalar.try_as_str() {
                Some(text) => Ok(Self::Constant(text.map(str::to_owned))),
                None if scalar.is_null() => Ok(Self::Constant(None)),
                None => internal_err!("{} is neither text nor a truth value", scalar.data_type()),
            },
            ColumnarValue::Array(array) => match array.data_type() {
                DataType::Boolean => Ok(Self::Bool(array.as_boolean().clone())),
                DataType::Dictionary(_, _) => {
                    let dictionary = array.as_dictionary::<Int32Type>();
                    Ok(Self::Text { keys: dictionary.keys().clone(), values: Arc::clone(dictionary.values()) })
                }
                _ => Self::intern(array),
            },
        }
    }

    /// Gives the texts of a plain column their keys.
    fn intern(array: &ArrayRef) -> Result<Self> {
        let mut codes: HashMap<&str, i32> = HashMap::new();
        let mut values = Vec::new();
        let mut last: Option<(&str, i32)> = None;
        let mut code_of = |text| match last {
            Some((before, code)) if before == text => code,
            _ => {
                let code = *codes.entry(text).or_insert_with(|| {
                    values.push(text);
                    i32::try_from(values.len()).unwrap_or(i32::MAX) - 1
                });
                last = Some((text, code));
                code
            }
        };
        let keys: Int32Array = texts(array)?.map(|text| text.map(&mut code_of)).collect();
        Ok(Self::Text { keys, values: Arc::new(arrow::array::StringViewArray::from(values)) })
    }

    /// How many different codes there may be, NULL included.
    fn cardinality(&self) -> usize {
        match self {
            Self::Constant(_) => 1,
            Self::Text { values, .. } => values.len() + 1,
            Self::Bool(_) => 3,
        }
    }

    /// Calls `f` with every row's slot and its code: 0 for NULL, else 1 and more.
    fn with_codes<S>(&self, slots: &mut [S], f: impl Fn(&mut S, u32)) {
        match self {
            Self::Constant(_) => {}
            Self::Text { keys, .. } => match keys.nulls() {
                None => slots.iter_mut().zip(keys.values()).for_each(|(slot, key)| f(slot, key.cast_unsigned() + 1)),
                Some(nulls) => {
                    // 64 rows to a word of validity, multiplied in: as fast as without NULLs.
                    let words = nulls.inner().bit_chunks();
                    let groups = slots.chunks_mut(64).zip(keys.values().chunks(64));
                    for ((slots, keys), valid) in groups.zip(words.iter_padded()) {
                        for (row, (slot, key)) in slots.iter_mut().zip(keys).enumerate() {
                            let is_valid = u32::from((valid >> row) & 1 == 1);
                            f(slot, key.cast_unsigned().wrapping_add(1).wrapping_mul(is_valid));
                        }
                    }
                }
            },
            Self::Bool(array) => {
                let values = array.values().bit_chunks();
                let valid = array.nulls().map(|nulls| nulls.inner().bit_chunks());
                let mut valid = valid.as_ref().map(|words| words.iter_padded());
                for (slots, values) in slots.chunks_mut(64).zip(values.iter_padded()) {
                    let valid = valid.as_mut().map_or(Some(u64::MAX), Iterator::next).unwrap_or_default();
                    for (row, slot) in slots.iter_mut().enumerate() {
                        let is_valid = u32::from((valid >> row) & 1 == 1);
                        f(slot, is_valid * (1 + u32::from((values >> row) & 1 == 1)));
                    }
                }
            }
        }
    }

    /// Calls `f` with every row's slot and what `g` makes of the text in the row, once per text.
    pub(super) fn with_texts<S, R: Copy + Default>(
        &self,
        slots: &mut [S],
        g: impl Fn(Option<&str>) -> R,
        f: impl Fn(&mut S, R),
    ) {
        let results: Vec<R> = match self {
            Self::Constant(text) => {
                let result = g(text.as_deref());
                return slots.iter_mut().for_each(|slot| f(slot, result));
            }
            Self::Bool(_) => [None, Some("false"), Some("true")].map(g).to_vec(),
            Self::Text { values, .. } => {
                std::iter::once(None).chain((0..values.len()).map(|key| text_at(values, key))).map(g).collect()
            }
        };
        self.with_codes(slots, |slot, code| f(slot, results.get(code as usize).copied().unwrap_or_default()));
    }

    /// The text in a row; for truth values `true` and `false`.
    pub(super) fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Constant(text) => text.as_deref(),
            Self::Bool(array) => array.is_valid(row).then(|| if array.value(row) { "true" } else { "false" }),
            Self::Text { keys, values } => {
                text_at(values, keys.is_valid(row).then(|| usize::try_from(keys.value(row)).ok()).flatten()?)
            }
        }
    }
}

fn text_at(values: &ArrayRef, key: usize) -> Option<&str> {
    if values.is_null(key) {
        return None;
    }
    match values.data_type() {
        DataType::Utf8 => Some(values.as_string::<i32>().value(key)),
        DataType::LargeUtf8 => Some(values.as_string::<i64>().value(key)),
        DataType::Utf8View => Some(values.as_string_view().value(key)),
        _ => None,
    }
}

/// Which combination each row has.
pub(super) struct Combinations {
    /// The row's combination: an index into `first`.
    pub(super) ids: Vec<u32>,
    /// A row with that combination.
    pub(super) first: Vec<usize>,
}

impl Combinations {
    /// The combinations of these columns that occur in `rows` rows.
    pub(super) fn of(columns: &[Codes], rows: usize) -> Self {
        let mut this = Self { ids: vec![0; rows], first: if rows == 0 { vec![] } else { vec![0] } };
        // `ids` are positions in a table of this many entries until `settle` makes them ids.
        let mut size = 1;
        for column in columns {
            let cardinality = column.cardinality();
            if cardinality == 1 {
                continue;
            }
            if size * cardinality > TABLE_MAX {
                size = this.settle(size);
            }
            if size * cardinality > TABLE_MAX {
                size = this.add_by_hash(column);
            } else {
                let stride = u32::try_from(size).unwrap_or(u32::MAX);
                column.with_codes(&mut this.ids, |slot, code| *slot += code * stride);
                size *= cardinality;
            }
        }
        this.settle(size);
        this
    }

    /// Numbers the positions that occur, in the order in which they do; says how many there are.
    fn settle(&mut self, size: usize) -> usize {
        if size > 1 {
            let mut table = vec![u32::MAX; size];
            self.first.clear();
            for (row, id) in self.ids.iter_mut().enumerate() {
                if let Some(known) = table.get_mut(*id as usize) {
                    if *known == u32::MAX {
                        *known = u32::try_from(self.first.len()).unwrap_or(u32::MAX);
                        self.first.push(row);
                    }
                    *id = *known;
                }
            }
        }
        self.first.len().max(1)
    }

    /// Adds a column of so many values that a table is too large. The ids are settled before and after.
    fn add_by_hash(&mut self, column: &Codes) -> usize {
        let mut codes = vec![0; self.ids.len()];
        column.with_codes(&mut codes, |slot, code| *slot = code);
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        self.first.clear();
        for (row, (id, code)) in self.ids.iter_mut().zip(codes).enumerate() {
            *id = *known.entry((*id, code)).or_insert_with(|| {
                self.first.push(row);
                u32::try_from(self.first.len()).unwrap_or(u32::MAX) - 1
            });
        }
        self.first.len().max(1)
    }

    /// What `f` says of a row with each combination, for every row.
    pub(super) fn evaluate<R: Copy + Default>(&self, f: impl Fn(usize) -> R) -> Vec<R> {
        let results: Vec<R> = self.first.iter().map(|row| f(*row)).collect();
        self.ids.iter().map(|id| results.get(*id as usize).copied().unwrap_or_default()).collect()
    }
}
