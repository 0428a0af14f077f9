-- report: delivery_by_country
-- title: Delivery by country
-- description: What became of the messages to each country. `delivered_percent` and `clicked_percent` are shares of the
--   messages sent to that country, which are those that left for the carrier; `messages_percent` is the country's share
--   of all messages in scope. sent + rejected + unsubscribed + pending = messages, and delivered + soft bounces + hard
--   bounces + unknown + awaiting = sent.
-- schedule: daily

-- define: outcomes
-- title: One row per message in scope: what became of it
SELECT send.country, send.bucket, send.was_sent, send.units, click.message_key IS NOT NULL AS was_clicked
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key

-- section: countries
-- title: Countries
-- chart: bars(country, delivered_percent)
-- columns:
--   country - ISO 3166 code of the recipient's country: as reported, else by the number; NULL where neither tells.
--   messages_percent - The country's messages as a share of all messages in scope.
--   messages - Outbound messages to the country.
--   sent - Of these, those that left for the carrier: delivered, soft and hard bounces, unknown and awaiting.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   soft_bounces - Of those sent, those that failed for now.
--   hard_bounces - Of those sent, those that failed for good.
--   unknown - Of those sent, those whose final report does not say what became of them.
--   awaiting - Of those sent, those without a final report yet.
--   rejected - Of the messages, those that were refused: never sent.
--   unsubscribed - Of the messages, those stopped because the recipient opted out or is on a block list: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   clicked - Of those sent, those with at least one click that counts.
--   clicked_percent - Clicked as a share of sent.
SELECT
    country,
    percent(messages, sum(messages) OVER ()) AS messages_percent,
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    soft_bounces,
    hard_bounces,
    unknown,
    awaiting,
    rejected,
    unsubscribed,
    pending,
    clicked,
    percent(clicked, sent) AS clicked_percent
FROM (
    SELECT
        country,
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'soft_bounce'), 0) AS soft_bounces,
        coalesce(sum(units) FILTER (WHERE bucket = 'hard_bounce'), 0) AS hard_bounces,
        coalesce(sum(units) FILTER (WHERE bucket = 'unknown'), 0) AS unknown,
        coalesce(sum(units) FILTER (WHERE bucket = 'sent'), 0) AS awaiting,
        coalesce(sum(units) FILTER (WHERE bucket = 'rejected'), 0) AS rejected,
        coalesce(sum(units) FILTER (WHERE bucket = 'unsubscribed'), 0) AS unsubscribed,
        coalesce(sum(units) FILTER (WHERE bucket = 'pending'), 0) AS pending,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_clicked), 0) AS clicked
    FROM outcomes
    GROUP BY country
)
ORDER BY messages DESC, country

-- section: total
-- title: All countries
-- columns:
--   messages - Outbound messages to all countries, known or not.
--   sent - Of these, those that left for the carrier: delivered, soft and hard bounces, unknown and awaiting.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   soft_bounces - Of those sent, those that failed for now.
--   hard_bounces - Of those sent, those that failed for good.
--   unknown - Of those sent, those whose final report does not say what became of them.
--   awaiting - Of those sent, those without a final report yet.
--   rejected - Of the messages, those that were refused: never sent.
--   unsubscribed - Of the messages, those stopped because the recipient opted out or is on a block list: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   clicked - Of those sent, those with at least one click that counts.
--   clicked_percent - Clicked as a share of sent.
SELECT
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    soft_bounces,
    hard_bounces,
    unknown,
    awaiting,
    rejected,
    unsubscribed,
    pending,
    clicked,
    percent(clicked, sent) AS clicked_percent
FROM (
    SELECT
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'soft_bounce'), 0) AS soft_bounces,
        coalesce(sum(units) FILTER (WHERE bucket = 'hard_bounce'), 0) AS hard_bounces,
        coalesce(sum(units) FILTER (WHERE bucket = 'unknown'), 0) AS unknown,
        coalesce(sum(units) FILTER (WHERE bucket = 'sent'), 0) AS awaiting,
        coalesce(sum(units) FILTER (WHERE bucket = 'rejected'), 0) AS rejected,
        coalesce(sum(units) FILTER (WHERE bucket = 'unsubscribed'), 0) AS unsubscribed,
        coalesce(sum(units) FILTER (WHERE bucket = 'pending'), 0) AS pending,
        coalesce(sum(units) FILTER (WHERE was_sent AND was_clicked), 0) AS clicked
    FROM outcomes
)
ORDER BY messages
