//! The envelope: NDJSON that wraps captured webhooks with the moment they were received, because many carry no time.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::{Decoded, Feed, Record};

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    received_at: Option<Cow<'a, str>>,
    body: Option<Value>,
}

/// Whether a file that starts with `head` is wrapped: its first line has `received_at`, `body` and `content_type`, or
/// the first two where the feed has no columns of these names itself.
pub(super) fn looks_like(feed: &Feed, head: &[u8]) -> bool {
    let first_line = head.split(|&b| b == b'\n').next().unwrap_or_default();
    let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(first_line) else { return false };
    let has = |name: &str| object.contains_key(name);
    let own = |name: &str| feed.raw_schema.field_with_name(name).is_ok();
    has("received_at") && has("body") && (has("content_type") || !(own("received_at") || own("body")))
}

/// The native records inside envelopes. The body is a string, or JSON as it is.
pub(super) fn unwrap<'a>(records: Vec<Record<'a>>, out: &mut Decoded) -> Vec<Record<'a>> {
    let mut inner = Vec::with_capacity(records.len());
    for record in records {
        match open(&record.bytes) {
            Ok((received_at, body)) if body.trim_ascii().is_empty() => {
                out.rejected.push(record.reject(format!("the envelope received at {received_at} has an empty body")));
            }
            Ok((received_at, body)) => {
                let bytes = Cow::Owned(body.trim_ascii().to_vec());
                inner.push(Record { line: record.line, received_at: Some(received_at), bytes });
            }
            Err(reason) => out.rejected.push(record.reject(reason)),
        }
    }
    inner
}

fn open(bytes: &[u8]) -> Result<(String, Vec<u8>), String> {
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(|e| format!("not an envelope: {e}"))?;
    let received_at = envelope.received_at.ok_or("the envelope has no `received_at`")?;
    // Numbers keep their digits: serde_json is built with arbitrary precision.
    let body = match envelope.body.ok_or("the envelope has no `body`")? {
        Value::String(text) => text.into_bytes(),
        value => value.to_string().into_bytes(),
    };
    Ok((received_at.into_owned(), body))
}
