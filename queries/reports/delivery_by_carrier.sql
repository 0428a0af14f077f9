-- report: delivery_by_carrier
-- title: Delivery by carrier
-- description: What became of the messages to each mobile network, as far as reports name the network: many providers
--   do not, and a message without any report has none. `delivered_percent` and `clicked_percent` are shares of the
--   messages sent to that network, which are those that left for the carrier; `messages_percent` is the network's share
--   of all messages in scope; `known_percent` is the share of messages whose network is known. sent + rejected +
--   unsubscribed + pending = messages, and delivered + soft bounces + hard bounces + unknown + awaiting = sent.
-- schedule: daily

-- define: outcomes
-- title: One row per message in scope: what became of it
SELECT send.country, send.carrier, send.bucket, send.was_sent, send.units, click.message_key IS NOT NULL AS was_clicked
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key

-- section: carriers
-- title: Carriers
-- columns:
--   country - ISO 3166 code of the recipient's country: as reported, else by the number; NULL where neither tells.
--   carrier - The network as reported, `mcc-mnc` where it is given as codes; NULL where no report names it.
--   messages_percent - The messages of this row as a share of all messages in scope.
--   messages - Outbound messages to this network of this country.
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
    carrier,
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
        carrier,
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
    GROUP BY country, carrier
)
ORDER BY messages DESC, country, carrier

-- section: total
-- title: All carriers
-- columns:
--   known - Messages whose network is known.
--   known_percent - Known as a share of messages.
--   messages - Outbound messages to all networks, known or not.
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
    known,
    percent(known, messages) AS known_percent,
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
        coalesce(sum(units) FILTER (WHERE carrier IS NOT NULL), 0) AS known,
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
