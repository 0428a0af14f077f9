//! What is kept until it is known whether it fits the screen.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use unicode_width::UnicodeWidthStr;

use super::Screen;
use super::program::{Pager, Running};

/// More than any screen holds, of text that takes no room on it.
const SCREEN_BYTES_MAX: usize = 1 << 20;
/// The lines of the screen that the next prompt takes.
const PROMPT_LINES: usize = 1;

/// Text on its way to the screen or the pager.
pub(super) struct Spool {
    out: Box<dyn Write + Send>,
    state: State,
    is_paging: Arc<AtomicBool>,
    /// Why there is no pager although one was asked for.
    problem: Option<String>,
}

enum State {
    /// It may still fit the screen.
    Waiting(Waiting),
    /// The pager has all there was, and gets what comes.
    Paging(Running),
    /// Nothing is kept.
    Direct,
    /// The reader left the pager.
    Left,
}

struct Waiting {
    pager: Pager,
    screen: Screen,
    text: Vec<u8>,
    /// How much of the text the reader already sees.
    shown: usize,
    /// The lines it takes on the screen, which wraps what is too wide.
    lines: usize,
    /// Where the line begins that is not ended yet.
    line_start: usize,
    is_wide: bool,
    at_once: bool,
}

impl Waiting {
    fn add(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
        while let Some(length) = self.text[self.line_start..].iter().position(|byte| *byte == b'\n') {
            let line = &self.text[self.line_start..self.line_start + length];
            // A line of fewer bytes than columns needs no measuring.
            let wide = Some(line).filter(|line| line.len() > self.screen.width).map(width);
            self.is_wide |= wide.is_some_and(|width| width > self.screen.width);
            self.lines += wide.map_or(1, |width| width.div_ceil(self.screen.width).max(1));
            self.line_start += length + 1;
        }
    }

    fn needs_pager(&self) -> bool {
        self.at_once
            || self.is_wide && self.pager.scrolls_sideways()
            || self.lines + PROMPT_LINES > self.screen.height
            || self.text.len() > SCREEN_BYTES_MAX
    }
}

/// The columns a line takes, without the sequences that make it bold or faint.
fn width(line: &[u8]) -> usize {
    let line = String::from_utf8_lossy(line);
    let mut styled = line.split('\x1b');
    let plain = styled.next().unwrap_or_default().width();
    plain + styled.map(|part| part.split_once('m').map_or(0, |(_, text)| text.width())).sum::<usize>()
}

impl Spool {
    pub(super) fn new(
        out: Box<dyn Write + Send>,
        pager: Pager,
        screen: Screen,
        at_once: bool,
        is_paging: Arc<AtomicBool>,
    ) -> Self {
        let (text, shown, lines, line_start, is_wide) = (Vec::new(), 0, 0, 0, false);
        let waiting = Waiting { pager, screen, text, shown, lines, line_start, is_wide, at_once };
        Self { out, state: State::Waiting(waiting), is_paging, problem: None }
    }

    pub(super) fn direct(out: Box<dyn Write + Send>, is_paging: Arc<AtomicBool>) -> Self {
        Self { out, state: State::Direct, is_paging, problem: None }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.state {
            State::Waiting(waiting) => {
                waiting.add(bytes);
                if waiting.needs_pager() { self.start() } else { Ok(()) }
            }
            State::Paging(_) => self.page(bytes),
            State::Direct => self.out.write_all(bytes),
            State::Left => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Lets the reader see what was written so far. A pager that starts later has it again, from the start.
    pub(super) fn show(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Waiting(waiting) => {
                self.out.write_all(&waiting.text[waiting.shown..])?;
                waiting.shown = waiting.text.len();
                self.out.flush()
            }
            State::Direct => self.out.flush(),
            State::Paging(_) | State::Left => Ok(()),
        }
    }

    /// Shows what was kept, or waits for the reader to leave the pager.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let shown = self.show();
        if let State::Paging(running) = std::mem::replace(&mut self.state, State::Direct) {
            let ended = running.wait();
            self.is_paging.store(false, Ordering::Release);
            ended?;
        }
        shown
    }

    /// Whether the reader is in the pager; they may have left it while nothing was written.
    pub(super) fn is_read(&mut self) -> bool {
        if let State::Paging(running) = &mut self.state
            && running.has_ended()
        {
            self.state = State::Left;
            self.is_paging.store(false, Ordering::Release);
        }
        matches!(self.state, State::Paging(_))
    }

    pub(super) fn take_problem(&mut self) -> Option<String> {
        self.problem.take()
    }

    fn start(&mut self) -> io::Result<()> {
        let State::Waiting(waiting) = std::mem::replace(&mut self.state, State::Direct) else { return Ok(()) };
        match waiting.pager.start() {
            Ok(running) => {
                self.is_paging.store(true, Ordering::Release);
                self.state = State::Paging(running);
                self.page(&waiting.text)
            }
            Err(error) => {
                let name = waiting.pager.name();
                self.problem = Some(format!("cannot start the pager `{name}`: {error}; \\pager off does without"));
                self.out.write_all(&waiting.text[waiting.shown..])
            }
        }
    }

    fn page(&mut self, bytes: &[u8]) -> io::Result<()> {
        let State::Paging(running) = &mut self.state else { return Ok(()) };
        let written = running.input().map_or(Ok(()), |input| input.write_all(bytes));
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            && let State::Paging(running) = std::mem::replace(&mut self.state, State::Left)
        {
            // It closed its input, which is not yet to leave the terminal.
            running.wait()?;
            self.is_paging.store(false, Ordering::Release);
        }
        written
    }
}
