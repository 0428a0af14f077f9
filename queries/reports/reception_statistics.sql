-- report: reception_statistics
-- title: Reception statistics
-- description: What became of the messages of a campaign, number by number. The five rates are shares of all contacts
--   and add up to 100 %: `receipt` (received by the handset, delivered to the operator, or sent), `pending` (no final
--   word yet, or a final report without information), `temporary error`, `permanent error` (including messages that
--   were refused) and `unsubscribe` (the recipient opted out or is on a block list).

-- section: summary
-- title: Campaigns
-- columns:
--   campaign_id - TODO
--   first_submitted_at - TODO
--   last_submitted_at - TODO
--   sender - TODO
--   contacts - TODO
--   messages - TODO
--   segments - TODO
--   credits - TODO
--   text - TODO
SELECT
    m.campaign_id,
    min(m.submitted_at) AS first_submitted_at,
    max(m.submitted_at) AS last_submitted_at,
    min(m.sender) AS sender,
    count(DISTINCT m.recipient) AS contacts,
    count(*) AS messages,
    sum(m.segments) AS segments,
    sum(m.credits) AS credits,
    min(m.body) AS text
FROM sends AS m
GROUP BY m.campaign_id
ORDER BY m.campaign_id NULLS LAST

-- section: rates
-- title: Reception rates
-- columns:
--   rate - TODO
--   contacts - TODO
--   percent - TODO
WITH counts AS (
    SELECT
        count(*) AS contacts,
        count(*) FILTER (WHERE bucket IN ('delivered', 'sent')) AS receipt,
        count(*) FILTER (WHERE bucket IN ('pending', 'unknown')) AS pending,
        count(*) FILTER (WHERE bucket = 'soft_bounce') AS temporary_error,
        count(*) FILTER (WHERE bucket IN ('hard_bounce', 'rejected')) AS permanent_error,
        count(*) FILTER (WHERE bucket = 'unsubscribed') AS unsubscribe
    FROM sends
)
SELECT rate, contacts, percent(contacts, whole) AS percent
FROM (
    SELECT 1 AS place, 'receipt' AS rate, receipt AS contacts, contacts AS whole FROM counts
    UNION ALL SELECT 2, 'pending', pending, contacts FROM counts
    UNION ALL SELECT 3, 'temporary error', temporary_error, contacts FROM counts
    UNION ALL SELECT 4, 'permanent error', permanent_error, contacts FROM counts
    UNION ALL SELECT 5, 'unsubscribe', unsubscribe, contacts FROM counts
)
ORDER BY place

-- section: contacts
-- title: Contacts
-- columns:
--   recipient - TODO
--   campaign_id - TODO
--   bucket - TODO
--   status - TODO
--   error_code - TODO
--   status_at - TODO
--   message_id - TODO
SELECT recipient, campaign_id, bucket, status, error_code, status_at, message_id
FROM sends
ORDER BY recipient NULLS LAST, campaign_id NULLS LAST, provider, account NULLS FIRST, message_id, message_key

-- section: address_book
-- title: Numbers to remove from the address book
-- columns:
--   recipient - TODO
--   reason - TODO
--   messages - TODO
--   delivered - TODO
--   hard_bounces - TODO
--   last_delivered_at - TODO
SELECT r.recipient, r.suppressed_reason AS reason, r.messages, r.delivered, r.hard_bounces, r.last_delivered_at
FROM recipients AS r
WHERE r.suppressed AND r.recipient IN (SELECT recipient FROM sends)
ORDER BY r.recipient
