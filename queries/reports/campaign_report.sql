-- report: campaign_report
-- title: Campaign report
-- description: A campaign as its sender sees it: summary, results, metrics by list, bounce reasons, every action on it,
--   activity by the hour, and whether its bounce and unsubscribe rates call for a suspension. In `results` the seven
--   outcomes (delivered, soft bounces, hard bounces, processing, unknown, rejected, blocked) are shares of all messages
--   in scope and together all of them; `replied` and `unsubscribed` are sent messages with at least one reply or
--   opt-out in answer, as shares of sent: the messages that left for the carrier (delivered, bounced, unknown, or with
--   the carrier without a final word). A bounce rate is bounced messages, soft and hard, over sent; an unsubscribe rate
--   is unsubscribed messages over sent. Counts are of messages, or with --count segments of their segments.
-- parameters:
--   bounce_warning decimal = 0.05 - A bounce rate from here on is a warning: bounced over sent, 0 to 1.
--   bounce_limit decimal = 0.10 - A bounce rate from here on calls for a suspension.
--   unsubscribe_warning decimal = 0.01 - An unsubscribe rate from here on is a warning: unsubscribed over sent, 0 to 1.
--   unsubscribe_limit decimal = 0.03 - An unsubscribe rate from here on calls for a suspension.
--   minimum_sent integer = 20 - With fewer sent messages than this the verdict is a warning at most.

-- section: summary
-- title: Summary
-- description: One row per campaign with a message in scope, the one sent last first; messages of no campaign are the
--   row without an id.
-- columns:
--   campaign_id - The campaign's id; NULL for messages of no campaign.
--   name - Its name, as its latest action with a name gives it.
--   status - The last action on it.
--   senders - Who its messages were sent as: every sender, in order, separated by commas.
--   text - Its text; where texts differ (personalised ones do), the first of them in alphabetical order.
--   created_at - When it was first created.
--   scheduled_at - When it was last scheduled.
--   first_sent_at - When the first of its messages in scope was submitted.
--   last_sent_at - When the last of them was.
--   users - The account users who sent them: all, in order, separated by commas.
--   recipients - How many different recipients they have.
--   messages - How many messages in scope it has (segments with --count segments).
--   segments - How many segments those messages have, as far as is known; NULL where none says.
--   credits - Credits they used, as far as is known; NULL, not 0, where no message says.
SELECT
    total.campaign_id,
    fact.name,
    fact.status,
    senders,
    text,
    fact.created_at,
    fact.scheduled_at,
    first_sent_at,
    last_sent_at,
    users,
    recipients,
    messages,
    segments,
    credits
FROM (
    SELECT
        campaign_id,
        nullif(array_to_string(array_agg(DISTINCT sender ORDER BY sender), ', '), '') AS senders,
        min(body) AS text,
        min(sent_time) AS first_sent_at,
        max(sent_time) AS last_sent_at,
        nullif(array_to_string(array_agg(DISTINCT "user" ORDER BY "user"), ', '), '') AS users,
        count(DISTINCT recipient) AS recipients,
        sum(units) AS messages,
        sum(segments) AS segments,
        sum(credits) AS credits
    FROM sends
    GROUP BY campaign_id
) AS total
LEFT JOIN campaign_facts AS fact ON fact.campaign_id = total.campaign_id
ORDER BY last_sent_at DESC, campaign_id NULLS LAST

-- section: costs
-- title: Costs
-- description: One row per campaign and currency; currencies are never added.
-- columns:
--   campaign_id - The campaign's id; NULL for messages of no campaign.
--   currency - ISO 4217 code; NULL for messages whose cost is not known.
--   messages - How many messages in scope have their cost in it (segments with --count segments).
--   cost - What the provider charged for them; NULL, not 0, where that is not known.
SELECT campaign_id, currency, sum(units) AS messages, sum(cost) AS cost
FROM sends
GROUP BY campaign_id, currency
ORDER BY campaign_id NULLS LAST, currency NULLS LAST

-- section: results
-- title: Results
-- chart: bars(result, percent)
-- columns:
--   result - delivered, soft bounces, hard bounces, processing (pending, or with the carrier without a final word),
--     unknown (a final report without information), rejected (refused), blocked (not sent, since the recipient had
--     opted out), replied, unsubscribed, in this order.
--   messages - How many messages (segments with --count segments).
--   percent - That number as a share of what `share_of` says; NULL where that is 0.
--   share_of - The denominator: all messages in scope, or those that were sent.
WITH counts AS (
    SELECT
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'soft_bounce'), 0) AS soft_bounces,
        coalesce(sum(units) FILTER (WHERE bucket = 'hard_bounce'), 0) AS hard_bounces,
        coalesce(sum(units) FILTER (WHERE bucket IN ('pending', 'sent')), 0) AS processing,
        coalesce(sum(units) FILTER (WHERE bucket = 'unknown'), 0) AS unknown,
        coalesce(sum(units) FILTER (WHERE bucket = 'rejected'), 0) AS rejected,
        coalesce(sum(units) FILTER (WHERE bucket = 'unsubscribed'), 0) AS blocked,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_replied), 0) AS replied,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_opted_out), 0) AS unsubscribed
    FROM answered_sends
)
SELECT result, number AS messages, percent(number, whole) AS percent, share_of
FROM (
    SELECT
        unnest([
            'delivered', 'soft bounces', 'hard bounces', 'processing', 'unknown', 'rejected', 'blocked',
            'replied', 'unsubscribed'
        ]) AS result,
        unnest([
            delivered, soft_bounces, hard_bounces, processing, unknown, rejected, blocked,
            replied, unsubscribed
        ]) AS number,
        unnest([messages, messages, messages, messages, messages, messages, messages, sent, sent]) AS whole,
        unnest([
            'all messages', 'all messages', 'all messages', 'all messages', 'all messages', 'all messages',
            'all messages', 'sent', 'sent'
        ]) AS share_of,
        unnest([1, 2, 3, 4, 5, 6, 7, 8, 9]) AS place
    FROM counts
)
ORDER BY place, result, messages, percent, share_of

-- section: lists
-- title: Metrics by list
-- description: One row per list or segment, then messages of no list where there are any, then the total. A message
--   addressed through two lists counts in each, so lists may add up to more than the total, which counts it once. With
--   --list the other lists of the same messages show too.
-- columns:
--   line - What the row is: `list`, `no list` or `total`.
--   list_id - The list's id; NULL for `no list` and `total`.
--   messages - How many messages in scope were addressed through it (segments with --count segments).
--   sent - How many of them left for the carrier.
--   delivered - How many were delivered.
--   delivered_percent - Delivered as a share of sent.
--   soft_bounces - How many ended in a soft bounce.
--   hard_bounces - How many ended in a hard bounce.
--   bounced_percent - Soft and hard bounces as a share of sent.
--   clicked - How many sent messages have a click that counts.
--   clicked_percent - Clicked as a share of sent.
--   replied - How many sent messages have a reply in answer.
--   replied_percent - Replied as a share of sent.
--   unsubscribed - How many sent messages have an opt-out in answer.
--   unsubscribed_percent - Unsubscribed as a share of sent.
WITH counts AS (
    SELECT
        list_ids,
        sum(units) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'soft_bounce'), 0) AS soft_bounces,
        coalesce(sum(units) FILTER (WHERE bucket = 'hard_bounce'), 0) AS hard_bounces,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_clicked), 0) AS clicked,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_replied), 0) AS replied,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_opted_out), 0) AS unsubscribed
    FROM answered_sends
    GROUP BY list_ids
),
lines AS (
    SELECT
        counts.*,
        place.line,
        unnest(
            CASE WHEN place.line = 'list' AND cardinality(list_ids) > 0 THEN array_distinct(list_ids) ELSE [NULL] END
        ) AS list_id
    FROM counts
    CROSS JOIN (VALUES ('list'), ('total')) AS place (line)
)
SELECT
    line,
    list_id,
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    soft_bounces,
    hard_bounces,
    percent(soft_bounces + hard_bounces, sent) AS bounced_percent,
    clicked,
    percent(clicked, sent) AS clicked_percent,
    replied,
    percent(replied, sent) AS replied_percent,
    unsubscribed,
    percent(unsubscribed, sent) AS unsubscribed_percent
FROM (
    SELECT
        CASE WHEN line = 'list' AND list_id IS NULL THEN 'no list' ELSE line END AS line,
        list_id,
        sum(messages) AS messages,
        sum(sent) AS sent,
        sum(delivered) AS delivered,
        sum(soft_bounces) AS soft_bounces,
        sum(hard_bounces) AS hard_bounces,
        sum(clicked) AS clicked,
        sum(replied) AS replied,
        sum(unsubscribed) AS unsubscribed
    FROM lines
    GROUP BY CASE WHEN line = 'list' AND list_id IS NULL THEN 'no list' ELSE line END, list_id
)
-- `list` < `no list` < `total`, as the words go.
ORDER BY line, list_id

-- section: bounce_reasons
-- title: Why messages bounced
-- description: One row per bounce, provider, status and error code, the most frequent first.
-- chart: bars(reason, percent)
-- columns:
--   bounce - `soft` or `hard`.
--   reason - What status and code mean, as the status table says; `not in the status table` where it does not know.
--   provider - The provider that reported it.
--   status - Its status, verbatim.
--   error_code - Its error code, verbatim.
--   messages - How many messages ended so (segments with --count segments).
--   percent - That number as a share of all bounced messages in scope, soft and hard.
SELECT
    bounce,
    reason,
    provider,
    status,
    error_code,
    messages,
    percent(messages, sum(messages) OVER ()) AS percent
FROM (
    SELECT
        CASE WHEN bucket = 'hard_bounce' THEN 'hard' ELSE 'soft' END AS bounce,
        coalesce(reason, 'not in the status table') AS reason,
        provider,
        status,
        error_code,
        sum(units) AS messages
    FROM explained_sends
    WHERE has_failed
    GROUP BY
        CASE WHEN bucket = 'hard_bounce' THEN 'hard' ELSE 'soft' END,
        coalesce(reason, 'not in the status table'),
        provider,
        status,
        error_code
)
ORDER BY messages DESC, bounce, reason, provider, status, error_code

-- section: timeline
-- title: Every action on the campaign
-- description: One row per action, the earliest first, whenever it was and whoever sent its messages: of the campaign
--   given with --campaign, otherwise of every campaign with a message in scope.
-- columns:
--   time - When it was done.
--   campaign_id - To which campaign.
--   action - What was done, in the sender's own words: created, scheduled, suspended, requeued, sent ...
--   user - The account user who did it.
SELECT event_time AS time, campaign_id, status AS action, "user"
FROM events
WHERE kind = 'campaign'
  AND ($campaign IS NULL OR campaign_id = $campaign)
  AND campaign_id IN (SELECT campaign_id FROM sends UNION SELECT $campaign)
ORDER BY event_time, campaign_id, event_key

-- section: activity
-- title: Activity by the hour
-- description: One row per hour in which something happened to a message in scope.
-- chart: timeline(hour, sent, delivered, clicks, replies, unsubscribes)
-- columns:
--   hour - The hour's beginning, in the session's time zone.
--   sent - Messages submitted in it that left for the carrier (segments with --count segments).
--   delivered - Delivered messages first reported as delivered in it (segments with --count segments).
--   clicks - Every click in it that counts.
--   replies - Every reply in it to a message in scope.
--   unsubscribes - Every opt-out in it in answer to a message in scope.
WITH happened AS (
    SELECT sent_time AS time, units AS sent, 0 AS delivered, 0 AS clicks, 0 AS replies, 0 AS unsubscribes
    FROM sends WHERE was_sent
    UNION ALL
    SELECT delivered_at, 0, units, 0, 0, 0 FROM sends WHERE bucket = 'delivered'
    UNION ALL
    SELECT clicked_at, 0, 0, 1, 0, 0 FROM counted_clicks
    UNION ALL
    SELECT replied_at, 0, 0, 0, 1, 0 FROM replies
    UNION ALL
    SELECT opted_out_at, 0, 0, 0, 0, 1 FROM opt_outs
)
SELECT
    date_trunc('hour', time) AS hour,
    sum(sent) AS sent,
    sum(delivered) AS delivered,
    sum(clicks) AS clicks,
    sum(replies) AS replies,
    sum(unsubscribes) AS unsubscribes
FROM happened
GROUP BY date_trunc('hour', time)
ORDER BY hour

-- section: health
-- title: Health
-- description: Two rows per campaign with a message in scope, by campaign id: its bounce rate and its unsubscribe rate
--   against the thresholds.
-- columns:
--   campaign_id - The campaign's id; NULL for messages of no campaign.
--   measure - `bounce rate` or `unsubscribe rate`.
--   messages - The numerator: bounced messages, soft and hard, or sent messages with an opt-out in answer.
--   sent - The denominator: messages that left for the carrier (segments with --count segments).
--   rate - Messages over sent, 0 to 1; NULL where nothing was sent.
--   warning_from - The rate from which on it is a warning.
--   suspend_from - The rate from which on the campaign should be suspended.
--   verdict - `suspend` where the rate is not below `suspend_from` and sent not below --minimum-sent; else `warning`
--     where it is not below `warning_from` or `suspend_from`; else `ok`.
WITH counts AS (
    SELECT
        campaign_id,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS bounced,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_opted_out), 0) AS unsubscribed
    FROM answered_sends
    GROUP BY campaign_id
),
measures AS (
    SELECT
        campaign_id,
        'bounce rate' AS measure,
        bounced AS messages,
        sent,
        CAST($bounce_warning AS DECIMAL(9, 6)) AS warning_from,
        CAST($bounce_limit AS DECIMAL(9, 6)) AS suspend_from
    FROM counts
    UNION ALL
    SELECT
        campaign_id,
        'unsubscribe rate',
        unsubscribed,
        sent,
        CAST($unsubscribe_warning AS DECIMAL(9, 6)),
        CAST($unsubscribe_limit AS DECIMAL(9, 6))
    FROM counts
)
SELECT
    campaign_id,
    measure,
    messages,
    sent,
    rate(messages, sent) AS rate,
    warning_from,
    suspend_from,
    CASE
        WHEN rate(messages, sent) >= suspend_from AND sent >= $minimum_sent THEN 'suspend'
        WHEN rate(messages, sent) >= least(warning_from, suspend_from) THEN 'warning'
        ELSE 'ok'
    END AS verdict
FROM measures
ORDER BY campaign_id NULLS LAST, measure
