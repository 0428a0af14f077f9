//! How far something is that takes a while, in one line on standard error: rows, bytes, the share of files, and about how
//! long it still takes. It shows after a second, where a person watches, and is gone before anything else is printed.

mod estimate;
mod words;

use std::pin::pin;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;
use super::pager::Screen;
use crate::Result;
use crate::clock::Stopwatch;
use crate::session::Progress;
use estimate::Estimate;

/// What takes longer shows how far it is; so does what has given rows, after as long without more.
const AFTER: Duration = Duration::from_secs(1);
/// How often it is drawn.
const TICK: Duration = Duration::from_millis(100);
/// How long rows may wait for more of them before they are shown.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows how far the statements of a session are while something waits for them.
pub struct Watch {
    /// Whether somebody sees what is drawn.
    is_watched: bool,
    /// Whether rows go to the same terminal, so that both cannot be there at once.
    shares_terminal: bool,
    progress: Option<Progress>,
    started: Stopwatch,
    /// What the statement is part of, such as `section 2 of 7`.
    label: Option<String>,
    estimate: Estimate,
    line: Option<Line>,
    /// Since when nothing was printed.
    quiet: Option<Stopwatch>,
    drawn: Option<Stopwatch>,
}

impl Watch {
    /// Nothing is shown before [`Watch::begin`]. `shares_terminal`: results go to a terminal as well.
    pub fn new(console: &dyn Console, shares_terminal: bool) -> Self {
        Self {
            is_watched: console.messages_are_watched(),
            shares_terminal,
            progress: None,
            started: Stopwatch::start(),
            label: None,
            estimate: Estimate::default(),
            line: None,
            quiet: None,
            drawn: None,
        }
    }

    /// From now on it shows how far this session is, with what has been running since `started`.
    pub fn begin(&mut self, progress: Progress, started: Stopwatch) {
        self.clear();
        self.progress = Some(progress);
        self.started = started;
        self.estimate = Estimate::default();
        self.quiet = None;
    }

    /// Says what is waited for, before the numbers.
    pub fn label(&mut self, label: String) {
        self.label = Some(label);
    }

    /// Shows nothing more: a line of rows may be left open.
    pub fn end(&mut self) {
        self.clear();
        self.progress = None;
    }

    /// Waits for something, showing how far it is.
    pub async fn during<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.during_or(work, || Ok(())).await
    }

    /// The same. Where it takes longer than half a second, `idle` is called once: there is time to print what has come.
    pub async fn during_or<T>(
        &mut self,
        work: impl Future<Output = Result<T>>,
        idle: impl FnOnce() -> Result<()>,
    ) -> Result<T> {
        let waiting = Stopwatch::start();
        let (mut work, mut idle) = (pin!(work), Some(idle));
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(TICK) => {}
            }
            if waiting.elapsed() >= PATIENCE
                && let Some(idle) = idle.take()
            {
                self.clear_shared();
                idle()?;
            }
            self.draw();
        }
    }

    /// Makes room for rows: what is drawn on their terminal goes away. Elsewhere it goes on while rows are written.
    pub fn before_rows(&mut self) {
        if self.shares_terminal {
            self.clear();
            self.quiet = Some(Stopwatch::start());
        } else {
            self.draw();
        }
    }

    /// Takes away what is drawn.
    pub fn clear(&mut self) {
        self.line = None;
    }

    fn clear_shared(&mut self) {
        if self.shares_terminal {
            self.clear();
        }
    }

    fn draw(&mut self) {
        let Some(progress) = self.progress.as_ref().filter(|_| self.is_watched) else { return };
        let recent = |since: &Option<Stopwatch>, time| since.is_some_and(|since| since.elapsed() < time);
        if self.started.elapsed() < AFTER || recent(&self.quiet, AFTER) || recent(&self.drawn, TICK * 9 / 10) {
            return;
        }
        let now = progress.now();
        self.estimate.observe(self.started.elapsed(), &now);
        let text = words::line(self.label.as_deref(), &now, self.estimate.left());
        let width = Screen::now().map_or(WIDTH_DEFAULT, |screen| screen.width).saturating_sub(MARGIN);
        let text = text.chars().take(width).collect::<String>();
        self.line.get_or_insert_with(Line::new).0.set_message(text);
        self.drawn = Some(Stopwatch::start());
    }
}

/// How wide the line may be where nobody says how wide the terminal is.
const WIDTH_DEFAULT: usize = 80;
/// What stays free of the terminal's width: a line that is wrapped does not go away whole.
const MARGIN: usize = 6;

/// A line of standard error, which is empty again afterwards.
struct Line(ProgressBar);

impl Line {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) = ProgressStyle::with_template("  {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
