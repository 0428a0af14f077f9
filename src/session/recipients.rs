//! The recipients in an answer, for who makes a segment of them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, SchemaRef};

use super::parameters::Parameters;
use super::run::Answer;
use crate::store::{RecipientSet, SegmentParameter};
use crate::{Error, Result};

/// The rows of an answer, by what was done with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecipientRows {
    /// How many there were.
    pub rows: u64,
    /// In how many the recipient is NULL or the empty text: nobody.
    pub nobody: u64,
}

impl Answer {
    /// Adds the recipients of the rows to come to a set.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it does not say which column the recipients are in, with `place` before it; those of
    /// [`RecipientSet::insert`] and [`Answer::next`].
    pub async fn add_recipients(&mut self, place: &str, to: &mut RecipientSet) -> Result<RecipientRows> {
        self.each_recipient(place, |recipient| to.insert(recipient).map(|_| ())).await
    }

    /// Takes the recipients of the rows to come out of a set.
    ///
    /// # Errors
    /// As [`Answer::add_recipients`].
    pub async fn remove_recipients(&mut self, place: &str, from: &mut RecipientSet) -> Result<RecipientRows> {
        self.each_recipient(place, |recipient| {
            from.remove(recipient);
            Ok(())
        })
        .await
    }

    async fn each_recipient(&mut self, place: &str, mut each: impl FnMut(&str) -> Result<()>) -> Result<RecipientRows> {
        let column = column(self.schema()).map_err(|message| Error::invalid(place, message))?;
        let mut counted = RecipientRows::default();
        while let Some(batch) = self.next().await? {
            let recipients: ArrayRef = arrow::compute::cast(batch.column(column), &DataType::Utf8View)?;
            counted.rows += recipients.len() as u64;
            for recipient in recipients.as_string_view() {
                match recipient {
                    None | Some("") => counted.nobody += 1,
                    Some(recipient) => each(recipient)?,
                }
            }
        }
        Ok(counted)
    }
}

/// The column of the recipients: the one of that name, else the only text.
fn column(schema: &SchemaRef) -> Result<usize, String> {
    let fields = || schema.fields().iter().enumerate();
    let named: Vec<usize> = fields().filter(|(_, field)| field.name() == "recipient").map(|(at, _)| at).collect();
    let texts: Vec<usize> = fields().filter(|(_, field)| is_text(field.data_type())).map(|(at, _)| at).collect();
    match (named.as_slice(), texts.as_slice()) {
        ([named], _) if texts.contains(named) => Ok(*named),
        ([named], _) => {
            let kind = schema.field(*named).data_type();
            Err(format!("the column recipient is {kind}, and recipients are text: cast it"))
        }
        ([], [text]) => Ok(*text),
        ([_, _, ..], _) => Err("more than one column is named recipient: select one".to_owned()),
        ([], _) => {
            let names = fields().map(|(_, field)| field.name().as_str()).collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "none".to_owned() } else { names };
            Err(format!("which column has the recipients? Name it recipient; the columns are: {names}"))
        }
    }
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// The values of parameters as a segment notes them, in a form that `-p name:type=value` reads again.
pub fn segment_parameters(parameters: &Parameters) -> Result<Vec<SegmentParameter>> {
    let noted = parameters.iter().map(|(name, value)| {
        let parameter_type = match value.data_type() {
            DataType::Int64 => "integer",
            DataType::Decimal128(..) => "decimal",
            DataType::Boolean => "boolean",
            DataType::Date32 => "date",
            DataType::Timestamp(..) => "timestamp",
            _ => "text",
        };
        let text: Arc<dyn Array> = arrow::compute::cast(&value.to_array()?, &DataType::Utf8)?;
        let value = text.is_valid(0).then(|| text.as_string::<i32>().value(0).to_owned());
        Ok(SegmentParameter { name: name.to_owned(), parameter_type: parameter_type.to_owned(), value })
    });
    noted.collect()
}
