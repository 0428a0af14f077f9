-- report: status_summary
-- title: Status summary
-- description: Sent, delivered, clicked and failed over a period, as a count and a percentage. `sent` are the messages
--   that left for the carrier (buckets sent, delivered, soft_bounce, hard_bounce, unknown), as a share of all SMS
--   activity (every outbound message in scope). `delivered`, `clicked`, `failed` and `unconfirmed` are shares of sent;
--   `clicked` are sent messages with at least one click that counts, `failed` soft and hard bounces, `unconfirmed` sent
--   messages without a final word or with one that says nothing, so that delivered, failed and unconfirmed are all of
--   sent. `refused` (rejected, or the recipient had opted out) and `pending` are shares of all activity and explain
--   what was not sent: with sent they are all of it. Every count is of messages, or with --count segments of their
--   segments.
-- schedule: daily

-- define: outcomes
-- title: One row per outbound message in scope, with whether it was sent and clicked
SELECT send.*, send.was_sent AND click.message_key IS NOT NULL AS was_clicked
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key

-- section: summary
-- title: Status of all messages
-- chart: bars(status, percent)
-- columns:
--   status - What became of the messages: sent, delivered, clicked, failed, unconfirmed, refused, pending, in this
--     order.
--   messages - How many of them did.
--   percent - That number as a share of what `share_of` says; NULL where that is 0.
--   share_of - The denominator: all SMS activity (every outbound message in scope), or those that were sent.
WITH counts AS (
    SELECT
        coalesce(sum(units), 0) AS activity,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE was_clicked), 0) AS clicked,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS failed,
        coalesce(sum(units) FILTER (WHERE bucket IN ('sent', 'unknown')), 0) AS unconfirmed,
        coalesce(sum(units) FILTER (WHERE bucket IN ('rejected', 'unsubscribed')), 0) AS refused,
        coalesce(sum(units) FILTER (WHERE bucket = 'pending'), 0) AS pending
    FROM outcomes
)
SELECT status, messages, percent(messages, whole) AS percent, share_of
FROM (
    SELECT
        unnest(['sent', 'delivered', 'clicked', 'failed', 'unconfirmed', 'refused', 'pending']) AS status,
        unnest([sent, delivered, clicked, failed, unconfirmed, refused, pending]) AS messages,
        unnest([activity, sent, sent, sent, sent, activity, activity]) AS whole,
        unnest([
            'all SMS activity', 'sent', 'sent', 'sent', 'sent', 'all SMS activity', 'all SMS activity'
        ]) AS share_of,
        unnest([1, 2, 3, 4, 5, 6, 7]) AS place
    FROM counts
)
ORDER BY place, status, messages, percent, share_of

-- section: days
-- title: Day by day
-- description: One row per day on which a message in scope was submitted; what became of a message counts on the day it
--   was submitted, whenever it happened.
-- chart: timeline(day, sent, delivered, clicked, failed)
-- columns:
--   day - Midnight at the day's beginning, in the session's time zone.
--   activity - How many outbound messages were submitted.
--   sent - How many of them left for the carrier.
--   sent_percent - Sent as a share of activity.
--   delivered - How many were delivered.
--   delivered_percent - Delivered as a share of sent.
--   clicked - How many sent messages have a click that counts.
--   clicked_percent - Clicked as a share of sent.
--   failed - How many bounced, soft or hard.
--   failed_percent - Failed as a share of sent.
SELECT
    day,
    activity,
    sent,
    percent(sent, activity) AS sent_percent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    clicked,
    percent(clicked, sent) AS clicked_percent,
    failed,
    percent(failed, sent) AS failed_percent
FROM (
    SELECT
        CAST(date_trunc('day', sent_time) AS DATE) AS day,
        sum(units) AS activity,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE was_clicked), 0) AS clicked,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS failed
    FROM outcomes
    GROUP BY CAST(date_trunc('day', sent_time) AS DATE)
)
ORDER BY day

-- section: campaigns
-- title: Campaign by campaign
-- description: One row per campaign with a message in scope, the one sent last first; messages of no campaign are the
--   row without an id.
-- columns:
--   campaign_id - The campaign's id; NULL for messages of no campaign.
--   name - Its name, as its latest action gives one.
--   last_sent_at - When the last of its messages in scope was submitted.
--   activity - How many outbound messages it has.
--   sent - How many of them left for the carrier.
--   sent_percent - Sent as a share of activity.
--   delivered - How many were delivered.
--   delivered_percent - Delivered as a share of sent.
--   clicked - How many sent messages have a click that counts.
--   clicked_percent - Clicked as a share of sent.
--   failed - How many bounced, soft or hard.
--   failed_percent - Failed as a share of sent.
SELECT
    total.campaign_id,
    fact.name,
    last_sent_at,
    activity,
    sent,
    percent(sent, activity) AS sent_percent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    clicked,
    percent(clicked, sent) AS clicked_percent,
    failed,
    percent(failed, sent) AS failed_percent
FROM (
    SELECT
        campaign_id,
        max(sent_time) AS last_sent_at,
        sum(units) AS activity,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE was_clicked), 0) AS clicked,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS failed
    FROM outcomes
    GROUP BY campaign_id
) AS total
LEFT JOIN campaign_facts AS fact ON fact.campaign_id = total.campaign_id
ORDER BY last_sent_at DESC, campaign_id NULLS LAST
