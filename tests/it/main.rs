//! The integration tests: one binary, since each one links the whole engine.

mod diagnose;
mod support;
