-- report: suppression_list
-- title: Suppression list
-- description: Who should get no further message, why, since when, and what proves it: recipients who opted out and did
--   not opt in again, and those to whom three messages bounced hard. Whether a recipient is suppressed is decided by
--   all that is known of it, exactly as `recipients.suppressed`; the common parameters only choose whose rows are
--   shown: without any of them everyone who is suppressed, else those with a message in scope. Shares are of the
--   recipients shown.
-- ignores: bots - clicks play no part
-- schedule: daily

-- define: numbered_bounces
-- title: Hard bounces of each number, counted from the oldest and from the latest
SELECT
    recipient,
    status_at,
    provider,
    status,
    error_code,
    campaign_id,
    message_id,
    message_key,
    row_number() OVER (PARTITION BY recipient ORDER BY status_at, message_key) AS bounce,
    row_number() OVER (PARTITION BY recipient ORDER BY status_at DESC, message_key DESC) AS from_last
FROM messages
WHERE direction = 'outbound' AND bucket = 'hard_bounce' AND recipient LIKE '+%'

-- define: consents
-- title: Opt-outs and opt-ins of each number
--
-- As in `recipients`: of an inbound event the number is the sender, and of an opt-out and an opt-in at the same instant
-- the opt-out counts.
SELECT
    *,
    kind = 'opt_out' AND coalesce(consented_at >= last_opt_in_at, true) AS counts
FROM (
    SELECT
        event_key,
        recipient,
        kind,
        consented_at,
        via,
        body,
        max(CASE WHEN kind = 'opt_in' THEN consented_at END) OVER (PARTITION BY recipient) AS last_opt_in_at
    FROM (
        SELECT
            event_key,
            CASE WHEN direction = 'inbound' THEN sender ELSE recipient END AS recipient,
            kind,
            event_time AS consented_at,
            coalesce(tags['by'], 'keyword') AS via,
            body
        FROM events
        WHERE kind IN ('opt_out', 'opt_in')
    )
    WHERE recipient LIKE '+%'
)

-- define: knowns
-- title: One row per number that bounced hard, opted out or opted in
SELECT
    *,
    CASE WHEN opt_outs > 0 THEN 'opted_out' WHEN hard_bounces >= 3 THEN 'hard_bounces' END AS reason,
    CASE WHEN opt_outs > 0 THEN opted_out_since WHEN hard_bounces >= 3 THEN third_bounce_at END AS since
FROM (
    SELECT
        recipient,
        max(opted_out_since) AS opted_out_since,
        max(opt_out_via) AS opt_out_via,
        max(opt_out_body) AS opt_out_body,
        sum(opt_outs) AS opt_outs,
        max(last_opt_out_at) AS last_opt_out_at,
        max(last_opt_in_at) AS last_opt_in_at,
        sum(hard_bounces) AS hard_bounces,
        max(third_bounce_at) AS third_bounce_at,
        max(last_bounce_at) AS last_bounce_at,
        max(last_bounce_status) AS last_bounce_status,
        max(last_bounce_error_code) AS last_bounce_error_code
    FROM (
        SELECT
            recipient,
            min(consented_at) FILTER (WHERE counts) AS opted_out_since,
            max(via) FILTER (WHERE counts AND place = 1) AS opt_out_via,
            max(body) FILTER (WHERE counts AND place = 1) AS opt_out_body,
            count(*) FILTER (WHERE counts) AS opt_outs,
            max(consented_at) FILTER (WHERE kind = 'opt_out') AS last_opt_out_at,
            max(consented_at) FILTER (WHERE kind = 'opt_in') AS last_opt_in_at,
            0 AS hard_bounces,
            NULL AS third_bounce_at,
            NULL AS last_bounce_at,
            NULL AS last_bounce_status,
            NULL AS last_bounce_error_code
        FROM (
            SELECT *, row_number() OVER (PARTITION BY recipient, counts ORDER BY consented_at, event_key) AS place
            FROM consents
        )
        GROUP BY recipient
        UNION ALL
        SELECT
            recipient,
            NULL,
            NULL,
            NULL,
            0,
            NULL,
            NULL,
            count(*),
            max(status_at) FILTER (WHERE bounce = 3),
            max(status_at),
            max(status) FILTER (WHERE from_last = 1),
            max(error_code) FILTER (WHERE from_last = 1)
        FROM numbered_bounces
        GROUP BY recipient
    )
    GROUP BY recipient
)

-- define: shown
-- title: One row per number in scope that bounced hard, opted out or opted in
SELECT
    known.recipient,
    max(known.reason) AS reason,
    max(known.since) AS since,
    max(known.opt_out_via) AS opt_out_via,
    max(known.opt_out_body) AS opt_out_body,
    max(known.opt_outs) AS opt_outs,
    max(known.last_opt_out_at) AS last_opt_out_at,
    max(known.last_opt_in_at) AS last_opt_in_at,
    max(known.hard_bounces) AS hard_bounces,
    max(known.last_bounce_at) AS last_bounce_at,
    max(known.last_bounce_status) AS last_bounce_status,
    max(known.last_bounce_error_code) AS last_bounce_error_code,
    coalesce(sum(send.units), 0) AS messages,
    coalesce(sum(send.units) FILTER (WHERE send.submitted_at > known.since), 0) AS messages_after
FROM knowns AS known
LEFT JOIN sends AS send ON send.recipient = known.recipient
GROUP BY known.recipient
HAVING count(send.message_key) > 0
  OR ($from IS NULL
    AND $to IS NULL
    AND $campaign IS NULL
    AND $provider IS NULL
    AND $account IS NULL
    AND $list IS NULL
    AND $segment IS NULL)

-- section: reasons
-- title: Why
-- description: Both are always there.
-- columns:
--   reason - `opted_out` or `hard_bounces`; who did both counts as opted out.
--   recipients - Suppressed recipients with this reason.
--   percent - Recipients as a share of all suppressed recipients shown.
--   both - Of these, those who opted out and also have three hard bounces or more.
SELECT
    CASE place WHEN 1 THEN 'opted_out' ELSE 'hard_bounces' END AS reason,
    recipients,
    percent(recipients, sum(recipients) OVER ()) AS percent,
    "both"
FROM (
    SELECT place, sum(recipients) AS recipients, sum("both") AS "both"
    FROM (
        SELECT
            CASE reason WHEN 'opted_out' THEN 1 ELSE 2 END AS place,
            count(*) AS recipients,
            count(*) FILTER (WHERE opt_outs > 0 AND hard_bounces >= 3) AS "both"
        FROM shown
        WHERE reason IS NOT NULL
        GROUP BY reason
        UNION ALL
        SELECT column1, 0, 0 FROM (VALUES (1), (2))
    )
    GROUP BY place
)
ORDER BY place

-- section: recipients
-- title: Recipients
-- columns:
--   recipient - The number, E.164.
--   reason - `opted_out` or `hard_bounces`, as `recipients.suppressed_reason`.
--   since - When that began: the first opt-out after the last opt-in, or the third hard bounce.
--   opt_out_via - How that opt-out came: `keyword` or `link`; NULL where it did not opt out.
--   opt_out_body - Its text.
--   opt_outs - How often it opted out since it last opted in.
--   hard_bounces - How many messages to it bounced hard, ever.
--   last_bounce_at - When the last of them did.
--   last_bounce_status - The status that says so, verbatim.
--   last_bounce_error_code - The error code that came with it, verbatim.
--   messages - Messages to it in scope.
--   messages_after - Of these, those submitted after `since`.
SELECT
    recipient,
    reason,
    since,
    opt_out_via,
    opt_out_body,
    opt_outs,
    hard_bounces,
    last_bounce_at,
    last_bounce_status,
    last_bounce_error_code,
    messages,
    messages_after
FROM shown
WHERE reason IS NOT NULL
ORDER BY since DESC, recipient

-- section: bounces
-- title: Hard bounces of those suppressed for them
-- columns:
--   recipient - The number, E.164.
--   bounce - The how manieth hard bounce it was, 1 the oldest.
--   bounced_at - When the report that says so happened.
--   provider - Who reported it.
--   status - The status, verbatim.
--   error_code - The error code that came with it, verbatim.
--   campaign_id - The campaign of the message.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
SELECT
    shown.recipient,
    CAST(bounce.bounce AS BIGINT) AS bounce,
    bounce.status_at AS bounced_at,
    bounce.provider,
    bounce.status,
    bounce.error_code,
    bounce.campaign_id,
    bounce.message_id,
    bounce.message_key
FROM numbered_bounces AS bounce
JOIN shown ON shown.recipient = bounce.recipient
WHERE shown.reason = 'hard_bounces'
ORDER BY recipient, bounce, message_key

-- section: blocked_elsewhere
-- title: Recipients a provider blocks and nothing here does
-- description: A message to each of them was stopped because the recipient is on a block list or opted out with the
--   provider or operator, yet no opt-out of theirs is known here. They are not suppressed.
-- columns:
--   recipient - The number.
--   messages - Messages to it in scope that were stopped so.
--   last_blocked_at - When the last of them was.
--   provider - Who reported that.
--   status - The status, verbatim.
--   error_code - The error code that came with it, verbatim.
--   campaign_id - The campaign of that message.
--   message_id - The provider's id of that message.
--   message_key - That message's identity.
SELECT recipient, messages, last_blocked_at, provider, status, error_code, campaign_id, message_id, message_key
FROM (
    SELECT
        send.recipient,
        sum(send.units) OVER (PARTITION BY send.recipient) AS messages,
        send.status_at AS last_blocked_at,
        send.provider,
        send.status,
        send.error_code,
        send.campaign_id,
        send.message_id,
        send.message_key,
        row_number() OVER (PARTITION BY send.recipient ORDER BY send.status_at DESC, send.message_key DESC) AS from_last
    FROM sends AS send
    LEFT JOIN knowns AS known ON known.recipient = send.recipient
    WHERE send.bucket = 'unsubscribed' AND known.reason IS NULL
)
WHERE from_last = 1
ORDER BY last_blocked_at DESC, recipient, message_key

-- section: returned
-- title: Recipients who opted in again
-- columns:
--   recipient - The number, E.164.
--   opted_out_at - When it last opted out.
--   opted_in_at - When it last opted in, after that.
--   hard_bounces - How many messages to it bounced hard, ever.
--   can_return - Whether it may get messages again: it has fewer than three hard bounces.
SELECT
    recipient,
    last_opt_out_at AS opted_out_at,
    last_opt_in_at AS opted_in_at,
    hard_bounces,
    hard_bounces < 3 AS can_return
FROM shown
WHERE last_opt_in_at > last_opt_out_at
ORDER BY opted_in_at DESC, recipient
