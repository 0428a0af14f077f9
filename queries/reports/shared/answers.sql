-- define: answers
-- title: One row per reply or opt-out to a message, in scope or not
-- parameters:
--   window_hours integer = 72 - How long after a message a reply or opt-out is still taken to answer it.
-- columns:
--   event_key - The reply's or opt-out's identity.
--   kind - `reply` or `opt_out`.
--   answered_at - When it came.
--   recipient - Who it came from: the recipient of the message.
--   body - Its text.
--   via - Of an opt-out: `keyword` or `link`.
--   message_key - The message it answers.
--
-- What names an outbound message belongs to it. Anything else belongs to the last outbound message to its number within
-- so many hours before it; where there is none, it answers nothing. Messages are read once for both ways.
WITH received AS (
    SELECT
        event_key,
        kind,
        event_time AS answered_at,
        CASE WHEN direction = 'inbound' THEN sender ELSE recipient END AS recipient,
        body,
        CASE WHEN kind = 'opt_out' THEN coalesce(tags['by'], 'keyword') END AS via,
        message_key AS own_key
    FROM events
    WHERE kind IN ('reply', 'opt_out')
),
candidates AS (
    SELECT
        unnest([named.event_key, near.event_key]) AS event_key,
        unnest([true, false]) AS is_named,
        message.message_key,
        message.message_time
    FROM (
        SELECT message_key, recipient, coalesce(submitted_at, first_event_at) AS message_time
        FROM messages
        WHERE direction = 'outbound'
    ) AS message
    LEFT JOIN received AS named ON named.own_key = message.message_key
    LEFT JOIN received AS near
        ON near.recipient = message.recipient
        AND message.message_time <= near.answered_at
        AND near.answered_at < message.message_time + arrow_cast($window_hours * 3600000000, 'Duration(Microsecond)')
    WHERE named.event_key IS NOT NULL OR near.event_key IS NOT NULL
),
chosen AS (
    SELECT
        event_key,
        message_key,
        row_number() OVER (PARTITION BY event_key ORDER BY is_named DESC, message_time DESC, message_key) AS place
    FROM (
        SELECT event_key, message_key, bool_or(is_named) AS is_named, max(message_time) AS message_time
        FROM candidates
        WHERE event_key IS NOT NULL
        GROUP BY event_key, message_key
    )
)
SELECT
    received.event_key,
    received.kind,
    received.answered_at,
    received.recipient,
    received.body,
    received.via,
    chosen.message_key
FROM chosen
JOIN received ON received.event_key = chosen.event_key
WHERE chosen.place = 1
