-- view: clicks
-- title: One row per click on a tracked link
-- columns:
--   event_time - When it was clicked.
--   campaign_id - The campaign of the click, else of its message.
--   recipient - Whose link it was, as the click says, else its message.
--   link_id - The tracked link's id.
--   link_url - Where the link leads.
--   user_agent - The browser or bot, as it named itself.
--   is_bot - Whether that is a crawler or a link preview, not a person; false where no agent is given.
--   provider - Who reported it.
--   account - The provider's account, project or service.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
--   event_key - The click's identity.
SELECT
    click.event_time,
    coalesce(click.campaign_id, message.campaign_id) AS campaign_id,
    coalesce(click.recipient, message.recipient) AS recipient,
    click.link_id,
    click.link_url,
    click.user_agent,
    coalesce(is_bot(click.user_agent), false) AS is_bot,
    click.provider,
    click.account,
    click.message_id,
    click.message_key,
    click.event_key
FROM (SELECT * FROM events WHERE kind = 'click') AS click
LEFT JOIN messages AS message ON message.message_key = click.message_key
