-- report: conversations
-- title: Conversations
-- description: The two-way inbox: who wrote, what was said in both directions, and what still waits for an answer.
--   Outbound are the messages in scope; inbound are replies, opt-outs and opt-ins (of the period, provider and account
--   asked for, by their own time). With --campaign, --list or --segment only people count to whom a message in scope
--   went. A conversation is one person who wrote at least once. `conversations` is a share of the people with a message
--   in either direction, `unanswered` and `opted out` are shares of the conversations. Messages to people are counted
--   once, or with --count segments by their segments; messages from people are always counted once each.
-- ignores: bots - nothing here counts clicks
-- parameters:
--   recipient text - Only the conversation with this number, as it is stored (E.164 where it can be).

-- define: received
-- title: One row per inbound message in scope
SELECT *
FROM (
    SELECT
        event_key,
        CASE WHEN direction = 'inbound' THEN sender ELSE recipient END AS recipient,
        event_time AS time,
        kind,
        body AS text,
        CASE WHEN direction = 'inbound' THEN recipient ELSE sender END AS own_number,
        campaign_id,
        provider,
        account,
        message_id
    FROM events
    WHERE kind IN ('reply', 'opt_out', 'opt_in')
)
WHERE ($from IS NULL OR time >= $from)
  AND ($to IS NULL OR time < $to)
  AND ($provider IS NULL OR provider = $provider)
  AND ($account IS NULL OR account = $account)
  AND ($recipient IS NULL OR recipient = $recipient)
  AND (($campaign IS NULL AND $list IS NULL AND $segment IS NULL) OR recipient IN (SELECT recipient AS addressed FROM sends))

-- define: writers
-- title: One row per person who wrote
SELECT
    recipient,
    max(time) AS last_in_at,
    latest(text, time) AS last_in_text,
    count(*) AS messages_in,
    max(time) FILTER (WHERE kind = 'reply') AS last_reply_at,
    -- Of an opt-out and an opt-in at the same instant the opt-out counts.
    coalesce(
        max(time) FILTER (WHERE kind = 'opt_out') >= max(time) FILTER (WHERE kind = 'opt_in'),
        max(time) FILTER (WHERE kind = 'opt_out') IS NOT NULL
    ) AS opted_out
FROM received
GROUP BY recipient

-- define: readers
-- title: One row per person to whom a message in scope went
SELECT
    recipient,
    max(sent_time) AS last_out_at,
    latest(body, sent_time) AS last_out_text,
    sum(units) AS messages_out
FROM sends
WHERE $recipient IS NULL OR recipient = $recipient
GROUP BY recipient

-- section: summary
-- title: Summary
-- columns:
--   measure - people, conversations, unanswered, opted out, messages out, messages in, in this order.
--   number - How many: people for the first four (those with a message in either direction; those who wrote; those of
--     them whose last reply came after the last message to them; those of them who opted out and not in again), else
--     messages to people (segments with --count segments) and messages from people.
--   percent - That number as a share of what `share_of` says; NULL where there is no denominator or it is 0.
--   share_of - The denominator: people for conversations, conversations for unanswered and opted out, otherwise NULL.
WITH people AS (
    SELECT
        writer.recipient IS NOT NULL AS wrote,
        coalesce(writer.recipient, reader.recipient) IS NOT NULL AS is_known,
        writer.last_reply_at IS NOT NULL
            AND (reader.last_out_at IS NULL OR writer.last_reply_at > reader.last_out_at) AS unanswered,
        writer.opted_out,
        coalesce(reader.messages_out, 0) AS messages_out,
        coalesce(writer.messages_in, 0) AS messages_in
    FROM writers AS writer
    FULL JOIN readers AS reader ON reader.recipient = writer.recipient
),
counts AS (
    SELECT
        count(*) FILTER (WHERE is_known) AS people,
        count(*) FILTER (WHERE wrote) AS conversations,
        count(*) FILTER (WHERE wrote AND unanswered) AS unanswered,
        count(*) FILTER (WHERE wrote AND opted_out) AS opted_out,
        coalesce(sum(messages_out), 0) AS messages_out,
        coalesce(sum(messages_in), 0) AS messages_in
    FROM people
)
SELECT measure, number, percent(number, whole) AS percent, share_of
FROM (
    SELECT
        unnest(['people', 'conversations', 'unanswered', 'opted out', 'messages out', 'messages in']) AS measure,
        unnest([people, conversations, unanswered, opted_out, messages_out, messages_in]) AS number,
        unnest([NULL, people, conversations, conversations, NULL, NULL]) AS whole,
        unnest([NULL, 'people', 'conversations', 'conversations', NULL, NULL]) AS share_of,
        unnest([1, 2, 3, 4, 5, 6]) AS place
    FROM counts
)
ORDER BY place, measure, number, percent, share_of

-- section: inbox
-- title: Inbox
-- description: One row per person who wrote, the one who wrote last first.
-- columns:
--   recipient - The person's number; NULL where it is not known.
--   unanswered - Whether the person's last reply came after the last message to them, or none ever went to them;
--     opt-outs and opt-ins ask for no answer.
--   last_in_at - When the person last wrote: reply, opt-out or opt-in.
--   last_in_text - The latest text the person wrote.
--   messages_in - How often the person wrote.
--   last_out_at - When the last message in scope went to the person; NULL where none did.
--   last_out_text - The latest text that went to the person.
--   messages_out - How many messages in scope went to the person (segments with --count segments).
--   opted_out - Whether the person's last opt-out in scope is not before the last opt-in in scope.
SELECT
    writer.recipient,
    writer.last_reply_at IS NOT NULL
        AND (reader.last_out_at IS NULL OR writer.last_reply_at > reader.last_out_at) AS unanswered,
    writer.last_in_at,
    writer.last_in_text,
    writer.messages_in,
    reader.last_out_at,
    reader.last_out_text,
    coalesce(reader.messages_out, 0) AS messages_out,
    writer.opted_out
FROM writers AS writer
LEFT JOIN readers AS reader ON reader.recipient = writer.recipient
ORDER BY last_in_at DESC, writer.recipient NULLS LAST

-- section: thread
-- title: Threads
-- description: One row per message in either direction, person by person in the order of time: of everyone who wrote,
--   or of the number given with --recipient.
-- columns:
--   recipient - The person's number; NULL where it is not known.
--   time - When it was submitted or received.
--   direction - `in` (from the person) or `out` (to the person).
--   kind - `message` for what went out; `reply`, `opt_out` or `opt_in` for what came in.
--   text - What was said; NULL for an opt-out by link.
--   own_number - The number or name on our side: sender of what went out, recipient of what came in.
--   bucket - What became of what went out; NULL for what came in.
--   campaign_id - The campaign it says it belongs to.
--   user - The account user who sent it; NULL for what came in.
--   provider - The provider it went or came through.
--   message_id - The provider's id of the message.
SELECT recipient, time, direction, kind, text, own_number, bucket, campaign_id, "user", provider, message_id
FROM (
    SELECT
        recipient,
        sent_time AS time,
        'out' AS direction,
        'message' AS kind,
        body AS text,
        sender AS own_number,
        bucket,
        campaign_id,
        "user",
        provider,
        message_id,
        message_key AS key
    FROM sends
    WHERE ($recipient IS NOT NULL AND recipient = $recipient)
       OR ($recipient IS NULL AND recipient IN (SELECT recipient AS writer FROM received))
    UNION ALL
    SELECT recipient, time, 'in', kind, text, own_number, NULL, campaign_id, NULL, provider, message_id, event_key
    FROM received
)
ORDER BY recipient NULLS LAST, time, direction, key
