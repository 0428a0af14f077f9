//! session

pub mod table;
