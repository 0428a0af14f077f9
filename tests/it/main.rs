//! Integration tests: one binary, one module for each part of smsql.

mod slt;
