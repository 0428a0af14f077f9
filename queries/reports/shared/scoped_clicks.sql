-- define: scoped_clicks
-- title: One row per click in scope, by people and bots
-- columns:
--   event_key - The click's identity.
--   clicked_at - When it was clicked.
--   message_key - The message whose link it was; NULL where the click names none.
--   campaign_id - The campaign of the message, else of the click.
--   provider - Who reported it.
--   account - The provider's account, project or service.
--   recipient - Whose link it was.
--   link_id - The tracked link's id.
--   link_url - Where the link leads.
--   user_agent - The browser or bot, as it named itself.
--   is_bot - Whether that is a crawler or a link preview.
--
-- A click on a message's link is in scope with its message, whenever it happened. A click that names no message is in
-- scope by its own campaign, provider, account and time; no list and no segment can be known of it.
SELECT
    click.event_key,
    click.event_time AS clicked_at,
    click.message_key,
    coalesce(send.campaign_id, click.campaign_id) AS campaign_id,
    click.provider,
    click.account,
    coalesce(send.recipient, click.recipient) AS recipient,
    click.link_id,
    click.link_url,
    click.user_agent,
    coalesce(is_bot(click.user_agent), false) AS is_bot
FROM (SELECT * FROM events WHERE kind = 'click') AS click
LEFT JOIN sends AS send ON send.message_key = click.message_key
WHERE send.message_key IS NOT NULL
   OR (click.message_key IS NULL
      AND ($from IS NULL OR click.event_time >= $from)
      AND ($to IS NULL OR click.event_time < $to)
      AND ($campaign IS NULL OR click.campaign_id = $campaign)
      AND ($provider IS NULL OR click.provider = $provider)
      AND ($account IS NULL OR click.account = $account)
      AND $list IS NULL
      AND $segment IS NULL)
