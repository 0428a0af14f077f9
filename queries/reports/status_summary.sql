-- report: status_summary
-- title: Status summary
-- description: Sent, delivered, clicked and failed over a period, as a count and a percentage. `sent` are the messages
--   that left for the carrier, as a share of all SMS activity (every outbound message of the period). `delivered`,
--   `clicked` and `failed` are shares of sent; `clicked` counts sent messages with at least one click that counts.
--   `refused` (rejected, or the recipient had opted out) and `pending` are shares of all activity and explain what
--   was not sent.
-- schedule: daily

-- section: summary
-- title: Status of all messages
-- chart: bars(status, percent)
-- columns:
--   status - What became of the messages.
--   messages - How many of them did.
--   percent - That number as a share of what `share_of` says.
--   share_of - The denominator: all outbound messages of the period, or those that were sent.
WITH counts AS (
    SELECT
        coalesce(sum(send.units), 0) AS activity,
        coalesce(sum(send.units) FILTER (WHERE send.was_sent), 0) AS sent,
        coalesce(sum(send.units) FILTER (WHERE send.bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(send.units) FILTER (WHERE send.was_sent AND clicked.message_key IS NOT NULL), 0) AS clicked,
        coalesce(sum(send.units) FILTER (WHERE send.has_failed), 0) AS failed,
        coalesce(sum(send.units) FILTER (WHERE send.bucket IN ('rejected', 'unsubscribed')), 0) AS refused,
        coalesce(sum(send.units) FILTER (WHERE send.bucket = 'pending'), 0) AS pending
    FROM sends AS send
    LEFT JOIN clicked ON clicked.message_key = send.message_key
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
