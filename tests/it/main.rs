//! Integration tests: one binary, one module for each part of smsql.

mod diagnose;
mod landing;
mod s3;
mod slt;
mod status_codes;
mod store;
mod support;
//! The integration tests: one binary, since each one links the whole engine.
mod output;
