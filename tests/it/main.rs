//! Integration tests: one binary, one module for each part of smsql.

mod diagnose;
mod s3;
mod store;
mod support;
