//! What every command has at hand.

use super::args::ResultArgs;
use crate::Result;
use crate::output::sanitize::sanitize_lines;
use crate::repl::{Config, Console, Documents, Results, Settings};

/// What was asked for, and where results go.
pub(super) struct Context<'c> {
    pub(super) config: &'c Config,
    pub(super) settings: &'c Settings,
    pub(super) console: &'c dyn Console,
}

impl<'c> Context<'c> {
    /// Where the results of a command go.
    pub(super) fn results(&self, args: &ResultArgs) -> Result<Results<'c>> {
        Results::new(self.console, self.settings, &args.target())
    }

    /// Prints a file or the like as it is, but for what a terminal would obey.
    pub(super) fn listing(&self, text: &str) -> Result<()> {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        match self.console.output_is_terminal() {
            true => self.console.text(&format!("{}{end}", sanitize_lines(text))),
            false => self.console.text(&format!("{text}{end}")),
        }
    }

    /// Where a report goes.
    pub(super) fn documents(&self, args: &ResultArgs, report: &str) -> Result<Documents<'c>> {
        Documents::new(self.console, self.settings, &args.target(), report)
    }
}
