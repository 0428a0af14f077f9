-- report: hourly_timeline
-- title: Hourly timeline
-- description: What happened hour by hour, by the clock of --tz, for the messages in scope. In `hours` everything
--   counts when it happened: a message submitted at 9:59 and delivered at 10:00 stands in two hours, once in each
--   column, so the sums over the hours are the totals. `by_hour_of_day` and `by_weekday` follow the messages submitted
--   at such a time to their end; their rates are shares of the messages sent among these.
-- schedule: daily

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
--
SELECT 1

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
--
SELECT 1

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
--
SELECT 1

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
--
SELECT 1
