//! The cells of a table: the text every format has, escaped, with what helps to read it around it.

use super::super::markup::escape;
use std::fmt::Write;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type};

use super::super::svg::{is_plain, px, read};
use crate::Result;
use crate::output::sanitize::sanitize;
use crate::output::value::{self, Column};

/// Text of more characters than this gets a box of its own that scrolls.
const LONG_CHARS: usize = 600;

/// What a column's cells look like, by its name and type.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellStyle {
    /// How the script compares values: a key of its `kinds`.
    pub(super) sort: &'static str,
    /// Whether values stand at the right.
    pub(super) right: bool,
    /// Whether a bar shows the part of a hundred.
    percent: bool,
    /// Whether it counts or measures, so that thousands are set apart.
    grouped: bool,
    /// Whether values must not be broken into lines.
    time: bool,
    /// Whether the text alone does not say the order.
    duration: bool,
}

impl CellStyle {
    pub(super) fn new(field: &Field) -> Self {
        let number = value::is_number(field.data_type());
        let (mut time, mut duration) = (false, false);
        let sort = match plain(field.data_type()) {
            DataType::Float16 | DataType::Float32 | DataType::Float64 => "float",
            DataType::Duration(_) => {
                duration = true;
                "exact"
            }
            data_type if data_type.is_numeric() => "exact",
            DataType::Timestamp(_, zone) => {
                time = true;
                if zone.is_some() { "instant" } else { "plain" }
            }
            data_type if data_type.is_temporal() => {
                time = true;
                "plain"
            }
            _ => "text",
        };
        let percent = number && value::is_percent(field.name());
        Self { sort, right: number || duration, percent, grouped: number && !is_key(field.name()), time, duration }
    }
}

/// The type of the values, however they are packed.
fn plain(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain(values),
        DataType::RunEndEncoded(_, values) => plain(values.data_type()),
        data_type => data_type,
    }
}

/// Whether a number of this name says which, not how many.
fn is_key(name: &str) -> bool {
    ["id", "key", "code", "year", "version"]
        .iter()
        .any(|word| name.strip_suffix(word).is_some_and(|start| start.is_empty() || start.ends_with('_')))
}

/// Appends a row of the table.
pub(super) fn row(
    styles: &[CellStyle],
    values: &[Column<'_>],
    row: usize,
    null: Option<&str>,
    batch: &RecordBatch,
    out: &mut String,
) -> Result<()> {
    let mut text = String::new();
    out.push_str("<tr>");
    for (column, (style, value)) in styles.iter().zip(values).enumerate() {
        // The first column names the row, where it is a name.
        let element = if column == 0 && !style.right { "th" } else { "td" };
        let scope = if element == "th" { " scope=\"row\"" } else { "" };
        if value.is_null(row) {
            let class = if style.right { "null n" } else { "null" };
            let _ = write!(out, "<{element}{scope} class=\"{class}\">");
            match null {
                Some(null) => escape(&sanitize(null), out),
                None => out.push_str("<span role=\"img\" aria-label=\"no value\">–</span>"),
            }
        } else {
            text.clear();
            value.text(row, &mut text)?;
            let class = match (style.percent, style.right, style.time) {
                (true, ..) => " class=\"n p\"",
                (_, true, _) => " class=\"n\"",
                (_, _, true) => " class=\"t\"",
                _ => "",
            };
            let _ = write!(out, "<{element}{scope}{class}");
            if style.duration {
                let key = cast(&batch.columns()[column].slice(row, 1), &DataType::Int64)?;
                let _ = write!(out, " data-value=\"{}\"", key.as_primitive::<Int64Type>().value(0));
            }
            out.push('>');
            content(*style, &text, out);
        }
        let _ = write!(out, "</{element}>");
    }
    out.push_str("</tr>\n");
    Ok(())
}

fn content(style: CellStyle, text: &str, out: &mut String) {
    if style.percent
        && let Some(percent) = read(Some(text))
    {
        let width = px(percent.clamp(0.0, 100.0));
        out.push_str("<svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        let _ = write!(out, "<rect class=\"track\" width=\"100\" height=\"8\"/><rect class=\"bar\" width=\"{width}\" ");
        out.push_str("height=\"8\"/></svg><b>");
        grouped(text, out);
        out.push_str("</b>");
    } else if style.grouped {
        grouped(text, out);
    } else if text.chars().nth(LONG_CHARS).is_some() {
        out.push_str("<div class=\"long\" tabindex=\"0\">");
        lines(text, out);
        out.push_str("</div>");
    } else {
        lines(text, out);
    }
}

/// Appends a number whose thousands the style sheet sets apart, so that its text stays what it is to who copies it.
fn grouped(text: &str, out: &mut String) {
    if !is_plain(text) {
        return escape(text, out);
    }
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let (first, rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    out.push_str(sign);
    out.push_str(first);
    for at in (0..rest.len()).step_by(3) {
        out.push_str("<i>");
        out.push_str(&rest[at..at + 3]);
        out.push_str("</i>");
    }
    out.push_str(fraction);
}

/// Appends text with its line breaks; all else that has no place in a line is spelt out.
fn lines(text: &str, out: &mut String) {
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push_str("<br>");
        }
        // The return of a Windows line end is part of its break.
        escape(&sanitize(line.strip_suffix('\r').filter(|_| text.contains("\r\n")).unwrap_or(line)), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(write: impl Fn(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn thousands_are_set_apart_without_a_change_of_the_text() {
        for (text, html) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1<i>000</i>"),
            ("-123456", "-123<i>456</i>"),
            ("1234567.8901", "1<i>234</i><i>567</i>.8901"),
            ("1e300", "1e300"),
            ("NaN", "NaN"),
        ] {
            assert_eq!(shown(|out| grouped(text, out)), html);
            assert_eq!(html.replace("<i>", "").replace("</i>", ""), text);
        }
    }

    #[test]
    fn names_say_what_a_number_is() {
        assert!(
            value::is_percent("percent") && value::is_percent("delivered_percent") && !value::is_percent("percentile")
        );
        for key in ["id", "campaign_id", "year", "version", "error_code"] {
            assert!(is_key(key), "{key}");
        }
        for count in ["messages", "paid", "credits", "conversion"] {
            assert!(!is_key(count), "{count}");
        }
    }

    #[test]
    fn text_is_shown_and_never_obeyed() {
        let hostile = "</td><script>alert('\"x\"')</script>\r\n\u{202e}a\rb & c";
        assert_eq!(
            shown(|out| lines(hostile, out)),
            "&lt;/td&gt;&lt;script&gt;alert(&#39;&quot;x&quot;&#39;)&lt;/script&gt;<br>\\u{202E}a\\rb &amp; c"
        );
    }
}
