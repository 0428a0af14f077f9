//! A statement that is being written, as far as its words and brackets tell.

use std::ops::Range;

use crate::repl::input::is_blank;
use crate::session::{Token, TokenKind};

/// A group of words between two brackets, or the whole statement.
#[derive(Debug)]
pub(super) struct Group {
    /// Its words, those of groups in it included.
    pub(super) words: Range<usize>,
    /// Its words without those of groups in it; the brackets of these are among them.
    pub(super) own: Vec<usize>,
    /// The group around it.
    pub(super) parent: Option<usize>,
}

/// A statement without the word that is being typed.
#[derive(Debug)]
pub(super) struct Statement<'t> {
    text: &'t str,
    words: Vec<Token>,
    /// The first one is the statement. Each stands behind the one around it.
    pub(super) groups: Vec<Group>,
    /// The group that a bracket opens.
    opened: Vec<Option<usize>>,
    /// How many words stand before the cursor.
    pub(super) cursor: usize,
    /// The group the cursor is in.
    pub(super) group: usize,
}

impl<'t> Statement<'t> {
    /// The statement of these tokens; what ends behind `cursor` stands behind it.
    pub(super) fn new(text: &'t str, tokens: impl IntoIterator<Item = Token>, cursor: usize) -> Self {
        let words: Vec<Token> = tokens.into_iter().filter(|token| !is_blank(token)).collect();
        let before = words.iter().take_while(|word| word.range.end <= cursor).count();
        let mut this =
            Self { text, opened: vec![None; words.len()], words, groups: Vec::new(), cursor: before, group: 0 };
        this.group_words();
        this
    }

    fn group_words(&mut self) {
        let all = self.words.len();
        self.groups.push(Group { words: 0..all, own: Vec::new(), parent: None });
        let mut current = 0;
        for at in 0..=all {
            if at == self.cursor {
                self.group = current;
            }
            if at == all {
                break;
            }
            match self.symbol(at) {
                "(" | "[" | "{" => {
                    self.groups[current].own.push(at);
                    self.opened[at] = Some(self.groups.len());
                    self.groups.push(Group { words: at + 1..all, own: Vec::new(), parent: Some(current) });
                    current = self.groups.len() - 1;
                }
                ")" | "]" | "}" => {
                    if let Some(parent) = self.groups[current].parent {
                        self.groups[current].words.end = at;
                        current = parent;
                    }
                    self.groups[current].own.push(at);
                }
                _ => self.groups[current].own.push(at),
            }
        }
    }

    /// The text of a word.
    pub(super) fn text(&self, at: usize) -> &'t str {
        self.words.get(at).map_or("", |word| &self.text[word.range.clone()])
    }

    /// The kind of a word.
    pub(super) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.words.get(at).map(|word| word.kind)
    }

    /// A bracket, an operator, a comma; nothing for other words.
    pub(super) fn symbol(&self, at: usize) -> &'t str {
        if self.kind(at) == Some(TokenKind::Symbol) { self.text(at) } else { "" }
    }

    /// A word without quotes, in lower case, unless it belongs to the name before it.
    pub(super) fn keyword(&self, at: usize) -> String {
        if self.is_free_word(at) { self.text(at).to_lowercase() } else { String::new() }
    }

    /// Whether a word has no quotes and is not a part of the name before it. Behind a dot at the cursor stands what is
    /// being typed, not the next word.
    fn is_free_word(&self, at: usize) -> bool {
        let is_part = at > 0 && at != self.cursor && self.symbol(at - 1) == ".";
        self.kind(at) == Some(TokenKind::Word) && !is_part
    }

    /// Whether a word is this keyword.
    pub(super) fn is(&self, at: usize, keyword: &str) -> bool {
        self.is_free_word(at) && self.text(at).eq_ignore_ascii_case(keyword)
    }

    /// The name that a word is, as SQL understands it: folded to lower case unless it is quoted.
    pub(super) fn name(&self, at: usize) -> Option<String> {
        match self.kind(at)? {
            TokenKind::Word => Some(self.text(at).to_lowercase()),
            TokenKind::Name => {
                let inner = self.text(at).trim_start_matches(['"', '`']);
                let inner = inner.strip_suffix(['"', '`']).unwrap_or(inner);
                Some(inner.replace("\"\"", "\""))
            }
            _ => None,
        }
    }

    /// The group that the bracket at a word opens.
    pub(super) fn opened(&self, at: usize) -> Option<usize> {
        self.opened.get(at).copied().flatten()
    }

    /// The bracket that opens a group.
    pub(super) fn bracket(&self, group: usize) -> Option<usize> {
        self.groups[group].parent?;
        self.groups[group].words.start.checked_sub(1)
    }

    /// The word before a place, in the same group.
    pub(super) fn before(&self, group: usize, at: usize) -> Option<usize> {
        let own = &self.groups[group].own;
        own.partition_point(|word| *word < at).checked_sub(1).map(|position| own[position])
    }

    /// Whether a group is a query: a subquery in brackets, or the statement itself.
    pub(super) fn is_query(&self, group: usize) -> bool {
        let first = self.groups[group].own.first().copied();
        group == 0
            || first.is_some_and(|first| {
                ["select", "with", "from", "values"].iter().any(|keyword| self.is(first, keyword))
                    || (self.opened(first).is_some_and(|inner| inner > group && self.is_bracketed_query(inner)))
            })
    }

    /// Whether a group is a query, without looking through brackets around it more than once.
    fn is_bracketed_query(&self, group: usize) -> bool {
        let first = self.groups[group].own.first().copied();
        first.is_some_and(|first| ["select", "with", "from", "values"].iter().any(|k| self.is(first, k)))
    }

    /// The innermost query that a group is in, or is itself.
    pub(super) fn query_around(&self, mut group: usize) -> usize {
        while !self.is_query(group) {
            match self.groups[group].parent {
                Some(parent) => group = parent,
                None => break,
            }
        }
        group
    }

    /// The words of a query's parts that UNION and the like combine; those of WITH before them belong to the first.
    pub(super) fn arms(&self, query: usize) -> Vec<&[usize]> {
        let own = self.groups[query].own.as_slice();
        let mut arms = Vec::new();
        let mut start = 0;
        for (position, at) in own.iter().enumerate() {
            let is_border = self.is(*at, "union") || self.is(*at, "intersect") || self.is(*at, "except");
            if is_border && !(position > 0 && self.symbol(own[position - 1]) == "*") {
                arms.push(&own[start..position]);
                start = position + 1;
            }
        }
        arms.push(&own[start..]);
        arms
    }

    /// The part of a query that a place is in.
    pub(super) fn arm_at(&self, query: usize, at: usize) -> &[usize] {
        let arms = self.arms(query);
        // A part begins behind the word that ends the one before.
        let own = &self.groups[query].own;
        let before = own.partition_point(|word| *word < at);
        let mut end = 0;
        for arm in &arms {
            end += arm.len() + 1;
            if before < end {
                return arm;
            }
        }
        arms.last().copied().unwrap_or_default()
    }
}
