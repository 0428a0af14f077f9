//! What looks like a secret in a line: the shell keeps it out of its history.

use std::sync::LazyLock;

use regex::Regex;

/// A name that a secret goes by, and a value behind it; a URL with a password; a token of a well-known shape.
const SHAPES: &str = r#"(?xi)
    (?: pass(?:word|wd|phrase)? | secret | token | credential s? | api _? key | access _? key | account _? key
      | private _? key | sas | signature | authorization )
    [a-z0-9_.-]* ['"\s]* (?: [:=] | \s ) \s* ['"]? [^\s'",;)]
  | [a-z][a-z0-9+.-]* :// [^\s/@:]* : [^\s/@]+ @
  | \b AKIA [0-9A-Z]{16} \b
  | \b ey[a-z0-9_-]{10,} \. ey[a-z0-9_-]{10,} \.
  | -----BEGIN
"#;

static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(SHAPES).ok());

/// Whether a line looks as if it held a secret. When in doubt it does: a line that is not kept is typed once more.
pub(super) fn holds_secret(line: &str) -> bool {
    SECRET.as_ref().is_none_or(|secret| secret.is_match(line))
}

#[cfg(test)]
mod tests {
    use super::holds_secret;

    #[test]
    fn secrets_are_known_by_their_shape() {
        for line in [
            "\\set password=hunter2",
            "\\set api_key = 'abc'",
            "OPTIONS ('aws.secret_access_key' 'abc')",
            "OPTIONS (aws.session_token 'abc')",
            "azure_storage_account_key=abc",
            "\\i https://me:hunter2@example.com/a.sql",
            "SELECT 'AKIAIOSFODNN7EXAMPLE'",
            "SELECT 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x'",
            "https://account.blob.core.windows.net/c?sig=x&Signature=abc",
        ] {
            assert!(holds_secret(line), "{line}");
        }
    }

    #[test]
    fn what_is_asked_every_day_is_none() {
        for line in [
            "SELECT body FROM messages WHERE recipient = '+447700900123';",
            "SELECT count(*) FROM events WHERE link_url LIKE 'https://example.com/%';",
            "\\report campaign_report campaign=spring-sale-1",
            "SELECT date_trunc('day', event_time) AS day, count(*) FROM events GROUP BY 1;",
        ] {
            assert!(!holds_secret(line), "{line}");
        }
    }
}
