//! SMPP delivery receipts: the text of SMPP 3.4 appendix B, or JSON with that text and the TLV fields.

use std::collections::HashMap;

use arrow::array::{ArrayRef, StringBuilder};

use super::{Decoded, Feed, Record};
use crate::error::Result;

/// The keys of a receipt as they appear in the text. `text` takes the rest of the line.
const KEYS: [&str; 8] = ["id", "sub", "dlvrd", "submit date", "done date", "stat", "err", "text"];

/// Decodes receipts; a record without any key of a receipt is set aside.
pub(super) fn decode<'a>(
    feed: &Feed,
    records: Vec<Record<'a>>,
    out: &mut Decoded,
) -> Result<(Vec<ArrayRef>, Vec<Record<'a>>)> {
    let fields = feed.raw_schema.fields();
    let mut builders: Vec<_> = fields.iter().map(|_| StringBuilder::new()).collect();
    let mut good = Vec::with_capacity(records.len());
    for record in records {
        match read(&record) {
            Ok(values) => {
                for (builder, field) in builders.iter_mut().zip(fields) {
                    builder.append_option(values.get(field.name().as_str()));
                }
                good.push(record);
            }
            Err(reason) => out.rejected.push(record.reject(reason)),
        }
    }
    Ok((super::text::columns(feed, builders)?, good))
}

fn read(record: &Record<'_>) -> Result<HashMap<String, String>, String> {
    let text = std::str::from_utf8(&record.bytes).map_err(|_| "not UTF-8 text".to_owned())?;
    if !record.starts_with_json() {
        let values = receipt(text);
        return if values.is_empty() {
            Err("not a delivery receipt: no `id:` or `stat:`".to_owned())
        } else {
            Ok(values)
        };
    }
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|e| format!("not a JSON object: {e}"))?;
    let mut values = HashMap::new();
    for (name, value) in object {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => {
                if name == "short_message" {
                    values.extend(receipt(&text));
                }
                values.insert(name, text);
            }
            other => {
                values.insert(name, other.to_string());
            }
        }
    }
    Ok(values)
}

/// The fields of a receipt's text. Keys come in any case and order, and some are left out in the wild.
fn receipt(text: &str) -> HashMap<String, String> {
    let lower = text.to_ascii_lowercase();
    let mut starts: Vec<(usize, &str)> = KEYS
        .iter()
        .filter_map(|key| {
            let needle = format!("{key}:");
            lower
                .match_indices(&needle)
                .map(|(at, _)| at)
                .find(|&at| at == 0 || lower.as_bytes()[at - 1].is_ascii_whitespace())
                .map(|at| (at, *key))
        })
        .collect();
    starts.sort_unstable();
    if let Some(text_at) = starts.iter().position(|(_, key)| *key == "text") {
        starts.truncate(text_at + 1);
    }
    if !starts.iter().any(|(_, key)| matches!(*key, "id" | "stat")) {
        return HashMap::new();
    }
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|((start, key), end)| (key.replace(' ', "_"), text[start + key.len() + 1..end].trim().to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = receipt(text).into_iter().collect();
        pairs.sort();
        pairs
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn receipts_as_gateways_write_them() {
        assert_eq!(
            pairs(
                "id:42 sub:001 dlvrd:001 submit date:2501020304 done date:250102030405 stat:DELIVRD err:000 text:id:7 x"
            ),
            owned(&[
                ("dlvrd", "001"),
                ("done_date", "250102030405"),
                ("err", "000"),
                ("id", "42"),
                ("stat", "DELIVRD"),
                ("sub", "001"),
                ("submit_date", "2501020304"),
                ("text", "id:7 x"),
            ])
        );
        assert_eq!(
            pairs("ID:a STAT:UNDELIV Err:00B Text:"),
            owned(&[("err", "00B"), ("id", "a"), ("stat", "UNDELIV")])
        );
        assert_eq!(pairs("hello world"), []);
    }
}
