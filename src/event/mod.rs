//! The canonical event: what happened to one message, once. Pure: no input or output.

pub mod gsm;
pub mod phone;
pub mod schema;
pub mod status;
pub mod time_text;

pub use schema::{Column, ColumnType};
pub use status::{Bucket, StatusTable};
