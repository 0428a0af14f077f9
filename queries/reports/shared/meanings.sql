-- define: meanings
-- title: One row per raw status or code the status table knows
-- columns:
--   provider - Whose vocabulary it is, in lower case.
--   term - `status:`, `error_code:` or `status/error_code:` and the raw value, in lower case.
--   bucket - What it means to smsql.
--   meaning - What it means, in a few words.
SELECT lower(provider) AS provider, lower(field || ':' || value) AS term, max(bucket) AS bucket, max(meaning) AS meaning
FROM status_codes
GROUP BY lower(provider), lower(field || ':' || value)
