//! Reports: the files, the flags, and that their numbers agree.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agree;
mod bytes;
mod files;
mod flags;
mod kept;
