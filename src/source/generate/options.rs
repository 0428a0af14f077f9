//! What to generate: every choice the caller has, with its default and its bounds.

use std::str::FromStr;

use chrono::NaiveDate;

use crate::error::{Error, Result};

/// A feed that can be written. Its name is the feed that `land` reads it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// Everything that happened, in smsql's own words: statuses, clicks, replies, opt-outs and campaign actions.
    Event,
    /// One line of facts per message, as a CRM hands them over: campaign, lists, user, body, segments, credits. And one
    /// per answer, opt-outs among them.
    Message,
    /// Clicks on tracked links.
    Click,
    /// What was done with campaigns: created, scheduled, sent, finished, ...
    Campaign,
    /// Twilio's status callbacks in the envelope of captured webhooks.
    TwilioStatusCallback,
    /// Infobip's delivery reports, one document per line.
    InfobipDeliveryReport,
    /// Receipt lines of an SMPP gateway.
    SmppReceipt,
}

impl Feed {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Event,
        Self::Message,
        Self::Click,
        Self::Campaign,
        Self::TwilioStatusCallback,
        Self::InfobipDeliveryReport,
        Self::SmppReceipt,
    ];

    /// The name `land` knows it by: `provider/api`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "smsql/event",
            Self::Message => "smsql/message",
            Self::Click => "smsql/click",
            Self::Campaign => "smsql/campaign",
            Self::TwilioStatusCallback => "twilio/status_callback",
            Self::InfobipDeliveryReport => "infobip/delivery_report",
            Self::SmppReceipt => "smpp/receipt",
        }
    }

    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::SmppReceipt => "txt",
            _ => "ndjson",
        }
    }
}

impl FromStr for Feed {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|feed| feed.name() == name)
            .ok_or_else(|| Error::not_found("generated feed", name, Self::ALL.map(Self::name)))
    }
}

/// How files are compressed; it shows in their suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// As they are.
    #[default]
    None,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl FromStr for Compression {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Self::None),
            "gzip" | "gz" => Ok(Self::Gzip),
            "zstd" | "zst" => Ok(Self::Zstd),
            _ => Err(Error::not_found("compression", name, ["none", "gzip", "zstd"])),
        }
    }
}

/// How one feed is cut into files. All cuts are cuts in time of arrival, so files can be landed as they would have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Split {
    /// One file per feed.
    #[default]
    One,
    /// This many files per feed (fewer if there are fewer messages), cut where 1/N, 2/N, ... of the messages have been submitted.
    Files(u32),
    /// One file per feed and UTC day of arrival.
    Day,
}

impl FromStr for Split {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match (text, text.parse()) {
            ("day", _) => Ok(Self::Day),
            (_, Ok(0 | 1)) => Ok(Self::One),
            (_, Ok(files)) => Ok(Self::Files(files)),
            _ => Err(Error::Usage(format!("files is `{text}`, it must be a number of files or `day`"))),
        }
    }
}

/// What to generate. The same options give the same bytes, on every machine.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerateOptions {
    /// The seed of every choice.
    pub seed: u64,
    /// About how many lines `smsql/event` has (or would have, where it is not among `feeds`), repeats included. Met
    /// within 3 % from 20,000 on. Not used where `messages` is given.
    pub events: u64,
    /// Exactly how many messages there are.
    pub messages: Option<u64>,
    /// The first day, UTC.
    pub start: NaiveDate,
    /// On how many days messages are submitted. Receipts and clicks may come up to ten days after the last one.
    pub days: u32,
    /// How many campaigns share the messages (the n-th gets 1/n of what the first gets); by default one for every 500
    /// messages, 3 to 200.
    pub campaigns: Option<u32>,
    /// How many recipients there are; by default one for every 4 messages, at most 4,000,000.
    pub recipients: Option<u32>,
    /// The share of messages that belong to no campaign: codes, reminders, notices of delivery.
    pub transactional: f64,
    /// The share of lines that repeat an earlier one, as webhooks that are sent again do.
    pub duplicates: f64,
    /// The share of status reports that come after the one they should have come before, among those that have one.
    pub disorder: f64,
    /// The feeds to write, each into files of its own.
    pub feeds: Vec<Feed>,
    /// How each feed is cut into files.
    pub split: Split,
    /// How files are compressed.
    pub compression: Compression,
    /// Whether `smsql/event` and `smsql/message` carry the text of messages.
    pub bodies: bool,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            events: 100_000,
            messages: None,
            start: NaiveDate::from_ymd_opt(2025, 1, 6).unwrap_or_default(),
            days: 28,
            campaigns: None,
            recipients: None,
            transactional: 0.2,
            duplicates: 0.015,
            disorder: 0.01,
            feeds: vec![Feed::Event],
            split: Split::One,
            compression: Compression::None,
            bodies: true,
        }
    }
}

/// More recipients than this would need longer telephone numbers than there are.
pub(super) const RECIPIENTS_MAX: u32 = 4_000_000;
const MESSAGES_MAX: u64 = 10_000_000_000;
const CAMPAIGNS_MAX: u32 = 100_000;
const DAYS_MAX: u32 = 3_660;

impl GenerateOptions {
    /// Refuses what cannot be generated, naming the option.
    pub(super) fn check(&self) -> Result<()> {
        let bounds = [
            ("events", self.events, 1, MESSAGES_MAX),
            ("messages", self.messages.unwrap_or(1), 1, MESSAGES_MAX),
            ("days", u64::from(self.days), 1, u64::from(DAYS_MAX)),
            ("campaigns", u64::from(self.campaigns.unwrap_or(1)), 1, u64::from(CAMPAIGNS_MAX)),
            ("recipients", u64::from(self.recipients.unwrap_or(1)), 1, u64::from(RECIPIENTS_MAX)),
        ];
        for (name, value, least, most) in bounds {
            if value < least || value > most {
                return Err(Error::Usage(format!("{name} is {value}, it must be {least} to {most}")));
            }
        }
        let shares = [
            ("transactional", self.transactional, 1.0),
            ("duplicates", self.duplicates, 0.5),
            ("disorder", self.disorder, 1.0),
        ];
        for (name, value, most) in shares {
            if !(0.0..=most).contains(&value) {
                return Err(Error::Usage(format!("{name} is {value}, it must be a share from 0 to {most}")));
            }
        }
        if self.feeds.is_empty() {
            return Err(Error::Usage("there is no feed to write".into()));
        }
        if let Split::Files(files) = self.split
            && !(1..=10_000).contains(&files)
        {
            return Err(Error::Usage(format!("files is {files}, it must be 1 to 10000")));
        }
        Ok(())
    }
}

/// A share in parts per million. Multiplying and rounding are exact by IEEE 754, so they agree between machines.
pub(super) fn ppm(share: f64) -> u32 {
    (share * 1e6).round() as u32
}
