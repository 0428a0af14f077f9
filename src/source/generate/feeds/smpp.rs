//! `smpp/receipt`: receipt lines of SMPP 3.4 appendix B, times to the minute.

use super::super::model::What;
use super::super::render::{body, message_id, put, template};
use super::super::vocabulary::Provider;
use super::Context;
use crate::event::Bucket;

pub(super) fn line(line: &mut Vec<u8>, context: &mut Context<'_>) -> Option<()> {
    let What::Status(word) = context.event.what else { return None };
    let (about, _) = context.about.filter(|about| about.0.provider == Provider::Smpp)?;
    if context.event.ordinal <= 1 {
        return None;
    }
    put(line, "id:");
    message_id(line, about);
    put(line, " sub:001 dlvrd:");
    put(line, if word.bucket == Bucket::Delivered { "001" } else { "000" });
    put(line, " submit date:");
    context.calendar.smpp(line, about.submitted);
    put(line, " done date:");
    context.calendar.smpp(line, context.event.time);
    put(line, " stat:");
    put(line, word.status);
    put(line, " err:");
    put(line, word.code.unwrap_or("000"));
    put(line, " text:");
    if context.world.bodies {
        // The first twenty characters of the message, as the standard has it.
        let start = line.len();
        body(line, template(context.world.campaign(about).is_some(), about.template), about.id);
        let text = String::from_utf8_lossy(&line[start..]);
        let end = text.char_indices().nth(20).map_or(text.len(), |(at, _)| at);
        line.truncate(start + end);
    }
    line.push(b'\n');
    Some(())
}
