//! What the generated feeds say when they are read right, kept as they are generated: the check on everything after.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::model::{Event, Message, Recipient, What, World};
use super::options::Feed;
use super::outcomes::Plan;
use super::texts::FIRST_BOT;
use crate::event::Bucket;

/// What the feeds hold. Serialises to JSON for `--truth`; maps are ordered, so equal truths are equal text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// The seed.
    pub seed: u64,
    /// How many messages were submitted.
    pub messages: u64,
    /// How many events happened: what an event log holds after landing `smsql/event`, however often.
    pub events: u64,
    /// Lines of each feed that was written, by its name.
    pub feeds: BTreeMap<&'static str, FeedTruth>,
    /// Status reports that come after one they should have come before.
    pub overtaken: u64,
    /// When the first and the last line came in, microseconds since the epoch.
    pub received: (i64, i64),
    /// All messages together.
    pub total: CampaignTruth,
    /// By campaign; messages without one are under the empty name.
    pub campaigns: BTreeMap<String, CampaignTruth>,
}

/// The lines of one feed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FeedTruth {
    /// Lines written.
    pub lines: u64,
    /// Those that repeat an earlier one.
    pub duplicates: u64,
    /// Lines that say something new: `lines` less `duplicates`.
    pub distinct: u64,
    /// Bytes written, before compression.
    pub bytes: u64,
    /// The files, in order of time.
    pub files: Vec<String>,
}

/// What became of the messages of a campaign, once everything has come in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CampaignTruth {
    /// Messages submitted.
    pub messages: u64,
    /// Messages by the bucket `smsql/event` puts them in; those without any message are left out.
    pub buckets: BTreeMap<&'static str, u64>,
    /// Messages that were delivered and then failed.
    pub conflicts: u64,
    /// Segments, summed over messages.
    pub segments: u64,
    /// Credits in tenths, summed over messages.
    pub credit_tenths: u64,
    /// What the providers charged by currency, in units of 0.00001.
    pub costs: BTreeMap<&'static str, u64>,
    /// All clicks.
    pub clicks: u64,
    /// Those of programs.
    pub bot_clicks: u64,
    /// Recipients who clicked, or for whom a program did.
    pub clickers: u64,
    /// Recipients who clicked themselves.
    pub human_clickers: u64,
    /// Answers, not counting opt-outs.
    pub replies: u64,
    /// Recipients who answered.
    pub repliers: u64,
    /// Opt-outs.
    pub opt_outs: u64,
}

/// Counts as messages are planned and lines are written.
pub(super) struct Tally {
    pub(super) truth: Truth,
    /// By campaign, the last one for messages without.
    campaigns: Vec<Counts>,
    /// Who did what (campaign, recipient): clicked, clicked themselves, answered.
    people: [HashSet<(u32, u32)>; 3],
}

#[derive(Clone, Default)]
struct Counts {
    truth: CampaignTruth,
    buckets: [u64; 8],
    costs: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn new(seed: u64, campaigns: usize) -> Self {
        Self {
            truth: Truth { seed, ..Truth::default() },
            campaigns: vec![Counts::default(); campaigns + 1],
            people: Default::default(),
        }
    }

    /// Counts a message with what will become of it.
    pub(super) fn message(&mut self, message: &Message, to: &Recipient, plan: &Plan) {
        self.truth.messages += 1;
        self.truth.overtaken += plan.overtaken;
        let last = self.campaigns.len() - 1;
        let counts = &mut self.campaigns[last.min(message.campaign as usize)];
        counts.buckets[plan.bucket.map_or(0, |bucket| bucket as usize)] += 1;
        let truth = &mut counts.truth;
        truth.messages += 1;
        truth.segments += u64::from(message.segments);
        truth.credit_tenths += u64::from(to.country.credits) * u64::from(message.segments);
        truth.conflicts += u64::from(plan.conflict);
        let mut priced = false;
        for event in plan.events.iter().filter(|event| !event.repeat) {
            self.truth.events += u64::from(!matches!(event.what, What::Facts));
            priced |= event.priced;
            let person = (message.campaign, message.recipient);
            match event.what {
                What::Click(agent) => {
                    truth.clicks += 1;
                    truth.clickers += u64::from(self.people[0].insert(person));
                    if usize::from(agent) >= FIRST_BOT {
                        truth.bot_clicks += 1;
                    } else {
                        truth.human_clickers += u64::from(self.people[1].insert(person));
                    }
                }
                What::Reply(_) => {
                    truth.replies += 1;
                    truth.repliers += u64::from(self.people[2].insert(person));
                }
                What::OptOut(_) => truth.opt_outs += 1,
                What::Facts | What::Status(_) | What::Action { .. } => {}
            }
        }
        if priced && let Some(currency) = message.provider.currency() {
            *counts.costs.entry(currency).or_default() += cost(message, to);
        }
    }

    /// Counts something done with a campaign.
    pub(super) fn action(&mut self) {
        self.truth.events += 1;
    }

    /// Counts a line as it is written.
    pub(super) fn line(&mut self, event: &Event) {
        let (first, last) = &mut self.truth.received;
        *first = if *last == 0 { event.received } else { *first };
        *last = event.received;
    }

    pub(super) fn feed(&mut self, feed: Feed, truth: FeedTruth) {
        self.truth.feeds.insert(feed.name(), truth);
    }

    pub(super) fn finish(mut self, world: &World) -> Truth {
        let mut total = CampaignTruth::default();
        for (index, counts) in self.campaigns.into_iter().enumerate() {
            let mut one = counts.truth;
            one.costs = counts.costs;
            for bucket in Bucket::ALL {
                if counts.buckets[bucket as usize] > 0 {
                    one.buckets.insert(bucket.name(), counts.buckets[bucket as usize]);
                }
            }
            total.add(&one);
            let id = world.campaigns.get(index).map_or(String::new(), |campaign| campaign.id.clone());
            self.truth.campaigns.insert(id, one);
        }
        self.truth.total = total;
        self.truth
    }
}

impl CampaignTruth {
    /// Sums; a recipient who clicked in two campaigns counts in each.
    fn add(&mut self, other: &Self) {
        for (&bucket, count) in &other.buckets {
            *self.buckets.entry(bucket).or_default() += count;
        }
        for (&currency, cost) in &other.costs {
            *self.costs.entry(currency).or_default() += cost;
        }
        self.messages += other.messages;
        self.conflicts += other.conflicts;
        self.segments += other.segments;
        self.credit_tenths += other.credit_tenths;
        self.clicks += other.clicks;
        self.bot_clicks += other.bot_clicks;
        self.clickers += other.clickers;
        self.human_clickers += other.human_clickers;
        self.replies += other.replies;
        self.repliers += other.repliers;
        self.opt_outs += other.opt_outs;
    }
}

/// What a message costs, in units of 0.00001.
pub(super) fn cost(message: &Message, to: &Recipient) -> u64 {
    u64::from(to.country.price) * u64::from(message.segments)
}
