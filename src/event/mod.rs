//! The canonical event: what happened to one message, once. Pure: no input or output.

pub mod canonical;
pub mod gsm;
pub mod identity;
mod keys;
pub mod number;
pub mod phone;
pub mod schema;
pub mod status;
pub mod time;
pub mod time_text;

pub use canonical::{Canonical, canonicalise};
pub use schema::{Column, ColumnType};
pub use status::{Bucket, StatusTable};
