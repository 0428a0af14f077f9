//! `twilio/status_callback`: form bodies in the envelope of captured webhooks. The first status has no callback.

use super::super::model::What;
use super::super::render::{message_id, phone, put, sender};
use super::super::vocabulary::Provider;
use super::Context;

pub(super) fn line(line: &mut Vec<u8>, context: &mut Context<'_>) -> Option<()> {
    let What::Status(word) = context.event.what else { return None };
    let (about, to) = context.about.filter(|about| about.0.provider == Provider::Twilio)?;
    if context.event.ordinal <= 1 {
        return None;
    }
    put(line, "{\"received_at\":\"");
    context.calendar.iso(line, context.event.received, "Z\"");
    put(line, ",\"content_type\":\"application/x-www-form-urlencoded\",\"body\":\"");
    if let Some(code) = word.code {
        put(line, "ErrorCode=");
        put(line, code);
        line.push(b'&');
    }
    put(line, "SmsSid=");
    message_id(line, about);
    put(line, "&SmsStatus=");
    put(line, word.status);
    put(line, "&MessageStatus=");
    put(line, word.status);
    put(line, "&To=%2B");
    phone(line, to);
    put(line, "&MessageSid=");
    message_id(line, about);
    put(line, "&AccountSid=");
    put(line, about.provider.account().unwrap_or_default());
    put(line, "&From=");
    put(line, sender(context.world, about));
    put(line, "&ApiVersion=2010-04-01\"}\n");
    Some(())
}
