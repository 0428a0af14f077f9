-- report: delivery_latency
-- title: Delivery latency
-- description: How long messages take from submission to the handset, in whole milliseconds rounded down. The denominator of
--   every share and percentile is `timed`: delivered messages that say when they were submitted, and have a report of
--   delivery, not by the operator alone, whose time is exact to the second or better. Percentiles are by nearest rank, exact;
--   with --count segments a message weighs as many times as it has segments. What cannot be measured is counted apart,
--   each message once: delivered = timed + negative + imprecise + operator_only + not_submitted, where a message that fits
--   several counts as the last of them. The time of delivery is that of the earliest such report on the whole
--   message; where there are reports on its parts only, that of the last of them. Where a provider reports no time of its own
--   the time its report was received stands for it, so that the way back is part of the latency; if nothing recorded even
--   that, it is imprecise.
-- ignores: bots - clicks play no part
-- schedule: daily

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
--   imprecise - Of those delivered, those whose time of delivery is given in minutes or days, or is only that of landing.
--   operator_only - Of those delivered, those that only the operator confirmed, not the handset.
--   not_submitted - Of those delivered, those of which nothing says when they were submitted.
--
SELECT 1

-- section: histogram
-- title: How many messages took how long
-- chart: bars(latency, messages)
-- columns:
--   latency - From the first time on, up to but without the second. All seven are always there.
--   messages - Timed messages with such a latency.
--   percent - Messages as a share of all timed.
--   within_percent - Messages with such a latency or a shorter one, as a share of all timed.
--
SELECT 1

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
--   imprecise - Of those delivered, those whose time of delivery is given in minutes or days, or is only that of landing.
--   operator_only - Of those delivered, those that only the operator confirmed, not the handset.
--   not_submitted - Of those delivered, those of which nothing says when they were submitted.
--
SELECT 1

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
--   imprecise - Of those delivered, those whose time of delivery is given in minutes or days, or is only that of landing.
--   operator_only - Of those delivered, those that only the operator confirmed, not the handset.
--   not_submitted - Of those delivered, those of which nothing says when they were submitted.
--
SELECT 1
