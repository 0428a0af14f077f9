//! What a terminal answers to the program on it, and what it notes that the program did to it.

use vt100::{Callbacks, Screen};

/// What the program asked, not yet answered, and did.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// What is to be sent as if typed.
    pub(super) answers: Vec<u8>,
    /// Everything but text, colours and movement, in order: `title owned`, `clipboard c aGk=`, `bell`.
    pub(super) acts: Vec<String>,
}

impl Seen {
    fn act(&mut self, kind: &str, what: &[u8]) {
        self.acts.push(format!("{kind} {}", what.escape_ascii()));
    }
}

impl Callbacks for Seen {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.acts.push("bell".to_owned());
    }

    fn visual_bell(&mut self, _: &mut Screen) {
        self.acts.push("visual bell".to_owned());
    }

    fn resize(&mut self, _: &mut Screen, (rows, cols): (u16, u16)) {
        self.acts.push(format!("resize {rows} {cols}"));
    }

    fn set_window_icon_name(&mut self, _: &mut Screen, name: &[u8]) {
        self.act("icon name", name);
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.act("title", title);
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.act("clipboard", data);
    }

    fn paste_from_clipboard(&mut self, _: &mut Screen, _: &[u8]) {
        self.acts.push("paste".to_owned());
    }

    fn unhandled_char(&mut self, _: &mut Screen, c: char) {
        // The replacement character is one like others; for bytes that are no text it stands as well, which is looked for
        // in the raw output.
        if c != char::REPLACEMENT_CHARACTER {
            self.acts.push(format!("character {}", c.escape_unicode()));
        }
    }

    fn unhandled_control(&mut self, _: &mut Screen, byte: u8) {
        self.acts.push(format!("control {byte:#04x}"));
    }

    fn unhandled_escape(&mut self, _: &mut Screen, i1: Option<u8>, i2: Option<u8>, byte: u8) {
        let bytes: Vec<u8> = [i1, i2].into_iter().flatten().chain([byte]).collect();
        self.act("escape", &bytes);
    }

    fn unhandled_csi(&mut self, screen: &mut Screen, i1: Option<u8>, i2: Option<u8>, params: &[&[u16]], last: char) {
        let first = params.first().and_then(|param| param.first()).copied().unwrap_or(0);
        match (i1, i2, last, first) {
            // Where is the cursor? A program that gets no answer waits for it.
            (None, _, 'n', 6) => {
                let (row, col) = screen.cursor_position();
                self.answers.extend(format!("\x1b[{};{}R", row + 1, col + 1).bytes());
            }
            (None, _, 'n', 5) => self.answers.extend(b"\x1b[0n"),
            // What are you? Those of a plain xterm. It knows nothing of other keyboards and does not answer `CSI ? u`.
            (None, _, 'c', _) => self.answers.extend(b"\x1b[?62;22c"),
            (Some(b'>'), _, 'c', _) => self.answers.extend(b"\x1b[>0;276;0c"),
            (Some(b'?'), None, 'u', _) => {}
            (Some(b'?'), Some(b'$'), 'p', mode) => self.answers.extend(format!("\x1b[?{mode};0$y").bytes()),
            // Output that is to appear at once.
            (Some(b'?'), None, 'h' | 'l', 2026) => {}
            _ => {
                let intermediates: String = [i1, i2].into_iter().flatten().map(char::from).collect();
                self.acts.push(format!("csi {intermediates}{params:?}{last}"));
            }
        }
    }

    fn unhandled_osc(&mut self, _: &mut Screen, params: &[&[u8]]) {
        match params {
            // Which colours have you?
            [b"10", b"?"] => self.answers.extend(b"\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\"),
            [b"11", b"?"] => self.answers.extend(b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
            _ => self.act("osc", &params.join(&b';')),
        }
    }
}
