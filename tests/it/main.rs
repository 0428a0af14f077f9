//! Integration tests: one binary, one module for each part of smsql.

mod s3;
mod store;
//! t

mod status_codes;
