//! What a chart is drawn from: the columns that are named, or those that fit.

use arrow::datatypes::{DataType, Field, Schema};

use super::super::value::{is_number, is_percent, is_text};
use crate::{Error, Result};

/// The form of a chart in the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A horizontal bar for each row.
    Bars,
    /// A line for each column, over times, numbers, or the rows in their order.
    Lines,
}

impl Kind {
    /// Every form with its name.
    pub const ALL: [(&'static str, Self); 2] = [("bars", Self::Bars), ("lines", Self::Lines)];
}

/// A chart of a result, by the positions of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChart {
    /// Its form.
    pub kind: Kind,
    /// The column that names or places each row; the number of the row otherwise.
    pub label: Option<usize>,
    /// The columns with the values, at least one.
    pub values: Vec<usize>,
    /// Whether the label is a number, which has its place on the axis.
    pub(super) label_is_number: bool,
    /// The name of the label.
    pub(super) label_name: String,
}

impl TextChart {
    /// Reads `[bars|lines] [x] [y...]`; names with blanks stand in quotes. What is not named is chosen: x is the first
    /// column of times or texts, y all columns of numbers, and times make lines. Percentages are left out where there
    /// are other numbers, since they have another scale.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a column that is none, [`Error::Usage`] where the result has no numbers or y is none.
    pub fn parse(arguments: &str, schema: &Schema) -> Result<Self> {
        let words = shlex::split(arguments)
            .ok_or_else(|| Error::Usage(format!("a quote is open in `{}`", arguments.trim())))?;
        let kind = words.first().and_then(|word| Kind::ALL.iter().find(|(name, _)| *name == word));
        let mut names = words.iter().skip(usize::from(kind.is_some()));
        let kind = kind.map(|(_, kind)| *kind);
        let label = match names.next() {
            Some(name) => Some(column(name, schema)?),
            None => default_label(kind, schema),
        };
        let mut values = names.map(|name| number(name, schema)).collect::<Result<Vec<_>>>()?;
        if values.is_empty() {
            values = default_values(label, schema)?;
        }
        let field = label.map(|label| schema.field(label));
        let over_time = field.is_some_and(|field| field.data_type().is_temporal());
        let label_is_number = field.is_some_and(|field| is_number(field.data_type()));
        let kind = kind.unwrap_or(if over_time { Kind::Lines } else { Kind::Bars });
        let label_name = field.map_or("row", |field| field.name()).to_owned();
        Ok(Self { kind, label, values, label_is_number, label_name })
    }
}

fn column(name: &str, schema: &Schema) -> Result<usize> {
    let fields = || schema.fields().iter();
    let exact = fields().position(|field| field.name() == name);
    let found = exact.or_else(|| fields().position(|field| field.name().eq_ignore_ascii_case(name)));
    found.ok_or_else(|| Error::not_found("column", name, fields().map(|field| field.name().as_str())))
}

fn number(name: &str, schema: &Schema) -> Result<usize> {
    let at = column(name, schema)?;
    if is_number(schema.field(at).data_type()) {
        return Ok(at);
    }
    let numbers = quoted(schema, |field| is_number(field.data_type()));
    let hint = if numbers.is_empty() { "there are none".to_owned() } else { format!("numbers are {numbers}") };
    Err(Error::Usage(format!("the column `{name}` holds no numbers to draw; {hint}")))
}

fn default_label(kind: Option<Kind>, schema: &Schema) -> Option<usize> {
    let first = |fits: &dyn Fn(&DataType) -> bool| schema.fields().iter().position(|field| fits(field.data_type()));
    // Lines need an order, which times have and names have not.
    let time = first(&|data_type| data_type.is_temporal()).filter(|_| kind == Some(Kind::Lines));
    let named = time.or_else(|| first(&|data_type| is_text(data_type) || data_type.is_temporal()));
    named.or_else(|| {
        let numbers = schema.fields().iter().filter(|field| is_number(field.data_type())).count();
        first(&is_number).filter(|_| numbers > 1)
    })
}

fn default_values(label: Option<usize>, schema: &Schema) -> Result<Vec<usize>> {
    let is_value = |at: &usize| Some(*at) != label && is_number(schema.field(*at).data_type());
    let numbers: Vec<usize> = (0..schema.fields().len()).filter(is_value).collect();
    let counts: Vec<usize> = numbers.iter().copied().filter(|at| !is_percent(schema.field(*at).name())).collect();
    match (counts.is_empty(), numbers.is_empty()) {
        (false, _) => Ok(counts),
        (true, false) => Ok(numbers),
        (true, true) => Err(Error::Usage(format!(
            "a chart needs a column of numbers{}; the result has {}",
            label.map(|label| format!(" beside `{}`", schema.field(label).name())).unwrap_or_default(),
            quoted(schema, |_| true)
        ))),
    }
}

/// The names of these columns.
fn quoted(schema: &Schema, which: impl Fn(&Field) -> bool) -> String {
    let names = schema.fields().iter().filter(|field| which(field)).map(|field| format!("`{}`", field.name()));
    names.collect::<Vec<_>>().join(", ")
}
