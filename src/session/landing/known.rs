//! Which events of a file the log has already.

use datafusion::common::ScalarValue;
use futures::{StreamExt, TryStreamExt};

use super::pass::Seen;
use crate::error::Result;
use crate::event::identity::{KeyMap, KeySet};
use crate::event::time::Precision;
use crate::store::{LogFile, Store};

/// Files looked at side by side.
const FILES_AT_ONCE: usize = 8;

/// What the log knows of the events of a file.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Keys of events the log has, received no later than ours: ours add nothing.
    pub(super) duplicates: KeySet,
    /// Files of the log, each with the keys of events in it that ours replace, because ours were received earlier.
    pub(super) superseded: Vec<(LogFile, KeySet)>,
}

impl Known {
    /// Looks into `files`, as far as they may hold any of the events `seen`.
    pub(super) async fn look(&mut self, store: &Store, files: &[LogFile], seen: &Seen) -> Result<()> {
        let candidates: Vec<_> = files.iter().filter(|file| may_hold(file, seen)).cloned().collect();
        let mut looks = futures::stream::iter(candidates)
            .map(|file| async move {
                let mut met = Vec::new();
                let keys: &KeyMap<i64> = &seen.first_received;
                store
                    .visit_identities(&file, |key, received| {
                        if let Some(ours) = keys.get(&key) {
                            met.push((key, received <= *ours));
                        }
                    })
                    .await?;
                Ok::<_, crate::Error>((file, met))
            })
            .buffer_unordered(FILES_AT_ONCE);
        while let Some((file, met)) = looks.try_next().await? {
            let later: KeySet = met.iter().filter(|(_, earlier)| !earlier).map(|(key, _)| *key).collect();
            self.duplicates.extend(met.into_iter().filter(|(_, earlier)| *earlier).map(|(key, _)| key));
            if !later.is_empty() {
                self.superseded.push((file, later));
            }
        }
        Ok(())
    }

    /// Drops what was found in files that another writer has replaced; their successors are looked at anew.
    pub(super) fn forget_missing(&mut self, files: &[LogFile]) {
        self.superseded.retain(|(file, _)| files.iter().any(|other| other.path == file.path));
    }
}

/// An event that tells its time is in no file of other times; one that does not may be in any that has such events.
fn may_hold(file: &LogFile, seen: &Seen) -> bool {
    let bounds = |name: &str| file.stats().column(name).and_then(|b| Some((b.min.clone()?, b.max.clone()?)));
    let timed = seen.times.is_some_and(|(first, last)| match bounds("event_time") {
        Some((ScalarValue::TimestampMicrosecond(Some(min), _), ScalarValue::TimestampMicrosecond(Some(max), _))) => {
            min <= last && first <= max
        }
        _ => true,
    });
    let timeless = seen.timeless
        && match bounds("time_precision") {
            Some((min, max)) => {
                let received = Precision::Received.name();
                text(&min).is_none_or(|min| min <= received) && text(&max).is_none_or(|max| received <= max)
            }
            None => true,
        };
    timed || timeless
}

fn text(value: &ScalarValue) -> Option<&str> {
    match value {
        ScalarValue::Dictionary(_, inner) => inner.try_as_str().flatten(),
        other => other.try_as_str().flatten(),
    }
}
