//! `smsql/event`: the columns of the event log as NDJSON. The first report of a message carries its facts.

use super::super::model::{Event, Message, Recipient, What};
use super::super::render::{LOWER, decimal, hex, number, phone, put, sender};
use super::super::texts::{OPT_OUTS, REPLIES, USER_AGENTS};
use super::super::truth::cost;
use super::{Context, campaign, click, message};

pub(super) fn line(line: &mut Vec<u8>, context: &mut Context<'_>) -> Option<()> {
    let event = context.event;
    if let What::Action { .. } = event.what {
        return campaign::line(line, context);
    }
    let (about, to) = context.about?;
    if let What::Facts = event.what {
        return None;
    }
    message::identity(line, about);
    match event.what {
        What::Status(word) => {
            put(line, ",\"status\":\"");
            put(line, word.status);
            if let Some(code) = word.code {
                put(line, "\",\"error_code\":\"");
                put(line, code);
            }
            line.push(b'"');
            status_details(line, about, to, event);
        }
        What::Click(agent) => {
            put(line, ",\"kind\":\"click\"");
            click::link(line, context.world, about, USER_AGENTS[usize::from(agent)]);
        }
        What::Reply(text) => {
            put(line, ",\"kind\":\"reply\"");
            answer(line, context, REPLIES[usize::from(text)]);
        }
        What::OptOut(text) => {
            put(line, ",\"kind\":\"opt_out\"");
            answer(line, context, OPT_OUTS[usize::from(text)]);
        }
        What::Facts | What::Action { .. } => {}
    }
    put(line, ",\"event_time\":\"");
    context.calendar.iso(line, event.time, "Z\",\"received_at\":\"");
    context.calendar.iso(line, event.received, "Z\"");
    if !matches!(event.what, What::Reply(_) | What::OptOut(_)) {
        put(line, ",\"recipient\":\"+");
        phone(line, to);
        line.push(b'"');
    }
    if let Some(campaign) = context.world.campaign(about) {
        put(line, ",\"campaign_id\":\"");
        put(line, &campaign.id);
        line.push(b'"');
    }
    if event.ordinal == 1 {
        message::facts(line, context.world, about, to, context.calendar);
    }
    // Like most receipts, status reports have no id of their own.
    if !matches!(event.what, What::Status(_)) {
        source_event_id(line, about.id, event);
    }
    put(line, "}\n");
    Some(())
}

fn status_details(line: &mut Vec<u8>, about: &Message, to: &Recipient, event: &Event) {
    if let Some(level) = event.level {
        put(line, ",\"level\":\"");
        put(line, level);
        line.push(b'"');
    }
    if event.part > 0 {
        put(line, ",\"part_index\":");
        number(line, event.part.into());
        put(line, ",\"part_count\":");
        number(line, about.segments.into());
    }
    if event.attempt > 0 {
        put(line, ",\"attempt\":");
        number(line, event.attempt.into());
    }
    if event.priced
        && let Some(currency) = about.provider.currency()
    {
        put(line, ",\"cost\":\"");
        decimal(line, cost(about, to), 5);
        put(line, "\",\"currency\":\"");
        put(line, currency);
        line.push(b'"');
    }
}

/// Appends what a person wrote back. Who answers which message is the platform's finding, so it names the message.
pub(super) fn answer(line: &mut Vec<u8>, context: &Context<'_>, text: &str) {
    put(line, ",\"direction\":\"inbound\",\"body\":\"");
    put(line, text);
    if let Some((about, to)) = context.about {
        put(line, "\",\"sender\":\"+");
        phone(line, to);
        put(line, "\",\"recipient\":\"");
        put(line, sender(context.world, about));
    }
    line.push(b'"');
}

/// Appends the event's own id: the message's, and which of its events it is.
pub(super) fn source_event_id(line: &mut Vec<u8>, id: u64, event: &Event) {
    put(line, ",\"source_event_id\":\"");
    hex(line, id, LOWER);
    line.push(b'-');
    number(line, event.ordinal.into());
    line.push(b'"');
}
