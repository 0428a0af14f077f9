-- report: daily_summary
-- title: Daily summary
-- description: What became of the messages of each day. Everything stands on the day its message was submitted, in
--   --tz: a receipt, a click or a reply that comes later changes that day's row and no other, so days can be compared
--   and added up (but for `clickers`, since one person may click on two days). `delivered_percent` is the share of
--   delivered among those sent, which are the messages that left for the carrier. sent + refused + pending = messages.
-- schedule: daily

-- define: activities
-- title: One row per message in scope, and one per click that names no message
SELECT
    CAST(date_trunc('day', send.sent_time) AS DATE) AS day,
    send.recipient,
    send.bucket,
    send.was_sent,
    send.has_failed,
    send.units,
    coalesce(send.segments, send.parts, 1) AS segments,
    send.credits,
    coalesce(click.clicks, 0) AS clicks,
    coalesce(answer.replies, 0) AS replies,
    coalesce(answer.opt_outs, 0) AS opt_outs
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key
LEFT JOIN (
    SELECT
        message_key,
        count(*) FILTER (WHERE kind = 'reply') AS replies,
        count(*) FILTER (WHERE kind = 'opt_out') AS opt_outs
    FROM answers
    GROUP BY message_key
) AS answer ON answer.message_key = send.message_key
UNION ALL
SELECT
    CAST(date_trunc('day', clicked_at) AS DATE),
    recipient,
    NULL,
    false,
    false,
    0,
    0,
    NULL,
    1,
    0,
    0
FROM counted_clicks
WHERE message_key IS NULL

-- section: days
-- title: Days
-- chart: timeline(day, sent, delivered, failed)
-- columns:
--   day - The day of submission, in --tz (of the first event where nothing says when it was submitted).
--   messages - Outbound messages submitted that day.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   refused - Of the messages, those that were rejected or whose recipient had opted out: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   segments - Billed segments of the messages; one of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   clicks - Clicks that count on these messages; a click that names no message counts on its own day.
--   clickers - Different recipients who so clicked.
--   replies - Replies to these messages.
--   opt_outs - Opt-outs in answer to these messages.
SELECT
    day,
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    failed,
    refused,
    pending,
    segments,
    credits,
    clicks,
    clickers,
    replies,
    opt_outs
FROM (
    SELECT
        day,
        sum(units) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS failed,
        coalesce(sum(units) FILTER (WHERE bucket IN ('rejected', 'unsubscribed')), 0) AS refused,
        coalesce(sum(units) FILTER (WHERE bucket = 'pending'), 0) AS pending,
        sum(segments) AS segments,
        sum(credits) AS credits,
        sum(clicks) AS clicks,
        count(DISTINCT recipient) FILTER (WHERE clicks > 0) AS clickers,
        sum(replies) AS replies,
        sum(opt_outs) AS opt_outs
    FROM activities
    GROUP BY day
)
ORDER BY day

-- section: total
-- title: All days
-- columns:
--   messages - Outbound messages submitted on any day in scope.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   refused - Of the messages, those that were rejected or whose recipient had opted out: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   segments - Billed segments of the messages; one of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   clicks - Clicks that count on these messages; a click that names no message counts on its own day.
--   clickers - Different recipients who so clicked.
--   replies - Replies to these messages.
--   opt_outs - Opt-outs in answer to these messages.
SELECT
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    failed,
    refused,
    pending,
    segments,
    credits,
    clicks,
    clickers,
    replies,
    opt_outs
FROM (
    SELECT
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS failed,
        coalesce(sum(units) FILTER (WHERE bucket IN ('rejected', 'unsubscribed')), 0) AS refused,
        coalesce(sum(units) FILTER (WHERE bucket = 'pending'), 0) AS pending,
        coalesce(sum(segments), 0) AS segments,
        sum(credits) AS credits,
        coalesce(sum(clicks), 0) AS clicks,
        count(DISTINCT recipient) FILTER (WHERE clicks > 0) AS clickers,
        coalesce(sum(replies), 0) AS replies,
        coalesce(sum(opt_outs), 0) AS opt_outs
    FROM activities
)
ORDER BY messages

-- section: providers
-- title: Days by provider
-- columns:
--   day - The day of submission, in --tz.
--   provider - Who was to deliver.
--   messages - Outbound messages submitted that day through the provider.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   refused - Of the messages, those that were rejected or whose recipient had opted out: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   segments - Billed segments of the messages; one of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
SELECT
    day,
    provider,
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    failed,
    refused,
    pending,
    segments,
    credits
FROM (
    SELECT
        CAST(date_trunc('day', sent_time) AS DATE) AS day,
        provider,
        sum(units) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS failed,
        coalesce(sum(units) FILTER (WHERE bucket IN ('rejected', 'unsubscribed')), 0) AS refused,
        coalesce(sum(units) FILTER (WHERE bucket = 'pending'), 0) AS pending,
        sum(coalesce(segments, parts, 1)) AS segments,
        sum(credits) AS credits
    FROM sends
    GROUP BY CAST(date_trunc('day', sent_time) AS DATE), provider
)
ORDER BY day, provider

-- section: costs
-- title: Costs by day
-- description: Amounts in different currencies are never added.
-- columns:
--   day - The day of submission, in --tz.
--   currency - ISO 4217 code; NULL for messages whose cost, or its currency, nobody said: that is not zero.
--   messages - Outbound messages of the day with a cost in this currency, or without a known cost where it is NULL.
--   cost - Sum of their costs, in the currency; NULL where it is not known.
SELECT day, currency, sum(units) AS messages, sum(cost) FILTER (WHERE currency IS NOT NULL) AS cost
FROM (SELECT *, CAST(date_trunc('day', sent_time) AS DATE) AS day FROM sends)
GROUP BY day, currency
ORDER BY day, currency
