//! The frame of the page: templates that escape by themselves, and what they are filled with.

use arrow::datatypes::SchemaRef;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Value, context};

use super::super::markup::escape;
use super::super::svg::{Drawing, grouped_count};
use super::super::{ChartKind, Document, DocumentParameter, DocumentSection};
use super::cell::CellStyle;
use super::policy::policy;
use crate::output::RenderOptions;
use crate::output::sanitize::sanitize;
use crate::{Error, Result};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

const TEMPLATES: [(&str, &str); 6] = [
    ("head", include_str!("head.html")),
    ("section", include_str!("section.html")),
    ("chart", include_str!("chart.html")),
    ("table", include_str!("table.html")),
    ("end", include_str!("end.html")),
    ("foot", include_str!("foot.html")),
];

/// A document of so many sections gets a list of them.
const CONTENTS_MIN: usize = 3;
/// A table of so many columns is printed on paper laid across.
const WIDE_COLUMNS_MIN: usize = 9;
/// And one of so many in small print.
const DENSE_COLUMNS_MIN: usize = 15;

/// The templates, ready to be filled.
pub(super) struct Page {
    templates: Environment<'static>,
}

/// How many rows a section has, and how many of them are where.
#[derive(Debug)]
pub(super) struct RowCount {
    text: String,
    total: String,
    kept: String,
    shown: String,
    folded: bool,
    left_out: Option<String>,
}

impl RowCount {
    pub(super) fn new(rows: u64, kept_max: u64, shown_max: u64) -> Self {
        let total = grouped_count(rows);
        let text = match rows {
            0 => "No rows".to_owned(),
            1 => "1 row".to_owned(),
            _ => format!("{total} rows"),
        };
        let left_out = rows.checked_sub(kept_max).filter(|n| *n > 0).map(|n| match n {
            1 => "1 row".to_owned(),
            n => format!("{} rows", grouped_count(n)),
        });
        let (kept, shown) = (grouped_count(rows.min(kept_max)), grouped_count(rows.min(shown_max)));
        Self { text, total, kept, shown, folded: rows > shown_max, left_out }
    }
}

/// The part of the page's address that leads to a section.
pub(super) fn section_id(section: &DocumentSection, index: usize) -> String {
    let name = &section.name;
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain { format!("s-{name}") } else { format!("section-{}", index + 1) }
}

impl Page {
    pub(super) fn new() -> Result<Self> {
        let mut templates = Environment::empty();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .keep_trailing_newline(true)
                .build()
                .map_err(failed)?,
        );
        templates.add_filter("length", minijinja::filters::length);
        for (name, text) in TEMPLATES {
            templates.add_template(name, text).map_err(failed)?;
        }
        Ok(Self { templates })
    }

    fn render(&self, name: &str, values: Value, out: &mut String) -> Result<()> {
        let html = self.templates.get_template(name).and_then(|template| template.render(values)).map_err(failed)?;
        out.push_str(&html);
        Ok(())
    }

    pub(super) fn head(&self, document: &Document, out: &mut String) -> Result<()> {
        let fact = |label: &str, value: &str| context! { label => line(label), value => line(value) };
        let mut facts: Vec<Value> = document.facts.iter().map(|(label, value)| fact(label, value)).collect();
        facts.insert(0, fact("data version", &document.version.to_string()));
        let given = document.parameters.iter().filter(|parameter| parameter.value.is_some());
        let contents = if document.sections.len() < CONTENTS_MIN { &[] } else { document.sections.as_slice() };
        let values = context! {
            policy => policy(STYLE, SCRIPT),
            style => Value::from_safe_string(STYLE.to_owned()),
            script => Value::from_safe_string(SCRIPT.to_owned()),
            name => line(&document.name),
            title => line(if document.title.is_empty() { &document.name } else { &document.title }),
            description => prose(&document.description),
            facts => facts,
            given => given.map(parameter).collect::<Vec<_>>(),
            parameters => document.parameters.iter().map(parameter).collect::<Vec<_>>(),
            contents => contents.iter().enumerate().map(entry).collect::<Vec<_>>(),
        };
        self.render("head", values, out)
    }

    pub(super) fn section(&self, id: &str, section: &DocumentSection, columns: usize, out: &mut String) -> Result<()> {
        let values = context! {
            id,
            title => section_title(section),
            description => prose(&section.description),
            wide => columns >= WIDE_COLUMNS_MIN,
            dense => columns >= DENSE_COLUMNS_MIN,
        };
        self.render("section", values, out)
    }

    pub(super) fn chart(&self, kind: ChartKind, drawing: &Drawing, out: &mut String) -> Result<()> {
        let safe = |svg: &Option<String>| svg.clone().map(Value::from_safe_string);
        let kind = ChartKind::ALL.iter().find(|(_, each)| *each == kind).map(|(name, _)| *name);
        let values = context! {
            kind,
            drawing => context! { wide => safe(&drawing.wide), narrow => safe(&drawing.narrow), note => line(&drawing.note) },
        };
        self.render("chart", values, out)
    }

    pub(super) fn table(
        &self,
        id: &str,
        section: &DocumentSection,
        schema: &SchemaRef,
        styles: &[CellStyle],
        out: &mut String,
    ) -> Result<()> {
        let columns = schema.fields().iter().zip(styles).map(|(field, style)| {
            let meaning = section.columns.iter().find(|(name, _)| name == field.name());
            context! {
                name => breakable(field.name()),
                sort => style.sort,
                right => style.right,
                meaning => meaning.map_or_else(String::new, |(_, meaning)| line(&meaning.replace('`', ""))),
            }
        });
        self.render("table", context! { id, columns => columns.collect::<Vec<_>>() }, out)
    }

    pub(super) fn end(&self, section: &DocumentSection, rows: &RowCount, out: &mut String) -> Result<()> {
        let meanings = section.columns.iter().filter(|(_, meaning)| !meaning.is_empty());
        let meanings = meanings.map(|(name, meaning)| context! { name => breakable(name), meaning => prose(meaning) });
        let rows = context! {
            text => &rows.text,
            total => &rows.total,
            kept => &rows.kept,
            shown => &rows.shown,
            folded => rows.folded,
            left_out => &rows.left_out,
        };
        self.render("end", context! { rows, meanings => meanings.collect::<Vec<_>>() }, out)
    }

    pub(super) fn foot(&self, document: &Document, options: &RenderOptions, out: &mut String) -> Result<()> {
        self.render("foot", context! { version => document.version, zone => options.time_zone.name() }, out)
    }
}

fn parameter(parameter: &DocumentParameter) -> Value {
    context! {
        name => line(&parameter.name),
        type_name => line(&parameter.type_name),
        given => parameter.value.is_some(),
        value => line(parameter.value.as_deref().unwrap_or_default()),
        help => prose(&parameter.help),
    }
}

fn entry((index, section): (usize, &DocumentSection)) -> Value {
    context! { id => section_id(section, index), title => section_title(section) }
}

fn section_title(section: &DocumentSection) -> String {
    line(if section.title.is_empty() { &section.name } else { &section.title })
}

/// Text in one line, with nothing invisible in it; the template escapes it.
fn line(text: &str) -> String {
    sanitize(text).into_owned()
}

/// Text of a report's author, where `code` stands between backticks.
fn prose(text: &str) -> Value {
    let mut out = String::new();
    let parts: Vec<&str> = text.split('`').collect();
    for (at, part) in parts.iter().enumerate() {
        let part = sanitize(part);
        // The last of an uneven number of backticks begins no code.
        match at % 2 {
            1 if at + 1 < parts.len() => {
                out.push_str("<code>");
                escape(&part, &mut out);
                out.push_str("</code>");
            }
            1 => {
                out.push('`');
                escape(&part, &mut out);
            }
            _ => escape(&part, &mut out),
        }
    }
    Value::from_safe_string(out)
}

/// The name of a column, which may be broken into lines after each `_`.
fn breakable(name: &str) -> Value {
    let mut out = String::new();
    escape(&sanitize(name), &mut out);
    Value::from_safe_string(out.replace('_', "_<wbr>"))
}

fn failed(error: minijinja::Error) -> Error {
    Error::Internal(format!("the page could not be made: {error:#}"))
}

#[cfg(test)]
mod tests {
    use super::super::ROWS_SHOWN;
    use super::*;

    #[test]
    fn the_style_and_the_script_hide_the_same_rows() {
        assert!(STYLE.contains(&format!("tbody tr:nth-child(n + {})", ROWS_SHOWN + 1)));
        assert!(SCRIPT.contains(&format!("const ROWS_SHOWN = {ROWS_SHOWN};")));
    }

    #[test]
    fn nothing_of_the_page_is_somewhere_else() {
        for (name, text) in TEMPLATES.into_iter().chain([("style", STYLE), ("script", SCRIPT)]) {
            for word in ["http:", "https:", "//cdn", "@import", " src=", " style=", "innerHTML", "eval("] {
                assert!(!text.contains(word), "{name} has {word}");
            }
        }
    }

    #[test]
    fn code_stands_between_backticks() {
        for (text, html) in [
            ("plain", "plain"),
            ("`sent` of <all>", "<code>sent</code> of &lt;all&gt;"),
            ("a `b` c `d", "a <code>b</code> c `d"),
            ("`<script>`", "<code>&lt;script&gt;</code>"),
        ] {
            assert_eq!(prose(text).as_str(), Some(html));
        }
    }

    #[test]
    fn counts_say_what_is_where() {
        let texts = |rows| {
            let count = RowCount::new(rows, 1_000, 25);
            (count.text, count.folded, count.left_out)
        };
        assert_eq!(texts(0), ("No rows".to_owned(), false, None));
        assert_eq!(texts(1), ("1 row".to_owned(), false, None));
        assert_eq!(texts(25), ("25 rows".to_owned(), false, None));
        assert_eq!(texts(26), ("26 rows".to_owned(), true, None));
        assert_eq!(texts(1_000), ("1,000 rows".to_owned(), true, None));
        assert_eq!(texts(1_001), ("1,001 rows".to_owned(), true, Some("1 row".to_owned())));
        assert_eq!(texts(3_000), ("3,000 rows".to_owned(), true, Some("2,000 rows".to_owned())));
    }
}
