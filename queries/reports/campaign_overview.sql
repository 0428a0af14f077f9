-- report: campaign_overview
-- title: Campaign overview
-- description: A campaign's details, totals and people, tab by tab: sent, delivered, clicks, links, bounces,
--   unsubscribe. Of messages (or with --count segments their segments): `sent` and `not sent` are shares of all
--   messages in scope; `delivered`, `soft bounces`, `hard bounces` and `unconfirmed` are shares of sent, and together
--   all of it. Of clicks: `clicks` is every click that counts and has no percentage. Of profiles, where a profile is
--   one recipient of one campaign: `unique` (profiles that clicked) and `unsubscribes` (profiles that opted out in
--   answer to a message) are shares of the profiles sent to, `unique of delivered` (profiles that clicked a message
--   that was delivered) of the profiles delivered to. Without --campaign it covers every campaign in scope.

-- define: profile_sends
-- title: One row per outbound message in scope, with its clicks that count
SELECT send.*, coalesce(click.clicks, 0) AS clicks_that_count
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key

-- section: details
-- title: Message details
-- description: One row per campaign with a message in scope, the one sent last first; messages of no campaign are the
--   row without an id.
-- columns:
--   campaign_id - The campaign's id; NULL for messages of no campaign.
--   name - Its name, as its latest action with a name gives it.
--   senders - Who its messages were sent as: every sender, in order, separated by commas.
--   text - Its text; where texts differ (personalised ones do), the first of them in alphabetical order.
--   texts_differ - Whether its messages have different texts.
--   first_sent_at - When the first of its messages in scope was submitted.
--   last_sent_at - When the last of them was.
--   sending_to - The lists and segments through which recipients of these messages were addressed: every id, in order,
--     separated by commas; NULL where none is known.
--   profiles - How many different recipients its messages in scope have.
--   messages - How many messages in scope it has (segments with --count segments).
--   segments - How many segments those messages have, as far as is known; NULL where none says.
--   credits - Total credits: the sum of what is known; NULL, not 0, where no message says what it used.
SELECT
    total.campaign_id,
    fact.name,
    senders,
    text,
    texts_differ,
    first_sent_at,
    last_sent_at,
    sending_to,
    profiles,
    messages,
    segments,
    credits
FROM (
    SELECT
        campaign_id,
        nullif(array_to_string(array_agg(DISTINCT sender ORDER BY sender), ', '), '') AS senders,
        min(body) AS text,
        min(body) <> max(body) AS texts_differ,
        min(sent_time) AS first_sent_at,
        max(sent_time) AS last_sent_at,
        nullif(
            array_to_string(array_sort(array_distinct(flatten(array_agg(DISTINCT list_ids ORDER BY list_ids)))), ', '),
            ''
        ) AS sending_to,
        count(DISTINCT recipient) AS profiles,
        sum(units) AS messages,
        sum(segments) AS segments,
        sum(credits) AS credits
    FROM sends
    GROUP BY campaign_id
) AS total
LEFT JOIN campaign_facts AS fact ON fact.campaign_id = total.campaign_id
ORDER BY last_sent_at DESC, campaign_id NULLS LAST

-- section: totals
-- title: Totals
-- chart: bars(measure, percent)
-- columns:
--   measure - What is counted: sent, delivered, soft bounces, hard bounces, unconfirmed, not sent, clicks, unique,
--     unique of delivered, unsubscribes, in this order.
--   number - How many: of messages (segments with --count segments) down to `not sent`, of clicks for `clicks`, of
--     profiles (one recipient of one campaign) from `unique` on; recipients nobody knows are no profile.
--   percent - That number as a share of what `share_of` says; NULL for clicks, and where the denominator is 0. Above
--     100 only where people clicked or opted out whose messages are not known to have been sent.
--   share_of - The denominator: all messages, sent, profiles sent to, profiles delivered to; NULL for clicks.
WITH profiles AS (
    SELECT
        recipient,
        campaign_id,
        sum(units) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'soft_bounce'), 0) AS soft_bounces,
        coalesce(sum(units) FILTER (WHERE bucket = 'hard_bounce'), 0) AS hard_bounces,
        coalesce(sum(units) FILTER (WHERE bucket IN ('sent', 'unknown')), 0) AS unconfirmed,
        coalesce(sum(units) FILTER (WHERE NOT was_sent), 0) AS not_sent,
        bool_or(was_sent) AS was_sent,
        bool_or(bucket = 'delivered') AS was_delivered,
        bool_or(bucket = 'delivered' AND was_clicked) AS clicked_delivered,
        bool_or(was_opted_out) AS has_left
    FROM answered_sends
    GROUP BY recipient, campaign_id
),
messages AS (
    SELECT
        coalesce(sum(messages), 0) AS messages,
        coalesce(sum(sent), 0) AS sent,
        coalesce(sum(delivered), 0) AS delivered,
        coalesce(sum(soft_bounces), 0) AS soft_bounces,
        coalesce(sum(hard_bounces), 0) AS hard_bounces,
        coalesce(sum(unconfirmed), 0) AS unconfirmed,
        coalesce(sum(not_sent), 0) AS not_sent,
        count(recipient) FILTER (WHERE was_sent) AS profiles_sent,
        count(recipient) FILTER (WHERE was_delivered) AS profiles_delivered,
        count(recipient) FILTER (WHERE clicked_delivered) AS unique_delivered,
        count(recipient) FILTER (WHERE has_left) AS leavers
    FROM profiles
),
clicks AS (
    SELECT coalesce(sum(clicks), 0) AS clicks, count(recipient) AS clickers
    FROM (SELECT recipient, campaign_id, count(*) AS clicks FROM counted_clicks GROUP BY recipient, campaign_id)
)
SELECT measure, number, percent(number, whole) AS percent, share_of
FROM (
    SELECT
        unnest([
            'sent', 'delivered', 'soft bounces', 'hard bounces', 'unconfirmed', 'not sent',
            'clicks', 'unique', 'unique of delivered', 'unsubscribes'
        ]) AS measure,
        unnest([
            sent, delivered, soft_bounces, hard_bounces, unconfirmed, not_sent,
            clicks, clickers, unique_delivered, leavers
        ]) AS number,
        unnest([
            messages, sent, sent, sent, sent, messages,
            NULL, profiles_sent, profiles_delivered, profiles_sent
        ]) AS whole,
        unnest([
            'all messages', 'sent', 'sent', 'sent', 'sent', 'all messages',
            NULL, 'profiles sent to', 'profiles delivered to', 'profiles sent to'
        ]) AS share_of,
        unnest([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) AS place
    FROM messages
    CROSS JOIN clicks
)
ORDER BY place, measure, number, percent, share_of

-- section: sent
-- title: Sent
-- description: One row per message that left for the carrier, the earliest first.
-- columns:
--   recipient - To whom it went.
--   campaign_id - The campaign it belongs to.
--   sent_at - When it was submitted; where no report says so, when its first event happened.
--   bucket - What became of it: sent, delivered, soft_bounce, hard_bounce or unknown.
--   segments - How many segments it has; NULL where nothing says so.
--   credits - Credits it used; NULL where nothing says so.
--   provider - The provider that took it.
--   message_id - The provider's id of the message.
SELECT recipient, campaign_id, sent_time AS sent_at, bucket, segments, credits, provider, message_id
FROM sends
WHERE was_sent
ORDER BY sent_time, message_key

-- section: delivered
-- title: Delivered
-- description: One row per delivered message, the earliest delivery first.
-- columns:
--   recipient - To whom it went.
--   campaign_id - The campaign it belongs to.
--   delivered_at - When it was first reported as delivered.
--   level - Who confirmed it, `operator` or `handset`; NULL where that is not known.
--   clicks - How many clicks on its links count; 0 for none.
--   provider - The provider that delivered it.
--   message_id - The provider's id of the message.
SELECT recipient, campaign_id, delivered_at, level, clicks_that_count AS clicks, provider, message_id
FROM profile_sends
WHERE bucket = 'delivered'
ORDER BY delivered_at, message_key

-- section: not_clicked
-- title: Delivered, not clicked
-- description: One row per profile (one recipient of one campaign) with a delivered message in scope and no click that
--   counts on any of its messages in scope.
-- columns:
--   recipient - Who did not click.
--   campaign_id - The campaign.
--   delivered - How many messages were delivered to this profile (segments with --count segments).
--   last_delivered_at - When the last of them was first reported as delivered.
SELECT
    recipient,
    campaign_id,
    coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
    max(delivered_at) FILTER (WHERE bucket = 'delivered') AS last_delivered_at
FROM profile_sends
GROUP BY recipient, campaign_id
HAVING bool_or(bucket = 'delivered') AND sum(clicks_that_count) = 0
ORDER BY recipient NULLS LAST, campaign_id NULLS LAST

-- section: clicks
-- title: Clicks
-- description: One row per profile (one recipient of one campaign) that clicked, the most clicks first. Clicks of which
--   nobody knows the recipient are the rows without one.
-- columns:
--   recipient - Who clicked; NULL where neither the click nor its message says.
--   campaign_id - The campaign of the message, else of the click.
--   clicks - How often: every click that counts.
--   links - On how many different links.
--   first_clicked_at - When the first of these clicks happened.
--   last_clicked_at - When the last of them did.
SELECT
    recipient,
    campaign_id,
    count(*) AS clicks,
    count(DISTINCT coalesce(link_id, link_url)) AS links,
    min(clicked_at) AS first_clicked_at,
    max(clicked_at) AS last_clicked_at
FROM counted_clicks
GROUP BY recipient, campaign_id
ORDER BY clicks DESC, recipient NULLS LAST, campaign_id NULLS LAST

-- section: links
-- title: Links
-- description: One row per link of a campaign that was clicked, the most clicked first.
-- chart: bars(link_id, clicks_percent)
-- columns:
--   link_id - The link's id; where the shortener gives none, its address.
--   campaign_id - The campaign.
--   link_url - Where it leads; of several addresses under one id the first in alphabetical order.
--   clicks - Every click on it that counts.
--   clicks_percent - These clicks as a share of all clicks that count, in all campaigns in scope.
--   unique - How many different recipients clicked it.
--   first_clicked_at - When it was first clicked.
--   last_clicked_at - When it was last clicked.
SELECT
    link_id,
    campaign_id,
    link_url,
    clicks,
    percent(clicks, sum(clicks) OVER ()) AS clicks_percent,
    "unique",
    first_clicked_at,
    last_clicked_at
FROM (
    SELECT
        coalesce(link_id, link_url) AS link_id,
        campaign_id,
        min(link_url) AS link_url,
        count(*) AS clicks,
        count(DISTINCT recipient) AS "unique",
        min(clicked_at) AS first_clicked_at,
        max(clicked_at) AS last_clicked_at
    FROM counted_clicks
    GROUP BY coalesce(link_id, link_url), campaign_id
)
ORDER BY clicks DESC, link_id NULLS LAST, campaign_id NULLS LAST

-- section: bounces
-- title: Bounces
-- description: One row per message that bounced, hard bounces first, then the earliest first.
-- columns:
--   recipient - Whose message bounced.
--   campaign_id - The campaign it belongs to.
--   bounce - `soft` or `hard`.
--   status - The provider's status, verbatim.
--   error_code - The provider's error code, verbatim.
--   reason - What that means, as the status table says; NULL where it does not know.
--   bounced_at - When the report that decides happened.
--   attempts - The greatest attempt any report names, 1 where none does.
--   failed_attempts - How many different reports say that it failed, for good or not.
--   recipient_hard_bounces - How many messages to this recipient bounced hard, in the whole store.
--   suppressed - Whether the recipient gets no further message: three of its messages bounced hard, or it opted out;
--     NULL where the recipient is no E.164 number.
--   message_id - The provider's id of the message.
SELECT
    send.recipient,
    send.campaign_id,
    CASE WHEN send.bucket = 'hard_bounce' THEN 'hard' ELSE 'soft' END AS bounce,
    send.status,
    send.error_code,
    send.reason,
    send.status_at AS bounced_at,
    send.attempts,
    send.failed_attempts,
    person.hard_bounces AS recipient_hard_bounces,
    person.suppressed,
    send.message_id
FROM explained_sends AS send
LEFT JOIN recipients AS person ON person.recipient = send.recipient
WHERE send.has_failed
ORDER BY bounce, bounced_at, send.message_key

-- section: unsubscribe
-- title: Unsubscribe
-- description: One row per opt-out in answer to a message in scope, the earliest first. An opt-out that names no
--   message answers the last one to its number within --window-hours before it.
-- columns:
--   recipient - Who opted out.
--   campaign_id - The campaign of the message it answers.
--   opted_out_at - When.
--   via - `keyword` or `link`.
--   text - What the recipient wrote; NULL for a link.
SELECT recipient, campaign_id, opted_out_at, via, body AS text
FROM opt_outs
ORDER BY opted_out_at, event_key

-- section: not_sent
-- title: Not sent
-- description: One row per message that did not leave for the carrier, and why, the earliest first.
-- columns:
--   recipient - To whom it would have gone.
--   campaign_id - The campaign it belongs to.
--   bucket - `rejected` (refused), `unsubscribed` (the recipient had opted out) or `pending` (not yet).
--   status - The provider's status, verbatim; NULL where none came.
--   error_code - The provider's error code, verbatim.
--   reason - What that means, as the status table says; NULL where it does not know.
--   submitted_at - When it was submitted; where no report says so, when its first event happened.
--   message_id - The provider's id of the message.
SELECT
    recipient,
    campaign_id,
    bucket,
    status,
    error_code,
    reason,
    sent_time AS submitted_at,
    message_id
FROM explained_sends
WHERE NOT was_sent
ORDER BY sent_time, message_key
