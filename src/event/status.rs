//! What a provider's status means: buckets, their rank in the fold, and the table that maps raw words to them.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The state of a message, in one vocabulary for every provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Bucket {
    /// Queued, scheduled, buffered or in retry.
    Pending,
    /// The carrier or operator has it; no word of the recipient.
    Sent,
    /// The provider's final positive.
    Delivered,
    /// Failed for a temporary condition, or for no stated reason.
    SoftBounce,
    /// The number is invalid, unknown, inactive, a landline or barred.
    HardBounce,
    /// Refused because of sender, content, account, price, policy or cancellation.
    Rejected,
    /// The recipient opted out, or is on a block list.
    Unsubscribed,
    /// Final without information, or a status the table does not know.
    Unknown,
}

impl Bucket {
    /// All of them, in the order reports show them.
    pub const ALL: [Self; 8] = [
        Self::Pending,
        Self::Sent,
        Self::Delivered,
        Self::SoftBounce,
        Self::HardBounce,
        Self::Rejected,
        Self::Unsubscribed,
        Self::Unknown,
    ];

    /// Its name in SQL and everywhere else.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::SoftBounce => "soft_bounce",
            Self::HardBounce => "hard_bounce",
            Self::Rejected => "rejected",
            Self::Unsubscribed => "unsubscribed",
            Self::Unknown => "unknown",
        }
    }

    /// Its rank in the fold, 1 to 6: the greater one wins whatever the order of arrival.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Pending => 1,
            Self::Sent => 2,
            Self::Unknown => 3,
            Self::SoftBounce => 4,
            Self::HardBounce | Self::Rejected | Self::Unsubscribed => 5,
            Self::Delivered => 6,
        }
    }

    /// Whether no further receipt is expected: all but `pending` and `sent`.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Sent)
    }

    /// Whether it says that the message did not arrive. Only such a status is refined by its error code.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::SoftBounce | Self::HardBounce | Self::Rejected | Self::Unsubscribed)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Bucket {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|bucket| bucket.name() == name)
            .ok_or_else(|| Error::not_found("bucket", name, Self::ALL.map(Self::name)))
    }
}

/// What one status report means to the fold: rank times ten plus a variant, so that the greater class wins.
///
/// It differs from [`Bucket`] where the report says how sure it is: a `delivered` that is not final yet counts as
/// `sent`, one that only the operator confirmed can still be outranked by a bounce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u8);

impl Class {
    /// A final delivery that the operator, not the handset, confirmed.
    pub const DELIVERED_TO_OPERATOR: Self = Self(41);

    /// The class of a report in this bucket, at this level, with this finality (`None`: not stated, taken as final).
    pub fn new(bucket: Bucket, level: Option<&str>, provider_final: Option<bool>) -> Self {
        match bucket {
            Bucket::Delivered if provider_final == Some(false) => Self::of(Bucket::Sent),
            Bucket::Delivered if level == Some("operator") => Self::DELIVERED_TO_OPERATOR,
            bucket => Self::of(bucket),
        }
    }

    /// The class of a bucket of which nothing more is known.
    pub const fn of(bucket: Bucket) -> Self {
        Self(match bucket {
            Bucket::Pending => 10,
            Bucket::Sent => 20,
            Bucket::Unknown => 30,
            Bucket::SoftBounce => 40,
            Bucket::HardBounce => 50,
            Bucket::Rejected => 51,
            Bucket::Unsubscribed => 52,
            Bucket::Delivered => 60,
        })
    }

    /// Its rank in the fold, 1 to 6.
    pub const fn rank(self) -> u8 {
        self.0 / 10
    }

    /// The bucket a message in this class is shown in.
    pub const fn bucket(self) -> Bucket {
        match self.0 {
            10 => Bucket::Pending,
            20 => Bucket::Sent,
            40 => Bucket::SoftBounce,
            41 | 60 => Bucket::Delivered,
            50 => Bucket::HardBounce,
            51 => Bucket::Rejected,
            52 => Bucket::Unsubscribed,
            _ => Bucket::Unknown,
        }
    }
}

/// What the table says of one raw value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// The bucket it means.
    pub bucket: Bucket,
    /// Whether the provider says no more after it.
    pub is_final: bool,
}

/// One row of the table, as people see it in `status_codes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCode {
    /// The provider whose vocabulary it is.
    pub provider: String,
    /// `status`, `error_code`, or `status/error_code` for a value `STATUS/CODE` that only the pair decides.
    pub field: String,
    /// The raw value.
    pub value: String,
    /// What it means to smsql.
    pub mapping: Mapping,
    /// What it means, in a few words.
    pub meaning: String,
    /// `built-in`, or `store` where the store's own `status_codes.csv` says so.
    pub origin: &'static str,
}

/// The map from (provider, field, value) to bucket. Raw codes collide between providers, so the key has all three.
///
/// Values match without regard to ASCII case: one provider writes `delivered` in callbacks and `DELIVERED` in streams.
#[derive(Debug, Clone)]
pub struct StatusTable {
    rows: Vec<StatusCode>,
    /// Made when the first status is looked up: most commands look up none, and this is half of what it takes to start.
    by_key: OnceLock<HashMap<(String, String, String), Mapping>>,
    hash: OnceLock<String>,
}

const BUILT_IN: &str = include_str!("../../data/status_codes.csv");
const HEADER: &str = "provider,field,value,bucket,is_final,meaning";

impl StatusTable {
    /// The table smsql ships with, overridden row by row by `overrides` (CSV of the same columns), if any.
    pub fn new(overrides: Option<&str>) -> Result<Self> {
        let mut rows = parse("data/status_codes.csv", BUILT_IN, "built-in")?;
        if let Some(text) = overrides {
            let own = parse("status_codes.csv of the store", text, "store")?;
            let replaced: std::collections::HashSet<_> = own.iter().map(key_of).collect();
            rows.retain(|row| !replaced.contains(&key_of(row)));
            rows.extend(own);
        }
        rows.sort_by(|a, b| (&a.provider, &a.field, &a.value).cmp(&(&b.provider, &b.field, &b.value)));
        Ok(Self { rows, by_key: OnceLock::new(), hash: OnceLock::new() })
    }

    /// Its rows, ordered by provider, field and value.
    pub fn rows(&self) -> &[StatusCode] {
        &self.rows
    }

    /// SHA-256 over what the table decides; part of every receipt.
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let mut hasher = Sha256::new();
            for row in &self.rows {
                let Mapping { bucket, is_final } = row.mapping;
                hasher.update(format!("{},{},{},{bucket},{is_final}\n", row.provider, row.field, row.value));
            }
            format!("{:x}", hasher.finalize())
        })
    }

    /// What a status with its error code means; `None` where the table does not know the status.
    ///
    /// The status decides the class; an error code only refines a failure, and never turns one into a success.
    pub fn lookup(&self, provider: &str, status: &str, error_code: Option<&str>) -> Option<Mapping> {
        let code = error_code.filter(|code| !code.is_empty());
        if let Some(code) = code
            && let Some(pair) = self.get(provider, "status/error_code", &format!("{status}/{code}"))
        {
            return Some(pair);
        }
        let by_status = self.get(provider, "status", status)?;
        if by_status.bucket.is_failure()
            && let Some(by_code) = code.and_then(|code| self.get(provider, "error_code", code))
            && (by_code.bucket.is_failure() || by_code.bucket == Bucket::Unknown)
        {
            return Some(by_code);
        }
        Some(by_status)
    }

    fn get(&self, provider: &str, field: &str, value: &str) -> Option<Mapping> {
        let key = (provider.to_ascii_lowercase(), field.to_owned(), value.trim().to_ascii_lowercase());
        let by_key = self.by_key.get_or_init(|| self.rows.iter().map(|row| (key_of(row), row.mapping)).collect());
        by_key.get(&key).copied()
    }
}

fn key_of(row: &StatusCode) -> (String, String, String) {
    (row.provider.to_ascii_lowercase(), row.field.clone(), row.value.to_ascii_lowercase())
}

fn parse(place: &str, text: &str, origin: &'static str) -> Result<Vec<StatusCode>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| Error::invalid(place, e))?.iter().collect::<Vec<_>>().join(",");
    if header != HEADER {
        return Err(Error::invalid(place, format!("the header is `{header}`, it must be `{HEADER}`")));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| Error::invalid(place, e))?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |i: usize| record.get(i).unwrap_or_default().to_owned();
        let at = || format!("{place}:{line}");
        let bucket = field(3).parse().map_err(|e| Error::invalid(at(), e))?;
        let is_final = match field(4).as_str() {
            "true" | "1" => true,
            "false" | "0" => false,
            other => return Err(Error::invalid(at(), format!("is_final is `{other}`, it must be true or false"))),
        };
        if !matches!(field(1).as_str(), "status" | "error_code" | "status/error_code") {
            return Err(Error::invalid(
                at(),
                format!("field is `{}`, not status, error_code or status/error_code", field(1)),
            ));
        }
        rows.push(StatusCode {
            provider: field(0),
            field: field(1),
            value: field(2),
            mapping: Mapping { bucket, is_final },
            meaning: field(5),
            origin,
        });
    }
    Ok(rows)
}
