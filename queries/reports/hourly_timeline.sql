-- report: hourly_timeline
-- title: Hourly timeline
-- description: What happened hour by hour, by the clock of --tz, for the messages in scope. In `hours` everything
--   counts when it happened: a message submitted at 9:59 and delivered at 10:00 stands in two hours, once in each
--   column, so the sums over the hours are the totals. `by_hour_of_day` and `by_weekday` follow the messages submitted
--   at such a time to their end; their rates are shares of the messages sent among these.
-- schedule: daily

-- define: deliveries
-- title: Messages in scope, in the hour they were submitted and in the hour they ended
SELECT
    date_trunc('hour', CASE moment WHEN 1 THEN sent_time ELSE ended_at END) AS hour,
    coalesce(sum(units) FILTER (WHERE moment = 1), 0) AS submitted,
    coalesce(sum(units) FILTER (WHERE moment = 1 AND was_sent), 0) AS sent,
    coalesce(sum(units) FILTER (WHERE moment = 2 AND bucket = 'delivered'), 0) AS delivered,
    coalesce(sum(units) FILTER (WHERE moment = 2 AND has_failed), 0) AS failed
FROM (
    SELECT
        sent_time,
        CASE WHEN bucket = 'delivered' THEN delivered_at WHEN has_failed THEN status_at END AS ended_at,
        bucket,
        was_sent,
        has_failed,
        units
    FROM sends
)
CROSS JOIN (SELECT column1 AS moment FROM (VALUES (1), (2)))
WHERE moment = 1 OR ended_at IS NOT NULL
GROUP BY date_trunc('hour', CASE moment WHEN 1 THEN sent_time ELSE ended_at END)

-- define: scoped_answers
-- title: Replies and opt-outs to messages in scope
SELECT answer.kind, answer.answered_at
FROM answers AS answer
JOIN sends AS send ON send.message_key = answer.message_key

-- define: submissions
-- title: What became of the messages submitted in each hour
SELECT
    date_trunc('hour', send.sent_time) AS hour,
    sum(send.units) AS messages,
    coalesce(sum(send.units) FILTER (WHERE send.was_sent), 0) AS sent,
    coalesce(sum(send.units) FILTER (WHERE send.bucket = 'delivered'), 0) AS delivered,
    coalesce(sum(send.units) FILTER (WHERE send.has_failed), 0) AS failed,
    coalesce(sum(send.units) FILTER (WHERE send.was_sent AND click.message_key IS NOT NULL), 0) AS clicked
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key
GROUP BY date_trunc('hour', send.sent_time)

-- section: hours
-- title: Hour by hour
-- description: Hours in which nothing happened are left out.
-- chart: timeline(hour, submitted, delivered, failed, clicks, replies, opt_outs)
-- columns:
--   hour - The moment the hour begins.
--   submitted - Messages handed over, by the time of submission (of the first event where no report says so).
--   sent - Those of them that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Delivered messages, by the time they were first reported as delivered.
--   failed - Messages that ended in a soft or hard bounce, by the time of the report that says so.
--   clicks - Clicks that count, by the time of the click.
--   replies - Replies to messages in scope, by the time they came.
--   opt_outs - Opt-outs to messages in scope, by the time they came.
SELECT
    hour,
    sum(submitted) AS submitted,
    sum(sent) AS sent,
    sum(delivered) AS delivered,
    sum(failed) AS failed,
    sum(clicks) AS clicks,
    sum(replies) AS replies,
    sum(opt_outs) AS opt_outs
FROM (
    SELECT hour, submitted, sent, delivered, failed, 0 AS clicks, 0 AS replies, 0 AS opt_outs FROM deliveries
    UNION ALL
    SELECT date_trunc('hour', clicked_at), 0, 0, 0, 0, 1, 0, 0 FROM counted_clicks
    UNION ALL
    SELECT
        date_trunc('hour', answered_at),
        0,
        0,
        0,
        0,
        0,
        CASE kind WHEN 'reply' THEN 1 ELSE 0 END,
        CASE kind WHEN 'opt_out' THEN 1 ELSE 0 END
    FROM scoped_answers
)
GROUP BY hour
ORDER BY hour

-- section: total
-- title: All hours
-- columns:
--   submitted - Messages handed over, by the time of submission (of the first event where no report says so).
--   sent - Those of them that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Delivered messages, by the time they were first reported as delivered.
--   failed - Messages that ended in a soft or hard bounce, by the time of the report that says so.
--   clicks - Clicks that count, by the time of the click.
--   replies - Replies to messages in scope, by the time they came.
--   opt_outs - Opt-outs to messages in scope, by the time they came.
SELECT submitted, sent, delivered, failed, clicks, replies, opt_outs
FROM (
    SELECT
        coalesce(sum(units), 0) AS submitted,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE has_failed), 0) AS failed
    FROM sends
)
CROSS JOIN (SELECT count(*) AS clicks FROM counted_clicks)
CROSS JOIN (
    SELECT count(*) FILTER (WHERE kind = 'reply') AS replies, count(*) FILTER (WHERE kind = 'opt_out') AS opt_outs
    FROM scoped_answers
)
ORDER BY submitted

-- section: by_hour_of_day
-- title: Hours of the day
-- description: By the hour of submission; all 24 are always there.
-- chart: bars(hour_of_day, delivered_percent, clicked_percent)
-- columns:
--   hour_of_day - The hour, 0 to 23.
--   messages - Messages submitted in that hour of any day.
--   sent - Of these, those that left for the carrier.
--   delivered - Of those sent, the delivered ones, whenever that was.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   clicked - Of those sent, those with at least one click that counts.
--   delivered_percent - Delivered as a share of sent.
--   failed_percent - Failed as a share of sent.
--   clicked_percent - Clicked as a share of sent.
SELECT
    hour_of_day,
    messages,
    sent,
    delivered,
    failed,
    clicked,
    percent(delivered, sent) AS delivered_percent,
    percent(failed, sent) AS failed_percent,
    percent(clicked, sent) AS clicked_percent
FROM (
    SELECT
        hour_of_day,
        sum(messages) AS messages,
        sum(sent) AS sent,
        sum(delivered) AS delivered,
        sum(failed) AS failed,
        sum(clicked) AS clicked
    FROM (
        SELECT extract(hour FROM hour) AS hour_of_day, messages, sent, delivered, failed, clicked
        FROM submissions
        UNION ALL
        SELECT column1, 0, 0, 0, 0, 0
        FROM (
            VALUES
                (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
                (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)
        )
    )
    GROUP BY hour_of_day
)
ORDER BY hour_of_day

-- section: by_weekday
-- title: Days of the week
-- description: By the day of submission; all seven are always there.
-- chart: bars(weekday, delivered_percent, clicked_percent)
-- columns:
--   weekday - Monday to Sunday, in English.
--   messages - Messages submitted on that day of any week.
--   sent - Of these, those that left for the carrier.
--   delivered - Of those sent, the delivered ones, whenever that was.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   clicked - Of those sent, those with at least one click that counts.
--   delivered_percent - Delivered as a share of sent.
--   failed_percent - Failed as a share of sent.
--   clicked_percent - Clicked as a share of sent.
SELECT
    CASE weekday_number
        WHEN 1 THEN 'Monday'
        WHEN 2 THEN 'Tuesday'
        WHEN 3 THEN 'Wednesday'
        WHEN 4 THEN 'Thursday'
        WHEN 5 THEN 'Friday'
        WHEN 6 THEN 'Saturday'
        ELSE 'Sunday'
    END AS weekday,
    messages,
    sent,
    delivered,
    failed,
    clicked,
    percent(delivered, sent) AS delivered_percent,
    percent(failed, sent) AS failed_percent,
    percent(clicked, sent) AS clicked_percent
FROM (
    SELECT
        weekday_number,
        sum(messages) AS messages,
        sum(sent) AS sent,
        sum(delivered) AS delivered,
        sum(failed) AS failed,
        sum(clicked) AS clicked
    FROM (
        SELECT extract(isodow FROM hour) AS weekday_number, messages, sent, delivered, failed, clicked
        FROM submissions
        UNION ALL
        SELECT column1, 0, 0, 0, 0, 0
        FROM (VALUES (1), (2), (3), (4), (5), (6), (7))
    )
    GROUP BY weekday_number
)
ORDER BY weekday_number
