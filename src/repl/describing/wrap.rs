//! Text in lines of a width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A text narrower than this is not wrapped any further: one word per line helps nobody.
pub(super) const WIDTH_MIN: usize = 16;

/// The words of a text in lines of at most this width; a longer word is cut, unless it is an address, which would lead
/// nowhere. At least one line.
pub(in crate::repl) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(WIDTH_MIN);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let mut word = word;
        if used > 0 && used + 1 + word.width() > width {
            lines.push(String::new());
            used = 0;
        }
        while word.width() > width && !word.contains("://") {
            let end = fitting(word, width);
            push(&mut lines, &word[..end]);
            lines.push(String::new());
            word = &word[end..];
        }
        if used > 0 {
            push(&mut lines, " ");
            used += 1;
        }
        push(&mut lines, word);
        used += word.width();
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

/// How many bytes of a text fit a width, and at least its first character.
fn fitting(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width && at > 0 {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_full_as_they_can_be() {
        let text = "The quick brown  fox jumps over the lazy dog.";
        assert_eq!(wrap(text, 20), ["The quick brown fox", "jumps over the lazy", "dog."]);
        assert_eq!(wrap(text, 1000), ["The quick brown fox jumps over the lazy dog."]);
        assert_eq!(wrap("", 20), [""]);
        assert_eq!(wrap("a 0123456789abcdef0123456789 b", 16), ["a", "0123456789abcdef", "0123456789 b"]);
        assert_eq!(wrap("see (https://example.com/a/long/path)", 16), ["see", "(https://example.com/a/long/path)"]);
        // Twice as wide as it has characters.
        assert_eq!(wrap("你好你好你好你好你好", 16), ["你好你好你好你好", "你好"]);
        for width in 0..60 {
            assert!(wrap(text, width).iter().all(|line| line.width() <= width.max(WIDTH_MIN)));
        }
    }
}
