//! The words in which each provider reports, and the bucket each word must end in.

use crate::event::Bucket;

/// A provider whose traffic is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    Twilio,
    Infobip,
    Smpp,
    Vonage,
    Smsql,
}

/// One report: status, error code, and what it means.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) status: &'static str,
    pub(super) code: Option<&'static str>,
    pub(super) bucket: Bucket,
}

/// What a provider says at each step of a message's way.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// The first report, on taking the message.
    pub(super) submitted: Word,
    /// The operator has it; and how many of a million messages are reported so where a receipt follows.
    pub(super) sent: Option<(Word, u32)>,
    /// It waits for the handset.
    pub(super) waiting: Option<Word>,
    pub(super) delivered: Word,
    /// What a final receipt of an operator looks like; none where the provider leaves it at `sent`.
    pub(super) delivered_by_operator: bool,
    /// Whether the provider tries again by itself and reports every try.
    pub(super) retries: bool,
    /// Whether long messages get a receipt for every part.
    pub(super) parts: bool,
    pub(super) soft: &'static [Word],
    pub(super) hard: &'static [Word],
    pub(super) rejected: &'static [Word],
    pub(super) unsubscribed: Word,
    pub(super) unknown: Option<Word>,
}

const fn word(status: &'static str, bucket: Bucket) -> Word {
    Word { status, code: None, bucket }
}

const fn coded(status: &'static str, code: &'static str, bucket: Bucket) -> Word {
    Word { status, code: Some(code), bucket }
}

use Bucket::{Delivered, HardBounce, Pending, Rejected, Sent, SoftBounce, Unknown, Unsubscribed};

static TWILIO: Vocabulary = Vocabulary {
    submitted: word("queued", Pending),
    sent: Some((word("sent", Sent), 990_000)),
    waiting: None,
    delivered: word("delivered", Delivered),
    delivered_by_operator: true,
    retries: false,
    parts: false,
    soft: &[coded("undelivered", "30003", SoftBounce), coded("undelivered", "30017", SoftBounce)],
    hard: &[coded("undelivered", "30005", HardBounce), coded("undelivered", "30006", HardBounce)],
    rejected: &[coded("undelivered", "30007", Rejected), coded("failed", "30034", Rejected)],
    unsubscribed: coded("failed", "21610", Unsubscribed),
    unknown: None,
};

static INFOBIP: Vocabulary = Vocabulary {
    submitted: word("PENDING_ENROUTE", Pending),
    sent: Some((word("DELIVERED_TO_OPERATOR", Sent), 900_000)),
    waiting: None,
    delivered: word("DELIVERED_TO_HANDSET", Delivered),
    delivered_by_operator: false,
    retries: false,
    parts: false,
    soft: &[
        coded("EXPIRED_EXPIRED", "EC_VP_EXPIRED", SoftBounce),
        coded("UNDELIVERABLE_NOT_DELIVERED", "EC_ABSENT_SUBSCRIBER", SoftBounce),
        coded("UNDELIVERABLE_NOT_DELIVERED", "EC_SM_DELIVERY_FAILURE", SoftBounce),
    ],
    hard: &[
        coded("UNDELIVERABLE_NOT_DELIVERED", "EC_UNKNOWN_SUBSCRIBER", HardBounce),
        coded("UNDELIVERABLE_NOT_DELIVERED", "EC_ILLEGAL_SUBSCRIBER", HardBounce),
    ],
    rejected: &[
        coded("UNDELIVERABLE_REJECTED_OPERATOR", "EC_REJECTED_SPAM_BY_OPERATOR", Rejected),
        word("REJECTED_NETWORK", Rejected),
    ],
    unsubscribed: coded("REJECTED_DESTINATION_BLOCKLISTED", "EC_BLACKLISTED_DESTINATIONADDRESS", Unsubscribed),
    unknown: Some(word("EXPIRED_DLR_UNKNOWN", Unknown)),
};

static SMPP: Vocabulary = Vocabulary {
    submitted: word("ENROUTE", Pending),
    sent: Some((word("ACCEPTD", Sent), 800_000)),
    waiting: None,
    delivered: word("DELIVRD", Delivered),
    delivered_by_operator: false,
    retries: false,
    parts: false,
    soft: &[coded("EXPIRED", "027", SoftBounce)],
    // The codes are the operator's own, so a failure is no evidence against the number.
    hard: &[coded("UNDELIV", "001", SoftBounce)],
    rejected: &[word("REJECTD", Rejected)],
    // An SMPP receipt has no word for it: the gateway refuses.
    unsubscribed: word("REJECTD", Rejected),
    unknown: Some(word("UNKNOWN", Unknown)),
};

static VONAGE: Vocabulary = Vocabulary {
    submitted: word("accepted", Sent),
    sent: None,
    waiting: Some(word("buffered", Pending)),
    delivered: word("delivered", Delivered),
    delivered_by_operator: true,
    retries: false,
    parts: true,
    soft: &[word("expired", SoftBounce), coded("failed", "2", SoftBounce), coded("failed", "7", SoftBounce)],
    hard: &[coded("failed", "3", HardBounce), coded("failed", "11", HardBounce)],
    rejected: &[coded("rejected", "6", Rejected), coded("rejected", "52", Rejected)],
    unsubscribed: coded("failed", "9", Unsubscribed),
    unknown: Some(word("unknown", Unknown)),
};

static SMSQL: Vocabulary = Vocabulary {
    submitted: word("pending", Pending),
    sent: Some((word("sent", Sent), 990_000)),
    waiting: None,
    delivered: word("delivered", Delivered),
    delivered_by_operator: true,
    retries: true,
    parts: false,
    soft: &[word("soft_bounce", SoftBounce)],
    hard: &[word("hard_bounce", HardBounce)],
    rejected: &[word("rejected", Rejected)],
    unsubscribed: word("unsubscribed", Unsubscribed),
    unknown: Some(word("unknown", Unknown)),
};

impl Provider {
    pub(super) const ALL: [Self; 5] = [Self::Twilio, Self::Infobip, Self::Smpp, Self::Vonage, Self::Smsql];
    /// How much of the traffic each carries.
    pub(super) const WEIGHTS: [u32; 5] = [30, 25, 15, 10, 20];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::Infobip => "infobip",
            Self::Smpp => "smpp",
            Self::Vonage => "vonage",
            Self::Smsql => "smsql",
        }
    }

    /// The account its reports name, if they do.
    pub(super) const fn account(self) -> Option<&'static str> {
        match self {
            Self::Twilio => Some("AC0123456789abcdef0123456789abcdef"),
            Self::Vonage => Some("a1b2c3d4"),
            Self::Infobip | Self::Smpp | Self::Smsql => None,
        }
    }

    /// The currency it charges in, if its reports tell a price.
    pub(super) const fn currency(self) -> Option<&'static str> {
        match self {
            Self::Twilio => Some("USD"),
            Self::Infobip | Self::Vonage => Some("EUR"),
            Self::Smpp | Self::Smsql => None,
        }
    }

    pub(super) fn vocabulary(self) -> &'static Vocabulary {
        match self {
            Self::Twilio => &TWILIO,
            Self::Infobip => &INFOBIP,
            Self::Smpp => &SMPP,
            Self::Vonage => &VONAGE,
            Self::Smsql => &SMSQL,
        }
    }
}
