//! Secrets do not belong in a configuration file. Where somebody put one, it is in no message.

use std::borrow::Cow;

/// Words in the names of what is secret.
const SECRET_WORDS: [&str; 8] =
    ["secret", "password", "passwd", "token", "access_key", "account_key", "credential", "private_key"];

/// What the names of a cloud's settings begin with.
const CLOUDS: [&str; 4] = ["aws_", "azure_", "google_", "gcs_"];

/// Whether a key of this name holds a secret, or leads to one.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase().replace(['-', '.'], "_");
    CLOUDS.iter().any(|cloud| name.starts_with(cloud)) || SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// The text with `*` over what is secret, byte by byte, so that places in it stay where they are: the values of keys
/// with such names, and the user, password and query of URLs.
pub(super) fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (body, end) = line.split_at(line.trim_end_matches(['\n', '\r']).len());
        // A table may stand in one line: `prod = { password = "..." }`.
        match body.match_indices('=').find(|(at, _)| is_secret(&body[..*at])) {
            Some((at, _)) => masked.extend([mask_urls(&body[..=at]), "*".repeat(body.len() - at - 1)]),
            None => masked.push_str(&mask_urls(body)),
        }
        masked.push_str(end);
    }
    masked
}

/// A location fit for messages: without user, password, query and fragment.
pub(super) fn without(location: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = location.split_once("://") else { return Cow::Borrowed(location) };
    let rest_end = rest.find(['?', '#']).unwrap_or(rest.len());
    let authority_end = rest[..rest_end].find('/').unwrap_or(rest_end);
    let user_end = match rest[..authority_end].rfind('@') {
        // There the user is the container.
        Some(at) if matches!(scheme, "abfs" | "abfss") && !rest[..at].contains(':') => 0,
        Some(at) => at + 1,
        None => 0,
    };
    if user_end == 0 && rest_end == rest.len() {
        return Cow::Borrowed(location);
    }
    Cow::Owned(format!("{scheme}://{}", &rest[user_end..rest_end]))
}

/// Puts `*` over the user, password and query of every URL in a line.
fn mask_urls(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).unwrap_or(after.len());
        let url = &after[..end];
        let query = url.find(['?', '#']).unwrap_or(url.len());
        let user = url[..query].rfind('@').unwrap_or(0);
        masked.extend([&"*".repeat(user), &url[user..query], &"*".repeat(url.len() - query)]);
        rest = &after[end..];
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::{is_secret, masked, without};

    #[test]
    fn what_is_secret_is_masked_and_nothing_moves() {
        let text = "tz = 'UTC'\naws_secret_access_key = \"hunter2\"\r\nstore = \"s3://ab:cd@bucket/p?sig=ef\" # é\n";
        let wanted = "tz = 'UTC'\naws_secret_access_key =**********\r\nstore = \"s3://*****@bucket/p*******\" # é\n";
        assert_eq!(masked(text), wanted);
        let table = "profiles.prod = { store = 's3://a:b@c', password = 'hunter2' }";
        let wanted = "profiles.prod = { store = 's3://***@c', password =".to_owned() + &"*".repeat(12);
        assert_eq!(masked(table), wanted);
    }

    #[test]
    fn locations_lose_what_is_secret() {
        assert_eq!(without("s3://key:secret@bucket/path?sig=x#y"), "s3://bucket/path");
        assert_eq!(
            without("abfss://container@account.dfs.core.windows.net/path"),
            "abfss://container@account.dfs.core.windows.net/path"
        );
        for clean in ["./store", "/a/b@c", "s3://bucket/a@b", "~/x?y"] {
            assert_eq!(without(clean), clean);
        }
    }

    #[test]
    fn names_of_secrets_are_known() {
        for name in ["aws_access_key_id", "AWS_REGION", "azure_storage_account_key", "db.password", "api-token"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["store", "tz", "timeout", "pager", "null"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
