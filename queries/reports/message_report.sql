-- report: message_report
-- title: Message report
-- description: Delivery, clicks, responses, unsubscribes and credits used, per blast (one campaign id) and over
--   campaigns of several blasts (the tag `campaign` of a blast's actions), and every message with its content, history,
--   numbers and the account user who sent it. `delivered_percent` is a share of sent: messages that left for the
--   carrier. The three rates of engagement are shares of delivered, and count delivered messages only, each once: with
--   at least one click that counts (click rate), one reply in answer (response rate), one opt-out in answer
--   (unsubscribe rate). So messages >= sent >= delivered >= clicked, replied, unsubscribed. Counts are of messages, or
--   with --count segments of their segments. A reply or opt-out that names no message answers the last one to its
--   number within --window-hours before it.

-- section: totals
-- title: From message to response
-- chart: funnel(step, messages)
-- columns:
--   step - messages, sent, delivered, clicked, replied, unsubscribed, in this order.
--   messages - How many messages in scope got there (segments with --count segments); of clicked, replied and
--     unsubscribed those that were delivered.
--   percent - That number as a share of what `share_of` says; NULL for the first step, and where the denominator is 0.
--   share_of - The denominator: messages for sent, sent for delivered, delivered for the others; NULL for the first
--     step.
WITH counts AS (
    SELECT
        coalesce(sum(units), 0) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_clicked), 0) AS clicked,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_replied), 0) AS replied,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_opted_out), 0) AS unsubscribed
    FROM answered_sends
)
SELECT step, number AS messages, percent(number, whole) AS percent, share_of
FROM (
    SELECT
        unnest(['messages', 'sent', 'delivered', 'clicked', 'replied', 'unsubscribed']) AS step,
        unnest([messages, sent, delivered, clicked, replied, unsubscribed]) AS number,
        unnest([NULL, messages, sent, delivered, delivered, delivered]) AS whole,
        unnest([NULL, 'messages', 'sent', 'delivered', 'delivered', 'delivered']) AS share_of,
        unnest([1, 2, 3, 4, 5, 6]) AS place
    FROM counts
)
ORDER BY place, step, messages, percent, share_of

-- section: blasts
-- title: Blasts
-- description: One row per blast with a message in scope, the one sent last first; messages of no blast are the row
--   without an id.
-- chart: bars(campaign_id, delivered_percent, click_percent, response_percent)
-- columns:
--   campaign_id - The blast's id; NULL for messages of no blast.
--   group_id - The campaign of several blasts it is part of; NULL where it is none's.
--   name - Its name, as its latest action with a name gives it.
--   last_sent_at - When the last of its messages in scope was submitted.
--   messages - How many messages in scope it has.
--   sent - How many of them left for the carrier.
--   delivered - How many were delivered.
--   delivered_percent - Delivered as a share of sent.
--   clicked - How many delivered messages have a click that counts.
--   click_percent - The click rate: clicked as a share of delivered.
--   replied - How many delivered messages have a reply in answer.
--   response_percent - The response rate: replied as a share of delivered.
--   unsubscribed - How many delivered messages have an opt-out in answer.
--   unsubscribe_percent - The unsubscribe rate: unsubscribed as a share of delivered.
--   credits - Message credits used, as far as is known; NULL, not 0, where no message says.
SELECT
    total.campaign_id,
    fact.group_id,
    fact.name,
    last_sent_at,
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    clicked,
    percent(clicked, delivered) AS click_percent,
    replied,
    percent(replied, delivered) AS response_percent,
    unsubscribed,
    percent(unsubscribed, delivered) AS unsubscribe_percent,
    credits
FROM (
    SELECT
        campaign_id,
        max(sent_time) AS last_sent_at,
        sum(units) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_clicked), 0) AS clicked,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_replied), 0) AS replied,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_opted_out), 0) AS unsubscribed,
        sum(credits) AS credits
    FROM answered_sends
    GROUP BY campaign_id
) AS total
LEFT JOIN campaign_facts AS fact ON fact.campaign_id = total.campaign_id
ORDER BY last_sent_at DESC, campaign_id NULLS LAST

-- section: campaigns
-- title: Campaigns of several blasts
-- description: One row per campaign with a message in scope, the one sent last first; blasts of no campaign, and
--   messages of no blast, are the row without an id.
-- columns:
--   group_id - The campaign's id; NULL for what belongs to none.
--   blasts - How many different blasts with messages in scope it has.
--   last_sent_at - When the last of its messages in scope was submitted.
--   recipients - How many different recipients its messages have.
--   messages - How many messages in scope it has.
--   sent - How many of them left for the carrier.
--   delivered - How many were delivered.
--   delivered_percent - Delivered as a share of sent.
--   clicked - How many delivered messages have a click that counts.
--   click_percent - The click rate: clicked as a share of delivered.
--   replied - How many delivered messages have a reply in answer.
--   response_percent - The response rate: replied as a share of delivered.
--   unsubscribed - How many delivered messages have an opt-out in answer.
--   unsubscribe_percent - The unsubscribe rate: unsubscribed as a share of delivered.
--   credits - Message credits used, as far as is known; NULL, not 0, where no message says.
SELECT
    group_id,
    blasts,
    last_sent_at,
    recipients,
    messages,
    sent,
    delivered,
    percent(delivered, sent) AS delivered_percent,
    clicked,
    percent(clicked, delivered) AS click_percent,
    replied,
    percent(replied, delivered) AS response_percent,
    unsubscribed,
    percent(unsubscribed, delivered) AS unsubscribe_percent,
    credits
FROM (
    SELECT
        fact.group_id,
        count(DISTINCT message.campaign_id) AS blasts,
        max(sent_time) AS last_sent_at,
        count(DISTINCT recipient) AS recipients,
        sum(units) AS messages,
        coalesce(sum(units) FILTER (WHERE was_sent), 0) AS sent,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered'), 0) AS delivered,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_clicked), 0) AS clicked,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_replied), 0) AS replied,
        coalesce(sum(units) FILTER (WHERE bucket = 'delivered' AND was_opted_out), 0) AS unsubscribed,
        sum(credits) AS credits
    FROM answered_sends AS message
    LEFT JOIN campaign_facts AS fact ON fact.campaign_id = message.campaign_id
    GROUP BY fact.group_id
)
ORDER BY last_sent_at DESC, group_id NULLS LAST

-- section: messages
-- title: Messages
-- description: One row per message in scope, for audit, the earliest first.
-- columns:
--   sent_at - When it was submitted; where no report says so, when its first event happened.
--   campaign_id - The blast it belongs to.
--   user - The account user who sent it.
--   sender - The number or name it was sent from.
--   recipient - The number it went to.
--   text - Its content.
--   bucket - What became of it.
--   status - The provider's status, verbatim; NULL where none came.
--   error_code - The provider's error code, verbatim.
--   status_at - When the report that decides happened; NULL where none came.
--   segments - How many segments it has; NULL where nothing says so.
--   credits - Credits it used; NULL where nothing says so.
--   provider - The provider that took it.
--   account - The provider's account, project or service.
--   message_id - The provider's id of the message.
SELECT
    sent_time AS sent_at,
    campaign_id,
    "user",
    sender,
    recipient,
    body AS text,
    bucket,
    status,
    error_code,
    status_at,
    segments,
    credits,
    provider,
    account,
    message_id
FROM sends
ORDER BY sent_time, message_key

-- section: history
-- title: History
-- description: One row per report on a message in scope (events of kind `status` that carry a status), in the order of
--   the messages and of what happened to them; each names the raw line it came from.
-- columns:
--   event_time - When it happened.
--   message_id - The provider's id of the message.
--   recipient - The number it went to.
--   status - The provider's status, verbatim.
--   error_code - The provider's error code, verbatim.
--   bucket - What the status table says of this status and code alone.
--   attempt - Which attempt it is about, where the report says so.
--   part_index - Which part it is about, where the report says so.
--   received_at - When the report came in.
--   source_file - The raw file it came in.
--   source_line - The line of that file.
SELECT
    event.event_time,
    send.message_id,
    send.recipient,
    event.status,
    event.error_code,
    status_bucket(event.provider, event.status, event.error_code) AS bucket,
    event.attempt,
    event.part_index,
    event.received_at,
    event.source_file,
    event.source_line
FROM (SELECT * FROM events WHERE kind = 'status' AND status IS NOT NULL) AS event
JOIN sends AS send ON send.message_key = event.message_key
ORDER BY send.sent_time, send.message_key, event.event_time, event.received_at, event.event_key
