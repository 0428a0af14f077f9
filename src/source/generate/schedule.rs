//! When messages are submitted: the curves of day and week, and all flows of messages merged into one order in time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::random::{DAY, mix, scale};

/// How much is sent in each hour of a day without campaigns, UTC.
pub(super) const HOUR_WEIGHTS: [u32; 24] =
    [6, 4, 3, 3, 4, 8, 16, 30, 48, 60, 64, 62, 58, 56, 60, 62, 66, 70, 68, 60, 48, 34, 20, 11];
/// How many blasts start in each hour. None starts later than 20:59, and none takes longer than two hours.
pub(super) const BLAST_HOUR_WEIGHTS: [u32; 24] =
    [0, 0, 0, 0, 0, 0, 0, 10, 40, 70, 80, 60, 40, 30, 50, 60, 70, 80, 60, 30, 10, 0, 0, 0];
/// How much is sent on each day of the week, Monday first, in percent of the busiest.
pub(super) const WEEKDAY_WEIGHTS: [u32; 7] = [88, 96, 100, 98, 94, 52, 38];

/// The day of the week, Monday is 0: the epoch was a Thursday.
pub(super) fn weekday(time: i64) -> usize {
    (time.div_euclid(DAY) + 3).rem_euclid(7) as usize
}

/// `part/whole` of `n`, rounded down, so that the differences of a rising `part` sum to `n`.
pub(super) fn share(n: u64, part: u64, whole: u64) -> u64 {
    (u128::from(n) * u128::from(part) / u128::from(whole.max(1))) as u64
}

/// Messages submitted evenly over a span: a blast, or an hour of messages without a campaign.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) start: i64,
    pub(super) duration: i64,
    pub(super) messages: u64,
    /// The campaign's index, or [`super::model::NO_CAMPAIGN`].
    pub(super) campaign: u32,
    pub(super) blast: u16,
}

impl Flow {
    /// When the `index`-th message goes out: in its own equal slice of the span, somewhere.
    fn time(&self, index: u64, key: u64) -> i64 {
        let jitter = mix(key ^ mix(index)) >> 48;
        let at = ((u128::from(index) << 16) + u128::from(jitter)) * u128::from(self.duration.unsigned_abs());
        self.start + (at / (u128::from(self.messages) << 16)) as i64
    }
}

/// A message to be submitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Submission {
    pub(super) time: i64,
    pub(super) campaign: u32,
    pub(super) blast: u16,
    /// Its place in the blast, from 0.
    pub(super) index: u32,
}

/// All submissions in order of time. Holds one entry per flow, whatever the number of messages.
pub(super) struct Schedule {
    flows: Vec<Flow>,
    /// The next message of each flow that has one: time, flow, index.
    next: BinaryHeap<Reverse<(i64, u32, u64)>>,
    key: u64,
}

impl Schedule {
    pub(super) fn new(flows: Vec<Flow>, key: u64) -> Self {
        let mut schedule = Self { flows, next: BinaryHeap::new(), key };
        for flow in 0..schedule.flows.len() {
            schedule.advance(flow as u32, 0);
        }
        schedule
    }

    fn advance(&mut self, number: u32, index: u64) {
        let flow = &self.flows[number as usize];
        if index < flow.messages {
            self.next.push(Reverse((flow.time(index, self.key ^ (u64::from(number) << 40)), number, index)));
        }
    }

    /// Some message out of all, each as likely, for estimates.
    pub(super) fn sample(&self, bits: u64, cumulated: &[u64]) -> Submission {
        let at = scale(bits, cumulated.last().copied().unwrap_or(1).max(1));
        let number = cumulated.partition_point(|&sum| sum <= at).min(self.flows.len().saturating_sub(1));
        let before = number.checked_sub(1).map_or(0, |before| cumulated[before]);
        let flow = &self.flows[number];
        Submission {
            time: flow.start,
            campaign: flow.campaign,
            blast: flow.blast,
            index: at.saturating_sub(before) as u32,
        }
    }

    /// How many messages there are up to and with each flow.
    pub(super) fn cumulated(&self) -> Vec<u64> {
        let sum = |sum: &mut u64, flow: &Flow| {
            *sum += flow.messages;
            Some(*sum)
        };
        self.flows.iter().scan(0, sum).collect()
    }
}

impl Iterator for Schedule {
    type Item = Submission;

    fn next(&mut self) -> Option<Submission> {
        let Reverse((time, number, index)) = self.next.pop()?;
        self.advance(number, index + 1);
        let flow = &self.flows[number as usize];
        Some(Submission { time, campaign: flow.campaign, blast: flow.blast, index: index as u32 })
    }
}
