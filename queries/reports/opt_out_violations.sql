-- report: opt_out_violations
-- title: Opt-out violations
-- description: Messages submitted to a number after it opted out, by more than `grace_minutes`, and before it opted in
--   again. An opt-out counts for its number whatever sender, campaign or provider it answered; of an opt-out and an
--   opt-in at the same instant the opt-out counts. `percent` is the share of messages that are violations among the
--   outbound messages in scope (of the campaign, of the user). A message counts only where something says when it was
--   submitted; `undated` are those to opted-out numbers of which only a later first report is known, so that they may
--   have been submitted before.
-- ignores: bots - clicks play no part
-- schedule: daily
-- parameters:
--   grace_minutes integer = 0 - So many minutes after an opt-out a message is no violation yet.

-- section: summary
-- title: Summary
-- columns:
--   messages - Outbound messages in scope.
--   violations - Of these, those submitted after an opt-out.
--   percent - Violations as a share of messages.
--   delivered - Of the violations, those that were delivered.
--   blocked - Of the violations, those that were never sent: rejected or unsubscribed.
--   recipients - How many numbers the violations went to.
--   undated - Messages that may be violations, but of which nothing says when they were submitted.
--
SELECT 1

-- section: violations
-- title: Messages after an opt-out
-- columns:
--   submitted_at - When it was submitted.
--   recipient - The number, E.164.
--   opted_out_at - The first opt-out since the number last opted in.
--   opt_out_via - How that opt-out came: `keyword` or `link`.
--   opt_out_body - Its text.
--   seconds_after - Whole seconds from the opt-out to the submission, rounded down.
--   campaign_id - The campaign of the message.
--   user - The account user who sent it.
--   provider - Who was to deliver it.
--   sender - Who it was sent as.
--   bucket - What became of it.
--   delivered - Whether it was delivered.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
--
SELECT 1

-- section: campaigns
-- title: Campaigns
-- description: Campaigns with a violation.
-- columns:
--   campaign_id - The campaign; NULL for messages of none.
--   messages - Outbound messages of the campaign in scope.
--   violations - Of these, those submitted after an opt-out.
--   percent - Violations as a share of messages.
--   delivered - Of the violations, those that were delivered.
--   blocked - Of the violations, those that were never sent: rejected or unsubscribed.
--   recipients - How many numbers the violations went to.
--
SELECT 1

-- section: users
-- title: Account users
-- description: Users with a violation.
-- columns:
--   user - The account user who sent them; NULL where nobody said.
--   messages - Outbound messages of that user in scope.
--   violations - Of these, those submitted after an opt-out.
--   percent - Violations as a share of messages.
--   delivered - Of the violations, those that were delivered.
--   blocked - Of the violations, those that were never sent: rejected or unsubscribed.
--   recipients - How many numbers the violations went to.
--
SELECT 1
