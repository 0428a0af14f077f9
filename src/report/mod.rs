//! Canned reports: one SQL file each, with a header that people read, typed parameters and named sections.

mod blocks;
mod catalogue;
mod chart;
mod parameter;
mod parse;
mod run;

pub use catalogue::{COMMON_PARAMETERS, Catalogue};
pub use chart::Chart;
pub use parameter::ReportParameter;
pub use parse::{Definition, Report, Section};
pub use run::Run;
