//! The menus of the editor, as a person sees them.

use nu_ansi_term::{Color, Style};
use reedline::{
    Completer, CompletionResult, CompletionStatus, DescriptionMode, Editor, IdeMenu, InputMode, ListMenu, Menu,
    MenuBuilder, MenuEvent, MenuSettings, Painter, ReedlineMenu, Suggestion, Suggestions,
};

use crate::output::sanitize::{is_hazard, sanitize};

/// The name of the menu of what could stand at the cursor.
pub const COMPLETION_MENU: &str = "completion_menu";
/// The name of the menu of what was typed before.
pub const HISTORY_MENU: &str = "history_menu";

/// What of a menu looks how.
struct Looks {
    text: Style,
    chosen: Style,
    about: Style,
    matching: Style,
}

/// Menus differ from the text around them by weight, not by a colour that a light or dark background would swallow.
fn looks(is_coloured: bool) -> Looks {
    let plain = Style::new();
    if !is_coloured {
        return Looks { text: plain, chosen: plain, about: plain, matching: plain };
    }
    Looks { text: plain, chosen: plain.reverse(), about: Color::DarkGray.normal(), matching: plain.bold() }
}

/// The menus that [`edit_mode`](super::keys::edit_mode) opens. `indicator` is what the prompt ends in: it stays while what could
/// stand at the cursor is offered.
pub fn menus(indicator: &str, is_coloured: bool) -> Vec<ReedlineMenu> {
    let Looks { text, chosen, about, matching } = looks(is_coloured);
    let completion = IdeMenu::default()
        .with_name(COMPLETION_MENU)
        .with_marker(indicator)
        // What stands behind the cursor counts too: `SELECT | FROM messages`.
        .with_input_mode(InputMode::FullBuffer)
        .with_word_chars("_.$\\=/-\"'")
        .with_max_completion_width(48)
        .with_max_completion_height(12)
        .with_padding(1)
        .with_correct_cursor_pos(true)
        .with_description_mode(DescriptionMode::PreferRight)
        .with_min_description_width(20)
        .with_max_description_width(72)
        .with_max_description_height(4)
        .with_text_style(text)
        .with_selected_text_style(chosen)
        .with_description_text_style(about)
        .with_match_text_style(matching)
        .with_selected_match_text_style(chosen.bold());
    let history = ListMenu::default()
        .with_name(HISTORY_MENU)
        .with_marker(" history> ")
        .with_page_size(10)
        .with_only_buffer_difference(true)
        .with_text_style(text)
        .with_selected_text_style(chosen)
        .with_description_text_style(about);
    vec![
        ReedlineMenu::EngineCompleter(Box::new(Shown { menu: completion, nothing: "nothing known fits here" })),
        ReedlineMenu::HistoryMenu(Box::new(Shown { menu: history, nothing: "nothing in the history has this" })),
    ]
}

/// A menu that shows what a terminal would obey, and says in words that it is empty.
struct Shown<M> {
    menu: M,
    nothing: &'static str,
}

impl<M: Menu> Menu for Shown<M> {
    fn menu_string(&self, available_lines: u16, use_ansi_coloring: bool) -> String {
        if self.menu.get_values().is_empty() {
            return self.nothing.to_owned();
        }
        self.menu.menu_string(available_lines, use_ansi_coloring)
    }

    fn can_partially_complete(
        &mut self,
        values_updated: bool,
        editor: &mut Editor,
        completer: &mut dyn Completer,
    ) -> bool {
        self.menu.can_partially_complete(values_updated, editor, &mut Sanitized(completer))
    }

    fn update_values(&mut self, editor: &mut Editor, completer: &mut dyn Completer) {
        self.menu.update_values(editor, &mut Sanitized(completer));
    }

    fn reload(&mut self, updated: bool, editor: &mut Editor, completer: &mut dyn Completer) {
        self.menu.reload(updated, editor, &mut Sanitized(completer));
    }

    fn update_working_details(&mut self, editor: &mut Editor, completer: &mut dyn Completer, painter: &Painter) {
        self.menu.update_working_details(editor, &mut Sanitized(completer), painter);
    }

    // The rest is the menu's own.

    fn settings(&self) -> &MenuSettings {
        self.menu.settings()
    }

    fn is_active(&self) -> bool {
        self.menu.is_active()
    }

    fn set_active(&mut self, active: bool) {
        self.menu.set_active(active);
    }

    fn clear_input(&mut self) {
        self.menu.clear_input();
    }

    fn on_activate(&mut self) {
        self.menu.on_activate();
    }

    fn on_deactivate(&mut self) {
        self.menu.on_deactivate();
    }

    fn handle_menu_event(&mut self, event: &MenuEvent) {
        self.menu.handle_menu_event(event);
    }

    fn menu_event(&mut self, event: MenuEvent) {
        self.menu.menu_event(event);
    }

    fn can_quick_complete(&self) -> bool {
        self.menu.can_quick_complete()
    }

    fn reset_position(&mut self) {
        self.menu.reset_position();
    }

    fn replace_in_buffer(&self, editor: &mut Editor) {
        self.menu.replace_in_buffer(editor);
    }

    fn menu_required_lines(&self, terminal_columns: u16) -> u16 {
        self.menu.menu_required_lines(terminal_columns)
    }

    fn min_rows(&self) -> u16 {
        self.menu.min_rows()
    }

    fn get_values(&self) -> &[Suggestion] {
        self.menu.get_values()
    }

    fn results_are_provisional(&self) -> bool {
        self.menu.results_are_provisional()
    }

    fn is_awaiting_first_answer(&self) -> bool {
        self.menu.is_awaiting_first_answer()
    }

    fn set_cursor_pos(&mut self, pos: (u16, u16)) {
        self.menu.set_cursor_pos(pos);
    }
}

/// A completer whose suggestions look like what they are: what is inserted stays the same.
struct Sanitized<'c>(&'c mut dyn Completer);

fn sanitized(suggestions: &Suggestions) -> Suggestions {
    let has_hazard = |suggestion: &Suggestion| suggestion.display_value().contains(|c: char| c != '\n' && is_hazard(c));
    if !suggestions.iter().any(has_hazard) {
        return Suggestions::clone(suggestions);
    }
    let shown = suggestions.iter().cloned().map(|mut suggestion| {
        let lines: Vec<_> = suggestion.display_value().split('\n').map(sanitize).collect();
        suggestion.display_override = Some(lines.join("\n"));
        suggestion
    });
    shown.collect()
}

impl Completer for Sanitized<'_> {
    fn complete(&mut self, line: &str, pos: usize) -> CompletionResult {
        match self.0.complete(line, pos) {
            CompletionResult::Fresh { suggestions, partial } => {
                CompletionResult::Fresh { suggestions: sanitized(&suggestions), partial }
            }
            CompletionResult::Stale { suggestions, origin, partial } => {
                CompletionResult::Stale { suggestions: sanitized(&suggestions), origin, partial }
            }
            CompletionResult::Pending => CompletionResult::Pending,
        }
    }

    fn partial_complete(&mut self, line: &str, pos: usize, start: usize, offset: usize) -> Suggestions {
        sanitized(&self.0.partial_complete(line, pos, start, offset))
    }

    fn total_completions(&mut self, line: &str, pos: usize) -> usize {
        self.0.total_completions(line, pos)
    }

    fn poll_completion(&mut self) -> CompletionStatus {
        self.0.poll_completion()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use reedline::Span;

    use super::*;

    #[test]
    fn the_menus_have_the_names_that_the_keys_open() {
        let names: Vec<String> = menus("> ", true).iter().map(|menu| menu.name().to_owned()).collect();
        assert_eq!(names, [COMPLETION_MENU, HISTORY_MENU]);
    }

    #[test]
    fn what_was_pasted_once_is_shown_and_inserted_as_it_was() {
        struct Fixed(&'static str);
        impl Completer for Fixed {
            fn complete(&mut self, _: &str, pos: usize) -> CompletionResult {
                let span = Span::new(0, pos);
                CompletionResult::fresh(vec![Suggestion { value: self.0.to_owned(), span, ..Default::default() }])
            }
        }
        let hostile = "SELECT '\u{1b}[2J',\n\t1;";
        for result in [
            Sanitized(&mut Fixed(hostile)).complete("", 0).into_shared().unwrap(),
            Sanitized(&mut Fixed(hostile)).partial_complete("", 0, 0, 5),
        ] {
            assert_eq!(result[0].value, hostile);
            assert_eq!(result[0].display_value(), "SELECT '\\x1B[2J',\n\\t1;");
        }
        let plain = Sanitized(&mut Fixed("SELECT 1,\n2;")).complete("", 0);
        assert_eq!(plain.suggestions()[0].display_override, None);
    }
}
