//! SQL over one version of the store.

pub mod functions;
