//! smsql on a real terminal: a pty, and what a person would see on its screen.
//!
//! [`harness::Terminal`] is what other tests drive: it types keys, waits until the screen shows something, and knows whatever the
//! program did to the terminal besides showing text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod command_line;
mod harness;
mod hostile;
mod keys;
mod shell;

pub(crate) use harness::Setup;
pub(crate) use keys::Key;
