//! What the values of settings mean. An error says what would be right.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono_tz::Tz;

use super::size::Size;
use crate::error::near;
use crate::limits::{MEMORY_PERCENT_DEFAULT, THREADS_MAX};
use crate::output::{Expanded, Format};
use crate::repl::pager::Paging;
use crate::repl::settings::{Color, Editing, Settings};
use crate::session::memory_bytes;

type Read = Result<(), String>;

pub(super) fn store(text: &str, settings: &mut Settings) -> Read {
    if text.is_empty() {
        return Err("it is empty; it takes a directory, or a URL such as s3://bucket/path".to_owned());
    }
    settings.store = text.to_owned();
    Ok(())
}

pub(super) fn tz(text: &str, settings: &mut Settings) -> Read {
    settings.tz = zone(text)?;
    Ok(())
}

/// The time zone of this name.
///
/// # Errors
/// The name that is near.
pub fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| {
        let near = near(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        let hint = near.first().map_or("such as Europe/Berlin".to_owned(), |name| format!("did you mean {name}?"));
        format!("not an IANA time zone, {hint}")
    })
}

pub(super) fn memory_limit(text: &str, settings: &mut Settings) -> Read {
    settings.memory_limit_bytes = match text.strip_suffix('%') {
        Some(percent) => {
            let percent = percent.trim().parse().ok().filter(|percent| (1..=100).contains(percent));
            let percent = percent.ok_or("not a share of the memory, 1% to 100%")?;
            (percent != MEMORY_PERCENT_DEFAULT).then(|| memory_bytes(percent))
        }
        None => Some(text.parse::<Size>()?.0),
    };
    Ok(())
}

pub(super) fn threads(text: &str, settings: &mut Settings) -> Read {
    settings.threads = match text {
        "all" => None,
        number => match number.parse::<NonZeroUsize>() {
            Ok(threads) if threads.get() <= THREADS_MAX => Some(threads),
            Ok(_) => return Err(format!("more than {THREADS_MAX} threads (THREADS_MAX)")),
            Err(_) => return Err("not a number of cores from 1, and not `all`".to_owned()),
        },
    };
    Ok(())
}

pub(super) fn timeout(text: &str, settings: &mut Settings) -> Read {
    settings.timeout = match text {
        "never" => None,
        time => {
            let refused = |error| format!("{error}; it takes a time such as 90s or 5m, or `never`");
            Some(humantime::parse_duration(time).map_err(refused)?)
        }
    };
    Ok(())
}

pub(super) fn reports(text: &str, settings: &mut Settings) -> Read {
    settings.reports = Some(text).filter(|text| !text.is_empty()).map(PathBuf::from);
    Ok(())
}

pub(super) fn format(text: &str, settings: &mut Settings) -> Read {
    settings.format = choice(text, Format::ALL.map(|format| (format.name(), format)))?;
    Ok(())
}

pub(super) fn expanded(text: &str, settings: &mut Settings) -> Read {
    settings.expanded = choice(text, Expanded::ALL)?;
    Ok(())
}

pub(super) fn null(text: &str, settings: &mut Settings) -> Read {
    settings.null_text = text.to_owned();
    Ok(())
}

pub(super) fn color(text: &str, settings: &mut Settings) -> Read {
    settings.color = choice(text, [("auto", Color::Auto), ("always", Color::Always), ("never", Color::Never)])?;
    Ok(())
}

pub(super) fn editing(text: &str, settings: &mut Settings) -> Read {
    settings.shell.editing = choice(text, [("emacs", Editing::Emacs), ("vi", Editing::Vi)])?;
    Ok(())
}

pub(super) fn pager(text: &str, settings: &mut Settings) -> Read {
    settings.shell.pager = choice(text, Paging::ALL)?;
    Ok(())
}

pub(super) fn timing(text: &str, settings: &mut Settings) -> Read {
    settings.shell.timing = choice(text, ON_OFF)?;
    Ok(())
}

pub(super) fn history(text: &str, settings: &mut Settings) -> Read {
    settings.shell.history = choice(text, ON_OFF)?;
    Ok(())
}

const ON_OFF: [(&str, bool); 2] = [("on", true), ("off", false)];

fn choice<T, const N: usize>(text: &str, values: [(&str, T); N]) -> Result<T, String> {
    let names = values.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let hint =
        near(text, names.iter().copied()).first().map_or(String::new(), |name| format!("; did you mean {name}?"));
    let refused = format!("it takes one of {}{hint}", names.join(", "));
    values.into_iter().find(|(name, _)| *name == text).map(|(_, value)| value).ok_or(refused)
}
