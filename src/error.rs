//! What can go wrong, by meaning. Every message names the place: the file and line, the limit, the table, the flag.

use std::fmt;

/// The result of anything in smsql that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error by what it means to the person or script that meets it. [`Error::exit_code`] is its contract with scripts.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command was called in a way it does not take. Exit code 2.
    #[error("{0}")]
    Usage(String),

    /// A file, feed, parameter or configuration does not say what it must; `place` is where.
    #[error("{place}: {message}")]
    Invalid {
        /// Where: a path with line, a column, a parameter name.
        place: String,
        /// What is wrong with it, and what would be right.
        message: String,
    },

    /// Something named does not exist; `near` holds the names it may have been meant to be.
    #[error("there is no {what} `{name}`{}", did_you_mean(.near))]
    NotFound {
        /// The kind of thing, in the words of the user: `feed`, `store`, `parameter`.
        what: &'static str,
        /// The name that was asked for.
        name: String,
        /// Existing names close to it, nearest first.
        near: Vec<String>,
    },

    /// A bound was reached; `limit` is its name in [`crate::limits`]. Exit code 5.
    #[error("limit {limit} reached: {message}")]
    Limit {
        /// The name of the limit, as in [`crate::limits`] and on the command line.
        limit: &'static str,
        /// Its value, what met it, and how to raise it.
        message: String,
    },

    /// Some records were refused; the rest is in the store.
    #[error("{rejected} of {read} rows were rejected; `smsql sql \"SELECT * FROM rejects\"` shows why")]
    Rejected {
        /// How many were refused.
        rejected: u64,
        /// Of how many.
        read: u64,
    },

    /// Another writer got in between and retrying did not help.
    #[error("{0}")]
    Conflict(String),

    /// The object store or a local file could not be read or written.
    #[error("{context}: {source}")]
    Storage {
        /// What was being done, to which object.
        context: String,
        /// What the store said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A statement could not be planned or run; the text points into it.
    #[error("{0}")]
    Query(String),

    /// The person at the keyboard stopped it. Exit code 130.
    #[error("cancelled")]
    Cancelled,

    /// smsql broke a promise to itself. Always a bug worth reporting.
    #[error("internal error: {0} (this is a bug in smsql)")]
    Internal(String),
}

impl Error {
    /// The process exit code this error ends with: 1 failed, 2 usage, 5 limit, 130 cancelled.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Limit { .. } => 5,
            Self::Cancelled => 130,
            _ => 1,
        }
    }

    /// Something at `place` is not as it must be.
    pub fn invalid(place: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self::Invalid { place: place.to_string(), message: message.to_string() }
    }

    /// Reading or writing failed while doing `context`.
    pub fn storage(context: impl fmt::Display, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Storage { context: context.to_string(), source: source.into() }
    }

    /// There is no `name` among the `known` ones; suggests those that are spelt alike.
    pub fn not_found<'a>(what: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::NotFound { what, name: name.to_owned(), near: near(name, known) }
    }
}

/// The names among `known` that `name` may have been meant to be, nearest first, at most three.
pub fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= 0.8)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        names => format!(", did you mean {}?", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ")),
    }
}

impl From<datafusion::error::DataFusionError> for Error {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        use datafusion::error::DataFusionError as D;
        match error.find_root() {
            D::ResourcesExhausted(message) => Self::Limit { limit: "memory_limit", message: message.clone() },
            _ => Self::Query(error.strip_backtrace()),
        }
    }
}

impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Internal(error.to_string())
    }
}
