//! Integration tests: one binary, since each one links the whole engine; one module for each part of smsql.

mod browser;
mod cli;
mod concurrent;
mod config;
mod crash;
mod damage;
mod describe;
mod diagnose;
mod documents;
mod faults;
mod fold;
mod generate;
mod headers;
#[cfg(target_os = "linux")]
mod interrupt;
mod landing;
mod many_files;
mod oracle;
mod output;
mod pager;
mod place;
mod policy;
mod profile;
mod readme;
mod replayable;
mod reports;
mod s3;
mod segments;
mod slt;
mod status_codes;
mod store;
mod support;
mod terminal;
mod tidy;
mod time_zones;
mod workspace;
