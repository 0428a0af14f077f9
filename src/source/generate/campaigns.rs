//! Campaigns: their sizes by Zipf's law, their blasts in time, their texts, lists and appeal.

use super::model::{NO_CAMPAIGN, stream};
use super::random::{DAY, HOUR, MINUTE, Random, mix, scale};
use super::schedule::{self, Flow};
use super::texts::{CAMPAIGN_TEXTS, LISTS, SENDERS, THEMES, USERS};
use super::vocabulary::Provider;

/// A campaign of one or more blasts to the same audience.
#[derive(Debug)]
pub(super) struct Campaign {
    pub(super) id: String,
    pub(super) provider: Provider,
    pub(super) sender: &'static str,
    pub(super) user: &'static str,
    pub(super) lists: Vec<&'static str>,
    /// The index of its text in [`CAMPAIGN_TEXTS`].
    pub(super) template: u8,
    /// How many of a million arrived messages are clicked, answered, answered with an opt-out.
    pub(super) click_ppm: u32,
    pub(super) reply_ppm: u32,
    pub(super) opt_out_ppm: u32,
    /// Its recipients: so many from this one on, around the end of the population, visited with this stride.
    audience: (u32, u32, u32),
    /// What was done with it: when, to which blast (0: the whole), in which word.
    pub(super) actions: Vec<(i64, u16, &'static str)>,
}

impl Campaign {
    /// The lists of the campaign that a recipient is on: one, sometimes two.
    pub(super) fn lists_of(&self, recipient: u32) -> (&'static str, Option<&'static str>) {
        let traits = mix(u64::from(recipient));
        let first = scale(traits, self.lists.len() as u64) as usize;
        let second = (self.lists.len() > 1 && traits & 7 == 0).then(|| self.lists[(first + 1) % self.lists.len()]);
        (self.lists[first], second)
    }

    /// The `index`-th recipient of a blast: no one twice, however large the audience, and nothing to remember.
    pub(super) fn recipient(&self, index: u32, population: u32) -> u32 {
        let (first, size, stride) = self.audience;
        let within = u64::from(index) * u64::from(stride) % u64::from(size);
        ((u64::from(first) + within) % u64::from(population)) as u32
    }
}

/// Campaigns that share `messages` out among them, the n-th in proportion to 1/n, and the blasts that send them.
pub(super) fn campaigns(
    seed: u64,
    count: u32,
    messages: u64,
    population: u32,
    days: u32,
    start: i64,
) -> (Vec<Campaign>, Vec<Flow>) {
    let mut random = Random::new(seed, stream::CAMPAIGNS);
    let weight = |index: u32| (1_u64 << 32) / (u64::from(index) + 1);
    let all: u64 = (0..count).map(weight).sum();
    // A blast has at most a quarter of a day's messages, so that the large campaigns run all the time.
    let blast_most = (messages / (u64::from(days) * 4)).clamp(1, u64::from(population));
    let first_provider = random.below(Provider::ALL.len() as u64) as usize;
    let (mut campaigns, mut flows, mut before) = (Vec::new(), Vec::new(), 0);
    for index in 0..count {
        let size = schedule::share(messages, before + weight(index), all) - schedule::share(messages, before, all);
        before += weight(index);
        let blasts = (1 + random.below(4)).max(size.div_ceil(blast_most)).min(u64::from(u16::MAX));
        // The five largest take turns, so that every provider has a large one.
        let provider = match Provider::ALL.get(index as usize) {
            Some(_) => Provider::ALL[(first_provider + index as usize) % Provider::ALL.len()],
            None => Provider::ALL[random.weighted(&Provider::WEIGHTS)],
        };
        let mut campaign = campaign(&mut random, index, provider);
        let audience = (size.div_ceil(blasts) * 5 / 4).clamp(1, u64::from(population)) as u32;
        campaign.audience = (random.below(u64::from(population)) as u32, audience, stride(audience));
        let mut starts: Vec<(i64, i64)> = (0..blasts).map(|_| blast_time(&mut random, start, days)).collect();
        starts.sort_unstable();
        let created = starts.first().map_or(start, |first| first.0) - random.between(HOUR, 3 * DAY);
        campaign.actions.push((created, 0, "created"));
        for (number, (at, duration)) in starts.into_iter().enumerate() {
            let share = |n: usize| schedule::share(size, n as u64, blasts);
            let messages = share(number + 1) - share(number);
            let blast = number as u16 + 1;
            campaign.actions.push((created + random.between(MINUTE, HOUR), blast, "scheduled"));
            if random.chance(30_000) {
                campaign.actions.push((at - MINUTE, blast, "requeued"));
            }
            campaign.actions.push((at, blast, "sent"));
            campaign.actions.push((at + duration, blast, "finished"));
            flows.push(Flow { start: at, duration, messages, campaign: index, blast });
        }
        campaigns.push(campaign);
    }
    (campaigns, flows)
}

fn campaign(random: &mut Random, index: u32, provider: Provider) -> Campaign {
    let first = random.below(LISTS.len() as u64) as usize;
    let lists = (0..=random.below(3) as usize).map(|n| LISTS[(first + n * 5) % LISTS.len()]).collect();
    let ppm = |random: &mut Random, low, high| random.between(low, high) as u32;
    Campaign {
        id: format!("{}-{:03}", random.pick(&THEMES), index + 1),
        provider,
        sender: random.pick::<&str>(&SENDERS),
        user: random.pick::<&str>(&USERS),
        lists,
        template: random.below(CAMPAIGN_TEXTS.len() as u64) as u8,
        click_ppm: ppm(random, 30_000, 300_000),
        reply_ppm: ppm(random, 2_000, 40_000),
        opt_out_ppm: ppm(random, 1_000, 12_000),
        audience: (0, 1, 1),
        actions: Vec::new(),
    }
}

/// When a blast starts and how long it runs: in the hours people may be disturbed, done before midnight.
fn blast_time(random: &mut Random, start: i64, days: u32) -> (i64, i64) {
    let weights = &schedule::WEEKDAY_WEIGHTS;
    let mut day = random.below(u64::from(days)) as i64;
    // A day is kept as often as its weight says, so weekends get fewer blasts.
    for _ in 0..8 {
        if random.below(100) < u64::from(weights[schedule::weekday(start + day * DAY)]) {
            break;
        }
        day = random.below(u64::from(days)) as i64;
    }
    let hour = random.weighted(&schedule::BLAST_HOUR_WEIGHTS) as i64;
    (start + day * DAY + hour * HOUR + random.between(0, HOUR), random.between(15 * MINUTE, 2 * HOUR))
}

/// A stride that visits all of `size` before it comes back: near the golden section, without a common divisor.
fn stride(size: u32) -> u32 {
    let mut stride = (u64::from(size) * 618 / 1000).max(1) as u32;
    while gcd(stride, size) != 1 {
        stride += 1;
    }
    stride
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The flows of messages without a campaign: one for every hour, following the curves of day and week.
pub(super) fn transactional(messages: u64, days: u32, start: i64) -> Vec<Flow> {
    let hours: Vec<(i64, u64)> = (0..i64::from(days) * 24)
        .map(|hour| {
            let at = start + hour * HOUR;
            let weekday = schedule::WEEKDAY_WEIGHTS[schedule::weekday(at)];
            (at, u64::from(weekday * schedule::HOUR_WEIGHTS[(hour % 24) as usize]))
        })
        .collect();
    let all: u64 = hours.iter().map(|hour| hour.1).sum();
    let mut before = 0;
    let flow = |(at, weight): &(i64, u64)| {
        let from = schedule::share(messages, before, all);
        before += weight;
        let messages = schedule::share(messages, before, all) - from;
        Flow { start: *at, duration: HOUR, messages, campaign: NO_CAMPAIGN, blast: 0 }
    };
    hours.iter().map(flow).collect()
}
