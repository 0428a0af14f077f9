//! `smsql/message`: what a sending platform knows of its messages and provider receipts do not say.

use super::super::model::{Message, Recipient, What, World};
use super::super::render::{Calendar, body, decimal, message_id, number, phone, put, sender, template};
use super::super::texts::{OPT_OUTS, REPLIES};
use super::{Context, event};

pub(super) fn line(line: &mut Vec<u8>, context: &mut Context<'_>) -> Option<()> {
    let (about, to) = context.about?;
    match context.event.what {
        What::Facts => {}
        // What people write back comes by the same door, opt-outs among it.
        What::Reply(text) => return reply(line, context, REPLIES[usize::from(text)]),
        What::OptOut(text) => return reply(line, context, OPT_OUTS[usize::from(text)]),
        What::Status(_) | What::Click(_) | What::Action { .. } => return None,
    }
    identity(line, about);
    put(line, ",\"event_time\":\"");
    context.calendar.iso(line, context.event.time, "Z\",\"received_at\":\"");
    context.calendar.iso(line, context.event.received, "Z\",\"recipient\":\"+");
    phone(line, to);
    line.push(b'"');
    if let Some(campaign) = context.world.campaign(about) {
        put(line, ",\"campaign_id\":\"");
        put(line, &campaign.id);
        line.push(b'"');
    }
    facts(line, context.world, about, to, context.calendar);
    put(line, "}\n");
    Some(())
}

fn reply(line: &mut Vec<u8>, context: &mut Context<'_>, text: &str) -> Option<()> {
    let (about, _) = context.about?;
    identity(line, about);
    event::answer(line, context, text);
    put(line, ",\"event_time\":\"");
    context.calendar.iso(line, context.event.time, "Z\",\"received_at\":\"");
    context.calendar.iso(line, context.event.received, "Z\"");
    event::source_event_id(line, about.id, context.event);
    put(line, "}\n");
    Some(())
}

/// Appends what identifies the message, and opens the line.
pub(super) fn identity(line: &mut Vec<u8>, about: &Message) {
    put(line, "{\"provider\":\"");
    put(line, about.provider.name());
    if let Some(account) = about.provider.account() {
        put(line, "\",\"account\":\"");
        put(line, account);
    }
    put(line, "\",\"message_id\":\"");
    message_id(line, about);
    line.push(b'"');
}

/// Appends what is known when the message is submitted.
pub(super) fn facts(line: &mut Vec<u8>, world: &World, about: &Message, to: &Recipient, calendar: &mut Calendar) {
    put(line, ",\"submitted_at\":\"");
    calendar.iso(line, about.submitted, "Z\",\"sender\":\"");
    put(line, sender(world, about));
    put(line, "\",\"country\":\"");
    put(line, to.country.code);
    put(line, "\",\"carrier\":\"");
    put(line, to.carrier);
    let campaign = world.campaign(about);
    if let Some(campaign) = campaign {
        put(line, "\",\"user\":\"");
        put(line, campaign.user);
        put(line, "\",\"list_ids\":[\"");
        let (first, second) = campaign.lists_of(about.recipient);
        put(line, first);
        if let Some(second) = second {
            put(line, "\",\"");
            put(line, second);
        }
        put(line, "\"],\"tags\":{\"blast\":\"");
        number(line, about.blast.into());
        put(line, "\"}");
    } else {
        line.push(b'"');
    }
    let text = template(campaign.is_some(), about.template);
    if world.bodies {
        put(line, ",\"body\":\"");
        body(line, text, about.id);
        line.push(b'"');
    }
    put(line, if text.is_gsm() { ",\"encoding\":\"gsm7\"" } else { ",\"encoding\":\"ucs2\"" });
    put(line, ",\"segments\":");
    number(line, about.segments.into());
    put(line, ",\"credits\":\"");
    decimal(line, u64::from(to.country.credits) * u64::from(about.segments), 1);
    line.push(b'"');
}
