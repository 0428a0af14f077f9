//! Which program pages, and how it runs.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::{Error, Result};

/// What `less` does where `$LESS` does not say: show colours (R), scroll sideways instead of wrapping (S), leave the last
/// page on the screen (X), end on Ctrl-C (K).
const LESS: &str = "RSXK";

/// A program that shows text page by page. It is started directly, never through a shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    words: Vec<String>,
    environment: Vec<(&'static str, &'static str)>,
    scrolls_sideways: bool,
}

impl Pager {
    /// `$PAGER`, else `less` where it is installed. An empty one is none.
    ///
    /// # Errors
    /// [`Error::Usage`] where a variable cannot be split into words.
    pub fn from_environment() -> Result<Option<Self>> {
        Self::choose(|name| std::env::var(name).ok(), is_installed)
    }

    /// This command line, with `$LESS` as it is in the environment.
    ///
    /// # Errors
    /// [`Error::Usage`] where it cannot be split into words.
    pub fn of_command(command: &str) -> Result<Option<Self>> {
        Self::parse("the pager", command, |name| std::env::var(name).ok())
    }

    fn choose(variable: impl Fn(&str) -> Option<String>, is_installed: impl Fn(&str) -> bool) -> Result<Option<Self>> {
        if let Some(command) = variable("PAGER") {
            return Self::parse("$PAGER", &command, variable);
        }
        if is_installed("less") { Self::parse("", "less", variable) } else { Ok(None) }
    }

    fn parse(place: &str, command: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let words = shlex::split(command)
            .ok_or_else(|| Error::Usage(format!("{place} is no command line: a quote is open in `{command}`")))?;
        let Some(program) = words.first() else { return Ok(None) };
        let name = Path::new(program).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let options = variable("LESS");
        let mut environment = Vec::new();
        if options.is_none() {
            environment.push(("LESS", LESS));
        }
        if variable("LESSCHARSET").is_none() {
            environment.push(("LESSCHARSET", "utf-8"));
        }
        let scrolls_sideways = match name.as_str() {
            "less" => {
                let chops = |word: &str| match word.strip_prefix("--") {
                    Some(long) => long.starts_with("chop-long-lines"),
                    None => word.starts_with('-') && word.contains('S'),
                };
                // $LESS may leave out the dashes.
                let chops_by_default = |options: &str| {
                    options.split_whitespace().any(|word| chops(word) || !word.starts_with('-') && word.contains('S'))
                };
                words[1..].iter().any(|word| chops(word)) || chops_by_default(options.as_deref().unwrap_or(LESS))
            }
            "pspg" => true,
            _ => false,
        };
        Ok(Some(Self { words, environment, scrolls_sideways }))
    }

    /// Whether what does not fit the width is a key away, and not in the next line.
    pub fn scrolls_sideways(&self) -> bool {
        self.scrolls_sideways
    }

    /// Its name, for messages.
    pub(super) fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Starts it; its standard input is ours to write.
    pub(super) fn start(&self) -> std::io::Result<Running> {
        let (program, arguments) = self.words.split_first().ok_or(std::io::ErrorKind::NotFound)?;
        let terminal = terminal_modes();
        let interrupts = swallow_interrupts();
        let environment = self.environment.iter().copied();
        let child = Command::new(program).args(arguments).envs(environment).stdin(Stdio::piped()).spawn()?;
        Ok(Running { child, terminal, _interrupts: interrupts })
    }
}

/// A pager at work.
pub(super) struct Running {
    child: Child,
    terminal: Option<String>,
    _interrupts: Interrupts,
}

impl Running {
    /// What it reads.
    pub(super) fn input(&mut self) -> Option<&mut std::process::ChildStdin> {
        self.child.stdin.as_mut()
    }

    /// Whether its reader has left it.
    pub(super) fn has_ended(&mut self) -> bool {
        match self.child.try_wait() {
            Ok(Some(status)) => {
                self.put_back(status);
                true
            }
            _ => false,
        }
    }

    /// Waits until its reader leaves it.
    pub(super) fn wait(mut self) -> std::io::Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        self.put_back(status);
        Ok(())
    }

    /// Sets the terminal up as it was, if the pager could not do so itself.
    fn put_back(&mut self, status: ExitStatus) {
        if let Some(modes) = self.terminal.take().filter(|_| was_killed(status)) {
            let _ = Command::new("stty").arg(modes).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
        }
    }
}

#[cfg(unix)]
type Interrupts = Option<tokio::signal::unix::Signal>;
#[cfg(not(unix))]
type Interrupts = ();

/// Ctrl-C reaches all who share the terminal: it must end the pager, or nothing, but never us.
#[cfg(unix)]
fn swallow_interrupts() -> Interrupts {
    use tokio::signal::unix::{SignalKind, signal};
    tokio::runtime::Handle::try_current().ok().and_then(|_| signal(SignalKind::interrupt()).ok())
}

#[cfg(not(unix))]
fn swallow_interrupts() -> Interrupts {}

/// How the terminal is set up, for `stty` to set up again.
fn terminal_modes() -> Option<String> {
    let stty = Command::new("stty").arg("-g").stdin(Stdio::inherit()).stderr(Stdio::null()).output().ok()?;
    let modes = String::from_utf8(stty.stdout).ok()?.trim().to_owned();
    Some(modes).filter(|modes| stty.status.success() && !modes.is_empty())
}

/// Whether it had no chance to end by itself.
#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status).is_some()
}

#[cfg(not(unix))]
fn was_killed(_: ExitStatus) -> bool {
    false
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn choose(variables: &[(&str, &str)], less: bool) -> Option<Pager> {
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Pager::choose(variable, |program| less && program == "less").unwrap()
    }

    #[test]
    fn an_empty_variable_is_no_pager() {
        let name = |pager: Option<Pager>| pager.map(|pager| pager.words.join("+"));
        assert_eq!(name(choose(&[("PAGER", "'my pager' -x")], true)), Some("my pager+-x".into()));
        assert_eq!(name(choose(&[], true)), Some("less".into()));
        assert_eq!(name(choose(&[], false)), None);
        assert_eq!(name(choose(&[("PAGER", "")], true)), None);
        // No shell: these are words like any other.
        assert_eq!(name(choose(&[("PAGER", "cat; rm -r x | y")], true)), Some("cat;+rm+-r+x+|+y".into()));
    }

    #[test]
    fn an_open_quote_is_an_error_that_names_the_variable() {
        let error = Pager::choose(|name| (name == "PAGER").then(|| "less 'x".to_owned()), |_| true).unwrap_err();
        assert_eq!(error.to_string(), "$PAGER is no command line: a quote is open in `less 'x`");
    }

    #[test]
    fn only_who_chops_lines_scrolls_sideways() {
        for (variables, scrolls) in [
            (&[][..], true),
            (&[("PAGER", "/usr/bin/less")], true),
            (&[("PAGER", "less"), ("LESS", "FRX")], false),
            (&[("PAGER", "less"), ("LESS", "")], false),
            (&[("PAGER", "less"), ("LESS", "iMSx4 -FX")], true),
            (&[("PAGER", "less"), ("LESS", "-R --chop-long-lines")], true),
            (&[("PAGER", "less -RS"), ("LESS", "F")], true),
            (&[("PAGER", "less --SILENT"), ("LESS", "F")], false),
            (&[("PAGER", "more")], false),
            (&[("PAGER", "pspg")], true),
        ] {
            assert_eq!(choose(variables, true).unwrap().scrolls_sideways(), scrolls, "{variables:?}");
        }
    }

    #[test]
    fn the_options_of_less_are_the_users_where_there_are_any() {
        let of = |pager: Pager| pager.environment;
        assert_eq!(of(choose(&[], true).unwrap()), [("LESS", "RSXK"), ("LESSCHARSET", "utf-8")]);
        assert_eq!(of(choose(&[("LESS", "F"), ("LESSCHARSET", "latin1")], true).unwrap()), []);
    }
}
