-- report: provider_comparison
-- title: Provider comparison
-- description: Which provider delivers, and how sure that is. The delivery rate is delivered per sent message, with its
--   95 % Wilson confidence interval; where two intervals overlap the difference may be chance. Receipt coverage
--   (`coverage_percent`) is the share of sent messages whose final receipt says how they ended: a provider without
--   receipts looks no better than it can prove. sent = with_receipt + unknown + awaiting. Sent messages are those that
--   left for the carrier. Latencies are those of the report delivery_latency.
-- ignores: bots - clicks play no part

-- define: tallies
-- title: Messages counted by provider, country and latency
SELECT
    provider,
    country,
    latency_ms,
    sum(units) AS messages,
    coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
    coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
    -- What the rate counts: messages, whatever $count says.
    count(*) FILTER (WHERE was_sent) AS tries,
    count(*) FILTER (WHERE bucket = 'delivered') AS successes,
    coalesce(sum(units) FILTER (WHERE bucket IN ('delivered', 'soft_bounce', 'hard_bounce')), 0) AS with_receipt,
    coalesce(sum(units) FILTER (WHERE bucket = 'unknown'), 0) AS unknown,
    coalesce(sum(units) FILTER (WHERE bucket = 'sent'), 0) AS awaiting,
    coalesce(sum(units) FILTER (WHERE conflict), 0) AS conflicts,
    coalesce(sum(units) FILTER (WHERE timing = 'timed'), 0) AS timed
FROM timed_sends
GROUP BY provider, country, latency_ms

-- define: rates
-- title: The delivery rate of each provider that sent messages
SELECT
    provider,
    rate(successes, tries) AS delivery_rate,
    wilson_lower(successes, tries) AS rate_lower,
    wilson_upper(successes, tries) AS rate_upper
FROM (
    SELECT provider, count(*) AS tries, count(*) FILTER (WHERE bucket = 'delivered') AS successes
    FROM sends
    WHERE was_sent
    GROUP BY provider
)

-- section: providers
-- title: Providers
-- chart: bars(provider, delivery_rate, rate_lower, rate_upper)
-- columns:
--   provider - Who was to deliver.
--   messages - Outbound messages handed to it.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivery_rate - Delivered per sent, 0 to 1. This rate and its interval always count messages, also with --count
--     segments: the segments of a message share its fate.
--   rate_lower - Lower end of the 95 % Wilson score interval of the delivery rate.
--   rate_upper - Upper end of that interval.
--   is_best - Whether it has the greatest delivery rate of all providers, the first by name among equals; NULL where it
--     sent nothing.
--   overlaps_best - Whether its interval overlaps that of the best: then the difference may be chance. True for the
--     best itself; NULL where it sent nothing.
--   with_receipt - Of those sent, those with a final receipt that says how it ended: delivered, soft or hard bounce.
--   coverage_percent - With a receipt as a share of sent.
--   unknown - Of those sent, those whose final report does not say what became of them.
--   awaiting - Of those sent, those without a final report yet.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   timed - Of those delivered, those whose latency can be measured, as the report delivery_latency defines it.
--   median_ms - Median milliseconds from submission to delivery of those timed, by nearest rank; NULL where there is
--     none.
SELECT
    provider,
    messages,
    sent,
    delivered,
    rate(successes, tries) AS delivery_rate,
    wilson_lower(successes, tries) AS rate_lower,
    wilson_upper(successes, tries) AS rate_upper,
    CASE WHEN tries > 0 THEN place = 1 END AS is_best,
    -- The best rate is at least its own, so its own lower end never lies above the upper end of the best.
    wilson_upper(successes, tries) >= best_lower AS overlaps_best,
    with_receipt,
    percent(with_receipt, sent) AS coverage_percent,
    unknown,
    awaiting,
    conflicts,
    timed,
    median_ms
FROM (
    SELECT
        *,
        row_number() OVER (
            ORDER BY rate(successes, tries) DESC NULLS LAST, provider
        ) AS place,
        first_value(wilson_lower(successes, tries)) OVER (
            ORDER BY rate(successes, tries) DESC NULLS LAST, provider
        ) AS best_lower
    FROM (
        SELECT
            provider,
            sum(messages) AS messages,
            sum(sent) AS sent,
            sum(delivered) AS delivered,
            sum(tries) AS tries,
            sum(successes) AS successes,
            sum(with_receipt) AS with_receipt,
            sum(unknown) AS unknown,
            sum(awaiting) AS awaiting,
            sum(conflicts) AS conflicts,
            sum(timed) AS timed,
            min(latency_ms) FILTER (WHERE reached * 2 >= whole) AS median_ms
        FROM (
            SELECT
                *,
                sum(timed) OVER (PARTITION BY provider ORDER BY latency_ms ROWS UNBOUNDED PRECEDING) AS reached,
                sum(timed) OVER (PARTITION BY provider) AS whole
            FROM (
                SELECT
                    provider,
                    latency_ms,
                    sum(messages) AS messages,
                    sum(sent) AS sent,
                    sum(delivered) AS delivered,
                    sum(tries) AS tries,
                    sum(successes) AS successes,
                    sum(with_receipt) AS with_receipt,
                    sum(unknown) AS unknown,
                    sum(awaiting) AS awaiting,
                    sum(conflicts) AS conflicts,
                    sum(timed) AS timed
                FROM tallies
                GROUP BY provider, latency_ms
            )
        )
        GROUP BY provider
    )
)
ORDER BY messages DESC, provider

-- section: pairs
-- title: Providers two by two
-- columns:
--   provider - One provider that sent messages.
--   other - Another one, later in the alphabet.
--   delivery_rate - Delivered per sent message of the one.
--   other_delivery_rate - Delivered per sent message of the other.
--   difference - The one's rate less the other's.
--   overlaps - Whether the 95 % Wilson intervals of the two overlap, ends included: then the difference may be chance.
--   better - The provider with the greater rate where the intervals do not overlap; NULL where they do.
SELECT
    provider,
    other,
    delivery_rate,
    other_delivery_rate,
    delivery_rate - other_delivery_rate AS difference,
    overlaps,
    CASE WHEN NOT overlaps THEN CASE WHEN delivery_rate > other_delivery_rate THEN provider ELSE other END END AS better
FROM (
    SELECT
        one.provider,
        other.provider AS other,
        one.delivery_rate,
        other.delivery_rate AS other_delivery_rate,
        one.rate_lower <= other.rate_upper AND other.rate_lower <= one.rate_upper AS overlaps
    FROM rates AS one
    JOIN rates AS other ON one.provider < other.provider
)
ORDER BY provider, other

-- section: countries
-- title: Providers by country
-- columns:
--   country - ISO 3166 code of the recipient's country: as reported, else by the number; NULL where neither tells.
--   provider - Who was to deliver.
--   messages - Outbound messages handed to it.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivery_rate - Delivered per sent, 0 to 1. This rate and its interval always count messages, also with --count
--     segments: the segments of a message share its fate.
--   rate_lower - Lower end of the 95 % Wilson score interval of the delivery rate.
--   rate_upper - Upper end of that interval.
--   is_best - Whether it has the greatest delivery rate of all providers in that country, the first by name among
--     equals; NULL where it sent nothing.
--   overlaps_best - Whether its interval overlaps that of the best: then the difference may be chance. True for the
--     best itself; NULL where it sent nothing.
--   with_receipt - Of those sent, those with a final receipt that says how it ended: delivered, soft or hard bounce.
--   coverage_percent - With a receipt as a share of sent.
--   unknown - Of those sent, those whose final report does not say what became of them.
--   awaiting - Of those sent, those without a final report yet.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   timed - Of those delivered, those whose latency can be measured, as the report delivery_latency defines it.
--   median_ms - Median milliseconds from submission to delivery of those timed, by nearest rank; NULL where there is
--     none.
SELECT
    country,
    provider,
    messages,
    sent,
    delivered,
    rate(successes, tries) AS delivery_rate,
    wilson_lower(successes, tries) AS rate_lower,
    wilson_upper(successes, tries) AS rate_upper,
    CASE WHEN tries > 0 THEN place = 1 END AS is_best,
    -- The best rate is at least its own, so its own lower end never lies above the upper end of the best.
    wilson_upper(successes, tries) >= best_lower AS overlaps_best,
    with_receipt,
    percent(with_receipt, sent) AS coverage_percent,
    unknown,
    awaiting,
    conflicts,
    timed,
    median_ms
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY country ORDER BY rate(successes, tries) DESC NULLS LAST, provider
        ) AS place,
        first_value(wilson_lower(successes, tries)) OVER (
            PARTITION BY country ORDER BY rate(successes, tries) DESC NULLS LAST, provider
        ) AS best_lower
    FROM (
        SELECT
            country,
            provider,
            sum(messages) AS messages,
            sum(sent) AS sent,
            sum(delivered) AS delivered,
            sum(tries) AS tries,
            sum(successes) AS successes,
            sum(with_receipt) AS with_receipt,
            sum(unknown) AS unknown,
            sum(awaiting) AS awaiting,
            sum(conflicts) AS conflicts,
            sum(timed) AS timed,
            min(latency_ms) FILTER (WHERE reached * 2 >= whole) AS median_ms
        FROM (
            SELECT
                *,
                sum(timed) OVER (
                    PARTITION BY country, provider ORDER BY latency_ms ROWS UNBOUNDED PRECEDING
                ) AS reached,
                sum(timed) OVER (PARTITION BY country, provider) AS whole
            FROM tallies
        )
        GROUP BY country, provider
    )
)
ORDER BY country, messages DESC, provider
