//! Values as JSON.

use std::fmt::Write;

use arrow::datatypes::ArrowNativeType;

use super::super::RenderOptions;
use super::super::sanitize::Watch;
use super::{Kind, Values, other};

/// Which characters of a JSON string are written as escapes. Either way a JSON reader gets the same string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::output) enum Escape {
    /// Those that JSON requires; the others stay UTF-8.
    Required,
    /// Also those that a terminal would obey.
    Hazards,
}

impl Escape {
    /// As a terminal needs it, if the bytes go to one.
    pub(in crate::output) fn of(options: &RenderOptions) -> Self {
        if options.terminal { Self::Hazards } else { Self::Required }
    }

    /// Appends the text as a JSON string.
    pub(in crate::output) fn string(self, text: &str, out: &mut String) {
        out.push('"');
        let mut watch = Watch::default();
        let mut written = 0;
        for (at, c) in text.char_indices() {
            let required = matches!(c, '"' | '\\' | '\0'..='\x1f');
            let obeyed = self == Self::Hazards && !watch.allows(c);
            if !required && !obeyed {
                continue;
            }
            out.push_str(&text[written..at]);
            written = at + c.len_utf8();
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        // Writing to a String cannot fail.
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
            }
        }
        out.push_str(&text[written..]);
        out.push('"');
    }
}

impl Values<'_> {
    /// Appends the value as JSON.
    pub(super) fn json(&self, row: usize, escape: Escape, out: &mut String) -> Result<(), String> {
        if self.is_null(row) {
            out.push_str("null");
            return Ok(());
        }
        match &self.kind {
            Kind::Null => out.push_str("null"),
            Kind::Bare(print) => print(row, out)?,
            Kind::Float(value, print) if value(row).is_finite() => print(row, out)?,
            // JSON has no such number; PostgreSQL gives the same strings.
            Kind::Float(_, print) | Kind::Quoted(print) => {
                out.push('"');
                print(row, out)?;
                out.push('"');
            }
            Kind::Text(text) => escape.string(text(row), out),
            Kind::Other(formatter) => {
                let mut text = String::new();
                other(formatter, row, &mut text)?;
                escape.string(&text, out);
            }
            Kind::Indirect(place, values) => values.json(place(row), escape, out)?,
            Kind::List(range, values) => {
                out.push('[');
                for (i, row) in range(row).enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    values.json(row, escape, out)?;
                }
                out.push(']');
            }
            Kind::Map(map, keys, values) => {
                let offsets = map.value_offsets();
                out.push('{');
                for (i, row) in (offsets[row].as_usize()..offsets[row + 1].as_usize()).enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    let mut key = String::new();
                    keys.text(row, escape, &mut key)?;
                    escape.string(&key, out);
                    out.push(':');
                    values.json(row, escape, out)?;
                }
                out.push('}');
            }
            Kind::Struct(members) => {
                out.push('{');
                for (i, (name, values)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    escape.string(name, out);
                    out.push(':');
                    values.json(row, escape, out)?;
                }
                out.push('}');
            }
        }
        Ok(())
    }
}
