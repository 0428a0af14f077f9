-- report: delivery_latency
-- title: Delivery latency
-- description: How long messages take from submission to the handset, in whole milliseconds rounded down. The
--   denominator of every share and percentile is `timed`: delivered messages that say when they were submitted, and
--   have a report of delivery, not by the operator alone, whose time is exact to the second or better. Percentiles are
--   by nearest rank, exact; with --count segments a message weighs as many times as it has segments. What cannot be
--   measured is counted apart, each message once: delivered = timed + negative + imprecise + operator_only +
--   not_submitted, where a message that fits several counts as the last of them. The time of delivery is that of the
--   earliest such report on the whole message; where there are reports on its parts only, that of the last of them.
--   Where a provider reports no time of its own the time its report was received stands for it, so that the way back is
--   part of the latency; if nothing recorded even that, it is imprecise.
-- ignores: bots - clicks play no part
-- schedule: daily

-- define: timings
-- title: Delivered messages counted by provider, country and latency
SELECT
    provider,
    country,
    latency_ms,
    sum(units) AS delivered,
    coalesce(sum(units) FILTER (WHERE timing = 'timed'), 0) AS timed,
    coalesce(sum(units) FILTER (WHERE timing = 'negative'), 0) AS negative,
    coalesce(sum(units) FILTER (WHERE timing = 'imprecise'), 0) AS imprecise,
    coalesce(sum(units) FILTER (WHERE timing = 'operator_only'), 0) AS operator_only,
    coalesce(sum(units) FILTER (WHERE timing = 'not_submitted'), 0) AS not_submitted
FROM timed_sends
WHERE bucket = 'delivered'
GROUP BY provider, country, latency_ms

-- section: overall
-- title: All messages
-- columns:
--   delivered - Delivered messages.
--   timed - Of these, those whose latency can be measured; the percentiles are of them.
--   p50_ms - Median latency: the smallest that at least 50 % of those timed do not exceed; NULL where none is timed.
--   p90_ms - The smallest latency that at least 90 % of those timed do not exceed.
--   p99_ms - The smallest latency that at least 99 % of those timed do not exceed.
--   max_ms - The greatest latency of those timed.
--   negative - Of those delivered, those reported as delivered before they were submitted: two clocks disagree, or one
--     of them tells only seconds.
--   imprecise - Of those delivered, those whose time of delivery is given in minutes or days, or is only that of
--     landing.
--   operator_only - Of those delivered, those that only the operator confirmed, not the handset.
--   not_submitted - Of those delivered, those of which nothing says when they were submitted.
SELECT
    coalesce(sum(delivered), 0) AS delivered,
    coalesce(sum(timed), 0) AS timed,
    min(latency_ms) FILTER (WHERE 100 * reached >= 50 * whole) AS p50_ms,
    min(latency_ms) FILTER (WHERE 100 * reached >= 90 * whole) AS p90_ms,
    min(latency_ms) FILTER (WHERE 100 * reached >= 99 * whole) AS p99_ms,
    max(latency_ms) AS max_ms,
    coalesce(sum(negative), 0) AS negative,
    coalesce(sum(imprecise), 0) AS imprecise,
    coalesce(sum(operator_only), 0) AS operator_only,
    coalesce(sum(not_submitted), 0) AS not_submitted
FROM (
    SELECT
        *,
        sum(timed) OVER (ORDER BY latency_ms ROWS UNBOUNDED PRECEDING) AS reached,
        sum(timed) OVER () AS whole
    FROM (
        SELECT
            latency_ms,
            sum(delivered) AS delivered,
            sum(timed) AS timed,
            sum(negative) AS negative,
            sum(imprecise) AS imprecise,
            sum(operator_only) AS operator_only,
            sum(not_submitted) AS not_submitted
        FROM timings
        GROUP BY latency_ms
    )
)
ORDER BY delivered

-- section: histogram
-- title: How many messages took how long
-- chart: bars(latency, messages)
-- columns:
--   latency - From the first time on, up to but without the second. All seven are always there.
--   messages - Timed messages with such a latency.
--   percent - Messages as a share of all timed.
--   within_percent - Messages with such a latency or a shorter one, as a share of all timed.
SELECT
    CASE place
        WHEN 1 THEN '0 to 5 s'
        WHEN 2 THEN '5 to 30 s'
        WHEN 3 THEN '30 s to 1 min'
        WHEN 4 THEN '1 to 5 min'
        WHEN 5 THEN '5 to 60 min'
        WHEN 6 THEN '1 to 24 h'
        ELSE '24 h and more'
    END AS latency,
    messages,
    percent(messages, whole) AS percent,
    percent(within, whole) AS within_percent
FROM (
    SELECT place, messages, sum(messages) OVER (ORDER BY place) AS within, sum(messages) OVER () AS whole
    FROM (
        SELECT place, sum(messages) AS messages
        FROM (
            SELECT
                CASE
                    WHEN latency_ms < 5000 THEN 1
                    WHEN latency_ms < 30000 THEN 2
                    WHEN latency_ms < 60000 THEN 3
                    WHEN latency_ms < 300000 THEN 4
                    WHEN latency_ms < 3600000 THEN 5
                    WHEN latency_ms < 86400000 THEN 6
                    ELSE 7
                END AS place,
                timed AS messages
            FROM timings
            WHERE timed > 0
            UNION ALL
            SELECT column1, 0 FROM (VALUES (1), (2), (3), (4), (5), (6), (7))
        )
        GROUP BY place
    )
)
ORDER BY place

-- section: providers
-- title: Providers
-- chart: bars(provider, p50_ms, p90_ms)
-- columns:
--   provider - Who was to deliver.
--   delivered - Delivered messages.
--   timed - Of these, those whose latency can be measured; the percentiles are of them.
--   p50_ms - Median latency: the smallest that at least 50 % of those timed do not exceed; NULL where none is timed.
--   p90_ms - The smallest latency that at least 90 % of those timed do not exceed.
--   p99_ms - The smallest latency that at least 99 % of those timed do not exceed.
--   max_ms - The greatest latency of those timed.
--   negative - Of those delivered, those reported as delivered before they were submitted: two clocks disagree, or one
--     of them tells only seconds.
--   imprecise - Of those delivered, those whose time of delivery is given in minutes or days, or is only that of
--     landing.
--   operator_only - Of those delivered, those that only the operator confirmed, not the handset.
--   not_submitted - Of those delivered, those of which nothing says when they were submitted.
SELECT
    provider,
    sum(delivered) AS delivered,
    sum(timed) AS timed,
    min(latency_ms) FILTER (WHERE 100 * reached >= 50 * whole) AS p50_ms,
    min(latency_ms) FILTER (WHERE 100 * reached >= 90 * whole) AS p90_ms,
    min(latency_ms) FILTER (WHERE 100 * reached >= 99 * whole) AS p99_ms,
    max(latency_ms) AS max_ms,
    sum(negative) AS negative,
    sum(imprecise) AS imprecise,
    sum(operator_only) AS operator_only,
    sum(not_submitted) AS not_submitted
FROM (
    SELECT
        *,
        sum(timed) OVER (PARTITION BY provider ORDER BY latency_ms ROWS UNBOUNDED PRECEDING) AS reached,
        sum(timed) OVER (PARTITION BY provider) AS whole
    FROM (
        SELECT
            provider,
            latency_ms,
            sum(delivered) AS delivered,
            sum(timed) AS timed,
            sum(negative) AS negative,
            sum(imprecise) AS imprecise,
            sum(operator_only) AS operator_only,
            sum(not_submitted) AS not_submitted
        FROM timings
        GROUP BY provider, latency_ms
    )
)
GROUP BY provider
ORDER BY delivered DESC, provider

-- section: countries
-- title: Countries
-- chart: bars(country, p50_ms, p90_ms)
-- columns:
--   country - ISO 3166 code of the recipient's country: as reported, else by the number; NULL where neither tells.
--   delivered - Delivered messages.
--   timed - Of these, those whose latency can be measured; the percentiles are of them.
--   p50_ms - Median latency: the smallest that at least 50 % of those timed do not exceed; NULL where none is timed.
--   p90_ms - The smallest latency that at least 90 % of those timed do not exceed.
--   p99_ms - The smallest latency that at least 99 % of those timed do not exceed.
--   max_ms - The greatest latency of those timed.
--   negative - Of those delivered, those reported as delivered before they were submitted: two clocks disagree, or one
--     of them tells only seconds.
--   imprecise - Of those delivered, those whose time of delivery is given in minutes or days, or is only that of
--     landing.
--   operator_only - Of those delivered, those that only the operator confirmed, not the handset.
--   not_submitted - Of those delivered, those of which nothing says when they were submitted.
SELECT
    country,
    sum(delivered) AS delivered,
    sum(timed) AS timed,
    min(latency_ms) FILTER (WHERE 100 * reached >= 50 * whole) AS p50_ms,
    min(latency_ms) FILTER (WHERE 100 * reached >= 90 * whole) AS p90_ms,
    min(latency_ms) FILTER (WHERE 100 * reached >= 99 * whole) AS p99_ms,
    max(latency_ms) AS max_ms,
    sum(negative) AS negative,
    sum(imprecise) AS imprecise,
    sum(operator_only) AS operator_only,
    sum(not_submitted) AS not_submitted
FROM (
    SELECT
        *,
        sum(timed) OVER (PARTITION BY country ORDER BY latency_ms ROWS UNBOUNDED PRECEDING) AS reached,
        sum(timed) OVER (PARTITION BY country) AS whole
    FROM (
        SELECT
            country,
            latency_ms,
            sum(delivered) AS delivered,
            sum(timed) AS timed,
            sum(negative) AS negative,
            sum(imprecise) AS imprecise,
            sum(operator_only) AS operator_only,
            sum(not_submitted) AS not_submitted
        FROM timings
        GROUP BY country, latency_ms
    )
)
GROUP BY country
ORDER BY delivered DESC, country
