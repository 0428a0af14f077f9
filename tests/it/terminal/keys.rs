//! Keys, as a terminal sends them.

/// A key that is no character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Enter,
    Tab,
    BackTab,
    Esc,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    /// With a letter.
    Ctrl(char),
    /// With a character.
    Alt(char),
}

impl Key {
    /// What an xterm sends for it; `application` is the mode in which arrows are sent another way.
    pub(super) fn bytes(self, application: bool) -> Vec<u8> {
        let arrow = |letter: &str| format!("\x1b{}{letter}", if application { 'O' } else { '[' });
        match self {
            Self::Enter => "\r".into(),
            Self::Tab => "\t".into(),
            Self::BackTab => "\x1b[Z".into(),
            Self::Esc => "\x1b".into(),
            Self::Backspace => "\x7f".into(),
            Self::Delete => "\x1b[3~".into(),
            Self::Up => arrow("A").into(),
            Self::Down => arrow("B").into(),
            Self::Right => arrow("C").into(),
            Self::Left => arrow("D").into(),
            Self::Home => arrow("H").into(),
            Self::End => arrow("F").into(),
            Self::Ctrl(letter) => vec![letter as u8 & 0x1f],
            Self::Alt(character) => format!("\x1b{character}").into(),
        }
    }
}
