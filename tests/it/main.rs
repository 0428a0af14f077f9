//! t

mod generate;
