//! The things events are about: recipients, messages, and one event of a message.

use super::campaigns::Campaign;
use super::countries::{COUNTRIES, Country};
use super::random::{Random, mix, scale};
use super::vocabulary::{Provider, Word};

/// The stream of chance each part of the model draws from, so that a change in one leaves the others as they were.
pub(super) mod stream {
    pub(in crate::source::generate) const WORLD: u64 = 0;
    pub(in crate::source::generate) const CAMPAIGNS: u64 = 1;
    pub(in crate::source::generate) const MESSAGES: u64 = 2;
    pub(in crate::source::generate) const CALIBRATION: u64 = 3;
}

/// What is the same for the whole run.
pub(super) struct World {
    /// Mixed into every identity.
    pub(super) key: u64,
    /// How many recipients there are.
    pub(super) recipients: u32,
    /// The country of each of a thousand neighbours, and which one of that country's it is.
    slots: Vec<(u8, u16)>,
    pub(super) campaigns: Vec<Campaign>,
    pub(super) duplicates_ppm: u32,
    pub(super) disorder_ppm: u32,
    pub(super) bodies: bool,
}

/// Somebody messages are sent to. Everything about them follows from their number in the population.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipient {
    pub(super) country: &'static Country,
    /// The six digits after the country's prefix.
    pub(super) subscriber: u32,
    pub(super) carrier: &'static str,
    /// The number is out of use: every message to it fails for good.
    pub(super) dead: bool,
    /// Something opens every link before the recipient can.
    pub(super) scanned: bool,
}

/// A message on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    /// Its identity, different for every message.
    pub(super) id: u64,
    pub(super) submitted: i64,
    pub(super) recipient: u32,
    /// The campaign's index, or [`NO_CAMPAIGN`].
    pub(super) campaign: u32,
    /// The blast within the campaign, from 1.
    pub(super) blast: u16,
    pub(super) provider: Provider,
    pub(super) template: u8,
    pub(super) segments: u8,
}

/// In place of a campaign's index: a message that belongs to none.
pub(super) const NO_CAMPAIGN: u32 = u32::MAX;

/// One thing that happened to a message or a campaign, and when we heard of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) time: i64,
    pub(super) received: i64,
    pub(super) what: What,
    /// Its place among the message's events, part of its identity.
    pub(super) ordinal: u8,
    /// Which try, 0 where the provider does not say.
    pub(super) attempt: u8,
    /// Which part, 0 for the whole message.
    pub(super) part: u8,
    pub(super) level: Option<&'static str>,
    /// Whether the price is known by now.
    pub(super) priced: bool,
    /// Whether it repeats an earlier line.
    pub(super) repeat: bool,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// The platform's own record of the message; no event in `smsql/event`.
    Facts,
    Status(&'static Word),
    /// By this user agent.
    Click(u8),
    /// With this text.
    Reply(u8),
    /// With this text.
    OptOut(u8),
    /// Something was done with a campaign.
    Action {
        campaign: u32,
        blast: u16,
        action: &'static str,
    },
}

impl World {
    pub(super) fn new(seed: u64, recipients: u32, ppm: (u32, u32), bodies: bool) -> Self {
        let mut random = Random::new(seed, stream::WORLD);
        let mut slots: Vec<(u8, u16)> = Vec::with_capacity(1000);
        for (index, country) in COUNTRIES.iter().enumerate() {
            slots.extend((0..country.share).map(|rank| (index as u8, rank)));
        }
        for last in (1..slots.len()).rev() {
            slots.swap(last, random.below(last as u64 + 1) as usize);
        }
        Self {
            key: random.bits(),
            recipients,
            slots,
            campaigns: Vec::new(),
            duplicates_ppm: ppm.0,
            disorder_ppm: ppm.1,
            bodies,
        }
    }

    pub(super) fn recipient(&self, number: u32) -> Recipient {
        let (country, rank) = self.slots[number as usize % self.slots.len()];
        let country = &COUNTRIES[usize::from(country)];
        // A bijection on 0..1,000,000: the factor has no divisor in common with it.
        let ordinal = u64::from(number / 1000) * u64::from(country.share) + u64::from(rank);
        let subscriber = ((ordinal + (self.key & 0xffff)) * 387_420_489 % 1_000_000) as u32;
        let traits = mix(self.key ^ (u64::from(number) << 20));
        Recipient {
            country,
            subscriber,
            carrier: country.carriers[scale(traits, country.carriers.len() as u64) as usize],
            dead: traits & 0xffff < 1_500,          // 2.3 %
            scanned: traits >> 16 & 0xffff < 2_600, // 4 %
        }
    }

    pub(super) fn campaign(&self, message: &Message) -> Option<&Campaign> {
        self.campaigns.get(message.campaign as usize)
    }
}
