//! The shell: a person types SQL and `\commands`, and sees results.
//!
//! What a person sees of a result is decided here for the command line as well: [`Results`] and [`Documents`] write to a
//! [`Console`], which only the command line can be. [`Settings`] are what was asked for, wherever it was said.

pub mod console;
pub mod documents;
pub mod own_reports;
pub mod pager;
pub mod results;
pub mod settings;

pub use console::Console;
pub use documents::Documents;
pub use pager::{Paged, Pager, Paging, Screen};
pub use results::{Results, Target};
pub use settings::Settings;
