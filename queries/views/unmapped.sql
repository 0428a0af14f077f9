-- view: unmapped
-- title: One row per status that the status table does not know, the most frequent first
-- columns:
--   provider - Who reported it.
--   status - The status, verbatim.
--   error_code - The error code it came with, verbatim.
--   events - How many events have it; their messages count as `unknown`.
--   first_seen_at - When it first happened.
--   last_seen_at - When it last happened.
SELECT
    provider,
    status,
    error_code,
    count(*) AS events,
    min(event_time) AS first_seen_at,
    max(event_time) AS last_seen_at
FROM events
WHERE kind = 'status' AND status IS NOT NULL AND NOT status_is_known(provider, status, error_code)
GROUP BY provider, status, error_code
ORDER BY events DESC, provider, status, error_code
