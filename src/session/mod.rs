//! SQL over one version of the store: tables, views, functions.

pub mod aggregates;
