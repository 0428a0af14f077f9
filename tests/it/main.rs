//! Integration tests: one binary, since each one links the whole engine; one module for each part of smsql.

mod cli;
mod diagnose;
mod landing;
mod output;
mod policy;
mod s3;
mod slt;
mod status_codes;
mod store;
mod support;
//! The integration tests, as one binary: each one links the whole engine.

mod fold;
mod tidy;
