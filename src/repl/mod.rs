//! The shell: a person types SQL and `\commands`, and sees results.
//!
//! What a person sees of a result is decided here for the command line as well: [`Results`] and [`Documents`] write to a
//! [`Console`], which only the command line can be. [`Settings`] are what was asked for, wherever it was said.

pub mod complete;
pub mod console;
pub mod documents;
pub mod highlight;
pub mod hint;
pub mod input;
pub mod keys;
pub mod menu;
pub mod own_reports;
pub mod results;
pub mod settings;
pub mod validate;

pub use console::Console;
pub use documents::Documents;
pub use results::{Results, Target};
pub use settings::Settings;
