//! How a section is drawn: which columns, as what.

/// A chart of a section's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Its form.
    pub kind: ChartKind,
    /// The column with the name or time of each point.
    pub label: String,
    /// The columns with the values, at least one; numbers, drawn in their order.
    pub values: Vec<String>,
}

/// The forms a chart can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// A horizontal bar for each row: rates, links, countries.
    Bars,
    /// Bars that can only get shorter, centred: from all activity down to clicks.
    Funnel,
    /// One bar that the rows share: parts of a whole that add up to 100 %.
    Shares,
    /// A line for each value column over time.
    Timeline,
    /// Columns over time, the values of each on top of each other.
    Stacked,
}

impl ChartKind {
    /// Every form with its name in a report's header.
    pub const ALL: [(&'static str, Self); 5] = [
        ("bars", Self::Bars),
        ("funnel", Self::Funnel),
        ("shares", Self::Shares),
        ("timeline", Self::Timeline),
        ("stacked", Self::Stacked),
    ];
}
