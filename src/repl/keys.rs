//! The keys of the editor.
//!
//! | key                   | what it does                                                             |
//! |-----------------------|--------------------------------------------------------------------------|
//! | Tab, Ctrl-Space       | offers what could stand here; takes it at once if it is the only one      |
//! | Tab, Shift-Tab, arrows | go on and back in a menu                                                 |
//! | Enter                 | takes what is chosen in a menu; otherwise runs what is complete           |
//! | Esc                   | closes a menu                                                            |
//! | Ctrl-R                | lists the history; what is typed narrows it down, Ctrl-R again shows more |
//! | Right, Ctrl-E, End    | take the hint behind the cursor; Ctrl-Right takes one word of it          |
//! | Alt-Enter             | begins another line                                                      |

use reedline::{
    EditMode, Emacs, KeyCode, KeyModifiers, Keybindings, ReedlineEvent, Vi, default_emacs_keybindings,
    default_vi_insert_keybindings, default_vi_normal_keybindings, default_vi_visual_keybindings,
};

use super::menu::{COMPLETION_MENU, HISTORY_MENU};
use super::settings::Editing;

/// What the editor does with each key.
pub fn edit_mode(editing: Editing) -> Box<dyn EditMode> {
    match editing {
        Editing::Emacs => Box::new(Emacs::new(with_menus(default_emacs_keybindings()))),
        Editing::Vi => Box::new(Vi::new(
            with_menus(default_vi_insert_keybindings()),
            with_menus(default_vi_normal_keybindings()),
            default_vi_visual_keybindings(),
        )),
    }
}

/// The keys of the menus, on top of others.
fn with_menus(mut keys: Keybindings) -> Keybindings {
    let open =
        |menu: &str, next: ReedlineEvent| ReedlineEvent::UntilFound(vec![ReedlineEvent::Menu(menu.to_owned()), next]);
    let complete = open(COMPLETION_MENU, ReedlineEvent::MenuNext);
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, complete.clone());
    keys.add_binding(KeyModifiers::CONTROL, KeyCode::Char(' '), complete);
    // Terminals say it either way.
    for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
        keys.add_binding(modifiers, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
    }
    let control_r = open(HISTORY_MENU, ReedlineEvent::MenuPageNext);
    keys.add_binding(KeyModifiers::CONTROL, KeyCode::Char('r'), control_r);
    keys
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use reedline::{PromptEditMode, PromptViMode};

    use super::*;

    #[test]
    fn tab_completes_in_all_modes_in_which_text_is_typed() {
        assert!(matches!(edit_mode(Editing::Emacs).edit_mode(), PromptEditMode::Emacs));
        assert!(matches!(edit_mode(Editing::Vi).edit_mode(), PromptEditMode::Vi(PromptViMode::Insert)));
        for keys in [default_emacs_keybindings(), default_vi_insert_keybindings(), default_vi_normal_keybindings()] {
            let keys = with_menus(keys);
            let opens = |modifiers, key, menu: &str| {
                let bound = keys.find_binding(modifiers, key);
                let Some(ReedlineEvent::UntilFound(events)) = bound else { panic!("{bound:?}") };
                assert_eq!(events[0], ReedlineEvent::Menu(menu.to_owned()));
            };
            opens(KeyModifiers::NONE, KeyCode::Tab, "completion_menu");
            opens(KeyModifiers::CONTROL, KeyCode::Char('r'), "history_menu");
            assert_eq!(keys.find_binding(KeyModifiers::SHIFT, KeyCode::BackTab), Some(ReedlineEvent::MenuPrevious));
            // What reedline has of its own.
            let accepts = |event| matches!(event, Some(ReedlineEvent::UntilFound(e)) if e[0] == ReedlineEvent::HistoryHintComplete);
            assert!(accepts(keys.find_binding(KeyModifiers::NONE, KeyCode::Right)));
            assert!(accepts(keys.find_binding(KeyModifiers::CONTROL, KeyCode::Char('e'))));
        }
    }
}
