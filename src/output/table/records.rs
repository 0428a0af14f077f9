//! The expanded view: every row is a record with a line for each column, as psql's `\x` has it. Nothing of it is cut:
//! on a terminal a long value goes on in the next lines, elsewhere it stays whole in its own.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::bar::bar;
use super::layout::{Cell, Heading};

/// The line over a record, where no terminal says how wide it is.
const RULE_WIDTH: usize = 60;
/// Between the name and the value.
const GAP: &str = " │ ";
/// A value that would have less room beside its name stands below it.
const VALUE_WIDTH_MIN: usize = 16;
/// How far each level of a nested value is moved in.
const INDENT: usize = 2;

/// How records are laid out.
pub(super) struct Records {
    /// The columns of the terminal.
    width: Option<usize>,
    /// Those of the names; none where values stand below them.
    name_width: Option<usize>,
    bars: bool,
}

impl Records {
    pub(super) fn new(headings: &[Heading], width: Option<usize>, bars: bool) -> Self {
        let longest = headings.iter().map(|heading| heading.name.width()).max().unwrap_or(0);
        let name_width = match width {
            None => Some(longest),
            // Names take at most a third, longer ones go on in the next line.
            Some(line) => Some(longest.min((line / 3).max(VALUE_WIDTH_MIN)))
                .filter(|names| 1 + names + GAP.width() + VALUE_WIDTH_MIN <= line),
        };
        Self { width, name_width, bars }
    }

    /// Appends a record; `number` counts from 1.
    pub(super) fn record(&self, headings: &[Heading], number: usize, cells: &[Cell], out: &mut String) {
        let title = format!("── row {number} ");
        out.push_str(&title);
        out.extend(std::iter::repeat_n('─', self.width.unwrap_or(RULE_WIDTH).saturating_sub(title.width())));
        out.push('\n');
        for (heading, cell) in headings.iter().zip(cells) {
            match self.name_width {
                Some(names) => self.beside(heading, cell, names, out),
                None => self.below(heading, cell, out),
            }
        }
    }

    /// The value beside its name.
    fn beside(&self, heading: &Heading, cell: &Cell, names: usize, out: &mut String) {
        let room = self.width.map(|width| width.saturating_sub(1 + names + GAP.width()));
        let mut name_lines = wrapped(&heading.name, self.width.map(|_| names)).into_iter();
        let mut value_lines = self.lines(heading, cell, room).into_iter();
        loop {
            let (name, value) = (name_lines.next(), value_lines.next());
            if name.is_none() && value.is_none() {
                return;
            }
            let (name, value) = (name.unwrap_or_default(), value.unwrap_or_default());
            out.push(' ');
            out.push_str(name);
            out.extend(std::iter::repeat_n(' ', names.saturating_sub(name.width())));
            out.push_str(if value.is_empty() { GAP.trim_end() } else { GAP });
            out.push_str(&value);
            out.push('\n');
        }
    }

    /// The value in the lines below its name, where a terminal is too narrow for both.
    fn below(&self, heading: &Heading, cell: &Cell, out: &mut String) {
        for line in wrapped(&heading.name, self.width) {
            out.push_str(line);
            out.push('\n');
        }
        for line in self.lines(heading, cell, self.width.map(|width| width.saturating_sub(INDENT))) {
            out.extend(std::iter::repeat_n(' ', INDENT));
            out.push_str(&line);
            out.push('\n');
        }
    }

    /// The lines of a value, each with at most `room` columns.
    fn lines(&self, heading: &Heading, cell: &Cell, room: Option<usize>) -> Vec<String> {
        let text = cell.text.as_str();
        if self.bars && heading.is_percent {
            let mut drawn = format!("{text} ");
            bar(text, &mut drawn);
            return vec![drawn.trim_end().to_owned()];
        }
        let Some(room) = room else { return vec![text.to_owned()] };
        let room = room.max(1);
        if heading.is_nested && text.width() > room {
            let lines = indented(text).into_iter();
            return lines.flat_map(|(depth, line)| moved_in(&line, depth * INDENT, room)).collect();
        }
        let mut lines = Vec::new();
        let mut from = 0;
        for &to in &cell.breaks {
            lines.extend(wrapped(&text[from..to], Some(room)).into_iter().map(str::to_owned));
            from = to;
        }
        if from < text.len() || from == 0 {
            lines.extend(wrapped(&text[from..], Some(room)).into_iter().map(str::to_owned));
        }
        lines
    }
}

/// The line wrapped and moved in, as far as that leaves it room.
fn moved_in(line: &str, by: usize, room: usize) -> Vec<String> {
    let by = by.min(room / 2);
    wrapped(line, Some(room - by)).into_iter().map(|part| format!("{}{part}", " ".repeat(by))).collect()
}

/// The text in pieces of at most `room` columns: behind a blank where that leaves more than half a line, else anywhere.
/// All of the text is in them.
fn wrapped(text: &str, room: Option<usize>) -> Vec<&str> {
    let Some(room) = room else { return vec![text] };
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(end) = too_long(rest, room) {
        let line = &rest[..end];
        let end = match line.rfind(' ') {
            // Not in the middle of a word that ends with the line.
            _ if rest[end..].starts_with(' ') => end + 1,
            Some(blank) if line[..blank].width() > room / 2 => blank + 1,
            _ => end,
        };
        lines.push(rest[..end].trim_end_matches(' '));
        rest = &rest[end..];
    }
    lines.push(rest);
    lines
}

/// Where the text is cut to fit, at least one character in; none if all of it fits.
fn too_long(text: &str, room: usize) -> Option<usize> {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        // What combines with the character before has no width and stays with it.
        used += c.width().unwrap_or(0);
        if used > room && at > 0 {
            return Some(at);
        }
    }
    None
}

/// JSON without line breaks, in lines with their depth.
fn indented(json: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut line = String::new();
    let mut depth = 0_usize;
    let mut chars = json.chars().peekable();
    let (mut in_string, mut escaped) = (false, false);
    while let Some(c) = chars.next() {
        if in_string {
            line.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                line.push(c);
            }
            '{' | '[' if matches!(chars.peek(), Some('}' | ']')) => {
                line.push(c);
                line.extend(chars.next());
            }
            '{' | '[' => {
                line.push(c);
                lines.push((depth, std::mem::take(&mut line)));
                depth += 1;
            }
            '}' | ']' => {
                lines.push((depth, std::mem::take(&mut line)));
                depth = depth.saturating_sub(1);
                line.push(c);
            }
            ',' => {
                line.push(c);
                lines.push((depth, std::mem::take(&mut line)));
            }
            ':' => line.push_str(": "),
            c => line.push(c),
        }
    }
    lines.push((depth, line));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_blanks_and_nothing_is_lost() {
        assert_eq!(wrapped("", Some(5)), [""]);
        assert_eq!(wrapped("12345", Some(5)), ["12345"]);
        assert_eq!(wrapped("123456", Some(5)), ["12345", "6"]);
        assert_eq!(wrapped("your code is 1234", Some(10)), ["your code", "is 1234"]);
        // A blank near the start would waste the line.
        assert_eq!(wrapped("a bcdefghijkl", Some(6)), ["a bcde", "fghijk", "l"]);
        assert_eq!(wrapped("whole line", Some(5)), ["whole", "line"]);
        assert_eq!(wrapped("你好你好", Some(5)), ["你好", "你好"]);
        // Wider than the line: one at a time is the least.
        assert_eq!(wrapped("你好", Some(1)), ["你", "好"]);
        assert_eq!(wrapped("cafe\u{301}s", Some(4)), ["cafe\u{301}", "s"]);
        assert_eq!(wrapped("as it is", None), ["as it is"]);
    }

    #[test]
    fn nested_values_are_moved_in() {
        let lines = indented(r#"{"a":[1,-2.50,null],"b":{},"c":"x, {\"y\":1}\\","d":[]}"#);
        let text: Vec<String> = lines.into_iter().map(|(depth, line)| "  ".repeat(depth) + &line).collect();
        let expected = [
            "{",
            "  \"a\": [",
            "    1,",
            "    -2.50,",
            "    null",
            "  ],",
            "  \"b\": {},",
            r#"  "c": "x, {\"y\":1}\\","#,
            "  \"d\": []",
            "}",
        ];
        assert_eq!(text, expected);
    }
}
