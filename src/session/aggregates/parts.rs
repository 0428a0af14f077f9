//! The parts of a long message: the winner of each, and the verdict they make together.

use std::collections::BTreeMap;

use datafusion::common::{Result, internal_datafusion_err};

use super::delivery::Winner;
use super::interner::{Interner, NONE};
use crate::event::Bucket;
use crate::event::status::Class;

/// What is known of a message's parts. Only messages with part receipts have one.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// The greatest number of parts any part receipt gave.
    count: i32,
    winners: BTreeMap<i32, Winner>,
}

impl Parts {
    /// Takes note of one part receipt, or of the winner of another fold of the same part.
    pub(super) fn offer(&mut self, index: i32, count: i32, candidate: Winner, strings: &Interner) {
        self.count = self.count.max(count);
        self.winners.entry(index).or_default().offer(candidate, strings);
    }

    /// What the parts say of the message: the worst final part decides.
    ///
    /// 1. Any part failed for good: the greatest of these.
    /// 2. Any part bounced softly: the greatest of these.
    /// 3. Every part is delivered and none is missing: delivered, by the operator's word if one part has no better.
    /// 4. Any part is unknown: unknown.
    /// 5. Otherwise the least progress: pending if a part is, else sent. A part without any report counts as sent, since
    ///    the parts of a message leave together.
    ///
    /// Status, code and times are those of the greatest part of the class that decides; of the greatest part of all
    /// where parts are missing and no part is of that class.
    pub(super) fn verdict(&self, strings: &Interner) -> Winner {
        let parts = || self.winners.values();
        let seen = i32::try_from(self.winners.len()).unwrap_or(i32::MAX);
        let highest = self.winners.last_key_value().map_or(0, |(index, _)| *index);
        let all_here = seen >= self.count.max(highest);
        let is = |class: Class| move |part: &&Winner| part.class == class.0;
        let greatest = |parts: &mut dyn Iterator<Item = &Winner>| {
            parts.copied().reduce(|a, b| if a.compare(&b, strings).is_ge() { a } else { b })
        };
        if let Some(failed) = greatest(&mut parts().filter(|part| part.rank() == 5)) {
            return failed;
        }
        let soft = Class::of(Bucket::SoftBounce);
        if let Some(soft) = greatest(&mut parts().filter(is(soft))) {
            return soft;
        }
        let is_delivered = |part: &Winner| part.class == Class::DELIVERED_TO_OPERATOR.0 || part.rank() == 6;
        let class = if all_here && parts().all(is_delivered) {
            parts().map(|part| part.class).min().unwrap_or(0)
        } else if parts().any(|part| part.rank() == 3) {
            Class::of(Bucket::Unknown).0
        } else if parts().any(|part| part.rank() == 1) {
            Class::of(Bucket::Pending).0
        } else {
            Class::of(Bucket::Sent).0
        };
        let shown = greatest(&mut parts().filter(|part| part.class == class)).or_else(|| greatest(&mut parts()));
        Winner { class, ..shown.unwrap_or_default() }
    }

    /// Bytes of memory held, roughly: the nodes of the tree are half full at least.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + 2 * self.winners.len() * size_of::<(i32, Winner)>()
    }

    /// Appends all that is known, for [`decode`](Self::decode).
    pub(super) fn encode(&self, strings: &Interner, out: &mut Vec<u8>) {
        out.extend(self.count.to_le_bytes());
        for (index, winner) in &self.winners {
            out.extend(index.to_le_bytes());
            out.push(winner.class);
            out.extend(winner.event_time.to_le_bytes());
            out.extend(winner.received_at.to_le_bytes());
            for id in [winner.status, winner.error_code] {
                let text = strings.get(id);
                out.extend(text.map_or(NONE, |text| text.len() as u32).to_le_bytes());
                out.extend(text.unwrap_or_default());
            }
        }
    }

    /// Merges what another fold of the same message knew.
    pub(super) fn decode(&mut self, mut state: &[u8], strings: &mut Interner) -> Result<()> {
        let input = &mut state;
        let count = i32::from_le_bytes(take(input)?);
        while !input.is_empty() {
            let index = i32::from_le_bytes(take(input)?);
            let [class] = take(input)?;
            let (event_time, received_at) = (i64::from_le_bytes(take(input)?), i64::from_le_bytes(take(input)?));
            let mut text = || match u32::from_le_bytes(take(input)?) {
                NONE => Ok(NONE),
                len => {
                    let (text, rest) = input.split_at_checked(len as usize).ok_or_else(cut_short)?;
                    *input = rest;
                    strings.intern(text)
                }
            };
            let (status, error_code) = (text()?, text()?);
            self.offer(index, count, Winner { event_time, received_at, status, error_code, class }, strings);
        }
        Ok(())
    }
}

fn take<const N: usize>(input: &mut &[u8]) -> Result<[u8; N]> {
    let (head, rest) = input.split_first_chunk().ok_or_else(cut_short)?;
    *input = rest;
    Ok(*head)
}

fn cut_short() -> datafusion::common::DataFusionError {
    internal_datafusion_err!("a saved state of delivery() is cut short")
}
