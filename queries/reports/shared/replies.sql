-- define: replies
-- title: One row per reply to a message in scope
-- parameters:
--   window_hours integer = 72 - How long after a message a reply is still taken to answer it.
-- columns:
--   event_key - The reply's identity.
--   replied_at - When it came.
--   recipient - Who it came from: the recipient of the message.
--   body - Its text.
--   message_key - The message it answers.
--   campaign_id - The campaign of that message.
--
-- A reply that names an outbound message belongs to it. Any other belongs to the last outbound message to its
-- number within so many hours before it; where there is none, it answers nothing.
WITH received AS (
    SELECT
        event_key,
        event_time AS replied_at,
        CASE WHEN direction = 'inbound' THEN sender ELSE recipient END AS recipient,
        body,
        message_key AS own_key
    FROM events
    WHERE kind = 'reply'
),
outbound AS (
    SELECT message_key, recipient, coalesce(submitted_at, first_event_at) AS message_time
    FROM messages
    WHERE direction = 'outbound'
)
SELECT answer.event_key, answer.replied_at, answer.recipient, answer.body, answer.message_key, send.campaign_id
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY event_key ORDER BY is_named DESC, message_time DESC, message_key) AS place
    FROM (
        SELECT received.*, message.message_key, message.message_time, true AS is_named
        FROM received
        JOIN outbound AS message ON message.message_key = received.own_key
        UNION ALL
        SELECT received.*, message.message_key, message.message_time, false
        FROM received
        JOIN outbound AS message ON message.recipient = received.recipient
        WHERE message.message_time <= received.replied_at
          AND received.replied_at < message.message_time + $window_hours * INTERVAL '1 hour'
    )
) AS answer
JOIN sends AS send ON send.message_key = answer.message_key
WHERE answer.place = 1
