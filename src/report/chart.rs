//! How a section is to be drawn, as its header says: `bars(country, delivered_percent)`.

/// A hint for formats that can draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// One of [`Chart::KINDS`].
    pub kind: String,
    /// The column with the name or time of each point.
    pub label: String,
    /// The columns with the values, at least one.
    pub values: Vec<String>,
}

impl Chart {
    /// The forms there are: bars, a funnel, parts of a whole, lines over time, stacked columns over time.
    pub const KINDS: [&'static str; 5] = ["bars", "funnel", "shares", "timeline", "stacked"];

    /// Reads a hint; `columns` are those of the section.
    pub(super) fn parse(text: &str, columns: &[(String, String)]) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not `KIND(label column, value column, ...)`, such as `bars(rate, percent)`");
        let (kind, rest) = text.strip_suffix(')').and_then(|text| text.split_once('(')).ok_or_else(wrong)?;
        if !Self::KINDS.contains(&kind.trim()) {
            return Err(format!("there is no chart `{}`; there are {}", kind.trim(), Self::KINDS.join(", ")));
        }
        let names: Vec<String> = rest.split(',').map(|name| name.trim().to_owned()).collect();
        if let Some(name) = names.iter().find(|name| !columns.iter().any(|(column, _)| column == *name)) {
            return Err(format!("the chart has a column `{name}`, and the section does not"));
        }
        match names.as_slice() {
            [label, values @ ..] if !values.is_empty() => {
                Ok(Self { kind: kind.trim().to_owned(), label: label.clone(), values: values.to_vec() })
            }
            _ => Err(wrong()),
        }
    }
}
