//! What becomes of one message: from being taken to its last receipt, click and answer.
//!
//! The plan decides the outcome first and then writes the reports that lead to it, so that the final bucket is known
//! without folding anything. That is what makes [`super::Truth`] a check on the fold.

use super::countries::Receipts;
use super::model::{Event, Message, Recipient, What, World};
use super::random::{DAY, HOUR, MINUTE, Random, SECOND};
use super::texts::{CAMPAIGN_TEXTS, FIRST_BOT, OPT_OUTS, REPLIES, USER_AGENTS};
use super::vocabulary::{Vocabulary, Word};
use crate::event::Bucket;

/// The events of one message in order of time, filled anew for every message.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) events: Vec<Event>,
    /// The bucket the message must end in.
    pub(super) bucket: Option<Bucket>,
    /// Whether a failure follows a delivery.
    pub(super) conflict: bool,
    /// How many reports come after one they should have come before.
    pub(super) overtaken: u64,
    time: i64,
}

const REJECTED_PPM: u32 = 6_000;
const NO_RECEIPT_PPM: u32 = 12_000;
const UNKNOWN_PPM: u32 = 4_000;
const LATE_PPM: u32 = 12_000;
const CONFLICT_PPM: u32 = 300;
const RECOVERED_PPM: u32 = 40_000;

impl Plan {
    /// Plans `message` to `recipient`, who may have `opted_out`.
    pub(super) fn make(
        &mut self,
        random: &mut Random,
        world: &World,
        message: &Message,
        to: &Recipient,
        opted_out: bool,
    ) {
        self.events.clear();
        (self.bucket, self.conflict, self.overtaken, self.time) = (None, false, 0, message.submitted);
        self.push(What::Facts);
        let words = message.provider.vocabulary();
        self.time += random.between(5_000, 80_000);
        self.status(&words.submitted);
        let reports = to.country.receipts != Receipts::None;
        let arrived = if opted_out {
            self.time += random.delay(120);
            self.last(&words.unsubscribed)
        } else if random.chance(REJECTED_PPM) {
            self.time += random.delay(200);
            self.last(random.pick(words.rejected))
        } else if random.chance(NO_RECEIPT_PPM) {
            self.no_receipt(random, words)
        } else if to.dead {
            self.sent(random, words, false, true);
            let word = random.pick(words.hard);
            if reports { self.failed(random, words, message, to, word) } else { false }
        } else if random.chance(to.country.soft_ppm) {
            self.sent(random, words, false, true);
            if reports { self.soft(random, words, message, to) } else { false }
        } else if reports
            && random.chance(UNKNOWN_PPM)
            && let Some(word) = &words.unknown
        {
            self.sent(random, words, false, true);
            self.time += random.between(DAY, 2 * DAY);
            self.last(word)
        } else {
            self.delivered(random, words, message, to);
            true
        };
        if arrived {
            self.engagement(random, world, message, to);
        }
        self.receive(random, world);
    }

    fn push(&mut self, what: What) {
        let ordinal = self.events.len().min(255) as u8;
        self.events.push(Event {
            time: self.time,
            received: 0,
            what,
            ordinal,
            attempt: 0,
            part: 0,
            level: None,
            priced: false,
            repeat: false,
        });
    }

    fn status(&mut self, word: &'static Word) {
        self.bucket = Some(word.bucket);
        self.push(What::Status(word));
    }

    /// The last report of a message that never went out.
    fn last(&mut self, word: &'static Word) -> bool {
        self.status(word);
        false
    }

    fn edit(&mut self, change: impl FnOnce(&mut Event)) {
        if let Some(event) = self.events.last_mut() {
            change(event);
        }
    }

    /// The operator's word, which some providers leave out where a receipt follows. `price`: it tells the price.
    fn sent(&mut self, random: &mut Random, words: &'static Vocabulary, always: bool, price: bool) {
        self.time += random.delay(350);
        if let Some((word, share)) = &words.sent
            && (random.chance(*share) || always)
        {
            self.status(word);
            self.edit(|event| (event.level, event.priced) = (Some("operator"), price));
        }
    }

    fn no_receipt(&mut self, random: &mut Random, words: &'static Vocabulary) -> bool {
        if random.chance(850_000) {
            self.sent(random, words, true, true);
        }
        false
    }

    fn delivered(&mut self, random: &mut Random, words: &'static Vocabulary, message: &Message, to: &Recipient) {
        let level = match to.country.receipts {
            Receipts::Handset => "handset",
            Receipts::Operator if words.delivered_by_operator => "operator",
            // The provider's word for "the operator has it" is the last one.
            Receipts::Operator | Receipts::None => return self.sent(random, words, true, true),
        };
        self.sent(random, words, false, false);
        if words.retries && random.chance(RECOVERED_PPM) {
            let tries = 1 + random.below(3);
            self.tries(random, words, tries);
        } else if random.chance(LATE_PPM) {
            if let Some(waiting) = &words.waiting {
                self.status(waiting);
            }
            self.time += random.doubling(HOUR);
        } else {
            self.time += random.delay(i64::from(to.country.median_ms));
        }
        let attempt = self.events.last().map_or(0, |event| event.attempt);
        self.parts(random, message, words, &words.delivered, None);
        let parts = self.receipts(message, words);
        for event in self.events.iter_mut().rev().take(parts) {
            (event.level, event.attempt) = (Some(level), if attempt > 0 { attempt + 1 } else { 0 });
        }
        self.edit(|event| event.priced = true);
        if parts == 1 && level == "handset" && random.chance(CONFLICT_PPM) {
            let arrival = self.time;
            self.time += random.between(MINUTE, 10 * MINUTE);
            self.push(What::Status(&words.hard[0]));
            self.time = arrival;
            self.conflict = true;
        }
    }

    /// Tries that failed for now; the next one follows within hours.
    fn tries(&mut self, random: &mut Random, words: &'static Vocabulary, tries: u64) {
        for attempt in 1..=tries {
            self.time += random.delay(4_000);
            self.status(&words.soft[0]);
            self.edit(|event| event.attempt = attempt as u8);
            if attempt < tries || tries < 4 {
                self.time += random.between(HOUR, 16 * HOUR);
            }
        }
    }

    fn soft(&mut self, random: &mut Random, words: &'static Vocabulary, message: &Message, to: &Recipient) -> bool {
        if words.retries {
            self.tries(random, words, 4);
            return false;
        }
        let word = random.pick(words.soft);
        // Without a code, or as expired, it is the end of a message's validity.
        if word.code.is_none() || word.status.eq_ignore_ascii_case("expired") || word.status == "EXPIRED_EXPIRED" {
            if let Some(waiting) = &words.waiting {
                self.status(waiting);
            }
            self.time += random.between(DAY, 3 * DAY);
        }
        self.failed(random, words, message, to, word)
    }

    fn failed(
        &mut self,
        random: &mut Random,
        words: &'static Vocabulary,
        message: &Message,
        to: &Recipient,
        word: &'static Word,
    ) -> bool {
        self.time += random.delay(i64::from(to.country.median_ms));
        // In a third of the long messages one part fails and the others arrive; the worst decides.
        let handset = to.country.receipts == Receipts::Handset;
        let bad = (handset && random.chance(333_000)).then(|| 1 + random.below(u64::from(message.segments)) as u8);
        self.parts(random, message, words, word, bad);
        self.bucket = Some(word.bucket);
        false
    }

    /// How many receipts a final state has.
    fn receipts(&self, message: &Message, words: &Vocabulary) -> usize {
        if words.parts { usize::from(message.segments).max(1) } else { 1 }
    }

    /// The final receipt, or one for every part: `word`, unless only the part `only` has it and the others arrived.
    fn parts(
        &mut self,
        random: &mut Random,
        message: &Message,
        words: &'static Vocabulary,
        word: &'static Word,
        only: Option<u8>,
    ) {
        let parts = self.receipts(message, words) as u8;
        if parts == 1 {
            return self.status(word);
        }
        for part in 1..=parts {
            let arrived = only.is_some_and(|only| only != part);
            self.status(if arrived { &words.delivered } else { word });
            self.edit(|event| (event.part, event.level) = (part, arrived.then_some("handset")));
            self.time += random.between(20_000, 900_000);
        }
    }

    /// Clicks, answers and opt-outs of somebody who got the message.
    fn engagement(&mut self, random: &mut Random, world: &World, message: &Message, to: &Recipient) {
        let Some(campaign) = world.campaign(message) else { return };
        let arrival = self.time;
        if CAMPAIGN_TEXTS[usize::from(campaign.template)].has_link() {
            if to.scanned {
                self.time = arrival + random.between(SECOND, 20 * SECOND);
                let bots = (USER_AGENTS.len() - FIRST_BOT) as u64;
                self.push(What::Click(FIRST_BOT as u8 + random.below(bots) as u8));
            }
            if random.chance(campaign.click_ppm) {
                let agent = random.below(FIRST_BOT as u64) as u8;
                self.time = arrival;
                loop {
                    self.time += random.pause(12 * 60_000).min(3 * DAY);
                    self.push(What::Click(agent));
                    if self.time > arrival + 4 * DAY || !random.chance(250_000) {
                        break;
                    }
                }
            }
        }
        if random.chance(campaign.reply_ppm) {
            self.time = arrival + random.pause(25 * 60_000).min(3 * DAY);
            self.push(What::Reply(random.below(REPLIES.len() as u64) as u8));
        }
        if random.chance(campaign.opt_out_ppm) {
            self.time = arrival + random.pause(15 * 60_000).min(3 * DAY);
            self.push(What::OptOut(random.below(OPT_OUTS.len() as u64) as u8));
        }
    }

    /// When our side hears of each event: soon after it, except those that are overtaken by the next; and repeats.
    fn receive(&mut self, random: &mut Random, world: &World) {
        let statuses = self.events.iter().filter(|event| matches!(event.what, What::Status(_))).count();
        let (mut clock, mut seen) = (0, 0);
        for event in &mut self.events {
            event.received = event.time + random.between(40_000, 600_000);
            if matches!(event.what, What::Status(_)) {
                event.received = event.received.max(clock + 1_000);
                clock = event.received;
            }
        }
        let mut previous = self.events.len();
        for index in (0..self.events.len()).rev().filter(|_| statuses > 1) {
            if !matches!(self.events[index].what, What::Status(_)) {
                continue;
            }
            seen += 1;
            if seen > 1 && random.chance(world.disorder_ppm) {
                self.events[index].received = self.events[previous].received + random.between(10_000, 5 * SECOND);
                self.overtaken += 1;
            }
            previous = index;
        }
        for index in 0..self.events.len() {
            if random.chance(world.duplicates_ppm) {
                let mut repeat = self.events[index];
                (repeat.received, repeat.repeat) = (repeat.received + random.doubling(4 * MINUTE), true);
                self.events.push(repeat);
            }
        }
    }
}
