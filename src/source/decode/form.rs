//! Form bodies and query strings: `MessageSid=SM1&MessageStatus=sent`.

use std::collections::HashMap;

use arrow::array::{ArrayRef, StringBuilder};

use super::{Decoded, Feed, Record};
use crate::error::Result;

/// Decodes records: each declared column takes the first pair of its name.
pub(super) fn decode<'a>(
    feed: &Feed,
    records: Vec<Record<'a>>,
    out: &mut Decoded,
) -> Result<(Vec<ArrayRef>, Vec<Record<'a>>)> {
    let fields = feed.raw_schema.fields();
    let positions: HashMap<&str, usize> = fields.iter().enumerate().map(|(at, f)| (f.name().as_str(), at)).collect();
    let mut builders: Vec<_> = fields.iter().map(|_| StringBuilder::new()).collect();
    let mut good = Vec::with_capacity(records.len());
    let mut row: Vec<Option<String>> = vec![None; fields.len()];
    for record in records {
        let Ok(text) = std::str::from_utf8(&record.bytes) else {
            out.rejected.push(record.reject("not UTF-8 text"));
            continue;
        };
        // A captured callback may be the whole request target: only the query counts.
        let query = match text.split_once('?') {
            Some((path, query)) if !path.contains('=') => query,
            _ => text,
        };
        if !query.contains('=') {
            out.rejected.push(record.reject("not a form body: it holds no `name=value`"));
            continue;
        }
        row.fill(None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(&at) = positions.get(name.as_ref())
                && row[at].is_none()
            {
                row[at] = Some(value.into_owned());
            }
        }
        for (builder, value) in builders.iter_mut().zip(&row) {
            builder.append_option(value.as_deref());
        }
        good.push(record);
    }
    Ok((super::text::columns(feed, builders)?, good))
}
