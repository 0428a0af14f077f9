-- define: campaign_facts
-- title: One row per campaign on which something was done
-- columns:
--   campaign_id - The campaign's id.
--   group_id - The campaign of several blasts it is part of, from the tag `campaign` of its actions.
--   name - Its name, as its latest action with a name gives it.
--   status - The last action on it.
--   created_at - When it was first created.
--   scheduled_at - When it was last scheduled.
--
-- What `campaigns` says without counting messages, which takes as long as everything else in a report.
SELECT
    campaign_id,
    latest(tags['campaign'], event_time) AS group_id,
    latest(tags['name'], event_time) AS name,
    latest(status, event_time) AS status,
    min(event_time) FILTER (WHERE lower(status) = 'created') AS created_at,
    max(event_time) FILTER (WHERE lower(status) = 'scheduled') AS scheduled_at
FROM events
WHERE kind = 'campaign' AND campaign_id IS NOT NULL
GROUP BY campaign_id
