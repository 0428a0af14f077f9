-- view: campaigns
-- title: One row per campaign: its actions, and how many messages it has
-- columns:
--   campaign_id - The campaign's id.
--   group_id - The campaign of several blasts it is part of, from the tag `campaign` of its events.
--   name - Its name, from the tag `name` of its events.
--   status - The last action on it.
--   status_at - When that was.
--   created_at - When it was first created.
--   scheduled_at - When it was last scheduled.
--   sent_at - When it was first sent.
--   suspended_at - When it was last suspended.
--   user - The account user who acted last.
--   sender - Who it is sent as.
--   list_ids - The lists or segments it goes to.
--   messages - How many outbound messages belong to it.
--
-- A campaign that is known only from its messages has a row too, without actions.
SELECT
    coalesce(actions.campaign_id, counts.campaign_id) AS campaign_id,
    group_id,
    name,
    status,
    status_at,
    created_at,
    scheduled_at,
    sent_at,
    suspended_at,
    "user",
    sender,
    list_ids,
    coalesce(messages, 0) AS messages
FROM (
    SELECT
        campaign_id,
        latest(tags['campaign'], event_time) AS group_id,
        latest(tags['name'], event_time) AS name,
        latest(status, event_time) AS status,
        max(event_time) FILTER (WHERE status IS NOT NULL) AS status_at,
        min(event_time) FILTER (WHERE lower(status) = 'created') AS created_at,
        max(event_time) FILTER (WHERE lower(status) = 'scheduled') AS scheduled_at,
        min(event_time) FILTER (WHERE lower(status) = 'sent') AS sent_at,
        max(event_time) FILTER (WHERE lower(status) = 'suspended') AS suspended_at,
        latest("user", event_time) AS "user",
        latest(sender, event_time) AS sender,
        latest(list_ids, event_time) AS list_ids
    FROM events
    WHERE kind = 'campaign' AND campaign_id IS NOT NULL
    GROUP BY campaign_id
) AS actions
FULL JOIN (
    SELECT campaign_id, count(*) AS messages
    FROM messages
    WHERE direction = 'outbound' AND campaign_id IS NOT NULL
    GROUP BY campaign_id
) AS counts ON counts.campaign_id = actions.campaign_id
