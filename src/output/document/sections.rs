//! Which section comes next.

use std::vec::IntoIter;

use super::{Document, DocumentSection};
use crate::{Error, Result};

/// The sections of a document, in the order their rows must come.
pub(super) struct Sections(IntoIter<DocumentSection>);

impl Sections {
    pub(super) fn of(document: &Document) -> Self {
        Self(document.sections.clone().into_iter())
    }

    /// The section whose rows come now.
    pub(super) fn next(&mut self) -> Result<DocumentSection> {
        self.0.next().ok_or_else(|| Error::Internal("a document got more sections than it has".to_owned()))
    }

    /// At the end all must have come.
    pub(super) fn finish(self) -> Result<()> {
        match self.0.as_slice() {
            [] => Ok(()),
            [section, ..] => Err(Error::Internal(format!("the document ended before its section `{}`", section.name))),
        }
    }
}
