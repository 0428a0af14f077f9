//! Documentation as text: its marks are for a page, and people in the shell see a terminal.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Words to wrap, and what stands before their first line.
    Words { mark: &'static str, text: String },
    /// A line to leave as it is: code, or a table.
    Line(String),
    /// An empty line.
    Gap,
}

/// A short text without its marks, in one line: for lists.
pub fn plain(markdown: &str) -> String {
    let words = blocks(markdown).into_iter().filter_map(|block| match block {
        Block::Words { text, .. } | Block::Line(text) => Some(text),
        Block::Gap => None,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The first sentence of a text, without marks.
pub(super) fn first_sentence(markdown: &str) -> String {
    let first = blocks(markdown).into_iter().find_map(|block| match block {
        Block::Words { text, .. } => Some(text),
        _ => None,
    });
    let text = first.unwrap_or_default();
    // A sentence ends before a capital, so not behind `e.g.` or in `1.5`.
    let end = text.match_indices(". ").map(|(at, _)| at + 1);
    let mut end = end.filter(|at| text[*at..].trim_start().starts_with(|c: char| !c.is_lowercase()));
    match end.next() {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The pieces of a text: no empty lines at its ends, and never two in a row.
pub(super) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut in_code = false;
    // Where the code at hand begins.
    let mut opened = 0;
    for line in markdown.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            in_code = !in_code;
            gap(&mut blocks);
            if !in_code {
                undent(&mut blocks[opened..]);
            }
            opened = blocks.len();
        } else if in_code {
            blocks.push(Block::Line(line.trim_end().to_owned()));
        } else if trimmed.is_empty() {
            gap(&mut blocks);
        } else if trimmed.starts_with(['|', '+']) {
            // A table drawn with lines; the row below the header of a Markdown one is only lines.
            if !trimmed.chars().all(|c| "|-: ".contains(c)) {
                blocks.push(Block::Line(trimmed.to_owned()));
            }
        } else {
            words(&mut blocks, trimmed);
        }
    }
    while blocks.last() == Some(&Block::Gap) {
        blocks.pop();
    }
    blocks
}

/// Takes away what all lines of some code have before them.
fn undent(code: &mut [Block]) {
    let margin = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let margins = code.iter().filter_map(|block| match block {
        Block::Line(line) if !line.is_empty() => Some(margin(line)),
        _ => None,
    });
    let least = margins.min().unwrap_or(0);
    for block in code {
        if let Block::Line(line) = block {
            line.drain(..least.min(line.len()));
        }
    }
}

fn gap(blocks: &mut Vec<Block>) {
    if !matches!(blocks.last(), None | Some(Block::Gap)) {
        blocks.push(Block::Gap);
    }
}

fn words(blocks: &mut Vec<Block>, line: &str) {
    let (mark, line) = match line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        Some(item) => ("- ", item.trim()),
        None => ("", line.trim_start_matches(['#', '>']).trim_start()),
    };
    let line = unmarked(line);
    match blocks.last_mut() {
        // A paragraph, or an item of a list, goes on in the next line.
        Some(Block::Words { text, .. }) if mark.is_empty() => text.extend([" ", &line]),
        _ => blocks.push(Block::Words { mark, text: line }),
    }
}

static MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // Code first: what stands in it is no mark.
    Regex::new(
        r"(?x) (`+)(?P<code>.+?)`+
        | !?\[(?P<text>[^\]]+)\]\((?P<url>[^)\s]+)\)
        | \*\*(?P<bold>[^*]+)\*\*
        | \b_(?P<italic>[^_\s][^_]*)_\b
        | \\(?P<escaped>[\\`*_{}\[\]()\#+.!|<>-])
        | <(?P<link>https?://[^>]+)>
        | (?P<br><br\s*/?>)",
    )
    .ok()
});

/// A line without marks. A link that leads out keeps its address.
fn unmarked(line: &str) -> String {
    let Some(marks) = MARKS.as_ref() else { return line.to_owned() };
    let replaced = marks.replace_all(line, |found: &Captures<'_>| {
        let named = |name: &str| found.name(name).map(|text| text.as_str().to_owned());
        if let (Some(text), Some(url)) = (named("text"), named("url")) {
            let text = text.replace('`', "");
            return if url.starts_with("http") && url != text { format!("{text} ({url})") } else { text };
        }
        let inner = ["code", "bold", "italic", "escaped", "link"].into_iter().find_map(named);
        inner.unwrap_or_else(|| " ".to_owned())
    });
    replaced.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_away_and_the_words_stay() {
        for (markdown, text) in [
            ("`clicks` the view tells **people** from bots", "clicks the view tells people from bots"),
            ("See [Buckets](#buckets).", "See Buckets."),
            ("[Regex](https://docs.rs/regex) syntax", "Regex (https://docs.rs/regex) syntax"),
            ("the _first_ value of snake_case_name", "the first value of snake_case_name"),
            ("`a * b` and `x_y_z` stay", "a * b and x_y_z stay"),
            (r"a \| b \* c", "a | b * c"),
            ("2 * 3 * 4, a_b", "2 * 3 * 4, a_b"),
            ("one<br>two", "one two"),
            ("two\nlines", "two lines"),
            ("", ""),
        ] {
            assert_eq!(plain(markdown), text);
        }
    }

    #[test]
    fn a_text_falls_into_paragraphs_items_and_code() {
        let words = |mark, text: &str| Block::Words { mark, text: text.to_owned() };
        let line = |text: &str| Block::Line(text.to_owned());
        assert_eq!(
            blocks("First\nline.\n\n\n- one\n  more\n- two\n\n```sql\n> select  1\n\n+--+\n```\n\n"),
            [
                words("", "First line."),
                Block::Gap,
                words("- ", "one more"),
                words("- ", "two"),
                Block::Gap,
                line("> select  1"),
                line(""),
                line("+--+"),
            ]
        );
        assert_eq!(blocks("```\n  a\n\n    b\n```"), [line("a"), line(""), line("  b")]);
        assert_eq!(blocks("| a | b |\n|---|:-:|\n| 1 | 2 |"), [line("| a | b |"), line("| 1 | 2 |")]);
    }

    #[test]
    fn a_sentence_ends_before_a_capital() {
        assert_eq!(first_sentence("Units, e.g. hours. More."), "Units, e.g. hours.");
        assert_eq!(first_sentence("About 1.5 of it"), "About 1.5 of it");
        assert_eq!(first_sentence("One.\n\nTwo."), "One.");
    }
}
