//! Canned reports: one SQL file each, with a header that people read and named sections.

mod catalogue;
mod parse;

pub use catalogue::{built_in, get};
pub use parse::{Report, ReportParameter, Section};
