//! What an event looks like in each feed: one file per feed, each appends a line or finds nothing to say.

mod campaign;
mod click;
mod event;
mod infobip;
mod message;
mod smpp;
mod twilio;

use super::model::{Event, Message, Recipient, World};
use super::options::Feed;
use super::render::Calendar;

/// What a line is made from.
pub(super) struct Context<'a> {
    pub(super) world: &'a World,
    /// The message, for all but campaign actions, and whom it is to.
    pub(super) about: Option<(&'a Message, &'a Recipient)>,
    pub(super) event: &'a Event,
    pub(super) calendar: &'a mut Calendar,
}

/// Appends the event's line in `feed`; whether it has one.
pub(super) fn line(feed: Feed, line: &mut Vec<u8>, context: &mut Context<'_>) -> bool {
    match feed {
        Feed::Event => event::line(line, context),
        Feed::Message => message::line(line, context),
        Feed::Click => click::line(line, context),
        Feed::Campaign => campaign::line(line, context),
        Feed::TwilioStatusCallback => twilio::line(line, context),
        Feed::InfobipDeliveryReport => infobip::line(line, context),
        Feed::SmppReceipt => smpp::line(line, context),
    }
    .is_some()
}
