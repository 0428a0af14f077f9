-- feed: telnyx/webhook
-- title: Messaging webhooks: message.sent, message.finalized, message.received
-- source: https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks
-- format: json
-- columns:
--   data.id text
--   data.event_type text
--   data.occurred_at text
--   data.payload.id text
--   data.payload.messaging_profile_id text
--   data.payload.from.phone_number text
--   data.payload.to[].phone_number text
--   data.payload.to[].status text
--   data.payload.to[].carrier text
--   data.payload.text text
--   data.payload.encoding text
--   data.payload.parts text
--   data.payload.received_at text
--   data.payload.autoresponse_type text
--   data.payload.cost.amount text
--   data.payload.cost.currency text
--   data.payload.errors[].code text
--   data.payload.tags list
--
-- One webhook reports every recipient of a message, so each entry of `to` is an event and the message is keyed
-- `id:recipient`. The cost is that of the whole message: the first recipient carries it, so that sums are right.
-- The errors stand beside the recipients, not inside them: the first one goes to the recipients that it did not reach.
-- `finalized` may arrive before `sent`; `occurred_at` orders them. A webhook that is sent again keeps its `data.id`.
-- An inbound group message has several numbers in `to`, ours among them: it is one reply, kept at the first number.
-- Telnyx acts on STOP and START itself and says so in `autoresponse_type`: those are opt_out and opt_in.
-- `account` is the messaging profile.
SELECT
    _line,
    data['payload']['messaging_profile_id'] AS account,
    data['payload']['id'] || ':' || e164(party['phone_number']) AS message_id,
    CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE
        WHEN NOT is_inbound THEN 'status'
        WHEN upper(data['payload']['autoresponse_type']) = 'STOP' THEN 'opt_out'
        WHEN upper(data['payload']['autoresponse_type']) = 'START' THEN 'opt_in'
        ELSE 'reply'
    END AS kind,
    CASE WHEN NOT is_inbound THEN party['status'] END AS status,
    CASE
        WHEN NOT is_inbound AND party['status'] NOT IN ('scheduled', 'queued', 'sending', 'sent', 'delivered')
        THEN data['payload']['errors'][1]['code']
    END AS error_code,
    CASE data['event_type'] WHEN 'message.finalized' THEN 'true' WHEN 'message.sent' THEN 'false' END AS provider_final,
    data['occurred_at'] AS event_time,
    CASE WHEN NOT is_inbound THEN data['payload']['received_at'] END AS submitted_at,
    party['phone_number'] AS recipient,
    data['payload']['from']['phone_number'] AS sender,
    nullif(party['carrier'], '') AS carrier,
    nullif(data['payload']['text'], '') AS body,
    CASE
        WHEN upper(data['payload']['encoding']) LIKE 'GSM%' THEN 'gsm7'
        WHEN upper(data['payload']['encoding']) LIKE 'UCS%' THEN 'ucs2'
        ELSE data['payload']['encoding']
    END AS encoding,
    data['payload']['parts'] AS segments,
    CASE WHEN position = 1 THEN data['payload']['cost']['amount'] END AS cost,
    CASE WHEN position = 1 THEN data['payload']['cost']['currency'] END AS currency,
    data['id'] AS source_event_id,
    CASE
        WHEN array_length(data['payload']['tags']) > 0
        THEN map(['tags'], [array_to_string(data['payload']['tags'], '|')])
    END AS tags,
    CASE
        WHEN data['event_type'] IS NULL OR data['event_type'] NOT LIKE 'message.%'
        THEN 'not a message event: data.event_type is ' || coalesce(data['event_type'], 'missing')
        WHEN party IS NULL THEN 'data.payload.to names no recipient'
    END AS _reject
FROM (
    SELECT *, data['payload']['to'][position] AS party
    FROM (
        SELECT
            *,
            coalesce(data['event_type'] = 'message.received', false) AS is_inbound,
            unnest(
                generate_series(
                    1,
                    CASE
                        WHEN data['event_type'] = 'message.received' THEN 1
                        ELSE greatest(coalesce(CAST(array_length(data['payload']['to']) AS BIGINT), 1), 1)
                    END
                )
            ) AS position
        FROM raw
    )
)
