//! A profile as a tree for `\plan`: every operator with what matters about it, its rows, time and bytes; the costliest
//! ones are marked.
//!
//! ```text
//! ┌ sort  SortExec                                             3      12 µs    0 %
//! │   by provider
//! ├ group, last stage  AggregateExec                           3     0.3 ms    2 % ▏
//! │   by provider
//! │   count(*)
//! ├ filter  FilterExec                                       812     0.9 ms    6 % ▌
//! │   kind = 'status'
//! └ scan events  DataSourceExec                            1,024    13.0 ms   92 % ███████▍ ◀
//!     2 files in 2 groups
//! ```
//!
//! What an operator reads stands below it. One that reads from several has a branch for each.

mod figures;

use nu_ansi_term::Style;
use unicode_width::UnicodeWidthStr;

use super::describing::wrap;
use crate::output::sanitize::sanitize;
use crate::session::{Operator, Profile};
use figures::{bar, bytes, count, duration, percent};

/// Without a terminal, lines are this long.
const WIDTH_DEFAULT: usize = 120;
/// The tree is at least this wide: where the figures leave less, some of them are left out.
const TREE_WIDTH_MIN: usize = 28;
/// The share of the time from which on an operator is marked, in percent.
const COSTLY_PERCENT: u64 = 20;
/// How many lines the details of an operator take at most, each.
const DETAIL_LINES_MAX: usize = 6;
const MARK: &str = "◀";

/// How a tree looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlanOptions {
    /// The columns of the terminal.
    pub width: Option<usize>,
    /// Whether bold and faint type may be used.
    pub styled: bool,
}

/// The tree of a profile, with the totals below.
pub fn render(profile: &Profile, options: PlanOptions) -> String {
    let mut rows = Vec::new();
    let total = profile.compute().as_nanos();
    let share = |operator: &Operator| {
        let nanos = operator.time?.as_nanos();
        (total > 0).then(|| u64::try_from(nanos * 1000 / total).unwrap_or(u64::MAX))
    };
    let greatest = profile.root.all().into_iter().filter_map(share).max();
    let is_costly = |per_mille: u64| per_mille >= COSTLY_PERCENT * 10 || Some(per_mille) == greatest;
    tree(&profile.root, "", "", Place::Root, &mut rows);
    let width = options.width.unwrap_or(WIDTH_DEFAULT);
    let figures: Vec<[String; 4]> = rows
        .iter()
        .filter_map(|row| row.operator)
        .map(|operator| {
            let per_mille = share(operator);
            [
                operator.rows.map(count).unwrap_or_default(),
                operator.time.map(duration).unwrap_or_default(),
                per_mille.map(|share| format!("{} {}", percent(share), bar(share))).unwrap_or_default(),
                operator.output_bytes.filter(|n| *n > 0).map(bytes).unwrap_or_default(),
            ]
        })
        .collect();
    let layout = Layout::new(&figures, width);
    let mut text = String::new();
    layout.header(&mut text, options.styled);
    let mut figures = figures.iter();
    for row in &rows {
        let Some(operator) = row.operator else {
            text.extend(row.details(width).iter().map(|line| format!("{line}\n")));
            continue;
        };
        let costly = share(operator).is_some_and(is_costly);
        let mark = if costly { MARK } else { "" };
        if let Some(figures) = figures.next() {
            layout.line(&mut text, row, figures, mark, options.styled && costly, options.styled);
        }
    }
    text.push('\n');
    for line in totals(profile).iter().flat_map(|line| wrap(line, width)) {
        text.extend([line.as_str(), "\n"]);
    }
    text
}

/// A line of the tree, or a detail that may take several.
struct Row<'p> {
    lead: String,
    text: String,
    /// What stands at this line; `None` for a detail of the one above.
    operator: Option<&'p Operator>,
}

impl Row<'_> {
    /// The lines of a detail. One that is endless ends in how many lines are left out.
    fn details(&self, width: usize) -> Vec<String> {
        let lines = wrap(&self.text, width.saturating_sub(self.lead.width()));
        let left_out = lines.len().saturating_sub(DETAIL_LINES_MAX);
        let mut shown: Vec<String> =
            lines.iter().take(DETAIL_LINES_MAX).map(|line| format!("{}{line}", self.lead)).collect();
        if left_out > 0 {
            shown.push(format!("{}... and {left_out} more lines", self.lead));
        }
        shown
    }
}

/// How an operator hangs on the one above it.
#[derive(Clone, Copy)]
enum Place {
    Root,
    /// It is the only input.
    Only,
    /// It is one of several inputs.
    Branch,
}

/// Appends an operator and what it reads. `lead` stands before its line, `below` before those under it.
fn tree<'p>(operator: &'p Operator, lead: &str, below: &str, place: Place, rows: &mut Vec<Row<'p>>) {
    let has_inputs = !operator.inputs.is_empty();
    let corner = match (place, has_inputs) {
        (Place::Root, true) => "┌ ",
        (Place::Branch, true) => "┬ ",
        (Place::Root | Place::Branch, false) => "─ ",
        (Place::Only, true) => "├ ",
        (Place::Only, false) => "└ ",
    };
    let row = |lead: String, text: &str, operator| Row { lead, text: sanitize(text).into_owned(), operator };
    rows.push(row(format!("{lead}{corner}"), &operator.name, Some(operator)));
    let indent = if has_inputs { "│   " } else { "    " };
    for detail in operator.details.iter().cloned().chain(costs(operator)) {
        rows.push(row(format!("{below}{indent}"), &detail, None));
    }
    match operator.inputs.as_slice() {
        [] => {}
        [input] => tree(input, below, below, Place::Only, rows),
        [inputs @ .., last] => {
            for input in inputs {
                tree(input, &format!("{below}├─"), &format!("{below}│ "), Place::Branch, rows);
            }
            tree(last, &format!("{below}└─"), &format!("{below}  "), Place::Branch, rows);
        }
    }
}

/// Figures that only some operators have, in words.
fn costs(operator: &Operator) -> Option<String> {
    let mut costs: Vec<String> = Vec::new();
    costs.extend(operator.scanned_bytes.map(|n| format!("{} read", bytes(n))));
    let left_out =
        operator.pruned.iter().map(|p| format!("{} of {} {} left out", count(p.pruned), count(p.of), p.what));
    costs.extend(left_out);
    costs.extend((operator.spilled_bytes > 0).then(|| format!("{} spilled to disk", bytes(operator.spilled_bytes))));
    (!costs.is_empty()).then(|| costs.join(", "))
}

/// What stands below the tree.
fn totals(profile: &Profile) -> [String; 2] {
    let rows = format!("{} row{}", count(profile.rows), if profile.rows == 1 { "" } else { "s" });
    let (elapsed, planning) = (duration(profile.elapsed()), duration(profile.planning));
    let time = format!("{rows} in {elapsed}: {planning} to plan, {} to run", duration(profile.execution));
    let mut amounts = vec![format!("{} of computing on all cores", duration(profile.compute()))];
    let more = [
        ("read", profile.scanned_bytes()),
        ("spilled to disk", profile.spilled_bytes()),
        ("of memory at most", profile.peak_memory_bytes),
    ];
    amounts.extend(more.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{} {what}", bytes(*n))));
    [time, amounts.join(", ")]
}

const HEADINGS: [&str; 4] = ["rows", "time", "share", "output"];

/// How wide the tree and the columns of figures are.
struct Layout {
    tree: usize,
    /// The width of each column that there is room for, the share's bar included.
    columns: [Option<usize>; 4],
}

impl Layout {
    fn new(figures: &[[String; 4]], width: usize) -> Self {
        let widest = |at: usize| figures.iter().map(|row| row[at].width()).max().unwrap_or(0).max(HEADINGS[at].width());
        let mut columns = [0, 1, 2, 3].map(|at| Some(widest(at)));
        let taken = |columns: &[Option<usize>; 4]| columns.iter().flatten().map(|w| w + 2).sum::<usize>() + 2;
        // What is least missed goes first.
        for at in [3, 2, 1] {
            if taken(&columns) + TREE_WIDTH_MIN > width {
                columns[at] = None;
            }
        }
        Self { tree: width.saturating_sub(taken(&columns)).max(TREE_WIDTH_MIN), columns }
    }

    fn header(&self, text: &mut String, styled: bool) {
        let mut line = " ".repeat(self.tree);
        for (at, heading) in HEADINGS.iter().enumerate() {
            if let Some(width) = self.columns[at] {
                // The share's number stands left of its bar.
                let end = if at == 2 { width.saturating_sub(figures::BAR_WIDTH + 1) } else { width };
                let start = end.saturating_sub(heading.width());
                line.extend(std::iter::repeat_n(' ', 2 + start));
                line.push_str(heading);
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(start + heading.width())));
            }
        }
        let line = line.trim_end();
        text.push_str(&if styled { Style::new().dimmed().paint(line).to_string() } else { line.to_owned() });
        text.push('\n');
    }

    fn line(&self, text: &mut String, row: &Row<'_>, figures: &[String; 4], mark: &str, bold: bool, styled: bool) {
        let engine = row.operator.map_or("", |operator| operator.engine_name.as_str());
        let engine = sanitize(engine);
        let name = fit(&row.text, self.tree.saturating_sub(row.lead.width()));
        let used = row.lead.width() + name.width();
        // The engine's name only where there is room for all of it.
        let engine = Some(engine.as_ref()).filter(|e| !e.is_empty() && used + 2 + e.width() <= self.tree);
        let start = text.len();
        text.push_str(&row.lead);
        text.push_str(&if bold { Style::new().bold().paint(&name).to_string() } else { name });
        let mut used = used;
        if let Some(engine) = engine {
            used += 2 + engine.width();
            let engine = if styled { Style::new().dimmed().paint(engine).to_string() } else { engine.to_owned() };
            text.extend(["  ", &engine]);
        }
        text.extend(std::iter::repeat_n(' ', self.tree.saturating_sub(used)));
        for (figure, width) in figures.iter().zip(self.columns) {
            if let Some(width) = width {
                text.extend(std::iter::repeat_n(' ', 2 + width.saturating_sub(figure.width())));
                text.push_str(figure);
            }
        }
        if !mark.is_empty() {
            text.extend([" ", mark]);
        }
        text.truncate(start + text[start..].trim_end_matches(' ').len());
        text.push('\n');
    }
}

/// A name in this width; what is too long ends in `…`.
fn fit(name: &str, width: usize) -> String {
    if name.width() <= width {
        return name.to_owned();
    }
    let mut fitted = String::new();
    for c in name.chars() {
        if fitted.width() + 1 >= width {
            break;
        }
        fitted.push(c);
    }
    fitted + "…"
}

#[cfg(test)]
mod tests;
