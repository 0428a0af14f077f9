//! Writes the elements of a drawing; every text passes the escaping of the page.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::super::markup::escape;
use super::number::{grouped, px};
use super::{Form, Points};
use crate::output::sanitize::sanitize;

/// How wide a character of a label is, at most, in the sans-serif faces of today's systems.
const CHAR: f64 = 7.6;
/// The values that the description spells out.
const DESCRIBED_MAX: usize = 12;

/// A drawing that grows downwards.
pub(super) struct Canvas {
    form: Form,
    body: String,
}

impl Canvas {
    pub(super) fn new(form: Form) -> Self {
        Self { form, body: String::new() }
    }

    /// Text whose base line is at `y`.
    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.start("text", class);
        self.attribute("x", &px(x));
        self.attribute("y", &px(y));
        self.body.push('>');
        escape(&sanitize(text), &mut self.body);
        self.body.push_str("</text>");
    }

    pub(super) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), class: &str, more: Rect<'_>) {
        self.start("rect", class);
        for (name, value) in [("x", x), ("y", y), ("width", width.max(0.0)), ("height", height.max(0.0))] {
            self.attribute(name, &px(value));
        }
        if more.round > 0.0 {
            self.attribute("rx", &px(more.round.min(width / 2.0).min(height / 2.0)));
        }
        if let Some(pattern) = more.pattern {
            self.attribute("fill", &format!("url(#p{pattern})"));
        }
        self.end("rect", more.title);
    }

    pub(super) fn path(&mut self, d: &str, class: &str, dash: &str, title: &str) {
        self.start("path", class);
        self.attribute("d", d);
        if !dash.is_empty() {
            self.attribute("stroke-dasharray", dash);
        }
        self.end("path", title);
    }

    /// A swatch of a series: its colour with its pattern.
    pub(super) fn swatch(&mut self, x: f64, y: f64, series: usize) {
        self.part((x, y), (12.0, 12.0), series, "");
    }

    /// A part of a stack or a whole: its colour, and over it the pattern that tells it apart without the colour.
    pub(super) fn part(&mut self, at: (f64, f64), size: (f64, f64), series: usize, title: &str) {
        // A gap to its neighbours, unless that would be all there is to see.
        let edge = if size.0.min(size.1) >= 5.0 { "edge " } else { "" };
        self.rect(at, size, &format!("{edge}f{series}"), Rect { title, ..Rect::default() });
        if series > 0 {
            self.rect(at, size, "hatch", Rect { pattern: Some(series), ..Rect::default() });
        }
    }

    /// Names in lines at the top, each behind what `sign` draws at its place (`size` wide, 12 high); gives where they end.
    pub(super) fn legend(&mut self, names: &[&str], size: f64, sign: impl Fn(&mut Self, f64, f64, usize)) -> f64 {
        let width = self.form.width();
        let (mut x, mut y) = (0.0, 2.0);
        for (series, name) in names.iter().enumerate() {
            let name = fit(name, width - size - 18.0);
            let taken = size + 8.0 + width_of(&name) + 18.0;
            if x > 0.0 && x + taken - 18.0 > width {
                (x, y) = (0.0, y + 22.0);
            }
            sign(self, x + 1.0, y + 1.0, series);
            self.text(x + size + 8.0, y + 11.5, "label", &name);
            x += taken;
        }
        y + 30.0
    }

    fn start(&mut self, element: &str, class: &str) {
        self.body.push('<');
        self.body.push_str(element);
        self.attribute("class", class);
    }

    /// Both are the program's own: no text of a document.
    fn attribute(&mut self, name: &str, value: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.body, " {name}=\"{value}\"");
    }

    fn end(&mut self, element: &str, title: &str) {
        if title.is_empty() {
            self.body.push_str("/>");
            return;
        }
        self.body.push_str("><title>");
        escape(&sanitize(title), &mut self.body);
        let _ = write!(self.body, "</title></{element}>");
    }

    /// The whole drawing.
    pub(super) fn finish(self, height: f64, title: &str, description: &str) -> String {
        let class = match self.form {
            Form::Wide => "wide-form",
            Form::Narrow => "narrow-form",
        };
        let mut out = format!(
            "<svg class=\"{class}\" role=\"img\" viewBox=\"0 0 {} {}\"><title>",
            px(self.form.width()),
            px(height)
        );
        escape(&sanitize(title), &mut out);
        out.push_str("</title><desc>");
        escape(&sanitize(description), &mut out);
        out.push_str("</desc>");
        out.push_str(&self.body);
        out.push_str("</svg>");
        out
    }
}

/// What a rectangle can have beside its place.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Rect<'a> {
    /// The radius of its corners.
    pub(super) round: f64,
    /// The pattern it is filled with instead of its class's colour.
    pub(super) pattern: Option<usize>,
    /// What a pointer over it shows.
    pub(super) title: &'a str,
}

/// How wide a text is on the drawing, at most.
pub(super) fn width_of(text: &str) -> f64 {
    sanitize(text).width() as f64 * CHAR
}

/// The text cut to a width, with `…` where it is.
pub(super) fn fit(text: &str, width: f64) -> String {
    let text = sanitize(text);
    let room = (width / CHAR + 0.01).floor().max(2.0) as usize;
    if text.width() <= room {
        return text.into_owned();
    }
    let mut fitted = String::new();
    let mut taken = 1;
    for c in text.chars() {
        taken += UnicodeWidthStr::width(c.encode_utf8(&mut [0; 4]) as &str);
        if taken > room {
            break;
        }
        fitted.push(c);
    }
    fitted.push('…');
    fitted
}

/// The text of a label or a value that may be NULL.
pub(super) fn shown(text: Option<&str>) -> &str {
    text.unwrap_or("–")
}

/// The values as a sentence, for who cannot see the drawing.
pub(super) fn description(points: &Points) -> String {
    if points.labels.len() * points.series.len() > DESCRIBED_MAX {
        let names: Vec<&str> = points.series.iter().map(|(name, _)| name.as_str()).collect();
        return format!(
            "{} rows of {}; the table that follows has every value.",
            points.labels.len(),
            names.join(", ")
        );
    }
    let rows = points.labels.iter().enumerate().map(|(row, label)| {
        let values = points.series.iter().map(|(name, values)| {
            let value = values[row].as_deref().map_or_else(|| "no value".to_owned(), grouped);
            if points.series.len() == 1 { value } else { format!("{name} {value}") }
        });
        format!("{}: {}", shown(label.as_deref()), values.collect::<Vec<_>>().join(", "))
    });
    rows.collect::<Vec<_>>().join("; ") + "."
}
