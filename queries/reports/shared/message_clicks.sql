-- define: message_clicks
-- title: One row per message with a click that counts, in scope or not
-- parameters:
--   bots text = exclude (exclude | include) - Whether clicks by crawlers and link previews count.
-- columns:
--   message_key - The message's identity.
--   clicks - How many clicks on its links count.
--   first_clicked_at - When the first of them happened.
--
-- To be joined to `sends`, which says what is in scope: `clicked` has only messages in scope, and reads all messages to
-- know them.
SELECT message_key, count(*) AS clicks, min(event_time) AS first_clicked_at
FROM events
WHERE kind = 'click' AND message_key IS NOT NULL AND ($bots = 'include' OR NOT coalesce(is_bot(user_agent), false))
GROUP BY message_key
