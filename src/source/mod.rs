//! source

pub mod generate;
