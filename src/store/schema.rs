//! The table's columns in Delta's types, its properties, and what is checked of both when a store is opened.

use std::sync::LazyLock;
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use deltalake::kernel::{ArrayType, DataType, MapType, PrimitiveType, StructField};
use deltalake::table::state::DeltaTableState;
use url::Url;

use crate::error::{Error, Result};
use crate::event::schema::{EVENT_COLUMNS, LANDING_COLUMNS, REJECT_COLUMNS, arrow_schema};
use crate::event::{Column, ColumnType};

/// The column that says which kind of record a row is.
pub(crate) const PARTITION_COLUMN: &str = "record";

/// A hundred years: longer than any duty to keep records.
const FOREVER: &str = "interval 36500 days";
/// What the settings of an opened store must keep at least: ten years.
const KEPT_MIN: Duration = Duration::from_secs(3650 * 24 * 60 * 60);

/// The properties a store is created with, which keep its history.
pub(crate) const PROPERTIES: &[(&str, &str)] = &[
    ("delta.enableExpiredLogCleanup", "false"),
    ("delta.logRetentionDuration", FOREVER),
    ("delta.deletedFileRetentionDuration", FOREVER),
    // Opening reads the last checkpoint and the entries after it. Ten is Spark's default: an open reads at most ten
    // entries, and a checkpoint costs less than the landing before it.
    ("delta.checkpointInterval", "10"),
];

/// The kinds of record in the log, and the values of its partition column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Record {
    /// What happened to a message.
    Event,
    /// A record of a feed that was refused, with the reason.
    Reject,
    /// A file that was landed.
    Landing,
}

impl Record {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Event, Self::Reject, Self::Landing];

    /// Its name in the partition column.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Reject => "reject",
            Self::Landing => "landing",
        }
    }

    /// What a row of its table is.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Event => "One row per event: what one report says happened to one message",
            Self::Reject => "One row per refused record",
            Self::Landing => "One row per landed file",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|record| record.name() == name)
    }

    /// The columns such a record has, in the order people meet them: those it shares with events first.
    pub fn columns(self) -> Vec<Column> {
        match self {
            Self::Event => EVENT_COLUMNS.to_vec(),
            Self::Reject => {
                let mut columns =
                    shared(&["provider", "received_at", "landed_at", "source_file", "source_line"]).to_vec();
                // A record that could not be read does not say when it came.
                columns.iter_mut().filter(|c| c.name == "received_at").for_each(|c| c.required = false);
                columns.extend(REJECT_COLUMNS);
                columns
            }
            Self::Landing => {
                let mut columns: Vec<Column> =
                    REJECT_COLUMNS.iter().filter(|column| column.name == "feed").copied().collect();
                columns.extend(shared(&["landed_at", "source_file"]));
                columns.extend(LANDING_COLUMNS);
                columns
            }
        }
    }

    /// The Arrow schema of such records in memory and in Parquet.
    pub fn schema(self) -> SchemaRef {
        static SCHEMAS: LazyLock<[SchemaRef; 3]> =
            LazyLock::new(|| Record::ALL.map(|record| arrow_schema(&record.columns())));
        SCHEMAS[self as usize].clone()
    }
}

fn shared(names: &[&str]) -> Vec<Column> {
    names.iter().filter_map(|name| EVENT_COLUMNS.iter().find(|c| c.name == *name).copied()).collect()
}

/// The table's columns. All may be null: no kind of record has them all.
pub(crate) fn delta_columns() -> Result<Vec<StructField>> {
    let mut fields = vec![StructField::not_null(PARTITION_COLUMN, DataType::STRING)];
    for column in all_columns() {
        fields.push(StructField::nullable(column.name, delta_type(column.column_type)?));
    }
    Ok(fields)
}

fn all_columns() -> impl Iterator<Item = &'static Column> {
    EVENT_COLUMNS.iter().chain(REJECT_COLUMNS).chain(LANDING_COLUMNS)
}

fn delta_type(column_type: ColumnType) -> Result<DataType> {
    let decimal = |precision, scale: i8| {
        let scale = u8::try_from(scale).map_err(|_| Error::Internal("a negative scale".into()))?;
        let decimal = PrimitiveType::decimal(precision, scale).map_err(|e| Error::Internal(e.to_string()))?;
        Ok::<_, Error>(DataType::Primitive(decimal))
    };
    Ok(match column_type {
        ColumnType::Text | ColumnType::Category => DataType::STRING,
        ColumnType::Bool => DataType::BOOLEAN,
        ColumnType::Int => DataType::INTEGER,
        ColumnType::Long => DataType::LONG,
        ColumnType::Time => DataType::TIMESTAMP,
        ColumnType::Decimal(scale) => decimal(18, scale)?,
        ColumnType::Key => decimal(38, 0)?,
        ColumnType::TextList => DataType::from(ArrayType::new(DataType::STRING, true)),
        ColumnType::TextMap => DataType::from(MapType::new(DataType::STRING, DataType::STRING, true)),
    })
}

/// Whether the log keeps the smallest and greatest value of a column for each file. Times and counts, and the short
/// words people filter by; not hashes (every file spans them all) and not free text.
pub(crate) fn has_stats(column: &Column) -> bool {
    match column.column_type {
        ColumnType::Time | ColumnType::Int | ColumnType::Long | ColumnType::Bool => true,
        ColumnType::Category => !matches!(column.name, "link_url" | "user_agent" | "source_file"),
        _ => matches!(column.name, "landing_id"),
    }
}

/// The names of the columns with statistics, for other writers of this table.
pub(crate) fn stats_columns() -> Vec<&'static str> {
    all_columns().filter(|column| has_stats(column)).map(|column| column.name).collect()
}

/// Refuses a table that is not a store's, or one whose settings would let its history be deleted.
pub(crate) fn check(url: &Url, state: &DeltaTableState) -> Result<()> {
    let partition_columns = state.metadata().partition_columns();
    if *partition_columns != [PARTITION_COLUMN] {
        let message = "its folder `events` holds a Delta table that is not partitioned by `record`: not a store";
        return Err(Error::invalid(url, message));
    }
    let schema = state.schema();
    let missing: Vec<&str> =
        all_columns().map(|column| column.name).filter(|name| schema.field(name).is_none()).collect();
    if !missing.is_empty() {
        let message = format!("its table lacks the columns {}: another version of smsql made it", missing.join(", "));
        return Err(Error::invalid(url, message));
    }
    let properties = state.table_config();
    let set = |wrong: &str, right: &str| {
        let message = format!(
            "the table property {wrong}, so history may be deleted and reports may not be reproducible; \
             check what set it, then set it back: ALTER TABLE delta.`{url}events` SET TBLPROPERTIES ({right})"
        );
        Err(Error::invalid(url, message))
    };
    if properties.enable_expired_log_cleanup != Some(false) {
        let wrong = "delta.enableExpiredLogCleanup is not `false`";
        return set(wrong, "'delta.enableExpiredLogCleanup' = 'false'");
    }
    let durations = [
        ("delta.logRetentionDuration", properties.log_retention_duration),
        ("delta.deletedFileRetentionDuration", properties.deleted_file_retention_duration),
    ];
    for (name, duration) in durations {
        if duration.is_none_or(|duration| duration < KEPT_MIN) {
            let days = duration.map_or_else(|| "unset".to_owned(), |d| format!("{} days", d.as_secs() / 86_400));
            return set(&format!("{name} is {days}, less than ten years"), &format!("'{name}' = '{FOREVER}'"));
        }
    }
    Ok(())
}
