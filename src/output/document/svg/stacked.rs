//! Columns over time, the values of each on top of each other in the order of the value columns.

use super::bars::legend;
use super::canvas::{Canvas, description, shown, width_of};
use super::moment::Places;
use super::number::{grouped, read, sum};
use super::timeline::Plot;
use super::{Form, Points};

pub(super) fn draw(points: &Points, places: &Places, title: &str, form: Form) -> String {
    let mut canvas = Canvas::new(form);
    let totals: Vec<f64> = (0..points.labels.len())
        .map(|row| points.series.iter().filter_map(|(_, values)| read(values[row].as_deref())).sum())
        .collect();
    let high = totals.iter().copied().fold(0.0, f64::max);
    let top = legend(&mut canvas, points) + 14.0;
    let distance = places.least_distance().unwrap_or(1.0);
    let plot = Plot::new(&mut canvas, (points, places), (0.0, high), top, distance / 2.0, form);
    // Columns that share a time (two rows of one day) stand over each other, as the rows do.
    let room = plot.x(distance) - plot.x(0.0);
    let width = (room * 0.78).clamp(1.0, 64.0);

    let mut free = 0.0;
    for row in &places.order {
        let Some(at) = places.at[*row] else { continue };
        let label = shown(points.labels[*row].as_deref());
        let mut below = 0.0;
        for (series, (name, values)) in points.series.iter().enumerate() {
            let Some(value) = read(values[*row].as_deref()).filter(|value| *value > 0.0) else { continue };
            let (from, to) = (plot.y(below + value), plot.y(below));
            let said = format!("{label}, {name}: {}", grouped(shown(values[*row].as_deref())));
            canvas.part((plot.x(at) - width / 2.0, from), (width, to - from), series, &said);
            below += value;
        }
        let texts: Vec<&str> = points.series.iter().filter_map(|(_, values)| values[*row].as_deref()).collect();
        let total = grouped(&sum(&texts));
        let (x, half) = (plot.x(at), width_of(&total) / 2.0);
        if half * 2.0 <= room && !texts.is_empty() && x - half >= free {
            canvas.text(x, plot.y(below) - 6.0, "tick middle", &total);
            free = x + half + 2.0;
        }
    }
    canvas.finish(plot.bottom + 26.0, title, &description(points))
}
