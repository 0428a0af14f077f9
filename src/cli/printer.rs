//! Standard output and standard error: who prints, prints through this.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use chrono_tz::Tz;

use crate::output::sanitize::sanitize;
use crate::output::{Expanded, RenderOptions};
use crate::repl::{Color, Console};
use crate::{Error, Result};

/// Where results and messages go, and what they may look like there.
#[derive(Debug)]
pub(super) struct Printer {
    output_is_terminal: bool,
    output_is_styled: bool,
    styled: bool,
}

impl Printer {
    pub(super) fn new() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let output_is_terminal = io::stdout().is_terminal();
        let styled = io::stderr().is_terminal() && !plain;
        Self { output_is_terminal, output_is_styled: output_is_terminal && !plain, styled }
    }

    /// Goes by what was asked for. [`Color::Auto`] looks at the terminal only: `NO_COLOR` is one of those who ask.
    pub(super) fn set_color(&mut self, color: Color) {
        (self.output_is_styled, self.styled) = match color {
            Color::Auto => (self.output_is_terminal, io::stderr().is_terminal()),
            Color::Always => (true, true),
            Color::Never => (false, false),
        };
    }

    /// Writes to standard error, and does not mind if nobody listens.
    fn tell(&self, text: &str) {
        let text = match (self.styled, io::stderr().is_terminal()) {
            (true, _) => style(text),
            (false, true) => text.lines().map(sanitize).collect::<Vec<_>>().join("\n"),
            (false, false) => text.to_owned(),
        };
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

impl Console for Printer {
    fn is_interactive(&self) -> bool {
        io::stdin().is_terminal()
    }

    fn output_is_terminal(&self) -> bool {
        self.output_is_terminal
    }

    fn output(&self) -> Box<dyn Write + Send> {
        Box::new(io::stdout())
    }

    fn is_styled(&self) -> bool {
        self.styled
    }

    fn rendering(&self, time_zone: Tz) -> RenderOptions {
        let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        let (terminal, styled) = (self.output_is_terminal, self.output_is_styled);
        let expanded = if terminal { Expanded::Auto } else { Expanded::Off };
        let whole_with = Some("-o FILE".to_owned());
        RenderOptions { terminal, width, time_zone, bars: terminal, styled, expanded, whole_with, ..Default::default() }
    }

    fn text(&self, text: &str) -> Result<()> {
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| Error::storage("cannot write to standard output", error))
    }

    fn error(&self, error: &Error) {
        let mut text = format!("error: {error}");
        match error {
            Error::NotFound { what: "store", .. } => {
                text.push_str("\n  = help: name another with --store or SMSQL_STORE");
            }
            Error::NotFound { what: "profile", .. } => {
                text.push_str(
                    "\n  = help: profiles stand in the configuration file: `smsql config path` shows where it is",
                );
            }
            Error::Rejected { .. } => text.push_str("\n  = help: --allow-rejects makes that no failure"),
            _ => {}
        }
        self.tell(&text);
    }

    fn messages_are_watched(&self) -> bool {
        io::stderr().is_terminal()
    }

    fn note(&self, text: &str) {
        let lines = text.lines().map(sanitize).collect::<Vec<_>>();
        let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
    }
}

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[1;31m";
const BLUE: &str = "\x1b[1;34m";
const CYAN: &str = "\x1b[1;36m";
const RESET: &str = "\x1b[0m";

/// Colours an error for a terminal. What the error quotes (a message body, a file name) cannot act on it: each line is
/// made harmless first.
fn style(text: &str) -> String {
    let mut styled = String::new();
    for (at, line) in text.lines().map(sanitize).enumerate() {
        if at > 0 {
            styled.push('\n');
        }
        let trimmed = line.trim_start();
        let _ = match trimmed.chars().next() {
            _ if at == 0 => match line.split_once(": ") {
                Some((kind, message)) => write!(styled, "{RED}{kind}{RESET}{BOLD}: {message}{RESET}"),
                None => write!(styled, "{BOLD}{line}{RESET}"),
            },
            Some('=') => write!(styled, "{CYAN}{line}{RESET}"),
            Some('-') if trimmed.starts_with("--> ") => write!(styled, "{BLUE}{line}{RESET}"),
            Some('|') => match line.split_once('|') {
                Some((gutter, marks)) => write!(styled, "{BLUE}{gutter}|{RESET}{RED}{marks}{RESET}"),
                None => write!(styled, "{line}"),
            },
            _ => write!(styled, "{line}"),
        };
    }
    styled
}

#[cfg(test)]
mod tests {
    use super::style;

    #[test]
    fn what_an_error_quotes_cannot_act_on_the_terminal() {
        let styled = style("error: there is no table `\x1b]0;owned\x07`\n --> <sql>:1:1");
        assert!(!styled.contains("\x1b]"), "{styled:?}");
        assert!(!styled.contains('\x07'), "{styled:?}");
    }
}
