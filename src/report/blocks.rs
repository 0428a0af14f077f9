//! The shape of a report's file: blocks that begin with a line `-- report:`, `-- define:` or `-- section:`, each with a
//! header of comments and, behind it, SQL.
//!
//! ```text
//! -- section: rates                     begins a block
//! -- title: Reception rates             an entry
//! -- columns:                           an entry with items
//! --   rate - What it is,               an item
//! --     continued here.
//! --                                    the header ends: notes for people
//! SELECT ...
//! ```

use crate::error::{Error, Result};

/// One block, with the lines of the file it stands in, counted from 1.
#[derive(Debug)]
pub(super) struct Block<'t> {
    /// `report`, `define` or `section`.
    pub(super) kind: &'t str,
    pub(super) name: &'t str,
    pub(super) line: usize,
    pub(super) entries: Vec<Entry<'t>>,
    /// What stands behind the header, and on which line that begins.
    pub(super) sql: &'t str,
    pub(super) sql_line: usize,
}

/// `-- key: value`, with what is indented below it.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) key: &'t str,
    pub(super) value: &'t str,
    pub(super) line: usize,
    pub(super) items: Vec<Item<'t>>,
}

/// A line that is indented below an entry, and the lines indented below that.
#[derive(Debug)]
pub(super) struct Item<'t> {
    pub(super) text: &'t str,
    pub(super) line: usize,
    pub(super) more: Vec<&'t str>,
}

impl Entry<'_> {
    /// The value and the indented lines as one text.
    pub(super) fn paragraph(&self) -> String {
        let items = self.items.iter().flat_map(|item| std::iter::once(item.text).chain(item.more.iter().copied()));
        let parts: Vec<&str> = std::iter::once(self.value).chain(items).filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

const KINDS: [&str; 3] = ["report", "define", "section"];

/// The blocks of a file; `place` names it in errors.
pub(super) fn blocks<'t>(place: &str, text: &'t str) -> Result<Vec<Block<'t>>> {
    let mut blocks: Vec<Block<'t>> = Vec::new();
    // Where the SQL of the last block begins, once its header has ended.
    let mut sql_from = None;
    let mut offset = 0;
    for (number, full) in text.split_inclusive('\n').enumerate() {
        let (line, number) = (full.trim_end(), number + 1);
        let start = offset;
        offset += full.len();
        let at = |message: String| Error::invalid(format!("{place}:{number}"), message);
        if let Some((kind, name)) = opening(line) {
            end(&mut blocks, sql_from.take(), &text[..start]);
            check_name(name).map_err(at)?;
            blocks.push(Block { kind, name, line: number, entries: Vec::new(), sql: "", sql_line: number });
            continue;
        }
        let Some(block) = blocks.last_mut() else {
            match line.trim() {
                "" | "--" => continue,
                _ => return Err(at("a file begins with `-- report: NAME`".to_owned())),
            }
        };
        if sql_from.is_some() {
            continue;
        }
        match line.strip_prefix("--") {
            Some(comment) if !comment.trim().is_empty() => header(block, comment, number).map_err(at)?,
            _ => (block.sql_line, sql_from) = (number, Some(start)),
        }
    }
    end(&mut blocks, sql_from, text);
    Ok(blocks)
}

/// The kind and name of the block that a line begins.
fn opening(line: &str) -> Option<(&str, &str)> {
    let (key, name) = line.strip_prefix("-- ")?.split_once(':')?;
    KINDS.contains(&key).then(|| (key, name.trim()))
}

fn check_name(name: &str) -> Result<(), String> {
    let first = name.starts_with(|c: char| c.is_ascii_lowercase());
    if first && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Ok(());
    }
    Err(format!("`{name}` is no name: lower-case letters, digits and `_`, a letter first"))
}

fn end<'t>(blocks: &mut [Block<'t>], sql_from: Option<usize>, text: &'t str) {
    if let (Some(block), Some(from)) = (blocks.last_mut(), sql_from) {
        block.sql = &text[from..];
    }
}

/// A line of a header, without its `--`.
fn header<'t>(block: &mut Block<'t>, comment: &'t str, line: usize) -> Result<(), String> {
    let text = comment.trim();
    let indent = comment.len() - comment.trim_start().len();
    match (indent, block.entries.last_mut()) {
        (0 | 1, _) => {
            let (key, value) = text.split_once(':').ok_or_else(|| format!("`{text}` is not `key: value`"))?;
            if block.entries.iter().any(|entry| entry.key == key) {
                return Err(format!("`{key}` is there twice"));
            }
            block.entries.push(Entry { key, value: value.trim(), line, items: Vec::new() });
        }
        (_, None) => return Err(format!("`{text}` belongs to nothing")),
        (2..=4, Some(entry)) => entry.items.push(Item { text, line, more: Vec::new() }),
        (_, Some(entry)) => match entry.items.last_mut() {
            Some(item) => item.more.push(text),
            None => return Err(format!("`{text}` belongs to nothing")),
        },
    }
    Ok(())
}
