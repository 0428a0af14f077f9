//! Stages that can only get fewer, centred below each other: the first value column, and its share of the first stage.

use super::canvas::{Canvas, Rect, description, fit, shown, width_of};
use super::number::{grouped, percent, px, read};
use super::{Form, Points};

/// The height of a stage and of what leads to the next.
const STAGE: f64 = 30.0;
const FLOW: f64 = 14.0;

pub(super) fn draw(points: &Points, title: &str, form: Form) -> String {
    let mut canvas = Canvas::new(form);
    let width = form.width();
    let Some((_, values)) = points.series.first() else { return canvas.finish(0.0, title, "") };
    let first = values.first().and_then(|value| value.as_deref());
    let share = |value: Option<&str>| Some(percent(value?, first?)? + " %");
    let longest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| width_of(&text)).fold(0.0, f64::max);
    let counts = longest(&mut values.iter().map(|v| v.as_deref().map_or_else(String::new, grouped)));
    let shares = longest(&mut values.iter().filter_map(|v| share(v.as_deref())));

    // Wide: label | funnel | value share. Narrow: label and numbers above each stage.
    let (left, right) = match form {
        Form::Wide => {
            let labels = longest(&mut points.labels.iter().map(|l| shown(l.as_deref()).to_owned()));
            (labels.min(width * 0.28) + 20.0, width - counts - shares - 34.0)
        }
        Form::Narrow => (0.0, width),
    };
    let middle = (left + right) / 2.0;
    let most = points.numbers().fold(0.0, f64::max);
    let half = |value: f64| if value > 0.0 { (value / most * (right - left) / 2.0).max(0.8) } else { 0.0 };

    let mut y = 2.0;
    let mut above: Option<(f64, f64)> = None;
    for (label, value) in points.labels.iter().zip(values) {
        let (label, value) = (shown(label.as_deref()), value.as_deref());
        let text = value.map_or_else(|| shown(None).to_owned(), grouped);
        let of_first = share(value).unwrap_or_default();
        if form == Form::Narrow {
            canvas.text(0.0, y + 13.0, "label strong", &fit(label, width - counts - shares - 24.0));
            canvas.text(width - shares - 10.0, y + 13.0, "end", &text);
            canvas.text(width, y + 13.0, "end quiet", &of_first);
            y += 20.0;
            above = None;
        } else {
            canvas.text(left - 20.0, y + STAGE / 2.0 + 4.5, "label end", &fit(label, left - 20.0));
            canvas.text(width - shares - 16.0, y + STAGE / 2.0 + 4.5, "end strong", &text);
            canvas.text(width, y + STAGE / 2.0 + 4.5, "end quiet", &of_first);
        }
        match read(value) {
            Some(number) => {
                let half = half(number);
                if let Some((bottom, wider)) = above {
                    let (a, b) = (middle - wider, middle + wider);
                    let (c, d) = (middle + half, middle - half);
                    let (from, to) = (px(bottom), px(y));
                    let shape = format!("M{} {from}L{} {from}L{} {to}L{} {to}Z", px(a), px(b), px(c), px(d));
                    canvas.path(&shape, "flow f0", "", "");
                }
                let said = format!("{label}: {text}");
                let rect = Rect { round: 2.0, title: &said, ..Rect::default() };
                canvas.rect((middle - half, y), (half * 2.0, STAGE), "f0", rect);
                above = Some((y + STAGE, half));
            }
            None => above = None,
        }
        y += STAGE + FLOW;
    }
    canvas.finish(y - FLOW + 2.0, title, &description(points))
}
