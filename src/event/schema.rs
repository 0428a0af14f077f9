//! The one definition of the event log's columns: Arrow and Delta schemas and the documentation derive from it.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

/// How a column is held. Each has one Arrow type in memory and one Delta type in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text of many different values: `Utf8View`.
    Text,
    /// Text of few different values: dictionary of `Utf8` by `Int32`.
    Category,
    /// True or false.
    Bool,
    /// A count: `Int32`.
    Int,
    /// A large count or a line number: `Int64`.
    Long,
    /// An instant: microseconds since the epoch, UTC.
    Time,
    /// An exact decimal of 18 digits, this many after the point.
    Decimal(i8),
    /// The first 126 bits of a SHA-256 as a 38-digit decimal: the one 16-byte type every Delta and Parquet reader knows.
    Key,
    /// A list of texts.
    TextList,
    /// A map from text to text.
    TextMap,
}

impl ColumnType {
    /// The Arrow type of a column in memory and in the Parquet files' own schema.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8View,
            Self::Category => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Self::Bool => DataType::Boolean,
            Self::Int => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Decimal(scale) => DataType::Decimal128(18, scale),
            Self::Key => DataType::Decimal128(38, 0),
            Self::TextList => DataType::List(Arc::new(Field::new("element", DataType::Utf8, true))),
            Self::TextMap => DataType::Map(
                Arc::new(Field::new(
                    "key_value",
                    DataType::Struct(Fields::from(vec![
                        Field::new("key", DataType::Utf8, false),
                        Field::new("value", DataType::Utf8, true),
                    ])),
                    false,
                )),
                false,
            ),
        }
    }
}

/// One column of the event log.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name, in SQL, Parquet and feeds alike.
    pub name: &'static str,
    /// How it is held.
    pub column_type: ColumnType,
    /// Whether every event has it.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
}

const fn column(name: &'static str, column_type: ColumnType, required: bool, doc: &'static str) -> Column {
    Column { name, column_type, required, doc }
}

use ColumnType::{Bool, Category, Decimal, Int, Key, Long, Text, TextList, TextMap, Time};

/// The columns of an event, in the order people meet them.
pub const EVENT_COLUMNS: &[Column] = &[
    column("provider", Category, true, "Who reported it: `twilio`, `vonage`, ... `smsql` where no provider is named."),
    column("account", Category, false, "The provider's account, project or service the message was sent from."),
    column("message_id", Text, false, "The provider's id of the message; null for campaign events."),
    column("direction", Category, true, "`outbound` (to a recipient) or `inbound` (from one)."),
    column("kind", Category, true, "`status`, `click`, `reply`, `opt_out`, `opt_in` or `campaign`."),
    column("status", Category, false, "The provider's status, verbatim; for campaign events the action."),
    column("error_code", Category, false, "The provider's error code or reason, verbatim."),
    column("provider_final", Bool, false, "Whether the provider says that this status is final, where it says so."),
    column("level", Category, false, "Who confirmed: `operator` or `handset`, where it is known."),
    column("part_index", Int, false, "Which part of a long message, from 1; null for the whole message."),
    column("part_count", Int, false, "How many parts the message has, where the feed says."),
    column("attempt", Int, false, "Which try at sending this message, from 1, where the feed says."),
    column("event_time", Time, true, "When it happened; `received_at` where the feed gives no time."),
    column("time_precision", Category, true, "`us`, `ms`, `s`, `min`, `day`; `received` where the feed gives no time."),
    column("time_zone_assumed", Category, false, "The zone `event_time` was read in where the feed gives local time."),
    column("submitted_at", Time, false, "When the message was handed to the provider."),
    column("received_at", Time, true, "When our side received the report; `landed_at` where nothing recorded it."),
    column("landed_at", Time, true, "When smsql landed it: when we knew."),
    column("recipient", Text, false, "The other party of an outbound message, E.164 where it can be."),
    column("sender", Text, false, "Who sent it: a number in E.164 where it can be, a short code or a name."),
    column("country", Category, false, "ISO 3166 code of the recipient's country, as reported."),
    column("carrier", Category, false, "The network, `mcc-mnc` where it is given as codes."),
    column("campaign_id", Category, false, "The campaign or blast it belongs to."),
    column("list_ids", TextList, false, "The lists or segments the recipient was addressed through."),
    column("user", Category, false, "The account user who sent it or acted."),
    column("body", Text, false, "The text of the message or reply."),
    column("encoding", Category, false, "`gsm7` or `ucs2`, as reported."),
    column("segments", Int, false, "How many parts were billed."),
    column("credits", Decimal(6), false, "Message credits used."),
    column("cost", Decimal(8), false, "What the provider charged, >= 0, in `currency`; null is not zero."),
    column("currency", Category, false, "ISO 4217 code of `cost`."),
    column("link_id", Category, false, "The tracked link's id."),
    column("link_url", Category, false, "Where the tracked link leads."),
    column("user_agent", Category, false, "The browser or bot that followed the link, as it named itself."),
    column("source_event_id", Text, false, "The provider's own id of this event."),
    column("source_file", Category, true, "SHA-256 of the landed file; the archived copy has that name."),
    column("source_line", Long, true, "The line in that file, from 1."),
    column("tags", TextMap, false, "Anything the sender attached to the message, by name."),
    column("event_key", Key, true, "The event's identity: equal for the same report delivered twice."),
    column("message_key", Key, false, "The message's identity: a hash of (provider, account, message_id)."),
];

/// What a reject holds beside `provider`, `received_at`, `landed_at`, `source_file` and `source_line`.
pub const REJECT_COLUMNS: &[Column] = &[
    column("feed", Category, false, "The feed it was read with: `provider/api`."),
    column("reason", Text, false, "Why it was refused."),
    column("raw", Text, false, "The refused record as it stood in the file, at most RECORD_BYTES_MAX of it."),
];

/// What a landing holds beside `feed`, `landed_at` and `source_file`.
pub const LANDING_COLUMNS: &[Column] = &[
    column("landing_id", Text, false, "The landing's identity: SHA-256 over content, feed and options."),
    column("source_name", Text, false, "The name the file was landed under."),
    column("feed_hash", Text, false, "SHA-256 of the feed's SQL file."),
    column("source_bytes", Long, false, "Size of the file as it was read, still compressed."),
    column("rows_read", Long, false, "Canonical rows the feed made of the file."),
    column("rows_landed", Long, false, "Events that were new."),
    column("rows_duplicate", Long, false, "Events that were known already."),
    column("rows_rejected", Long, false, "Records refused."),
];

/// The Arrow schema of these columns.
pub fn arrow_schema<'a>(columns: impl IntoIterator<Item = &'a Column>) -> SchemaRef {
    Arc::new(Schema::new(
        columns.into_iter().map(|c| Field::new(c.name, c.column_type.arrow(), !c.required)).collect::<Vec<_>>(),
    ))
}

/// The Arrow schema of canonical events.
pub fn event_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| arrow_schema(EVENT_COLUMNS));
    Arc::clone(&SCHEMA)
}
