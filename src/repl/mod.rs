//! The shell: a person types SQL and `\commands`, and sees results.
//!
//! What a person sees of a result is decided here for the command line as well: [`Results`] and [`Documents`] write to a
//! [`Console`], which only the command line can be. [`Settings`] are what was asked for, wherever it was said.

pub mod commands;
pub mod complete;
pub mod console;
pub mod describing;
pub mod documents;
pub mod input;
pub mod landings;
pub mod own_reports;
pub mod results;
pub mod script;
pub mod settings;
pub mod validate;

mod editor;
mod external_editor;
mod history;
mod knowing;
mod last;
mod prompt;
mod secrets;
mod shell;

pub use console::Console;
pub use documents::Documents;
pub use editor::run;
pub use results::{Results, Target};
pub use settings::Settings;
