//! Events that are known but have not come in yet, handed out in order of arrival.
//!
//! It holds what is under way, which is what a few days' slow receipts and clicks leave, and not the whole feed.

use std::collections::BinaryHeap;

use super::model::{Event, Message, What};

struct Pending {
    received: i64,
    sequence: u64,
    slot: u32,
    event: Event,
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Pending {}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pending {
    /// The earliest is the greatest, since the heap gives the greatest first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.received, other.sequence).cmp(&(self.received, self.sequence))
    }
}

/// The reorder buffer.
#[derive(Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Pending>,
    /// Messages with pending events, and how many each has.
    messages: Vec<(Message, u32)>,
    free: Vec<u32>,
    sequence: u64,
}

const NO_MESSAGE: u32 = u32::MAX;

impl Queue {
    /// Adds the events of one message.
    pub(super) fn push(&mut self, message: &Message, events: impl Iterator<Item = Event>) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.messages.push((*message, 0));
            (self.messages.len() - 1) as u32
        });
        let mut count = 0;
        for event in events {
            count += 1;
            self.add(slot, event);
        }
        match count {
            0 => self.free.push(slot),
            _ => self.messages[slot as usize] = (*message, count),
        }
    }

    /// Adds a campaign's action.
    pub(super) fn push_action(&mut self, event: Event) {
        debug_assert!(matches!(event.what, What::Action { .. }));
        self.add(NO_MESSAGE, event);
    }

    fn add(&mut self, slot: u32, event: Event) {
        self.sequence += 1;
        self.heap.push(Pending { received: event.received, sequence: self.sequence, slot, event });
    }

    /// The next event that has come in by `time`.
    pub(super) fn pop(&mut self, time: i64) -> Option<(Option<Message>, Event)> {
        if self.heap.peek()?.received > time {
            return None;
        }
        let Pending { slot, event, .. } = self.heap.pop()?;
        let Some((message, count)) = self.messages.get_mut(slot as usize) else { return Some((None, event)) };
        let message = *message;
        *count -= 1;
        if *count == 0 {
            self.free.push(slot);
        }
        Some((Some(message), event))
    }
}
