//! Integration tests: one binary, one module for each part of smsql.

mod landing;
mod s3;
mod slt;
mod status_codes;
mod store;
mod output;
