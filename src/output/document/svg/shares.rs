//! One bar that the rows share, and below it a line for each: its sign, its label, its value, its percentage.

use super::canvas::{Canvas, description, fit, shown, width_of};
use super::number::{grouped, percent, read, sum};
use super::{Form, Points, SERIES_MAX};

/// One part of the whole.
struct Part {
    label: String,
    value: String,
    number: f64,
}

pub(super) fn draw(points: &Points, title: &str, form: Form) -> String {
    let mut canvas = Canvas::new(form);
    let width = form.width();
    let mut y = 2.0;
    for (name, values) in &points.series {
        let parts = parts(&points.labels, values);
        let whole: f64 = parts.iter().map(|part| part.number).sum();
        let all = sum(&parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>());
        let share = |part: &Part| percent(&part.value, &all).map_or_else(String::new, |text| text + " %");
        if points.series.len() > 1 {
            canvas.text(0.0, y + 13.0, "strong", &fit(name, width));
            y += 22.0;
        }
        if whole > 0.0 {
            let mut x = 0.0;
            for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.number > 0.0) {
                let size = part.number / whole * width;
                let said = format!("{}: {}, {}", part.label, grouped(&part.value), share(part));
                canvas.part((x, y), (size, 36.0), at, &said);
                x += size;
            }
        } else {
            canvas.rect((0.0, y), (width, 36.0), "track", super::canvas::Rect::default());
        }
        y += 52.0;
        let counts = parts.iter().map(|part| width_of(&grouped(&part.value))).fold(0.0, f64::max);
        let labels = parts.iter().map(|part| width_of(&part.label)).fold(0.0, f64::max);
        // The numbers stand near their labels, not at the far end of a wide page.
        let end = (24.0 + labels + 24.0 + counts + 24.0 + width_of("100.00 %")).min(width);
        let counts_end = end - width_of("100.00 %") - 10.0;
        for (at, part) in parts.iter().enumerate() {
            canvas.swatch(1.0, y, at);
            canvas.text(24.0, y + 10.5, "label", &fit(&part.label, counts_end - counts - 34.0));
            canvas.text(counts_end, y + 10.5, "end quiet", &grouped(&part.value));
            canvas.text(end, y + 10.5, "end strong", &share(part));
            y += 23.0;
        }
        y += 16.0;
    }
    canvas.finish(y - 20.0, title, &description(points))
}

/// A part for each row with a value, in their order; where there are more than signs for them, the last is all others.
fn parts(labels: &[Option<String>], values: &[Option<String>]) -> Vec<Part> {
    let rows = labels.iter().zip(values).filter_map(|(label, value)| {
        let number = read(value.as_deref())?;
        Some(Part { label: shown(label.as_deref()).to_owned(), value: value.clone()?, number })
    });
    let mut parts: Vec<Part> = rows.collect();
    if parts.len() > SERIES_MAX {
        let others = parts.split_off(SERIES_MAX - 1);
        parts.push(Part {
            label: format!("{} others", others.len()),
            value: sum(&others.iter().map(|part| part.value.as_str()).collect::<Vec<_>>()),
            number: others.iter().map(|part| part.number).sum(),
        });
    }
    parts
}
