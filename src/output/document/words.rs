//! Running text of a document in lines.

use unicode_width::UnicodeWidthStr;

use crate::output::sanitize::sanitize;

/// The text as it is safe to show, in lines of at most `width` columns. A word that is longer has a line of its own.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = sanitize(word);
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word.into_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn words_fill_lines() {
        assert_eq!(wrap("", 10), Vec::<String>::new());
        assert_eq!(wrap("  a  b\nc ", 3), ["a b", "c"]);
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("immeasurable x", 5), ["immeasurable", "x"]);
        assert_eq!(wrap("你好 你好", 9), ["你好 你好"]);
        assert_eq!(wrap("你好 你好", 8), ["你好", "你好"]);
        assert_eq!(wrap("a\u{1b}[2J b", 80), ["a\\x1B[2J b"]);
    }
}
