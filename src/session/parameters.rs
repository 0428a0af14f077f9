//! Named parameters: `-p name=value` on the command line, `$name` in SQL. They are bound to the plan as typed values;
//! no text is ever put together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr;
use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono_tz::Tz;
use datafusion::common::{ParamValues, ScalarValue, metadata::ScalarAndMetadata};

use super::finding::Finding;
use super::script::Statement;
use crate::{Error, Result, error::near};

/// The type of a parameter, as it is named in `-p name:type=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// Characters, as they stand.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A number with as many places after the point as are written, up to 38 digits.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// A day: `2025-03-04`.
    Date,
    /// A moment: `2025-03-04 09:00`, `2025-03-04T09:00:00Z`. Without an offset it is in the session's zone.
    Timestamp,
}

impl ParameterType {
    const ALL: [(&'static str, Self); 6] = [
        ("text", Self::Text),
        ("integer", Self::Integer),
        ("decimal", Self::Decimal),
        ("boolean", Self::Boolean),
        ("date", Self::Date),
        ("timestamp", Self::Timestamp),
    ];

    /// The value of a parameter that is not given.
    fn null(self) -> ScalarValue {
        match self {
            Self::Text => ScalarValue::Utf8(None),
            Self::Integer => ScalarValue::Int64(None),
            Self::Decimal => ScalarValue::Decimal128(None, 38, 10),
            Self::Boolean => ScalarValue::Boolean(None),
            Self::Date => ScalarValue::Date32(None),
            Self::Timestamp => ScalarValue::TimestampMicrosecond(None, Some("UTC".into())),
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("text", |(name, _)| name)
    }
}

impl FromStr for ParameterType {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, known)| known).ok_or_else(|| Error::not_found("parameter type", name, Self::ALL.map(|(n, _)| n)))
    }
}

/// One `name=value` or `name:type=value`, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    name: String,
    declared: Option<ParameterType>,
    value: String,
}

impl Parameter {
    /// A value of a type, for a name that is known to be one.
    pub fn new(name: &str, declared: ParameterType, value: &str) -> Self {
        Self { name: name.to_owned(), declared: Some(declared), value: value.to_owned() }
    }
}

impl FromStr for Parameter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (left, value) = text.split_once('=').ok_or_else(|| {
            Error::invalid(
                format!("parameter `{text}`"),
                "write name=value, or name:type=value, such as from:date=2025-03-01",
            )
        })?;
        let (name, declared) = match left.split_once(':') {
            Some((name, declared)) => (name, Some(declared.parse()?)),
            None => (left, None),
        };
        let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !first || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(Error::invalid(
                format!("parameter `{text}`"),
                "a name is letters, digits and _ and does not begin with a digit",
            ));
        }
        Ok(Self { name: name.to_owned(), declared, value: value.to_owned() })
    }
}

impl Parameter {
    /// Its name, and its value as it was written.
    pub fn written(&self) -> (&str, &str) {
        (&self.name, &self.value)
    }
}

/// The values given to a script. Each must be used by some statement of it.
#[derive(Debug, Clone, Default)]
pub struct Parameters(BTreeMap<String, ScalarValue>);

impl Parameters {
    /// Reads the values. A timestamp without an offset is in `zone`.
    pub fn new(given: impl IntoIterator<Item = Parameter>, zone: Tz) -> Result<Self> {
        let mut values = BTreeMap::new();
        for parameter in given {
            let value = match parameter.declared {
                Some(declared) => read(&parameter.value, declared, zone).map_err(|message| {
                    Error::invalid(
                        format!("parameter `{}`", parameter.name),
                        format!("`{}` is not of type {}: {message}", parameter.value, declared.name()),
                    )
                })?,
                None => infer(&parameter.value, zone),
            };
            if values.insert(parameter.name.clone(), value).is_some() {
                return Err(Error::invalid(format!("parameter `{}`", parameter.name), "given twice"));
            }
        }
        Ok(Self(values))
    }

    /// Parameters that are not given: NULL, each of its type.
    pub fn nulls<'a>(declared: impl IntoIterator<Item = (&'a str, ParameterType)>) -> Self {
        Self(declared.into_iter().map(|(name, declared)| (name.to_owned(), declared.null())).collect())
    }

    /// These values, and those of `others` for the names that are not given here.
    #[must_use]
    pub fn or(mut self, others: Self) -> Self {
        for (name, value) in others.0 {
            self.0.entry(name).or_insert(value);
        }
        self
    }

    /// Refuses a script that does not use every parameter, or that uses one that was not given.
    pub fn check(&self, script: &[Statement]) -> Result<()> {
        let mut used = BTreeSet::new();
        for statement in script {
            for (name, span) in statement.placeholders() {
                if !self.0.contains_key(name) {
                    let near = near(name, self.0.keys().map(String::as_str));
                    let near: Vec<String> = near.iter().map(|name| format!("${name}")).collect();
                    let finding = Finding::new(format!("parameter `${name}` has no value")).at(span).suggest(&near);
                    let finding = match name.parse::<u32>() {
                        Ok(_) => finding.help("parameters have names here: write $from and give -p from=2025-03-01"),
                        Err(_) => finding.help(format!("give it with -p {name}=VALUE")),
                    };
                    return Err(finding.of(statement));
                }
                used.insert(name);
            }
        }
        match self.0.keys().find(|name| !used.contains(name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let near = near(name, used.iter().copied());
                let near = near.first().map_or(String::new(), |n| format!(", did you mean `{n}`?"));
                Err(Error::Usage(format!("no statement uses parameter `{name}`: SQL refers to it as ${name}{near}")))
            }
        }
    }

    /// The type and value of every parameter, for those who describe a run.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ScalarValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Every value as text, as it was read: a moment with the offset of `zone`, `None` for NULL.
    pub fn texts(&self, zone: Tz) -> BTreeMap<String, Option<String>> {
        let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from(zone.name())));
        let text = |value: &ScalarValue| {
            let value = match value {
                ScalarValue::TimestampMicrosecond(..) => value.cast_to(&zoned).ok()?,
                other => other.clone(),
            };
            let array = value.to_array().ok().filter(|_| !value.is_null())?;
            ArrayFormatter::try_new(&array, &FormatOptions::new()).ok().map(|cells| cells.value(0).to_string())
        };
        self.0.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// As DataFusion binds them.
    pub(super) fn values(&self) -> ParamValues {
        let values = self.0.iter().map(|(name, value)| (name.clone(), ScalarAndMetadata::new(value.clone(), None)));
        ParamValues::Map(values.collect::<HashMap<_, _>>())
    }
}

/// The first of integer, decimal, boolean, date and timestamp that the value can be; text otherwise.
///
/// Digits with a leading zero or `+` stay text: they are phone numbers and ids, not quantities.
fn infer(value: &str, zone: Tz) -> ScalarValue {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && (!digits.starts_with('0') || digits == "0" || digits.starts_with("0."));
    let order: &[ParameterType] = if number {
        &[ParameterType::Integer, ParameterType::Decimal, ParameterType::Date, ParameterType::Timestamp]
    } else {
        &[ParameterType::Boolean]
    };
    let found = order.iter().find_map(|kind| read(value, *kind, zone).ok());
    found.unwrap_or_else(|| ScalarValue::Utf8View(Some(value.to_owned())))
}

fn read(value: &str, kind: ParameterType, zone: Tz) -> Result<ScalarValue, String> {
    let parse =
        |kind: &DataType| ScalarValue::try_from_string(value.to_owned(), kind).map_err(|error| error.strip_backtrace());
    match kind {
        ParameterType::Text => Ok(ScalarValue::Utf8View(Some(value.to_owned()))),
        ParameterType::Integer => value.parse().map(|n| ScalarValue::Int64(Some(n))).map_err(|e| e.to_string()),
        ParameterType::Boolean => {
            value.parse().map(|b| ScalarValue::Boolean(Some(b))).map_err(|_| "write true or false".to_owned())
        }
        ParameterType::Decimal => decimal(value),
        ParameterType::Date => match chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d") {
            Ok(_) if value.len() == 10 => parse(&DataType::Date32),
            _ => Err("write a day that exists, such as 2025-03-04".to_owned()),
        },
        ParameterType::Timestamp => {
            let zone: Arc<str> = Arc::from(zone.name());
            // As the columns have it: comparing like with like lets files be skipped by their statistics.
            let kind = DataType::Timestamp(TimeUnit::Microsecond, Some(zone));
            match ScalarValue::try_from_string(with_seconds(value), &kind) {
                Ok(instant @ ScalarValue::TimestampMicrosecond(Some(_), _)) => Ok(instant),
                _ => Err("write a moment such as 2025-03-04 09:00 or 2025-03-04T09:00:00Z".to_owned()),
            }
        }
    }
}

/// A moment that is written without seconds, `2025-03-04 09:00` and what may follow, with them.
fn with_seconds(value: &str) -> String {
    let is_minute = |at: usize| matches!(value.as_bytes().get(at), Some(b'0'..=b'9'));
    let ends_in_minutes = value.as_bytes().get(13) == Some(&b':')
        && is_minute(14)
        && is_minute(15)
        && value.as_bytes().get(16) != Some(&b':');
    match value.split_at_checked(16).filter(|_| ends_in_minutes) {
        Some((minutes, rest)) => format!("{minutes}:00{rest}"),
        None => value.to_owned(),
    }
}

/// A decimal with the digits that are written, no more and no fewer.
fn decimal(value: &str) -> Result<ScalarValue, String> {
    let refused = || "write digits with at most one point, up to 38 of them".to_owned();
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let well_formed =
        !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let scale = i8::try_from(fraction.len()).map_err(|_| refused())?;
    if !well_formed || whole.len() + fraction.len() > 38 || digits.ends_with('.') {
        return Err(refused());
    }
    let unscaled: i128 = format!("{whole}{fraction}").parse().map_err(|_| refused())?;
    let unscaled = if value.starts_with('-') { -unscaled } else { unscaled };
    let precision = u8::try_from((whole.len() + fraction.len()).max(1)).map_err(|_| refused())?;
    Ok(ScalarValue::Decimal128(Some(unscaled), precision, scale))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// 09:00 in Berlin in March is 08:00 in UTC.
    const MOMENT: i64 = 1_741_075_200_000_000;

    #[test]
    fn a_moment_may_be_written_without_seconds() {
        let zone = Tz::Europe__Berlin;
        for text in [
            "2025-03-04 09:00",
            "2025-03-04T09:00",
            "2025-03-04 09:00:00",
            "2025-03-04 08:00Z",
            "2025-03-04T10:00+02:00",
        ] {
            let value = infer(text, zone);
            assert!(matches!(value, ScalarValue::TimestampMicrosecond(Some(MOMENT), Some(_))), "{text}: {value:?}");
        }
        for text in ["2025-03-04 09:0", "2025-03-04 25:00", "2025-03-04 09:00 o'clock", "09:00"] {
            assert!(matches!(infer(text, zone), ScalarValue::Utf8View(_)), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_told_how_one_is_written() {
        let error = read("banana", ParameterType::Timestamp, Tz::UTC).unwrap_err();
        assert_eq!(error, "write a moment such as 2025-03-04 09:00 or 2025-03-04T09:00:00Z");
    }
}
