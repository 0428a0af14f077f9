//! Strings, each held once and named by a number: an accumulator keeps four bytes per group instead of the text.

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, DictionaryArray, Int32Array, StringArray, new_null_array};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, exec_datafusion_err};
use hashbrown::{DefaultHashBuilder, HashTable};

/// The number of no string. Less than any string in [`Interner::compare`].
pub(super) const NONE: u32 = u32::MAX;

/// Marks a value of a dictionary whose number was not asked for yet.
const UNMAPPED: u32 = u32::MAX - 1;

/// Text of few different values, as a batch holds it: the type the accumulators read.
pub(super) fn category() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The strings of one accumulator.
#[derive(Debug)]
pub(super) struct Interner {
    bytes: Vec<u8>,
    /// Where each string ends; the first ends at `ends[1]`, and `ends[0]` is 0.
    ends: Vec<i32>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The dictionary last read, and the number of each of its values once that was asked for.
    dictionary: Option<(ArrayRef, Vec<u32>)>,
}

impl Default for Interner {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            ends: vec![0],
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            dictionary: None,
        }
    }
}

impl Interner {
    /// The number of this string; the same for the same bytes.
    pub(super) fn intern(&mut self, value: &[u8]) -> Result<u32> {
        let (bytes, ends) = (&self.bytes, &self.ends);
        let hash = self.hasher.hash_one(value);
        if let Some(id) = self.table.find(hash, |id| slice(bytes, ends, *id) == value) {
            return Ok(*id);
        }
        let id = u32::try_from(self.ends.len() - 1).unwrap_or(UNMAPPED);
        let end = i32::try_from(self.bytes.len() + value.len()).ok().filter(|_| id < UNMAPPED);
        let end = end.ok_or_else(|| exec_datafusion_err!("more than 2 GiB of different strings in one aggregate"))?;
        self.bytes.extend_from_slice(value);
        self.ends.push(end);
        let (bytes, ends, hasher) = (&self.bytes, &self.ends, &self.hasher);
        self.table.insert_unique(hash, id, |id| hasher.hash_one(slice(bytes, ends, *id)));
        Ok(id)
    }

    /// The bytes of a number given out before; none for [`NONE`].
    pub(super) fn get(&self, id: u32) -> Option<&[u8]> {
        (id != NONE).then(|| slice(&self.bytes, &self.ends, id))
    }

    /// The order of two strings by their bytes, which for UTF-8 is the order of their characters.
    pub(super) fn compare(&self, a: u32, b: u32) -> Ordering {
        if a == b { Ordering::Equal } else { self.get(a).cmp(&self.get(b)) }
    }

    /// The number of every row's string into `ids`. A dictionary is read once, not once per row.
    pub(super) fn intern_array(&mut self, array: &ArrayRef, ids: &mut Vec<u32>) -> Result<()> {
        ids.clear();
        if array.null_count() == array.len() {
            ids.resize(array.len(), NONE);
            return Ok(());
        }
        if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>()
            && dictionary.values().data_type() == &DataType::Utf8
        {
            return self.intern_dictionary(dictionary, ids);
        }
        let texts = cast(array, &DataType::Utf8View)?;
        for value in texts.as_string_view() {
            ids.push(value.map_or(Ok(NONE), |value| self.intern(value.as_bytes()))?);
        }
        Ok(())
    }

    fn intern_dictionary(&mut self, array: &DictionaryArray<Int32Type>, ids: &mut Vec<u32>) -> Result<()> {
        let values = array.values();
        // Batches of one row group share their dictionary: the same pointers, so the same strings.
        let known = self.dictionary.take().filter(|(last, _)| last.to_data().ptr_eq(&values.to_data()));
        let mut map = match known {
            Some((_, map)) => map,
            None => vec![UNMAPPED; values.len()],
        };
        let texts = values.as_string::<i32>();
        let mut look_up = |this: &mut Self, key: i32| -> Result<u32> {
            let key = key as usize; // negative keys are not valid, and would be out of bounds
            let id = map.get(key).copied().unwrap_or(NONE);
            if id != UNMAPPED {
                return Ok(id);
            }
            let id = if texts.is_null(key) { NONE } else { this.intern(texts.value(key).as_bytes())? };
            map[key] = id;
            Ok(id)
        };
        ids.reserve(array.len());
        match array.keys().nulls() {
            None => {
                for &key in array.keys().values() {
                    ids.push(look_up(self, key)?);
                }
            }
            Some(nulls) => {
                for (&key, valid) in array.keys().values().iter().zip(nulls) {
                    ids.push(if valid { look_up(self, key)? } else { NONE });
                }
            }
        }
        self.dictionary = Some((Arc::clone(values), map));
        Ok(())
    }

    /// The strings these numbers name, as a dictionary of all that were interned.
    pub(super) fn dictionary_of(&self, ids: impl ExactSizeIterator<Item = u32>) -> Result<ArrayRef> {
        if self.ends.len() == 1 {
            return Ok(new_null_array(&category(), ids.len()));
        }
        let mut absent = 0;
        let keys: Vec<i32> = ids
            .map(|id| {
                absent += usize::from(id == NONE);
                id as i32
            })
            .collect();
        // `NONE` is -1 as a key: a null slot must still hold a key within the dictionary.
        let (keys, nulls) = if absent == 0 {
            (keys, None)
        } else {
            let nulls = NullBuffer::from_iter(keys.iter().map(|key| *key >= 0));
            (keys.into_iter().map(|key| key.max(0)).collect(), Some(nulls))
        };
        let values = StringArray::try_from_binary(self.values())?;
        let keys = Int32Array::try_new(ScalarBuffer::from(keys), nulls)?;
        Ok(Arc::new(DictionaryArray::try_new(keys, Arc::new(values))?))
    }

    /// All strings, in the order of their numbers.
    fn values(&self) -> BinaryArray {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends.clone()));
        BinaryArray::new(offsets, Buffer::from(self.bytes.as_slice()), None)
    }

    /// Bytes of memory held.
    pub(super) fn size(&self) -> usize {
        let dictionary = self
            .dictionary
            .as_ref()
            .map_or(0, |(values, map)| values.get_array_memory_size() + map.capacity() * size_of::<u32>());
        self.bytes.capacity() + self.ends.capacity() * size_of::<i32>() + self.table.allocation_size() + dictionary
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[i32], id: u32) -> &'a [u8] {
    let id = id as usize;
    &bytes[ends[id] as usize..ends[id + 1] as usize]
}
