//! How `latest` holds texts that are nearly all different: bodies, numbers, ids.

use arrow::array::{ArrayRef, AsArray, BinaryViewArray, ByteView, StringViewArray, make_view};
use arrow::buffer::{Buffer, NullBuffer};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::stores::Store;

/// Where longer texts go, as many as fit in a block.
const BLOCK_BYTES: usize = 1 << 20;
/// The longest text a view holds itself.
const INLINE_BYTES: usize = 12;

/// Texts as Arrow string views: short ones stand in the slot itself, longer ones in blocks that are emitted as they are.
#[derive(Debug)]
pub(super) struct TextStore {
    data_type: DataType,
    blocks: Vec<Vec<u8>>,
    /// Bytes in blocks, and how many of them no slot names any more.
    held: usize,
    unused: usize,
}

impl TextStore {
    pub(super) fn new(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone(), blocks: Vec::new(), held: 0, unused: 0 }
    }

    /// The text of a slot: in the blocks if it is long, else in the slot itself.
    fn get<'a>(&'a self, view: &'a [u8; 16], slot: u128) -> &'a [u8] {
        let long = ByteView::from(slot);
        let len = long.length as usize;
        if len <= INLINE_BYTES {
            return &view[4..4 + len];
        }
        &self.blocks[long.buffer_index as usize][long.offset as usize..][..len]
    }

    fn push(&mut self, text: &[u8]) -> u128 {
        if text.len() <= INLINE_BYTES {
            return make_view(text, 0, 0);
        }
        if self.blocks.last().is_none_or(|block| block.capacity() - block.len() < text.len()) {
            // Small stores stay small: blocks double until they have their full size.
            let size = self.held.clamp(1 << 10, BLOCK_BYTES).max(text.len());
            self.blocks.push(Vec::with_capacity(size));
        }
        let index = self.blocks.len() - 1;
        let block = &mut self.blocks[index];
        let offset = block.len();
        block.extend_from_slice(text);
        self.held += text.len();
        make_view(text, index as u32, offset as u32)
    }
}

impl Store for TextStore {
    type Slot = u128;
    type Batch = StringViewArray;

    fn read(&mut self, values: &ArrayRef) -> Result<Self::Batch> {
        let views = cast(values, &DataType::Utf8View)?;
        Ok(views.as_string_view().clone())
    }

    fn is_greater(&self, batch: &Self::Batch, row: usize, slot: &u128) -> bool {
        batch.value(row).as_bytes() > self.get(&slot.to_le_bytes(), *slot)
    }

    fn replace(&mut self, slot: &mut u128, is_first: bool, batch: &Self::Batch, row: usize) {
        let text = batch.value(row).as_bytes();
        if !is_first {
            if self.get(&slot.to_le_bytes(), *slot) == text {
                return;
            }
            let len = *slot as u32 as usize;
            self.unused += if len > INLINE_BYTES { len } else { 0 };
        }
        *slot = self.push(text);
    }

    fn take(&mut self, slots: Vec<Option<u128>>, all: bool) -> Result<ArrayRef> {
        let nulls = NullBuffer::from_iter(slots.iter().map(Option::is_some));
        let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
        let views: Vec<u128> = slots.into_iter().map(Option::unwrap_or_default).collect();
        let texts = if all {
            self.held = 0;
            self.unused = 0;
            let blocks: Vec<Buffer> = std::mem::take(&mut self.blocks).into_iter().map(Buffer::from_vec).collect();
            BinaryViewArray::try_new(views.into(), blocks, nulls)?.to_string_view()?
        } else {
            let text = |(row, view): (usize, &u128)| {
                let valid = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
                valid.then(|| String::from_utf8_lossy(self.get(&view.to_le_bytes(), *view)).into_owned())
            };
            let texts = views.iter().enumerate().map(text).collect();
            let gone = views.iter().map(|view| *view as u32 as usize).filter(|len| *len > INLINE_BYTES);
            self.unused += gone.sum::<usize>();
            texts
        };
        Ok(cast(&texts, &self.data_type)?)
    }

    /// Copies what is named into new blocks, once less than half of the bytes are.
    fn tidy<'a>(&mut self, slots: impl Iterator<Item = &'a mut u128>) {
        if self.unused <= self.held / 2 || self.held < 2 * BLOCK_BYTES {
            return;
        }
        let mut kept = Self::new(&self.data_type);
        for slot in slots {
            *slot = kept.push(self.get(&slot.to_le_bytes(), *slot));
        }
        *self = kept;
    }

    fn size(&self) -> usize {
        self.blocks.iter().map(Vec::capacity).sum::<usize>() + self.blocks.capacity() * size_of::<Vec<u8>>()
    }
}
