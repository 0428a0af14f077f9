-- report: cost_and_credits
-- title: Cost and credits
-- description: What messages cost, currency by currency: amounts in different currencies are never added. A message
--   whose cost nobody said is not free: it counts in a row without a currency and has no part in any cost.
--   `cost_per_delivered` is the cost of all messages of the row, delivered or not, per delivered message of the row;
--   `without_cost_percent` and `without_credits_percent` are shares of all outbound messages in scope.
-- ignores: bots - clicks play no part
-- schedule: daily

-- define: charges
-- title: Messages in scope and what they cost, by all that the sections group by
SELECT
    provider,
    country,
    campaign_id,
    CAST(date_trunc('day', sent_time) AS DATE) AS day,
    currency,
    sum(units) AS messages,
    coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
    sum(coalesce(segments, parts, 1)) AS segments,
    sum(credits) AS credits,
    sum(cost) FILTER (WHERE currency IS NOT NULL) AS cost
FROM sends
GROUP BY provider, country, campaign_id, CAST(date_trunc('day', sent_time) AS DATE), currency

-- section: total
-- title: All messages
-- columns:
--   messages - Outbound messages in scope.
--   segments - Their billed segments; a message of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   without_credits - Messages of which nothing says how many credits they used.
--   without_credits_percent - Without credits as a share of messages.
--   without_cost - Messages whose cost, or its currency, nobody said.
--   without_cost_percent - Without a cost as a share of messages.
SELECT
    messages,
    segments,
    credits,
    without_credits,
    percent(without_credits, messages) AS without_credits_percent,
    without_cost,
    percent(without_cost, messages) AS without_cost_percent
FROM (
    SELECT
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(coalesce(segments, parts, 1)), 0) AS segments,
        sum(credits) AS credits,
        coalesce(sum(units) FILTER (WHERE credits IS NULL), 0) AS without_credits,
        coalesce(sum(units) FILTER (WHERE currency IS NULL), 0) AS without_cost
    FROM sends
)
ORDER BY messages

-- section: currencies
-- title: Currencies
-- columns:
--   currency - ISO 4217 code; NULL for messages whose cost, or its currency, nobody said: that is not zero.
--   messages - Outbound messages with a cost in this currency, or without a known cost where it is NULL.
--   delivered - Of these, the delivered ones.
--   segments - Their billed segments; a message of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   cost - Sum of their costs, in the currency; NULL where it is not known.
--   cost_per_delivered - Cost of all messages of this row per delivered one (per delivered segment with --count
--     segments), rounded half away from zero to six digits; NULL where nothing was delivered.
SELECT
    currency,
    messages,
    delivered,
    segments,
    credits,
    cost,
    round(cost / nullif(delivered, 0), 6) AS cost_per_delivered
FROM (
    SELECT
        currency,
        sum(messages) AS messages,
        sum(delivered) AS delivered,
        sum(segments) AS segments,
        sum(credits) AS credits,
        sum(cost) AS cost
    FROM charges
    GROUP BY currency
)
ORDER BY currency

-- section: providers
-- title: Providers
-- columns:
--   provider - Who was to deliver.
--   currency - ISO 4217 code; NULL for messages whose cost, or its currency, nobody said: that is not zero.
--   messages - Outbound messages with a cost in this currency, or without a known cost where it is NULL.
--   delivered - Of these, the delivered ones.
--   segments - Their billed segments; a message of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   cost - Sum of their costs, in the currency; NULL where it is not known.
--   cost_per_delivered - Cost of all messages of this row per delivered one (per delivered segment with --count
--     segments), rounded half away from zero to six digits; NULL where nothing was delivered.
SELECT
    provider,
    currency,
    messages,
    delivered,
    segments,
    credits,
    cost,
    round(cost / nullif(delivered, 0), 6) AS cost_per_delivered
FROM (
    SELECT
        provider,
        currency,
        sum(messages) AS messages,
        sum(delivered) AS delivered,
        sum(segments) AS segments,
        sum(credits) AS credits,
        sum(cost) AS cost
    FROM charges
    GROUP BY provider, currency
)
ORDER BY provider, currency

-- section: countries
-- title: Countries
-- columns:
--   country - ISO 3166 code of the recipient's country: as reported, else by the number; NULL where neither tells.
--   currency - ISO 4217 code; NULL for messages whose cost, or its currency, nobody said: that is not zero.
--   messages - Outbound messages with a cost in this currency, or without a known cost where it is NULL.
--   delivered - Of these, the delivered ones.
--   segments - Their billed segments; a message of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   cost - Sum of their costs, in the currency; NULL where it is not known.
--   cost_per_delivered - Cost of all messages of this row per delivered one (per delivered segment with --count
--     segments), rounded half away from zero to six digits; NULL where nothing was delivered.
SELECT
    country,
    currency,
    messages,
    delivered,
    segments,
    credits,
    cost,
    round(cost / nullif(delivered, 0), 6) AS cost_per_delivered
FROM (
    SELECT
        country,
        currency,
        sum(messages) AS messages,
        sum(delivered) AS delivered,
        sum(segments) AS segments,
        sum(credits) AS credits,
        sum(cost) AS cost
    FROM charges
    GROUP BY country, currency
)
ORDER BY country, currency

-- section: campaigns
-- title: Campaigns
-- columns:
--   campaign_id - The campaign; NULL for messages of none.
--   currency - ISO 4217 code; NULL for messages whose cost, or its currency, nobody said: that is not zero.
--   messages - Outbound messages with a cost in this currency, or without a known cost where it is NULL.
--   delivered - Of these, the delivered ones.
--   segments - Their billed segments; a message of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   cost - Sum of their costs, in the currency; NULL where it is not known.
--   cost_per_delivered - Cost of all messages of this row per delivered one (per delivered segment with --count
--     segments), rounded half away from zero to six digits; NULL where nothing was delivered.
SELECT
    campaign_id,
    currency,
    messages,
    delivered,
    segments,
    credits,
    cost,
    round(cost / nullif(delivered, 0), 6) AS cost_per_delivered
FROM (
    SELECT
        campaign_id,
        currency,
        sum(messages) AS messages,
        sum(delivered) AS delivered,
        sum(segments) AS segments,
        sum(credits) AS credits,
        sum(cost) AS cost
    FROM charges
    GROUP BY campaign_id, currency
)
ORDER BY campaign_id, currency

-- section: days
-- title: Days
-- chart: timeline(day, cost)
-- columns:
--   day - The day of submission, in --tz.
--   currency - ISO 4217 code; NULL for messages whose cost, or its currency, nobody said: that is not zero.
--   messages - Outbound messages with a cost in this currency, or without a known cost where it is NULL.
--   delivered - Of these, the delivered ones.
--   segments - Their billed segments; a message of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   cost - Sum of their costs, in the currency; NULL where it is not known.
--   cost_per_delivered - Cost of all messages of this row per delivered one (per delivered segment with --count
--     segments), rounded half away from zero to six digits; NULL where nothing was delivered.
SELECT
    day,
    currency,
    messages,
    delivered,
    segments,
    credits,
    cost,
    round(cost / nullif(delivered, 0), 6) AS cost_per_delivered
FROM (
    SELECT
        day,
        currency,
        sum(messages) AS messages,
        sum(delivered) AS delivered,
        sum(segments) AS segments,
        sum(credits) AS credits,
        sum(cost) AS cost
    FROM charges
    GROUP BY day, currency
)
ORDER BY day, currency
