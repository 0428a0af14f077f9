-- report: status_summary
-- title: Status summary
-- description: Sent, delivered, clicked and failed over a period, as a count and a percentage. `sent` are the messages
--   that left for the carrier, as a share of all SMS activity (every outbound message of the period). `delivered`,
--   `clicked` and `failed` are shares of sent; `clicked` counts messages with at least one click that no bot made.
--   `refused` (rejected, or the recipient had opted out) and `pending` are shares of all activity and explain what
--   was not sent.
-- parameters:
--   from timestamp - Messages submitted at or after this moment; all where not given.
--   to timestamp - Messages submitted before this moment; all where not given.

-- section: summary
-- title: Status of all messages
WITH activity AS (
    SELECT
        m.bucket,
        m.bucket IN ('sent', 'delivered', 'soft_bounce', 'hard_bounce', 'unknown') AS was_sent,
        m.bucket IN ('soft_bounce', 'hard_bounce') AS has_failed,
        c.message_key IS NOT NULL AS was_clicked
    FROM messages AS m
    LEFT JOIN (SELECT DISTINCT message_key FROM clicks WHERE NOT is_bot) AS c ON c.message_key = m.message_key
    WHERE m.direction = 'outbound'
      AND ($from IS NULL OR coalesce(m.submitted_at, m.first_event_at) >= $from)
      AND ($to IS NULL OR coalesce(m.submitted_at, m.first_event_at) < $to)
),
counts AS (
    SELECT
        count(*) AS activity,
        count(*) FILTER (WHERE was_sent) AS sent,
        count(*) FILTER (WHERE bucket = 'delivered') AS delivered,
        count(*) FILTER (WHERE was_sent AND was_clicked) AS clicked,
        count(*) FILTER (WHERE has_failed) AS failed,
        count(*) FILTER (WHERE bucket IN ('rejected', 'unsubscribed')) AS refused,
        count(*) FILTER (WHERE bucket = 'pending') AS pending
    FROM activity
)
SELECT status, messages, percent(messages, whole) AS percent, share_of
FROM (
    SELECT 1 AS place, 'sent' AS status, sent AS messages, activity AS whole, 'all SMS activity' AS share_of FROM counts
    UNION ALL SELECT 2, 'delivered', delivered, sent, 'sent' FROM counts
    UNION ALL SELECT 3, 'clicked', clicked, sent, 'sent' FROM counts
    UNION ALL SELECT 4, 'failed', failed, sent, 'sent' FROM counts
    UNION ALL SELECT 5, 'refused', refused, activity, 'all SMS activity' FROM counts
    UNION ALL SELECT 6, 'pending', pending, activity, 'all SMS activity' FROM counts
)
ORDER BY place
