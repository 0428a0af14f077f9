//! The terminal itself: the program on a pty, its output on a screen.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Color, Parser, Screen};

use super::answers::Seen;
use super::keys::Key;
use crate::workspace::Workspace;

/// Waiting ends here, in failure. Nothing takes nearly as long; a machine with other work to do may.
const PATIENCE: Duration = Duration::from_secs(60);
const SCROLLBACK_ROWS: usize = 10_000;

/// What a program is to be started with.
pub(crate) struct Setup<'w> {
    work: &'w Workspace,
    env: Vec<(String, String)>,
    size: (u16, u16),
}

/// A program on a terminal. It is killed when this is dropped.
pub(crate) struct Terminal {
    shared: Arc<Shared>,
    input: Sender<Vec<u8>>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    code: Option<i32>,
    reader: Option<JoinHandle<()>>,
    modes_before: String,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser<Seen>,
    raw: Vec<u8>,
    /// Whether the last program on the terminal has gone.
    closed: bool,
}

fn some(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl<'w> Setup<'w> {
    /// In the folder of a workspace, with 100 columns and 30 rows.
    pub(crate) fn new(work: &'w Workspace) -> Self {
        Self { work, env: Vec::new(), size: (100, 30) }
    }

    /// With a variable in the environment, which is empty but for what makes a terminal.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// With so many columns and rows.
    pub(crate) fn size(mut self, cols: u16, rows: u16) -> Self {
        self.size = (cols, rows);
        self
    }

    /// Starts smsql.
    pub(crate) fn smsql(self, args: &[&str]) -> Terminal {
        let mut command = CommandBuilder::new(assert_cmd::cargo::cargo_bin!("smsql"));
        command.args(args);
        self.start(command)
    }

    /// Starts a shell's script, in which `smsql` is found.
    pub(crate) fn script(self, script: &str) -> Terminal {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", script]);
        self.start(command)
    }

    fn start(self, mut command: CommandBuilder) -> Terminal {
        let home = self.work.path("home");
        std::fs::create_dir_all(&home).unwrap();
        let home = home.to_str().unwrap();
        let folder = Path::new(assert_cmd::cargo::cargo_bin!("smsql")).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        command.env_clear();
        command.cwd(self.work.folder.path());
        for (name, value) in [("HOME", home), ("PATH", &path), ("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        for (name, folder) in [("CONFIG", "config"), ("STATE", "state"), ("DATA", "data"), ("CACHE", "cache")] {
            command.env(format!("XDG_{name}_HOME"), format!("{home}/{folder}"));
        }
        command.env("RUST_BACKTRACE", "0");
        for (name, value) in self.env {
            command.env(name, value);
        }
        Terminal::spawn(command, self.size)
    }
}

impl Terminal {
    /// smsql with these arguments in the folder of a workspace, on a terminal of so many columns and rows.
    pub(crate) fn start(work: &Workspace, args: &[&str], (cols, rows): (u16, u16)) -> Self {
        Setup::new(work).size(cols, rows).smsql(args)
    }

    fn spawn(command: CommandBuilder, size: (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let modes_before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).unwrap();
        // The program's own are the last ones, so that its end is the end of the terminal.
        drop(pair.slave);
        let parser = Parser::new_with_callbacks(some(size.1), some(size.0), SCROLLBACK_ROWS, Seen::default());
        let state = State { parser, raw: Vec::new(), closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        // What is typed waits here, so that neither who types nor who answers ever blocks: a program that does not read
        // may be waiting for its output to be read.
        let (input, typed) = channel::<Vec<u8>>();
        let mut writer = pair.master.take_writer().unwrap();
        std::thread::spawn(move || {
            for bytes in typed {
                if writer.write_all(&bytes).and_then(|()| writer.flush()).is_err() {
                    break;
                }
            }
        });
        let output = pair.master.try_clone_reader().unwrap();
        let (watched, answers) = (Arc::clone(&shared), input.clone());
        let reader = std::thread::spawn(move || watched.read(output, &answers));
        Self { shared, input, master: pair.master, child, code: None, reader: Some(reader), modes_before }
    }

    /// Types characters.
    pub(crate) fn type_keys(&self, text: &str) {
        self.send(text.as_bytes());
    }

    /// Presses a key.
    pub(crate) fn press(&self, key: Key) {
        let application = self.state().parser.screen().application_cursor();
        self.send(&key.bytes(application));
    }

    /// Types a line and Enter.
    pub(crate) fn enter(&self, line: &str) {
        self.type_keys(line);
        self.press(Key::Enter);
    }

    /// Pastes text: in brackets where the program has asked for them, else as if typed.
    pub(crate) fn paste(&self, text: &str) {
        let bracketed = self.state().parser.screen().bracketed_paste();
        // A terminal sends the ends of pasted lines as Enter.
        let text = text.replace('\n', "\r");
        match bracketed {
            true => self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes()),
            false => self.send(text.as_bytes()),
        }
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&self, bytes: &[u8]) {
        // Nobody reads them any more where the terminal is closed, which the next wait tells.
        let _ = self.input.send(bytes.to_vec());
    }

    /// Gives the terminal another size, which the program is told.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        self.state().parser.set_size(some(rows), some(cols));
        self.master.resize(pty_size((cols, rows))).unwrap();
    }

    /// Waits until the screen is as it is expected to be.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, is_there: impl Fn(&Screen) -> bool) {
        self.wait(what, |state| is_there(state.parser.screen()));
    }

    /// The same for everything that has been shown, and the screen.
    #[track_caller]
    pub(crate) fn wait_for_all(&self, what: &str, is_there: impl Fn(&str, &Screen) -> bool) {
        self.wait(what, |state| {
            let text = everything(state.parser.screen_mut());
            is_there(&text, state.parser.screen())
        });
    }

    /// Waits until the screen shows a text within one line.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, text: &str) {
        self.wait_for(&format!("`{text}`"), |screen| screen.contents().contains(text));
    }

    /// Waits until the screen no longer shows a text.
    #[track_caller]
    pub(crate) fn wait_until_gone(&self, text: &str) {
        self.wait_for(&format!("no `{text}`"), |screen| !screen.contents().contains(text));
    }

    /// What is on the screen, without blanks at the ends of lines.
    pub(crate) fn screen(&self) -> String {
        contents(self.state().parser.screen())
    }

    /// What has left the screen at its top, and what is on it.
    pub(crate) fn scrollback(&self) -> String {
        everything(self.state().parser.screen_mut())
    }

    /// The row and column of the cursor, from 0.
    pub(crate) fn cursor(&self) -> (u16, u16) {
        self.state().parser.screen().cursor_position()
    }

    /// Everything the program has written.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.state().raw.clone()
    }

    /// What the program did to the terminal but text, colours and movement: titles, clipboard, bells, unknown sequences.
    pub(crate) fn acts(&self) -> Vec<String> {
        self.state().parser.callbacks().acts.clone()
    }

    /// Whether a line goes on in the next row.
    pub(crate) fn wraps(&self, row: u16) -> bool {
        self.state().parser.screen().row_wrapped(row)
    }

    /// Fails unless the text is on the screen, in no colour and with no attribute wherever it is.
    #[track_caller]
    pub(crate) fn assert_unstyled(&self, text: &str) {
        let state = self.state();
        let screen = state.parser.screen();
        let places = find(screen, text);
        assert!(!places.is_empty(), "`{text}` is not on the screen\n{}", picture(&state));
        for (row, col) in places {
            let mut left = text.chars().count();
            for col in col.. {
                let Some(cell) = screen.cell(row, col).filter(|_| left > 0) else { break };
                left -= cell.contents().chars().count().min(left);
                let styled = cell.fgcolor() != Color::Default
                    || cell.bgcolor() != Color::Default
                    || [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()].contains(&true);
                assert!(!styled, "`{text}` is styled at {row}, {col}: {cell:?}\n{}", picture(&state));
            }
        }
    }

    /// Waits for the end of the program, and of all that it started: its exit code.
    #[track_caller]
    pub(crate) fn exit_code(&mut self) -> i32 {
        if let Some(code) = self.code {
            return code;
        }
        self.wait("the end of the program", |state| state.closed);
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), None, "{}", picture(&self.state()));
        *self.code.insert(i32::try_from(status.exit_code()).unwrap())
    }

    /// Fails unless the terminal is as it was before the program: for whoever types next.
    #[track_caller]
    pub(crate) fn assert_sane(&self) {
        let state = self.state();
        let screen = state.parser.screen();
        let left = [
            ("the cursor is hidden", screen.hide_cursor()),
            ("the other screen shows", screen.alternate_screen()),
            ("pastes come in brackets", screen.bracketed_paste()),
            ("the mouse is watched", screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None),
            ("keys are sent another way", screen.application_cursor() || screen.application_keypad()),
            ("text has a colour", screen.fgcolor() != Color::Default || screen.bgcolor() != Color::Default),
            ("text has an attribute", screen.bold() || screen.dim() || screen.underline() || screen.inverse()),
        ];
        let left: Vec<&str> = left.iter().filter_map(|(what, left)| left.then_some(*what)).collect();
        assert!(left.is_empty(), "{left:?}\n{}", picture(&state));
        assert_eq!(modes(self.master.as_ref()), self.modes_before, "the terminal's modes");
    }

    #[track_caller]
    fn wait(&self, what: &str, is_there: impl Fn(&mut State) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.state();
        loop {
            if is_there(&mut state) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited {PATIENCE:?} for {what}\n{}", picture(&state));
            assert!(!state.closed, "the program ended before {what}\n{}", picture(&state));
            state = self.shared.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.code.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        // It ends with the last program that has the terminal; one that was left behind is not waited for.
        drop(self.reader.take());
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that failed while it looked has not changed anything.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn read(&self, mut output: Box<dyn Read + Send>, answers: &Sender<Vec<u8>>) {
        let mut buffer = [0; 16 << 10];
        loop {
            // Linux says that a terminal is closed with an error.
            let count = output.read(&mut buffer).unwrap_or(0);
            let mut state = self.lock();
            state.raw.extend_from_slice(&buffer[..count]);
            state.parser.process(&buffer[..count]);
            let answer = std::mem::take(&mut state.parser.callbacks_mut().answers);
            if !answer.is_empty() {
                let _ = answers.send(answer);
            }
            state.closed = count == 0;
            drop(state);
            self.changed.notify_all();
            if count == 0 {
                break;
            }
        }
    }
}

fn everything(screen: &mut Screen) -> String {
    let cols = screen.size().1.get();
    let mut text = String::new();
    for above in (1..=screen.scrollback_len()).rev() {
        screen.set_scrollback(above);
        let row = screen.rows(0, cols).next().unwrap_or_default();
        let _ = writeln!(text, "{}", row.trim_end());
    }
    screen.set_scrollback(0);
    text + &contents(screen)
}

fn contents(screen: &Screen) -> String {
    let rows: Vec<String> = screen.rows(0, screen.size().1.get()).map(|row| row.trim_end().to_owned()).collect();
    rows.join("\n").trim_end().to_owned()
}

/// Where a text stands on the screen within one line: row and column of its first character, from 0.
fn find(screen: &Screen, text: &str) -> Vec<(u16, u16)> {
    let (rows, cols) = screen.size();
    let mut found = Vec::new();
    for row in 0..rows.get() {
        let (mut line, mut starts) = (String::new(), Vec::new());
        for col in 0..cols.get() {
            let cell = screen.cell(row, col).map(vt100::Cell::contents).unwrap_or_default();
            let shown = if cell.is_empty() { " " } else { cell };
            if screen.cell(row, col).is_some_and(vt100::Cell::is_wide_continuation) {
                continue;
            }
            starts.push((line.len(), col));
            line.push_str(shown);
        }
        for (at, _) in line.match_indices(text) {
            let col = starts.iter().rfind(|(start, _)| *start <= at).unwrap().1;
            found.push((row, col));
        }
    }
    found
}

/// What a failed test shows.
fn picture(state: &State) -> String {
    let screen = state.parser.screen();
    let (rows, cols) = screen.size();
    let bar = "-".repeat(usize::from(cols.get()));
    let (row, col) = screen.cursor_position();
    let ended = if state.closed { ", the program has ended" } else { "" };
    let tail = &state.raw[state.raw.len().saturating_sub(400)..];
    format!(
        "{bar}\n{}\n{bar}\n{cols} x {rows}, cursor in row {row} and column {col}{ended}; last written: {}",
        contents(screen),
        tail.escape_ascii()
    )
}

/// What the terminal does with keys and lines: echo, line editing, signals.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("the modes of a terminal");
    format!("{:?} {:?} {:?}", modes.input_flags, modes.output_flags, modes.local_flags)
}
