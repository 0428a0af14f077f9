//! `smsql/click`: who opened which tracked link of which message, and with what.

use super::super::model::{Message, What, World};
use super::super::render::{phone, put};
use super::super::texts::USER_AGENTS;
use super::{Context, event, message};

pub(super) fn line(line: &mut Vec<u8>, context: &mut Context<'_>) -> Option<()> {
    let What::Click(agent) = context.event.what else { return None };
    let (about, to) = context.about?;
    message::identity(line, about);
    link(line, context.world, about, USER_AGENTS[usize::from(agent)]);
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
    event::source_event_id(line, about.id, context.event);
    put(line, "}\n");
    Some(())
}

/// Appends the link and what opened it.
pub(super) fn link(line: &mut Vec<u8>, world: &World, about: &Message, agent: &str) {
    if let Some(campaign) = world.campaign(about) {
        put(line, ",\"link_id\":\"");
        put(line, &campaign.id);
        put(line, "-link\",\"link_url\":\"https://shop.example/");
        put(line, &campaign.id);
        line.push(b'"');
    }
    put(line, ",\"user_agent\":\"");
    put(line, agent);
    line.push(b'"');
}
