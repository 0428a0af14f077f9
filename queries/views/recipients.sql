-- view: recipients
-- title: One row per recipient: how messages to this number fared, and whether to send it more
-- columns:
--   recipient - The number, E.164.
--   messages - How many messages went to it.
--   delivered - How many of them were delivered.
--   soft_bounces - How many ended in a soft bounce.
--   hard_bounces - How many ended in a hard bounce.
--   last_delivered_at - When the last of them was delivered.
--   opted_out_at - When it last opted out.
--   opted_in_at - When it last opted in.
--   opted_out - Whether it opted out after it last opted in.
--   suppressed - Whether it should get no further message: three messages bounced hard, or it opted out.
--   suppressed_reason - `opted_out` or `hard_bounces`; NULL where it is not suppressed.
--
-- Opt-outs and opt-ins count whether or not they belong to a message. Of an inbound event the number is the sender.
SELECT
    recipient,
    messages,
    delivered,
    soft_bounces,
    hard_bounces,
    last_delivered_at,
    opted_out_at,
    opted_in_at,
    opted_out,
    opted_out OR hard_bounces >= 3 AS suppressed,
    CASE WHEN opted_out THEN 'opted_out' WHEN hard_bounces >= 3 THEN 'hard_bounces' END AS suppressed_reason
FROM (
    SELECT
        recipient,
        count(bucket) AS messages,
        count(*) FILTER (WHERE bucket = 'delivered') AS delivered,
        count(*) FILTER (WHERE bucket = 'soft_bounce') AS soft_bounces,
        count(*) FILTER (WHERE bucket = 'hard_bounce') AS hard_bounces,
        max(delivered_at) AS last_delivered_at,
        max(opted_out_at) AS opted_out_at,
        max(opted_in_at) AS opted_in_at,
        -- Of an opt-out and an opt-in at the same instant the opt-out counts.
        coalesce(max(opted_out_at) >= max(opted_in_at), max(opted_out_at) IS NOT NULL) AS opted_out
    FROM (
        SELECT
            recipient,
            bucket,
            CASE WHEN bucket = 'delivered' THEN delivered_at END AS delivered_at,
            arrow_cast(NULL, 'Timestamp(Microsecond, Some("UTC"))') AS opted_out_at,
            arrow_cast(NULL, 'Timestamp(Microsecond, Some("UTC"))') AS opted_in_at
        FROM messages
        WHERE direction = 'outbound'
        UNION ALL
        SELECT
            CASE WHEN direction = 'inbound' THEN sender ELSE recipient END,
            NULL,
            NULL,
            CASE WHEN kind = 'opt_out' THEN event_time END,
            CASE WHEN kind = 'opt_in' THEN event_time END
        FROM events
        WHERE kind IN ('opt_out', 'opt_in')
    )
    WHERE recipient LIKE '+%'
    GROUP BY recipient
)
