//! The shell: a person types SQL and `\commands`, and sees results.
//!
//! What a person sees of a result is decided here for the command line as well: [`Results`] and [`Documents`] write to a
//! [`Console`], which only the command line can be. [`Settings`] are what was asked for, wherever it was said.

pub mod complete;
pub mod config;
pub mod console;
pub mod describing;
pub mod documents;
pub mod highlight;
pub mod hint;
pub mod input;
pub mod keys;
pub mod landings;
pub mod menu;
pub mod own_reports;
pub mod pager;
pub mod plan;
pub mod progress;
pub mod results;
pub mod script;
pub mod settings;
pub mod validate;

mod commands;
mod editor;
mod external_editor;
mod history;
mod knowing;
mod last;
mod lock;
mod plain;
mod prompt;
mod secrets;
mod shell;

pub use commands::{COMMANDS, Command};
pub use config::Config;
pub use console::Console;
pub use documents::Documents;
pub use editor::run;
pub use pager::{Paged, Pager, Paging, Screen};
pub use progress::Watch;
pub use results::{Results, Target};
pub use settings::{Color, Editing, Settings, ShellSettings};
