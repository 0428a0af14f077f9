//! Feeds of any size, made up: bytes out instead of in, for tests, demos and benchmarks.
//!
//! ```text
//! campaigns, curves of day and week -> schedule -> one message at a time -> plan of its events -> queue -> feeds
//! ```
//!
//! Messages are submitted in order of time; each is planned to its end at once ([`outcomes`]), and its events wait in
//! the [`queue`] until they come in. Memory holds what is under way and not the feed. All chance comes from ChaCha8
//! streams and is used in whole numbers, so one seed gives the same bytes on every machine. While it writes, the
//! generator counts what a reader must find: the [`Truth`].
//!
//! `smsql/event` says everything, in each provider's own words for statuses. The other feeds say the same in the parts
//! a real platform would get it in: facts, clicks and campaign actions from the platform, receipts from the providers.
//!
//! ```
//! use smsql::source::generate::{GenerateOptions, generate};
//!
//! let options = GenerateOptions { events: 1_000, ..GenerateOptions::default() };
//! let truth = generate(&options, &mut |_name| Ok(Box::new(std::io::sink())))?;
//! assert_eq!(truth.total.buckets.values().sum::<u64>(), truth.messages);
//! # Ok::<(), smsql::Error>(())
//! ```

mod campaigns;
mod countries;
mod feeds;
mod model;
mod options;
mod outcomes;
mod queue;
mod random;
mod render;
mod schedule;
mod sink;
mod texts;
mod truth;
mod vocabulary;

use std::io::Write;

use chrono::NaiveTime;

pub use options::{Compression, Feed, GenerateOptions, Split};
pub use truth::{CampaignTruth, FeedTruth, Truth};

use crate::error::Result;
use model::{Event, Message, NO_CAMPAIGN, Recipient, What, World, stream};
use options::{RECIPIENTS_MAX, ppm};
use outcomes::Plan;
use queue::Queue;
use random::{Random, mix};
use schedule::{Schedule, Submission};
use sink::Sink;
use truth::Tally;
use vocabulary::Provider;

/// Writes the feeds of `options` into files that `open` gives by name, and says what they hold.
///
/// Names are the feed's with `-` for `/`, a number or day where the feed is cut, and a suffix for format and
/// compression: `smsql-event-2025-01-06.ndjson.zst`. Each file is complete before the next of its feed is opened.
pub fn generate(
    options: &GenerateOptions,
    open: &mut dyn FnMut(&str) -> Result<Box<dyn Write + Send>>,
) -> Result<Truth> {
    options.check()?;
    let (world, schedule, messages) = prepare(options);
    let mut feeds = options.feeds.clone();
    feeds.sort_unstable();
    feeds.dedup();
    let mut run = Run {
        opted_out: vec![0; world.recipients as usize / 64 + 1],
        tally: Tally::new(options.seed, world.campaigns.len()),
        sinks: feeds.into_iter().map(|feed| Sink::new(feed, options.split, options.compression)).collect(),
        calendar: render::Calendar::default(),
        queue: Queue::default(),
        world: &world,
        part: 0,
    };
    let files = if let Split::Files(files) = options.split { u64::from(files) } else { 1 };
    let facts = options.feeds.contains(&Feed::Message);
    let mut random = Random::new(options.seed, stream::MESSAGES);
    let mut plan = Plan::default();
    run.actions();
    for (number, submission) in schedule.enumerate() {
        run.write(submission.time, open)?;
        run.part = schedule::share(files, number as u64, messages) as u32;
        let (message, to) = submit(&world, &mut random, &submission, number as u64);
        plan.make(&mut random, &world, &message, &to, run.has_opted_out(message.recipient));
        run.tally.message(&message, &to, &plan);
        let events = plan.events.iter().filter(|event| facts || !matches!(event.what, What::Facts));
        run.queue.push(&message, events.copied());
    }
    run.write(i64::MAX, open)?;
    run.finish(open)
}

/// The world, the order of submissions and their number, sized to meet the target.
fn prepare(options: &GenerateOptions) -> (World, Schedule, u64) {
    // A repeat is one more line, so the chance of one is taken against the lines that are none.
    let repeats = ppm(options.duplicates / (1.0 - options.duplicates));
    let start = options.start.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    let build = |messages: u64| {
        let recipients = options.recipients.unwrap_or((messages / 4).clamp(50, u64::from(RECIPIENTS_MAX)) as u32);
        let mut world = World::new(options.seed, recipients, (repeats, ppm(options.disorder)), options.bodies);
        let single = schedule::share(messages, ppm(options.transactional).into(), 1_000_000);
        let count = options.campaigns.unwrap_or((messages / 500).clamp(3, 200) as u32);
        let in_campaigns = messages - single;
        let (campaigns, mut flows) =
            campaigns::campaigns(options.seed, count, in_campaigns, recipients, options.days, start);
        world.campaigns = campaigns;
        flows.extend(campaigns::transactional(single, options.days, start));
        let schedule = Schedule::new(flows, world.key);
        (world, schedule)
    };
    if let Some(messages) = options.messages {
        let (world, schedule) = build(messages);
        return (world, schedule, messages);
    }
    // How many events a message has depends on the campaigns and these on the number of messages: try, measure, adjust.
    let mut messages = (options.events * 10 / 32).max(1);
    for samples in [4_000, 20_000] {
        let (world, schedule) = build(messages);
        let actions: u64 = world.campaigns.iter().map(|campaign| campaign.actions.len() as u64).sum();
        let events = calibrate(options.seed, &world, &schedule, samples);
        messages = schedule::share(options.events.saturating_sub(actions), samples, events).max(1);
    }
    let (world, schedule) = build(messages);
    (world, schedule, messages)
}

/// How many lines of `smsql/event` this many messages make, drawn at random from the schedule.
fn calibrate(seed: u64, world: &World, schedule: &Schedule, samples: u64) -> u64 {
    let mut random = Random::new(seed, stream::CALIBRATION);
    let cumulated = schedule.cumulated();
    let mut plan = Plan::default();
    let mut events = 0;
    for number in 0..samples {
        let submission = schedule.sample(random.bits(), &cumulated);
        let (message, to) = submit(world, &mut random, &submission, number);
        plan.make(&mut random, world, &message, &to, false);
        events += plan.events.iter().filter(|event| !matches!(event.what, What::Facts)).count() as u64;
    }
    events
}

/// The message that a submission sends.
fn submit(world: &World, random: &mut Random, submission: &Submission, number: u64) -> (Message, Recipient) {
    let id = mix(world.key ^ number);
    let campaign = world.campaigns.get(submission.campaign as usize);
    let (recipient, provider, template) = match campaign {
        Some(campaign) => {
            (campaign.recipient(submission.index, world.recipients), campaign.provider, campaign.template)
        }
        None => (
            random.below(world.recipients.into()) as u32,
            Provider::ALL[random.weighted(&Provider::WEIGHTS)],
            random.below(texts::TRANSACTIONAL_TEXTS.len() as u64) as u8,
        ),
    };
    let message = Message {
        id,
        submitted: submission.time,
        recipient,
        campaign: if campaign.is_some() { submission.campaign } else { NO_CAMPAIGN },
        blast: submission.blast,
        provider,
        template,
        segments: render::message_segments(render::template(campaign.is_some(), template), id),
    };
    (message, world.recipient(recipient))
}

/// What a run keeps.
struct Run<'a> {
    world: &'a World,
    queue: Queue,
    tally: Tally,
    sinks: Vec<Sink>,
    calendar: render::Calendar,
    /// One bit for every recipient.
    opted_out: Vec<u64>,
    /// The file lines go to where feeds are cut into a number of files.
    part: u32,
}

impl Run<'_> {
    fn has_opted_out(&self, recipient: u32) -> bool {
        self.opted_out[recipient as usize / 64] >> (recipient % 64) & 1 == 1
    }

    /// Queues everything done with campaigns: it is planned before the first message goes out.
    fn actions(&mut self) {
        let campaigns = self.world.campaigns.iter().zip(0..);
        for (campaign, index) in campaigns {
            for &(time, blast, action) in &campaign.actions {
                self.queue.push_action(Event {
                    time,
                    received: time + 50_000,
                    what: What::Action { campaign: index, blast, action },
                    ordinal: 0,
                    attempt: 0,
                    part: 0,
                    level: None,
                    priced: false,
                    repeat: false,
                });
                self.tally.action();
            }
        }
    }

    /// Writes what has come in by `time`.
    fn write(&mut self, time: i64, open: &mut sink::Open<'_>) -> Result<()> {
        while let Some((message, event)) = self.queue.pop(time) {
            if let (What::OptOut(_), Some(message)) = (event.what, message) {
                self.opted_out[message.recipient as usize / 64] |= 1 << (message.recipient % 64);
            }
            let to = message.map(|message| self.world.recipient(message.recipient));
            let mut context = feeds::Context {
                world: self.world,
                about: message.as_ref().zip(to.as_ref()),
                event: &event,
                calendar: &mut self.calendar,
            };
            self.tally.line(&event);
            for sink in &mut self.sinks {
                sink.turn(self.part, event.received, open)?;
                if feeds::line(sink.feed, &mut sink.buffer, &mut context) {
                    sink.line(event.repeat)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, open: &mut sink::Open<'_>) -> Result<Truth> {
        let last = self.tally.truth.received.1;
        for mut sink in self.sinks {
            // A feed with nothing to say still has its file.
            sink.turn(self.part, last, open)?;
            let (feed, truth) = sink.finish()?;
            self.tally.feed(feed, truth);
        }
        Ok(self.tally.finish(self.world))
    }
}
