//! Integration tests: one binary, one module for each part of smsql.

mod diagnose;
mod landing;
mod output;
mod s3;
mod slt;
mod status_codes;
mod store;
mod support;
