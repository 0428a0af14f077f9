-- report: link_tracking
-- title: Link tracking
-- description: Clicks on tracked links: per link, by the hour, by person, and by people and bots. `clicks` is every
--   click that counts: by people, and with --bots include by crawlers and link previews too; `unique` is different
--   recipients. `clicks_percent` is a share of all clicks that count in scope (in `agents` and `user_agents`: of all
--   clicks in scope, whatever --bots says). A click is in scope with its message, whenever it happened; one that names
--   no message by its own campaign, provider, account and time. With --link only clicks on that link are in scope.
--   Clicks are counted as such, whatever --count says.
-- parameters:
--   link text - Only clicks on this link: its id; where the shortener gives none, its address.
--     values: SELECT DISTINCT coalesce(link_id, link_url) AS link FROM events WHERE kind = 'click' ORDER BY link

-- section: links
-- title: Links
-- description: One row per link that was clicked, the most clicked first.
-- chart: bars(link_id, clicks)
-- columns:
--   link_id - The link's id; where the shortener gives none, its address.
--   link_url - Where it leads; of several addresses under one id the first in alphabetical order.
--   campaigns - In how many different campaigns it was clicked.
--   clicks - Every click on it that counts.
--   clicks_percent - These clicks as a share of all clicks that count in scope.
--   unique - How many different recipients clicked it; clicks of which nobody knows the recipient are none.
--   first_clicked_at - When it was first clicked.
--   last_clicked_at - When it was last clicked.
SELECT
    link_id,
    link_url,
    campaigns,
    clicks,
    percent(clicks, sum(clicks) OVER ()) AS clicks_percent,
    "unique",
    first_clicked_at,
    last_clicked_at
FROM (
    SELECT
        coalesce(link_id, link_url) AS link_id,
        min(link_url) AS link_url,
        count(DISTINCT campaign_id) AS campaigns,
        count(*) AS clicks,
        count(DISTINCT recipient) AS "unique",
        min(clicked_at) AS first_clicked_at,
        max(clicked_at) AS last_clicked_at
    FROM counted_clicks
    WHERE $link IS NULL OR coalesce(link_id, link_url) = $link
    GROUP BY coalesce(link_id, link_url)
)
ORDER BY clicks DESC, link_id NULLS LAST

-- section: clicks_by_hour
-- title: Clicks by the hour
-- description: One row per hour with a click that counts.
-- chart: timeline(hour, clicks, unique)
-- columns:
--   hour - The hour's beginning, in the session's time zone.
--   clicks - Every click in it that counts.
--   unique - How many different recipients clicked in it.
SELECT date_trunc('hour', clicked_at) AS hour, count(*) AS clicks, count(DISTINCT recipient) AS "unique"
FROM counted_clicks
WHERE $link IS NULL OR coalesce(link_id, link_url) = $link
GROUP BY date_trunc('hour', clicked_at)
ORDER BY hour

-- section: clickers
-- title: Who clicked
-- description: One row per person who clicked, the most clicks first; clicks of which nobody knows the recipient are
--   the row without one.
-- columns:
--   recipient - Who clicked; NULL where neither the click nor its message says.
--   clicks - How often: every click that counts.
--   links - On how many different links.
--   campaigns - In how many different campaigns.
--   first_clicked_at - When the first of these clicks happened.
--   last_clicked_at - When the last of them did.
SELECT
    recipient,
    count(*) AS clicks,
    count(DISTINCT coalesce(link_id, link_url)) AS links,
    count(DISTINCT campaign_id) AS campaigns,
    min(clicked_at) AS first_clicked_at,
    max(clicked_at) AS last_clicked_at
FROM counted_clicks
WHERE $link IS NULL OR coalesce(link_id, link_url) = $link
GROUP BY recipient
ORDER BY clicks DESC, recipient NULLS LAST

-- section: agents
-- title: People and bots
-- description: Two rows, people then bots, whatever --bots says.
-- chart: shares(agent, clicks)
-- columns:
--   agent - `people`, or `bots`: crawlers and link previews, told by their user agent. Without a user agent it is
--     people.
--   clicks - Every click of theirs in scope.
--   clicks_percent - These clicks as a share of all clicks in scope, by people and bots; NULL where there are none.
--   unique - On the links of how many different recipients.
--   first_clicked_at - When the first of these clicks happened; NULL where there is none.
--   last_clicked_at - When the last of them did.
SELECT
    name.agent,
    coalesce(counts.clicks, 0) AS clicks,
    percent(coalesce(counts.clicks, 0), sum(counts.clicks) OVER ()) AS clicks_percent,
    coalesce(counts."unique", 0) AS "unique",
    counts.first_clicked_at,
    counts.last_clicked_at
FROM (VALUES (false, 'people'), (true, 'bots')) AS name (is_bot, agent)
LEFT JOIN (
    SELECT
        is_bot,
        count(*) AS clicks,
        count(DISTINCT recipient) AS "unique",
        min(clicked_at) AS first_clicked_at,
        max(clicked_at) AS last_clicked_at
    FROM scoped_clicks
    WHERE $link IS NULL OR coalesce(link_id, link_url) = $link
    GROUP BY is_bot
) AS counts ON counts.is_bot = name.is_bot
ORDER BY name.is_bot, name.agent

-- section: user_agents
-- title: User agents
-- description: One row per user agent, whatever --bots says, the most clicks first.
-- columns:
--   user_agent - The browser or bot, as it named itself; NULL where it did not.
--   is_bot - Whether that is a crawler or a link preview.
--   clicks - Every click of it in scope.
--   clicks_percent - These clicks as a share of all clicks in scope, by people and bots.
--   unique - On the links of how many different recipients.
SELECT user_agent, is_bot, clicks, percent(clicks, sum(clicks) OVER ()) AS clicks_percent, "unique"
FROM (
    SELECT user_agent, is_bot, count(*) AS clicks, count(DISTINCT recipient) AS "unique"
    FROM scoped_clicks
    WHERE $link IS NULL OR coalesce(link_id, link_url) = $link
    GROUP BY user_agent, is_bot
)
ORDER BY clicks DESC, user_agent NULLS LAST, is_bot
