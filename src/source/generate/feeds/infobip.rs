//! `infobip/delivery_report`: one document with one result per line.

use super::super::model::What;
use super::super::render::{decimal, message_id, number, phone, put};
use super::super::vocabulary::Provider;
use super::Context;

pub(super) fn line(line: &mut Vec<u8>, context: &mut Context<'_>) -> Option<()> {
    let What::Status(word) = context.event.what else { return None };
    let (about, to) = context.about.filter(|about| about.0.provider == Provider::Infobip)?;
    if context.event.ordinal <= 1 {
        return None;
    }
    put(line, "{\"results\":[{\"bulkId\":\"");
    match context.world.campaign(about) {
        Some(campaign) => {
            put(line, &campaign.id);
            line.push(b'-');
            number(line, about.blast.into());
        }
        None => put(line, "transactional"),
    }
    put(line, "\",\"messageId\":\"");
    message_id(line, about);
    put(line, "\",\"to\":\"");
    phone(line, to);
    put(line, "\",\"sentAt\":\"");
    context.calendar.iso(line, about.submitted, "+0000\",\"doneAt\":\"");
    context.calendar.iso(line, context.event.time, "+0000\",\"messageCount\":");
    number(line, about.segments.into());
    if context.event.priced {
        put(line, ",\"price\":{\"pricePerMessage\":");
        // The price of one part.
        decimal(line, to.country.price.into(), 5);
        put(line, ",\"currency\":\"EUR\"}");
    }
    put(line, ",\"status\":");
    put(line, status(word.status));
    put(line, ",\"error\":");
    put(line, error(word.code));
    put(line, "}]}\n");
    Some(())
}

fn status(name: &str) -> &'static str {
    match name {
        "DELIVERED_TO_OPERATOR" => {
            r#"{"groupId":3,"groupName":"DELIVERED","id":2,"name":"DELIVERED_TO_OPERATOR","description":"Message delivered to operator"}"#
        }
        "DELIVERED_TO_HANDSET" => {
            r#"{"groupId":3,"groupName":"DELIVERED","id":5,"name":"DELIVERED_TO_HANDSET","description":"Message delivered to handset"}"#
        }
        "EXPIRED_EXPIRED" => {
            r#"{"groupId":4,"groupName":"EXPIRED","id":15,"name":"EXPIRED_EXPIRED","description":"Message expired"}"#
        }
        "EXPIRED_DLR_UNKNOWN" => {
            r#"{"groupId":4,"groupName":"EXPIRED","id":29,"name":"EXPIRED_DLR_UNKNOWN","description":"Message expired with unknown delivery report"}"#
        }
        "UNDELIVERABLE_NOT_DELIVERED" => {
            r#"{"groupId":2,"groupName":"UNDELIVERABLE","id":9,"name":"UNDELIVERABLE_NOT_DELIVERED","description":"Message sent not delivered"}"#
        }
        "UNDELIVERABLE_REJECTED_OPERATOR" => {
            r#"{"groupId":2,"groupName":"UNDELIVERABLE","id":4,"name":"UNDELIVERABLE_REJECTED_OPERATOR","description":"Message rejected by operator"}"#
        }
        "REJECTED_DESTINATION_BLOCKLISTED" => {
            r#"{"groupId":5,"groupName":"REJECTED","id":14,"name":"REJECTED_DESTINATION_BLOCKLISTED","description":"Destination on a block list"}"#
        }
        "REJECTED_NETWORK" => {
            r#"{"groupId":5,"groupName":"REJECTED","id":6,"name":"REJECTED_NETWORK","description":"Network is forbidden"}"#
        }
        _ => {
            r#"{"groupId":1,"groupName":"PENDING","id":7,"name":"PENDING_ENROUTE","description":"Message sent to next instance"}"#
        }
    }
}

fn error(code: Option<&str>) -> &'static str {
    match code {
        Some("EC_UNKNOWN_SUBSCRIBER") => {
            r#"{"groupId":1,"groupName":"HANDSET_ERRORS","id":1,"name":"EC_UNKNOWN_SUBSCRIBER","description":"Unknown subscriber","permanent":true}"#
        }
        Some("EC_ILLEGAL_SUBSCRIBER") => {
            r#"{"groupId":1,"groupName":"HANDSET_ERRORS","id":9,"name":"EC_ILLEGAL_SUBSCRIBER","description":"Illegal subscriber","permanent":true}"#
        }
        Some("EC_ABSENT_SUBSCRIBER") => {
            r#"{"groupId":1,"groupName":"HANDSET_ERRORS","id":27,"name":"EC_ABSENT_SUBSCRIBER","description":"Absent subscriber","permanent":false}"#
        }
        Some("EC_SM_DELIVERY_FAILURE") => {
            r#"{"groupId":1,"groupName":"HANDSET_ERRORS","id":32,"name":"EC_SM_DELIVERY_FAILURE","description":"Delivery failure","permanent":false}"#
        }
        Some("EC_REJECTED_SPAM_BY_OPERATOR") => {
            r#"{"groupId":2,"groupName":"USER_ERRORS","id":607,"name":"EC_REJECTED_SPAM_BY_OPERATOR","description":"Spam by the operator's rules","permanent":true}"#
        }
        Some("EC_BLACKLISTED_DESTINATIONADDRESS") => {
            r#"{"groupId":2,"groupName":"USER_ERRORS","id":2052,"name":"EC_BLACKLISTED_DESTINATIONADDRESS","description":"Destination on a block list","permanent":true}"#
        }
        Some("EC_VP_EXPIRED") => {
            r#"{"groupId":3,"groupName":"OPERATOR_ERRORS","id":4098,"name":"EC_VP_EXPIRED","description":"Validity period expired","permanent":false}"#
        }
        _ => r#"{"groupId":0,"groupName":"OK","id":0,"name":"NO_ERROR","description":"No Error","permanent":false}"#,
    }
}
