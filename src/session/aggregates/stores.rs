//! How `latest` holds values of different types: what a group's slot is, and how a value gets there and out again.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowNativeTypeOp, ArrowPrimitiveType, AsArray, BooleanArray, PrimitiveArray, new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, internal_datafusion_err};

use super::interner::{Interner, NONE};

/// Values of one type. A slot names a value; what it names lives in the store.
pub(super) trait Store: Debug + Send + Sync + 'static {
    /// What a group keeps of its value.
    type Slot: Copy + Default + Debug + Send + Sync;
    /// A batch of values, read once so that rows are cheap.
    type Batch;

    /// Reads a batch. Rows that are null are not asked for.
    fn read(&mut self, values: &ArrayRef) -> Result<Self::Batch>;
    /// Whether the row's value is greater than the slot's.
    fn is_greater(&self, batch: &Self::Batch, row: usize, slot: &Self::Slot) -> bool;
    /// Puts the row's value into the slot, which held none if `is_first`.
    fn replace(&mut self, slot: &mut Self::Slot, is_first: bool, batch: &Self::Batch, row: usize);
    /// The values of these slots, which go; `all` if no slot is left.
    fn take(&mut self, slots: Vec<Option<Self::Slot>>, all: bool) -> Result<ArrayRef>;
    /// A chance to free what no slot names any more.
    fn tidy<'a>(&mut self, _slots: impl Iterator<Item = &'a mut Self::Slot>) {}
    /// Bytes of memory held.
    fn size(&self) -> usize;
}

/// Numbers, times and decimals: the slot is the value.
#[derive(Debug)]
pub(super) struct NumberStore<T> {
    data_type: DataType,
    kind: PhantomData<fn() -> T>,
}

impl<T> NumberStore<T> {
    pub(super) fn new(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone(), kind: PhantomData }
    }
}

impl<T: ArrowPrimitiveType + Debug> Store for NumberStore<T> {
    type Slot = T::Native;
    type Batch = PrimitiveArray<T>;

    fn read(&mut self, values: &ArrayRef) -> Result<Self::Batch> {
        Ok(values.as_primitive::<T>().clone())
    }

    fn is_greater(&self, batch: &Self::Batch, row: usize, slot: &Self::Slot) -> bool {
        batch.values()[row].is_gt(*slot)
    }

    fn replace(&mut self, slot: &mut Self::Slot, _: bool, batch: &Self::Batch, row: usize) {
        *slot = batch.values()[row];
    }

    fn take(&mut self, slots: Vec<Option<Self::Slot>>, _: bool) -> Result<ArrayRef> {
        Ok(Arc::new(PrimitiveArray::<T>::from_iter(slots).with_data_type(self.data_type.clone())))
    }

    fn size(&self) -> usize {
        0
    }
}

/// True and false.
#[derive(Debug)]
pub(super) struct BoolStore;

impl Store for BoolStore {
    type Slot = bool;
    type Batch = BooleanArray;

    fn read(&mut self, values: &ArrayRef) -> Result<Self::Batch> {
        Ok(values.as_boolean().clone())
    }

    fn is_greater(&self, batch: &Self::Batch, row: usize, slot: &bool) -> bool {
        batch.value(row) & !*slot
    }

    fn replace(&mut self, slot: &mut bool, _: bool, batch: &Self::Batch, row: usize) {
        *slot = batch.value(row);
    }

    fn take(&mut self, slots: Vec<Option<bool>>, _: bool) -> Result<ArrayRef> {
        Ok(Arc::new(BooleanArray::from(slots)))
    }

    fn size(&self) -> usize {
        0
    }
}

/// Text of few different values: the slot is its number.
#[derive(Debug)]
pub(super) struct WordStore {
    data_type: DataType,
    words: Interner,
    ids: Vec<u32>,
}

impl WordStore {
    pub(super) fn new(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone(), words: Interner::default(), ids: Vec::new() }
    }
}

impl Store for WordStore {
    type Slot = u32;
    type Batch = ();

    fn read(&mut self, values: &ArrayRef) -> Result<()> {
        self.words.intern_array(values, &mut self.ids)
    }

    fn is_greater(&self, (): &(), row: usize, slot: &u32) -> bool {
        self.words.compare(self.ids[row], *slot).is_gt()
    }

    fn replace(&mut self, slot: &mut u32, _: bool, (): &(), row: usize) {
        *slot = self.ids[row];
    }

    fn take(&mut self, slots: Vec<Option<u32>>, all: bool) -> Result<ArrayRef> {
        let words = self.words.dictionary_of(slots.into_iter().map(|slot| slot.unwrap_or(NONE)))?;
        if all {
            self.words = Interner::default();
        }
        Ok(if words.data_type() == &self.data_type { words } else { cast(&words, &self.data_type)? })
    }

    fn size(&self) -> usize {
        self.words.size() + self.ids.capacity() * size_of::<u32>()
    }
}

/// Lists and all else: the slot is the number of the value in its row format, whose bytes have the order of the values.
#[derive(Debug)]
pub(super) struct RowStore {
    data_type: DataType,
    converter: RowConverter,
    rows: Interner,
    ids: Vec<u32>,
}

impl RowStore {
    pub(super) fn new(data_type: &DataType) -> Result<Self> {
        Ok(Self {
            data_type: data_type.clone(),
            converter: RowConverter::new(vec![SortField::new(data_type.clone())])?,
            rows: Interner::default(),
            ids: Vec::new(),
        })
    }
}

impl Store for RowStore {
    type Slot = u32;
    type Batch = ();

    fn read(&mut self, values: &ArrayRef) -> Result<()> {
        self.ids.clear();
        for (row, bytes) in self.converter.convert_columns(std::slice::from_ref(values))?.iter().enumerate() {
            self.ids.push(if values.is_null(row) { NONE } else { self.rows.intern(bytes.as_ref())? });
        }
        Ok(())
    }

    fn is_greater(&self, (): &(), row: usize, slot: &u32) -> bool {
        self.rows.compare(self.ids[row], *slot).is_gt()
    }

    fn replace(&mut self, slot: &mut u32, _: bool, (): &(), row: usize) {
        *slot = self.ids[row];
    }

    fn take(&mut self, slots: Vec<Option<u32>>, all: bool) -> Result<ArrayRef> {
        let nothing = self.converter.convert_columns(&[new_null_array(&self.data_type, 1)])?;
        let nothing = nothing.row(0);
        let parser = self.converter.parser();
        let value = |slot: &Option<u32>| slot.and_then(|id| self.rows.get(id)).unwrap_or(nothing.as_ref());
        let values = self.converter.convert_rows(slots.iter().map(|slot| parser.parse(value(slot))))?;
        if all {
            self.rows = Interner::default();
        }
        values.into_iter().next().ok_or_else(|| internal_datafusion_err!("latest: no column came back"))
    }

    fn size(&self) -> usize {
        self.converter.size() + self.rows.size() + self.ids.capacity() * size_of::<u32>()
    }
}
