-- view: messages
-- title: One row per message: its final bucket, times, engagement, cost and attributes
-- columns:
--   provider - Who reported it.
--   account - The provider's account, project or service.
--   message_id - The provider's id of the message.
--   direction - `outbound` or `inbound`.
--   bucket - The bucket of the report that wins; `pending` without any status; NULL for a reply, which has none.
--   status - The winning report's status, verbatim.
--   error_code - The winning report's error code, verbatim.
--   level - Who confirmed the delivery: `operator` or `handset`; NULL where that is not known or it is not delivered.
--   is_final - Whether no further report is expected: all but `pending` and `sent`.
--   status_at - When the winning report happened.
--   submitted_at - When it was first handed to the provider.
--   sent_at - When it was first reported as sent.
--   delivered_at - When it was first reported as delivered.
--   failed_at - When it was first reported as failed, for good or not.
--   first_clicked_at - When one of its links was first clicked, by people or bots.
--   first_replied_at - When it was first replied to.
--   opted_out_at - When its recipient first opted out through it.
--   clicks - How many clicks on its links; `clicks` the view tells people from bots.
--   replies - How many replies to it.
--   opt_outs - How many opt-outs through it.
--   attempts - The greatest attempt any report names, 1 where none does.
--   failed_attempts - How many different reports say that it failed, for good or not.
--   parts - Of how many parts it is, where reports say so.
--   segments - How many parts were billed.
--   credits - Message credits used.
--   cost - What the provider charged, in `currency`; NULL is not zero.
--   currency - ISO 4217 code of `cost`.
--   campaign_id - The campaign or blast it belongs to.
--   list_ids - The lists or segments its recipient was addressed through.
--   user - The account user who sent it.
--   recipient - To whom it went, E.164 where it can be.
--   sender - Who sent it.
--   country - ISO 3166 code of the recipient's country: as reported, else by the number.
--   carrier - The recipient's network.
--   body - Its text.
--   encoding - `gsm7` or `ucs2`, as reported.
--   first_event_at - When its first event happened, of any kind.
--   last_event_at - When its last event happened, of any kind.
--   conflict - Whether a final failure follows a delivery that the handset, or nobody in particular, confirmed.
--   message_key - The message's identity.
--
-- Every column is an aggregate of its own, so a query computes only those it names. All of them are semilattices:
-- neither order nor duplication nor lateness of events changes a row.
--
-- A message's attributes are those its own reports give (kind `status`), the latest first. Clicks and replies that carry
-- the same message id lend theirs only where no report has any: `fact_time` is NULL for them, and `latest` lets a value
-- without a time lose to any with one.
--
-- Classes are those of status_class(): rank * 10 + variant. 41 is delivered by the word of the operator only, 60
-- delivered; 40 is a soft bounce, 50 to 52 failures for good; 1 stands for an outbound message of which something other
-- than a status is known, so that it counts as pending, and any status is greater. Conflicts are looked for among reports
-- on the whole message: one part may well be delivered before another fails.
SELECT
    provider,
    account,
    message_id,
    direction,
    delivery['bucket'] AS bucket,
    CASE WHEN delivery['class'] > 1 THEN delivery['status'] END AS status,
    CASE WHEN delivery['class'] > 1 THEN delivery['error_code'] END AS error_code,
    CASE WHEN delivery['class'] = 41 THEN 'operator' WHEN delivery['class'] = 60 AND handset_at IS NOT NULL THEN 'handset' END AS level,
    delivery['bucket'] NOT IN ('pending', 'sent') AS is_final,
    CASE WHEN delivery['class'] > 1 THEN delivery['event_time'] END AS status_at,
    submitted_at,
    sent_at,
    delivered_at,
    failed_at,
    first_clicked_at,
    first_replied_at,
    opted_out_at,
    clicks,
    replies,
    opt_outs,
    coalesce(attempts, 1) AS attempts,
    failed_attempts,
    greatest(part_count, part_index) AS parts,
    segments,
    credits,
    cost,
    currency,
    campaign_id,
    list_ids,
    "user",
    recipient,
    sender,
    coalesce(country, phone_country(recipient)) AS country,
    carrier,
    body,
    encoding,
    first_event_at,
    last_event_at,
    coalesce(last_failure_at > first_delivery_at, false) AS conflict,
    message_key
FROM (
    SELECT
        message_key,
        latest(provider, fact_time) AS provider,
        latest(account, fact_time) AS account,
        latest(message_id, fact_time) AS message_id,
        latest(direction, fact_time) AS direction,
        delivery(
            greatest(
                CASE WHEN kind = 'status' THEN class END,
                CASE WHEN direction = 'outbound' AND part_index IS NULL THEN arrow_cast(1, 'UInt8') END
            ),
            event_time, received_at, status, error_code, part_index, part_count
        ) AS delivery,
        min(event_time) FILTER (WHERE kind = 'status' AND class = 60 AND level = 'handset') AS handset_at,
        min(submitted_at) AS submitted_at,
        min(event_time) FILTER (WHERE kind = 'status' AND class = 20) AS sent_at,
        min(event_time) FILTER (WHERE kind = 'status' AND class IN (41, 60)) AS delivered_at,
        min(event_time) FILTER (WHERE kind = 'status' AND class IN (40, 50, 51, 52)) AS failed_at,
        min(event_time) FILTER (WHERE kind = 'click') AS first_clicked_at,
        min(event_time) FILTER (WHERE kind = 'reply') AS first_replied_at,
        min(event_time) FILTER (WHERE kind = 'opt_out') AS opted_out_at,
        event_count(event_key) FILTER (WHERE kind = 'click') AS clicks,
        event_count(event_key) FILTER (WHERE kind = 'reply') AS replies,
        event_count(event_key) FILTER (WHERE kind = 'opt_out') AS opt_outs,
        max(attempt) AS attempts,
        event_count(event_key) FILTER (WHERE kind = 'status' AND class IN (40, 50, 51, 52)) AS failed_attempts,
        max(part_count) AS part_count,
        max(part_index) AS part_index,
        latest(segments, fact_time) AS segments,
        latest(credits, fact_time) AS credits,
        latest(cost, fact_time) AS cost,
        latest(currency, fact_time) FILTER (WHERE cost IS NOT NULL) AS currency,
        latest(campaign_id, fact_time) AS campaign_id,
        latest(list_ids, fact_time) AS list_ids,
        latest("user", fact_time) AS "user",
        latest(recipient, fact_time) AS recipient,
        latest(sender, fact_time) AS sender,
        latest(country, fact_time) AS country,
        latest(carrier, fact_time) AS carrier,
        latest(body, fact_time) AS body,
        latest(encoding, fact_time) AS encoding,
        min(event_time) AS first_event_at,
        max(event_time) AS last_event_at,
        max(event_time) FILTER (WHERE kind = 'status' AND class IN (50, 51, 52) AND part_index IS NULL) AS last_failure_at,
        min(event_time) FILTER (WHERE kind = 'status' AND class = 60 AND part_index IS NULL) AS first_delivery_at
    FROM (
        SELECT
            *,
            status_class(provider, status, error_code, level, provider_final) AS class,
            CASE WHEN kind = 'status' THEN event_time END AS fact_time
        FROM events
        WHERE message_key IS NOT NULL
    )
    GROUP BY message_key
)
