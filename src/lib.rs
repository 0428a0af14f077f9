//! smsql: land every delivery event that any SMS provider reports into an open Parquet log on object storage, query
//! it with SQL, and reproduce any report exactly, years later.
//!
//! # Bird's-eye view
//!
//! One direction of flow; a module uses only what stands left of it (`tests/it/tidy.rs` enforces it):
//!
//! ```text
//! source -> event -> store -> session -> report -> output -> repl | server -> cli
//! bytes     model    Delta    SQL        SQL+       bytes     people
//! ```
//!
//! * [`source`]: bytes of a feed (file, folder, pipe, object store; gzip, zstd) become raw record batches, with the
//!   schema that the feed's SQL file declares.
//! * [`event`]: the canonical event, its identity, the meaning of statuses.
//! * [`store`]: one Delta table on object storage, the archive of raw files, the commit protocol.
//! * [`session`]: SQL over one version of the store: tables, views, functions, policy; and landing, which runs a
//!   feed's SELECT.
//! * [`report`]: canned reports: SQL files with a header, typed parameters and sections, over definitions they share.
//! * [`output`]: record batches become tables, CSV, JSON, Parquet and so on; the sections of a report become one
//!   document: a page of HTML, a workbook, a folder of files.
//! * [`repl`]: what a person asks for and sees: settings and the configuration file, results and documents on a
//!   terminal, progress; and the shell with its commands, completion, history and pager.
//! * [`cli`]: the commands. The only module that prints: it hands `repl` a [`repl::Console`].
//!
//! # Invariants
//!
//! * `event` is pure: no input or output, no clock.
//! * Only `store` writes to object storage. Only `cli` writes to standard output and error. Only [`clock`] reads time.
//! * Only `session` executes plans, after its policy has allowed them. Whatever it does ends on Ctrl-C and at the
//!   timeout, also while it plans; afterwards the session is as good as before.
//! * No result is held whole: rows pass through in batches, and the first show before the last are computed.
//! * What data says is shown, never obeyed: `output::sanitize` stands before every terminal.
//! * One landing is one Delta commit: events, rejects and the landing's own record appear together or not at all.
//! * The fold of events into messages is commutative, associative and idempotent.
//! * No float holds money or decides a result.
//! * A report that could differ between two runs over the same version does not run: `Session::check_replayable`.
//! * Every loop over input has a bound, and the bound is in [`limits`].

pub mod clock;
pub mod error;
pub mod event;
pub mod limits;
pub mod output;
pub mod repl;
pub mod report;
pub mod session;
pub mod source;
pub mod store;

pub mod cli;

pub use error::{Error, Result};
