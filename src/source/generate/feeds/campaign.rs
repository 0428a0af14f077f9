//! `smsql/campaign`: what was done with a campaign, by whom.

use super::super::model::What;
use super::super::render::{number, put, template};
use super::Context;

pub(super) fn line(line: &mut Vec<u8>, context: &mut Context<'_>) -> Option<()> {
    let What::Action { campaign, blast, action } = context.event.what else { return None };
    let campaign = context.world.campaigns.get(campaign as usize)?;
    put(line, "{\"provider\":\"smsql\",\"kind\":\"campaign\",\"status\":\"");
    put(line, action);
    put(line, "\",\"event_time\":\"");
    context.calendar.iso(line, context.event.time, "Z\",\"received_at\":\"");
    context.calendar.iso(line, context.event.received, "Z\",\"campaign_id\":\"");
    put(line, &campaign.id);
    put(line, "\",\"user\":\"");
    put(line, campaign.user);
    put(line, "\",\"sender\":\"");
    put(line, campaign.sender);
    line.push(b'"');
    if blast > 0 {
        put(line, ",\"tags\":{\"blast\":\"");
        number(line, blast.into());
        put(line, "\"}");
    } else {
        put(line, ",\"list_ids\":[\"");
        put(line, &campaign.lists.join("\",\""));
        put(line, "\"],\"body\":\"");
        put(line, template(true, campaign.template).0);
        line.push(b'"');
    }
    put(line, ",\"source_event_id\":\"");
    put(line, &campaign.id);
    line.push(b'-');
    number(line, blast.into());
    line.push(b'-');
    put(line, action);
    put(line, "\"}\n");
    Some(())
}
