//! How an error about a statement looks: the message, the place with a caret, and what to do about it.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::script::{Source, Statement};
use crate::Error;

/// What is wrong with a statement, where, and what would be right.
#[derive(Debug, Default)]
pub(super) struct Finding {
    message: String,
    /// Where in the source, in bytes; the first place is the one that is wrong.
    span: Option<Range<usize>>,
    /// The line of the statement, for want of a place in it.
    line: Option<usize>,
    /// What the caret says.
    label: Option<String>,
    /// Other places that matter, each with what it says.
    context: Vec<(Range<usize>, String)>,
    help: Vec<String>,
}

impl Finding {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    pub(super) fn at(mut self, span: impl Into<Option<Range<usize>>>) -> Self {
        self.span = span.into();
        self
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into()).filter(|label| !label.is_empty());
        self
    }

    pub(super) fn context(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.context.push((span, label.into()));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds `did you mean ...?` under the caret, if there is anything to suggest.
    pub(super) fn suggest(self, names: &[String]) -> Self {
        match names {
            [] => self,
            names => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                self.label(format!("did you mean {}?", names.join(" or ")))
            }
        }
    }

    /// The error about `source`, as plain text: what styles it is up to whoever prints it.
    pub(super) fn render(self, source: &Source) -> Error {
        let mut group = Group::with_title(Level::ERROR.no_name().primary_title(self.message.as_str()));
        if let Some(span) = self.span {
            let mut caret = AnnotationKind::Primary.span(clamp(&span, &source.text));
            if let Some(label) = &self.label {
                caret = caret.label(label.as_str());
            }
            let context = self
                .context
                .iter()
                .map(|(span, label)| AnnotationKind::Context.span(clamp(span, &source.text)).label(label.as_str()));
            let snippet = Snippet::source(source.text.as_str()).path(source.name.as_str());
            group = group.element(snippet.annotation(caret).annotations(context));
        } else {
            if let Some(line) = self.line {
                group = group.element(Origin::path(source.name.as_str()).line(line));
            }
            if let Some(label) = &self.label {
                group = group.element(Level::HELP.message(label.as_str()));
            }
        }
        for help in &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        Error::Query(Renderer::plain().render(&[group]))
    }

    /// The error about `statement`; names the line it begins on if no place is known.
    pub(super) fn of(mut self, statement: &Statement) -> Error {
        let before = &statement.source.text[..statement.range().start];
        self.line = Some(before.matches('\n').count() + 1);
        self.render(&statement.source)
    }
}

/// The error about a place in a text that is no SQL, such as a file of settings. The first of the `hints` stands under the
/// caret, the others below.
pub fn error_in_text(name: &str, text: &str, span: Range<usize>, message: &str, hints: &[String]) -> Error {
    let mut finding = Finding::new(message).at(span);
    for (at, hint) in hints.iter().enumerate() {
        finding = if at == 0 { finding.label(hint) } else { finding.help(hint) };
    }
    finding.render(&Source::new(name, text))
}

/// A span that the text holds, on character boundaries, and at least one character wide where there is one.
fn clamp(span: &Range<usize>, text: &str) -> Range<usize> {
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = floor(span.start);
    let end = floor(span.end).max(start);
    if end > start {
        return start..end;
    }
    start..text[start..].chars().next().filter(|c| *c != '\n').map_or(start, |c| start + c.len_utf8())
}
