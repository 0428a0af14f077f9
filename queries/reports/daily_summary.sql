-- report: daily_summary
-- title: Daily summary
-- description: What became of the messages of each day. Everything stands on the day its message was submitted, in
--   --tz: a receipt, a click or a reply that comes later changes that day's row and no other, so days can be compared
--   and added up (but for `clickers`, since one person may click on two days). `delivered_percent` is the share of
--   delivered among those sent, which are the messages that left for the carrier. sent + refused + pending = messages.
-- schedule: daily

-- section: days
-- title: Days
-- chart: timeline(day, sent, delivered, failed)
-- columns:
--   day - The day of submission, in --tz (of the first event where nothing says when it was submitted).
--   messages - Outbound messages submitted that day.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   refused - Of the messages, those that were rejected or whose recipient had opted out: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   segments - Billed segments of the messages; one of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   clicks - Clicks that count on these messages; a click that names no message counts on its own day.
--   clickers - Different recipients who so clicked.
--   replies - Replies to these messages.
--   opt_outs - Opt-outs in answer to these messages.
--
SELECT 1

-- section: total
-- title: All days
-- columns:
--   messages - Outbound messages submitted on any day in scope.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   refused - Of the messages, those that were rejected or whose recipient had opted out: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   segments - Billed segments of the messages; one of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--   clicks - Clicks that count on these messages; a click that names no message counts on its own day.
--   clickers - Different recipients who so clicked.
--   replies - Replies to these messages.
--   opt_outs - Opt-outs in answer to these messages.
--
SELECT 1

-- section: providers
-- title: Days by provider
-- columns:
--   day - The day of submission, in --tz.
--   provider - Who was to deliver.
--   messages - Outbound messages submitted that day through the provider.
--   sent - Of these, those that left for the carrier: all but pending, rejected and unsubscribed.
--   delivered - Of those sent, the delivered ones.
--   delivered_percent - Delivered as a share of sent.
--   failed - Of those sent, those that ended in a soft or hard bounce.
--   refused - Of the messages, those that were rejected or whose recipient had opted out: never sent.
--   pending - Of the messages, those of which no more is known than that they were handed over.
--   segments - Billed segments of the messages; one of which nothing says how many counts as one.
--   credits - Sum of the message credits used by those that say so; NULL where none does.
--
SELECT 1

-- section: costs
-- title: Costs by day
-- description: Amounts in different currencies are never added.
-- columns:
--   day - The day of submission, in --tz.
--   currency - ISO 4217 code; NULL for messages whose cost, or its currency, nobody said: that is not zero.
--   messages - Outbound messages of the day with a cost in this currency, or without a known cost where it is NULL.
--   cost - Sum of their costs, in the currency; NULL where it is not known.
--
SELECT 1
