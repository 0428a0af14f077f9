//! Message bodies are written by strangers. Here is what keeps them from doing things: to a terminal (move the cursor,
//! set the clipboard, hide or reorder text) and to a spreadsheet (run a formula).

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

/// The most characters without a width that may follow the one they combine with. The languages of the world need up to
/// four; a flood of them is drawn over the lines above and below.
const MARKS_MAX: usize = 6;

/// Whether a terminal would obey or hide this character instead of showing it.
///
/// These are the control characters (C0, DEL, C1), bidirectional overrides, isolates and marks, line and paragraph
/// separators, and everything invisible (Unicode's `Default_Ignorable_Code_Point`: zero-width characters, fillers,
/// tags). The variation selectors U+FE00 to U+FE0F stay: they only choose between the text and the emoji form of a
/// character.
pub fn is_hazard(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\0'..='\u{9F}' | '\u{AD}' => true,
        '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' => true,
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' => true,
        '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' => true,
        '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => false,
    }
}

/// Follows a text and tells which of its characters may stand on a terminal as they are: no hazards, no flood of marks
/// that combine with the character before, and variation selectors only behind a character that could have a variant.
/// (Hundreds of selectors in a row are how text is hidden in an emoji.)
#[derive(Debug, Default)]
pub(in crate::output) struct Watch {
    /// How many characters without a width stand in a row.
    marks: usize,
    /// Whether the character before has a width.
    has_base: bool,
}

impl Watch {
    /// Whether the next character may stand as it is.
    pub(in crate::output) fn allows(&mut self, c: char) -> bool {
        if is_hazard(c) {
            *self = Self::default();
            return false;
        }
        if (' '..='~').contains(&c) || c.width() != Some(0) {
            (self.marks, self.has_base) = (0, true);
            return true;
        }
        self.marks += 1;
        let had_base = std::mem::replace(&mut self.has_base, false);
        if is_variation_selector(c) { had_base } else { self.marks <= MARKS_MAX }
    }
}

fn is_variation_selector(c: char) -> bool {
    ('\u{FE00}'..='\u{FE0F}').contains(&c)
}

/// The text as it is safe to show on a terminal, in one line: hazards become what a programmer would write for them
/// (`\n`, `\t`, `\r`, `\x1B`, `\u{202E}`), and so do marks that come in floods. This is for eyes: it cannot be undone
/// where the text has such notation itself. The lines of a text can be made safe one by one, with the same result.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    let mut watch = Watch::default();
    let Some((first, _)) = text.char_indices().find(|(_, c)| !watch.allows(*c)) else { return Cow::Borrowed(text) };
    let (clean, rest) = text.split_at(first);
    let mut shown = String::with_capacity(text.len() + 8);
    shown.push_str(clean);
    let mut watch = Watch::default();
    clean.chars().for_each(|c| _ = watch.allows(c));
    for c in rest.chars() {
        let allowed = watch.allows(c);
        // Writing to a String cannot fail.
        let _ = match c {
            '\n' => shown.write_str("\\n"),
            '\t' => shown.write_str("\\t"),
            '\r' => shown.write_str("\\r"),
            c if allowed => shown.write_char(c),
            c if c < '\u{A0}' => write!(shown, "\\x{:02X}", u32::from(c)),
            c => write!(shown, "\\u{{{:X}}}", u32::from(c)),
        };
    }
    Cow::Owned(shown)
}

/// The same for a text of several lines, which keeps its line breaks and tabs: a listing, an error.
pub fn sanitize_lines(text: &str) -> String {
    let parts = text.split_inclusive(['\n', '\t']).map(|part| match part.strip_suffix(['\n', '\t']) {
        Some(line) => (sanitize(line), &part[line.len()..]),
        None => (sanitize(part), ""),
    });
    parts.fold(String::with_capacity(text.len()), |shown, (line, end)| shown + &line + end)
}

/// The text as it is safe in a cell that a spreadsheet opens: `'` goes before what it would run as a formula. Phone
/// numbers (`+447700900123`) and plain numbers (`-5`, `-0.25`) are no formulas and stay as they are.
pub fn guard_formula(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a spreadsheet would run this text: it starts with `=`, `+`, `-`, `@`, their full-width forms, or a control
/// character that spreadsheets skip before them.
pub fn is_formula(text: &str) -> bool {
    match text.chars().next() {
        Some('+' | '-') => !is_number(&text[1..]),
        Some('=' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠') => true,
        _ => false,
    }
}

/// Digits, with at most one point between them.
fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_of_any_script_stays_as_it_is() {
        for text in ["", "Hello, world \\n", "Zażółć", "नमस्ते", "你好", "مرحبا", "❤\u{FE0F} 👍🏽", "a\u{301}"]
        {
            assert!(matches!(sanitize(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        for (hostile, shown) in [
            ("\x1b[2J\x1b[31mred", "\\x1B[2J\\x1B[31mred"),
            ("\x1b]52;c;cm0gLXJm\x07", "\\x1B]52;c;cm0gLXJm\\x07"),
            ("\x1b]8;;https://evil.example\x1b\\bank", "\\x1B]8;;https://evil.example\\x1B\\bank"),
            ("paid\rowed", "paid\\rowed"),
            ("two\nlines\tand a tab", "two\\nlines\\tand a tab"),
            ("\0\x08\x7f", "\\x00\\x08\\x7F"),
            ("\u{9b}31m\u{85}", "\\x9B31m\\x85"),
            ("abc\u{202e}fdp.exe", "abc\\u{202E}fdp.exe"),
            ("\u{2066}x\u{2069}\u{200f}\u{61c}", "\\u{2066}x\\u{2069}\\u{200F}\\u{61C}"),
            ("a\u{200b}b\u{200d}c\u{feff}d\u{2060}\u{ad}", "a\\u{200B}b\\u{200D}c\\u{FEFF}d\\u{2060}\\u{AD}"),
            ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            ("\u{e0041}\u{e007f}\u{e0100}", "\\u{E0041}\\u{E007F}\\u{E0100}"),
        ] {
            assert_eq!(sanitize(hostile), shown);
        }
    }

    #[test]
    fn marks_of_every_script_stay_and_floods_are_shown() {
        let flood = format!("a{}", "\u{301}".repeat(8));
        let hebrew = "בְּרֵאשִׁ֖ית";
        for text in [hebrew, "ที่", "क्षि", "Vie\u{302}\u{323}t", "1\u{FE0F}\u{20E3}", "❤\u{FE0E}❤\u{FE0F}"]
        {
            assert_eq!(sanitize(text), text);
        }
        for (hostile, shown) in [
            (flood.as_str(), &*format!("a{}\\u{{301}}\\u{{301}}", "\u{301}".repeat(6))),
            ("❤\u{FE0F}\u{FE0F}\u{FE01}", "❤\u{FE0F}\\u{FE0F}\\u{FE01}"),
            ("\u{FE0F}", "\\u{FE0F}"),
            ("\n\u{FE0F}", "\\n\\u{FE0F}"),
            ("\u{E0101}\u{E01EF}", "\\u{E0101}\\u{E01EF}"),
        ] {
            assert_eq!(sanitize(hostile), shown);
        }
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(sanitize_lines("SELECT\n\t'\x1b[2J'\r\n\n--x"), "SELECT\n\t'\\x1B[2J'\\r\n\n--x");
        assert_eq!(sanitize_lines(""), "");
    }

    #[test]
    fn no_control_character_is_left_whatever_the_text() {
        let everything: String = ('\0'..=char::MAX).collect();
        assert!(!sanitize(&everything).contains(|c: char| c.is_control() || is_hazard(c)));
    }

    #[test]
    fn formulas_are_guarded() {
        for formula in [
            "=cmd|' /C calc'!A0",
            "=1+1",
            "+1+1",
            "-2+3+cmd|' /C calc'!A0",
            "@SUM(A1:A9)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1",
            "＝1+1",
            "+",
            "-",
            "+49-170",
            "-1.2.3",
            "-.5",
            "+44 7700 900123",
            "-１",
        ] {
            assert_eq!(guard_formula(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn numbers_and_other_text_are_not() {
        for text in ["", "+447700900123", "+49", "-5", "-0.25", "+1.5", "5", "a=b", "1-2", "'=1", " =1", "STOP"] {
            assert_eq!(guard_formula(text), text);
        }
    }
}
