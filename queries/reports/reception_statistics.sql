-- report: reception_statistics
-- title: Reception statistics
-- description: What became of the messages of a campaign, number by number, which numbers to remove from the address
--   book and which to keep. The five rates are shares of all messages in scope, one per contact and campaign as a rule,
--   and add up to 100 % but for rounding: `receipt` (received by the handset, delivered to the operator, or sent),
--   `pending` (no final word yet, or a final report without information), `temporary error` (soft bounces), `permanent
--   error` (hard bounces, and messages that were refused) and `unsubscribe` (the recipient had opted out or is on a
--   block list). Counts are of messages, or with --count segments of their segments.
-- ignores: bots - nothing here counts clicks

-- define: rated
-- title: One row per outbound message in scope, with the rate it counts in
SELECT
    *,
    CASE bucket
        WHEN 'delivered' THEN 'receipt'
        WHEN 'sent' THEN 'receipt'
        WHEN 'soft_bounce' THEN 'temporary error'
        WHEN 'hard_bounce' THEN 'permanent error'
        WHEN 'rejected' THEN 'permanent error'
        WHEN 'unsubscribed' THEN 'unsubscribe'
        ELSE 'pending'
    END AS rate
FROM sends

-- section: summary
-- title: Campaigns
-- description: One row per campaign with a message in scope, by its id; messages of no campaign are the row without an
--   id.
-- columns:
--   campaign_id - The campaign's id; NULL for messages of no campaign.
--   first_submitted_at - When the first of its messages in scope was submitted; NULL where no report says so.
--   last_submitted_at - When the last of them was.
--   sender - Who they were sent as; of several senders the first in order.
--   type - `SMS` where none of them has more than one segment, `long SMS` where one has; NULL where no segments are
--     known.
--   encoding - The encodings reported, in order, separated by commas: `gsm7`, `ucs2`.
--   contacts - How many different recipients they have.
--   messages - How many messages there are (segments with --count segments).
--   segments - How many segments they have, as far as is known; NULL where none says.
--   credits - Their cost in credits, as far as is known; NULL, not 0, where no message says.
--   text - Their text; where texts differ (personalised ones do), the first of them in alphabetical order.
SELECT
    campaign_id,
    min(submitted_at) AS first_submitted_at,
    max(submitted_at) AS last_submitted_at,
    min(sender) AS sender,
    CASE WHEN max(segments) > 1 THEN 'long SMS' WHEN max(segments) IS NOT NULL THEN 'SMS' END AS type,
    nullif(array_to_string(array_agg(DISTINCT encoding ORDER BY encoding), ', '), '') AS encoding,
    count(DISTINCT recipient) AS contacts,
    sum(units) AS messages,
    sum(segments) AS segments,
    sum(credits) AS credits,
    min(body) AS text
FROM sends
GROUP BY campaign_id
ORDER BY campaign_id NULLS LAST

-- section: rates
-- title: Reception rates
-- chart: shares(rate, contacts)
-- columns:
--   rate - receipt, pending, temporary error, permanent error, unsubscribe, in this order.
--   contacts - How many messages (segments with --count segments): a contact counts once for each message to it.
--   percent - That number as a share of all messages in scope; NULL where there are none.
SELECT
    name.rate,
    coalesce(counts.contacts, 0) AS contacts,
    percent(coalesce(counts.contacts, 0), sum(counts.contacts) OVER ()) AS percent
FROM (
    VALUES (1, 'receipt'), (2, 'pending'), (3, 'temporary error'), (4, 'permanent error'), (5, 'unsubscribe')
) AS name (place, rate)
LEFT JOIN (SELECT rate, sum(units) AS contacts FROM rated GROUP BY rate) AS counts ON counts.rate = name.rate
ORDER BY place

-- section: contacts
-- title: Contacts
-- description: One row per message in scope, by recipient.
-- columns:
--   recipient - To whom it went.
--   campaign_id - The campaign it belongs to.
--   rate - Which of the five rates it counts in.
--   bucket - What became of it.
--   status - The provider's status, verbatim; NULL where none came.
--   error_code - The provider's error code, verbatim.
--   status_at - When the report that decides happened; NULL where none came.
--   message_id - The provider's id of the message.
SELECT recipient, campaign_id, rate, bucket, status, error_code, status_at, message_id
FROM rated
ORDER BY recipient NULLS LAST, campaign_id NULLS LAST, provider, account NULLS FIRST, message_id, message_key

-- section: address_book
-- title: Numbers to remove from the address book
-- description: One row per recipient of a message in scope that should get no further message, by number.
-- columns:
--   recipient - The number, E.164.
--   reason - `opted_out`, or `hard_bounces`: three of its messages bounced hard.
--   messages - How many messages went to it, in the whole store.
--   delivered - How many of them were delivered.
--   hard_bounces - How many of them bounced hard.
--   last_delivered_at - When the last of them was delivered; NULL where none was.
SELECT recipient, suppressed_reason AS reason, messages, delivered, hard_bounces, last_delivered_at
FROM recipients
WHERE suppressed AND recipient IN (SELECT recipient FROM sends)
ORDER BY recipient

-- section: keep
-- title: Numbers to keep
-- description: One row per recipient of a message in scope that may get further messages, by number.
-- columns:
--   recipient - The number, E.164 where it can be.
--   messages - How many messages in scope went to it (segments with --count segments).
--   delivered - How many of them were delivered.
--   temporary_errors - How many of them ended in a soft bounce.
--   permanent_errors - How many of them ended in a hard bounce or were refused.
--   last_delivered_at - When the last of the delivered ones was first reported as delivered; NULL where none was.
SELECT
    contact.recipient,
    contact.messages,
    contact.delivered,
    contact.temporary_errors,
    contact.permanent_errors,
    contact.last_delivered_at
FROM (
    SELECT
        recipient,
        sum(units) AS messages,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'soft_bounce'), 0) AS temporary_errors,
        coalesce(sum(units) FILTER (WHERE bucket IN ('hard_bounce', 'rejected')), 0) AS permanent_errors,
        max(delivered_at) FILTER (WHERE bucket = 'delivered') AS last_delivered_at
    FROM sends
    WHERE recipient IS NOT NULL
    GROUP BY recipient
) AS contact
LEFT JOIN recipients AS person ON person.recipient = contact.recipient
WHERE NOT coalesce(person.suppressed, false)
ORDER BY contact.recipient
