//! What stands before the line that is typed.

use std::borrow::Cow;

use reedline::{Prompt, PromptEditMode, PromptHistorySearch, PromptHistorySearchStatus, PromptViMode};

/// `smsql> `, or `smsql (as of 17)> ` where the past is read.
#[derive(Debug)]
pub(super) struct ShellPrompt {
    left: String,
}

impl ShellPrompt {
    pub(super) fn new(as_of: Option<&str>) -> Self {
        Self { left: as_of.map_or("smsql".to_owned(), |as_of| format!("smsql (as of {as_of})")) }
    }
}

impl Prompt for ShellPrompt {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.left)
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, mode: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed(match mode {
            PromptEditMode::Vi(PromptViMode::Normal | PromptViMode::Visual) => ": ",
            _ => "> ",
        })
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{:>1$}> ", "...", self.left.chars().count()))
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        let failing = match search.status {
            PromptHistorySearchStatus::Passing => "",
            PromptHistorySearchStatus::Failing => "no ",
        };
        Cow::Owned(format!(" ({failing}match for `{}`) ", search.term))
    }
}
