//! Integration tests: one binary, since each one links the whole engine; one module for each part of smsql.

mod diagnose;
mod landing;
mod output;
mod readme;
mod s3;
mod slt;
mod status_codes;
mod store;
mod support;
