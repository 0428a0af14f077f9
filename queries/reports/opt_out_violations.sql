-- report: opt_out_violations
-- title: Opt-out violations
-- description: Messages submitted to a number after it opted out, by more than `grace_minutes`, and before it opted in
--   again. An opt-out counts for its number whatever sender, campaign or provider it answered; of an opt-out and an
--   opt-in at the same instant the opt-out counts. `percent` is the share of messages that are violations among the
--   outbound messages in scope (of the campaign, of the user). A message counts only where something says when it was
--   submitted; `undated` are those to opted-out numbers of which only a later first report is known, so that they may
--   have been submitted before.
-- ignores: bots - clicks play no part
-- schedule: daily
-- parameters:
--   grace_minutes integer = 0 - So many minutes after an opt-out a message is no violation yet.

-- define: opted_out_periods
-- title: From when to when each number was opted out
--
-- Opt-outs without an opt-in between them are one period, which begins with the first. An opt-out and an opt-in at the
-- same instant sort in this order: the opt-out counts. Periods of one number do not overlap.
SELECT recipient, opted_out_at, opt_out_via, opt_out_body, opted_in_at
FROM (
    SELECT
        recipient,
        kind,
        consented_at AS opted_out_at,
        via AS opt_out_via,
        body AS opt_out_body,
        lead(consented_at) OVER (PARTITION BY recipient ORDER BY consented_at, kind, event_key) AS opted_in_at
    FROM (
        SELECT
            *,
            lag(kind) OVER (PARTITION BY recipient ORDER BY consented_at, kind, event_key) AS kind_before
        FROM (
            SELECT
                event_key,
                CASE WHEN direction = 'inbound' THEN sender ELSE recipient END AS recipient,
                arrow_cast(kind, 'Utf8') AS kind,
                event_time AS consented_at,
                coalesce(tags['by'], 'keyword') AS via,
                body
            FROM events
            WHERE kind IN ('opt_out', 'opt_in')
        )
        WHERE recipient LIKE '+%'
    )
    WHERE kind_before IS NULL OR kind_before <> kind
)
WHERE kind = 'opt_out'

-- define: judged
-- title: One row per message in scope, with the opt-out it came after
SELECT
    send.*,
    period.opted_out_at AS number_opted_out_at,
    period.opt_out_via,
    period.opt_out_body,
    period.opted_out_at IS NOT NULL AND send.submitted_at IS NOT NULL AS is_violation,
    period.opted_out_at IS NOT NULL AND send.submitted_at IS NULL AS is_undated
FROM sends AS send
LEFT JOIN opted_out_periods AS period
    ON period.recipient = send.recipient
    AND send.sent_time > period.opted_out_at + arrow_cast($grace_minutes * 60000000, 'Duration(Microsecond)')
    AND (period.opted_in_at IS NULL OR send.sent_time < period.opted_in_at)

-- section: summary
-- title: Summary
-- columns:
--   messages - Outbound messages in scope.
--   violations - Of these, those submitted after an opt-out.
--   percent - Violations as a share of messages.
--   delivered - Of the violations, those that were delivered.
--   blocked - Of the violations, those that were never sent: rejected or unsubscribed.
--   recipients - How many numbers the violations went to.
--   undated - Messages that may be violations, but of which nothing says when they were submitted.
SELECT
    messages,
    violations,
    percent(violations, messages) AS percent,
    delivered,
    blocked,
    recipients,
    undated
FROM (
    SELECT
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE is_violation), 0) AS violations,
        coalesce(sum(units) FILTER (WHERE is_violation AND bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE is_violation AND bucket IN ('rejected', 'unsubscribed')), 0) AS blocked,
        count(DISTINCT recipient) FILTER (WHERE is_violation) AS recipients,
        coalesce(sum(units) FILTER (WHERE is_undated), 0) AS undated
    FROM judged
)
ORDER BY messages

-- section: violations
-- title: Messages after an opt-out
-- columns:
--   submitted_at - When it was submitted.
--   recipient - The number, E.164.
--   opted_out_at - The first opt-out since the number last opted in.
--   opt_out_via - How that opt-out came: `keyword` or `link`.
--   opt_out_body - Its text.
--   seconds_after - Whole seconds from the opt-out to the submission, rounded down.
--   campaign_id - The campaign of the message.
--   user - The account user who sent it.
--   provider - Who was to deliver it.
--   sender - Who it was sent as.
--   bucket - What became of it.
--   delivered - Whether it was delivered.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
SELECT
    min(submitted_at) AS submitted_at,
    min(recipient) AS recipient,
    min(number_opted_out_at) AS opted_out_at,
    min(opt_out_via) AS opt_out_via,
    min(opt_out_body) AS opt_out_body,
    min((CAST(submitted_at AS BIGINT) - CAST(number_opted_out_at AS BIGINT)) / 1000000) AS seconds_after,
    min(campaign_id) AS campaign_id,
    min("user") AS "user",
    min(provider) AS provider,
    min(sender) AS sender,
    min(bucket) AS bucket,
    min(bucket) = 'delivered' AS delivered,
    min(message_id) AS message_id,
    message_key
FROM judged
WHERE is_violation
GROUP BY message_key
ORDER BY submitted_at DESC, message_key

-- section: campaigns
-- title: Campaigns
-- description: Campaigns with a violation.
-- columns:
--   campaign_id - The campaign; NULL for messages of none.
--   messages - Outbound messages of the campaign in scope.
--   violations - Of these, those submitted after an opt-out.
--   percent - Violations as a share of messages.
--   delivered - Of the violations, those that were delivered.
--   blocked - Of the violations, those that were never sent: rejected or unsubscribed.
--   recipients - How many numbers the violations went to.
SELECT
    campaign_id,
    messages,
    violations,
    percent(violations, messages) AS percent,
    delivered,
    blocked,
    recipients
FROM (
    SELECT
        campaign_id,
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE is_violation), 0) AS violations,
        coalesce(sum(units) FILTER (WHERE is_violation AND bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE is_violation AND bucket IN ('rejected', 'unsubscribed')), 0) AS blocked,
        count(DISTINCT recipient) FILTER (WHERE is_violation) AS recipients
    FROM judged
    GROUP BY campaign_id
)
WHERE violations > 0
ORDER BY violations DESC, campaign_id

-- section: users
-- title: Account users
-- description: Users with a violation.
-- columns:
--   user - The account user who sent them; NULL where nobody said.
--   messages - Outbound messages of that user in scope.
--   violations - Of these, those submitted after an opt-out.
--   percent - Violations as a share of messages.
--   delivered - Of the violations, those that were delivered.
--   blocked - Of the violations, those that were never sent: rejected or unsubscribed.
--   recipients - How many numbers the violations went to.
SELECT
    "user",
    messages,
    violations,
    percent(violations, messages) AS percent,
    delivered,
    blocked,
    recipients
FROM (
    SELECT
        "user",
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE is_violation), 0) AS violations,
        coalesce(sum(units) FILTER (WHERE is_violation AND bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE is_violation AND bucket IN ('rejected', 'unsubscribed')), 0) AS blocked,
        count(DISTINCT recipient) FILTER (WHERE is_violation) AS recipients
    FROM judged
    GROUP BY "user"
)
WHERE violations > 0
ORDER BY violations DESC, "user"
