-- report: suppression_list
-- title: Suppression list
-- description: Who should get no further message, why, since when, and what proves it: recipients who opted out and did
--   not opt in again, and those to whom three messages bounced hard. Whether a recipient is suppressed is decided by
--   all that is known of it, exactly as `recipients.suppressed`; the common parameters only choose whose rows are
--   shown: without any of them everyone who is suppressed, else those with a message in scope. Shares are of the
--   recipients shown.
-- ignores: bots - clicks play no part
-- schedule: daily

-- section: reasons
-- title: Why
-- description: Both are always there.
-- columns:
--   reason - `opted_out` or `hard_bounces`; who did both counts as opted out.
--   recipients - Suppressed recipients with this reason.
--   percent - Recipients as a share of all suppressed recipients shown.
--   both - Of these, those who opted out and also have three hard bounces or more.
--
SELECT 1

-- section: recipients
-- title: Recipients
-- columns:
--   recipient - The number, E.164.
--   reason - `opted_out` or `hard_bounces`, as `recipients.suppressed_reason`.
--   since - When that began: the first opt-out after the last opt-in, or the third hard bounce.
--   opt_out_via - How that opt-out came: `keyword` or `link`; NULL where it did not opt out.
--   opt_out_body - Its text.
--   opt_outs - How often it opted out since it last opted in.
--   hard_bounces - How many messages to it bounced hard, ever.
--   last_bounce_at - When the last of them did.
--   last_bounce_status - The status that says so, verbatim.
--   last_bounce_error_code - The error code that came with it, verbatim.
--   messages - Messages to it in scope.
--   messages_after - Of these, those submitted after `since`.
--
SELECT 1

-- section: bounces
-- title: Hard bounces of those suppressed for them
-- columns:
--   recipient - The number, E.164.
--   bounce - The how manieth hard bounce it was, 1 the oldest.
--   bounced_at - When the report that says so happened.
--   provider - Who reported it.
--   status - The status, verbatim.
--   error_code - The error code that came with it, verbatim.
--   campaign_id - The campaign of the message.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
--
SELECT 1

-- section: returned
-- title: Recipients who opted in again
-- columns:
--   recipient - The number, E.164.
--   opted_out_at - When it last opted out.
--   opted_in_at - When it last opted in, after that.
--   hard_bounces - How many messages to it bounced hard, ever.
--   can_return - Whether it may get messages again: it has fewer than three hard bounces.
--
SELECT 1
