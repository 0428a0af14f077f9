//! Which events are the same event, and which belong to the same message.
//!
//! Both are the first 126 bits of a SHA-256 over length-prefixed fields. An event is known by all it says, but for
//! when and where we received it: the same report delivered twice is one event. Where the provider numbers its events,
//! the number stands for what the event says beside its message and status.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use sha2::{Digest, Sha256};

/// The columns that make up an event's identity, by a number that never changes: keys in stores depend on it.
pub const EVENT_IDENTITY: &[(u8, &str)] = &[
    (0, "provider"),
    (1, "account"),
    (2, "message_id"),
    (3, "direction"),
    (4, "kind"),
    (5, "status"),
    (6, "error_code"),
    (7, "provider_final"),
    (8, "level"),
    (9, "part_index"),
    (10, "part_count"),
    (11, "attempt"),
    (12, "event_time"),
    (13, "time_precision"),
    (14, "submitted_at"),
    (15, "recipient"),
    (16, "sender"),
    (17, "country"),
    (18, "carrier"),
    (19, "campaign_id"),
    (20, "list_ids"),
    (21, "user"),
    (22, "body"),
    (23, "encoding"),
    (24, "segments"),
    (25, "credits"),
    (26, "cost"),
    (27, "currency"),
    (28, "link_id"),
    (29, "link_url"),
    (30, "user_agent"),
    (31, "source_event_id"),
    (32, "tags"),
];

/// The columns that count where the provider numbers its events.
pub const NUMBERED_IDENTITY: &[&str] = &[
    "provider",
    "account",
    "message_id",
    "kind",
    "status",
    "error_code",
    "part_index",
    "recipient",
    "source_event_id",
];

/// A map by event key. Keys are hashes already, so they are not hashed again.
pub type KeyMap<V> = HashMap<i128, V, BuildHasherDefault<KeyHasher>>;
/// A set of event keys.
pub type KeySet = HashSet<i128, BuildHasherDefault<KeyHasher>>;

/// Takes the low bits of a key for its hash.
#[derive(Debug, Default, Clone, Copy)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_i128(&mut self, key: i128) {
        self.0 = key as u64;
    }
}

/// Collects the fields of an identity.
#[derive(Debug, Default)]
pub struct Identity {
    bytes: Vec<u8>,
}

impl Identity {
    /// Adds field number `field`; absent fields are simply not added.
    pub fn add(&mut self, field: u8, value: &[u8]) {
        self.bytes.push(field);
        self.bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(value);
    }

    /// The key of what was added; starts anew after.
    pub fn key(&mut self) -> i128 {
        let digest = Sha256::digest(&self.bytes);
        self.bytes.clear();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        // 126 bits fit 38 decimal digits, 128 do not.
        (u128::from_be_bytes(first) >> 2).cast_signed()
    }
}

/// The identity of a message: provider, account and the provider's id.
pub fn message_key(provider: &str, account: Option<&str>, message_id: &str) -> i128 {
    let mut identity = Identity::default();
    identity.add(0, provider.as_bytes());
    if let Some(account) = account {
        identity.add(1, account.as_bytes());
    }
    identity.add(2, message_id.as_bytes());
    identity.key()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_cannot_run_into_each_other() {
        assert_ne!(message_key("a", Some("bc"), "d"), message_key("a", Some("b"), "cd"));
        assert_ne!(message_key("a", None, "b"), message_key("a", Some(""), "b"));
        assert_eq!(message_key("a", None, "b"), message_key("a", None, "b"));
    }

    #[test]
    fn keys_fit_38_digits() {
        let most = 10_i128.pow(38);
        assert!((0..1000).all(|i| (0..most).contains(&message_key("p", None, &i.to_string()))));
        assert!((i128::MAX >> 1) < most);
    }
}
