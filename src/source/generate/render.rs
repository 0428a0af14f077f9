//! How values look in feeds: times, identities, numbers, texts. All write into a line that is being made.

use chrono::{DateTime, Datelike};

use super::model::{Message, Recipient, World};
use super::random::{mix, scale};
use super::texts::{CAMPAIGN_TEXTS, NAMES, TRANSACTIONAL_TEXTS, Template, segments};
use super::vocabulary::Provider;

/// Appends `text`.
pub(super) fn put(line: &mut Vec<u8>, text: &str) {
    line.extend_from_slice(text.as_bytes());
}

/// Appends a number.
pub(super) fn number(line: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[at..]);
}

/// Appends the last `width` digits of a number.
pub(super) fn digits(line: &mut Vec<u8>, value: u32, width: u32) {
    for place in (0..width).rev() {
        line.push(b'0' + (value / 10_u32.pow(place) % 10) as u8);
    }
}

/// Appends `value` in units of 10^-`places`, all places shown: an exact decimal.
pub(super) fn decimal(line: &mut Vec<u8>, value: u64, places: u32) {
    let unit = 10_u64.pow(places);
    number(line, value / unit);
    line.push(b'.');
    digits(line, (value % unit) as u32, places);
}

/// Appends `value` as 16 hexadecimal digits.
pub(super) fn hex(line: &mut Vec<u8>, value: u64, alphabet: &[u8; 16]) {
    for shift in (0..16).rev() {
        line.push(alphabet[(value >> (shift * 4) & 15) as usize]);
    }
}

/// The alphabets of [`hex`].
pub(super) const LOWER: &[u8; 16] = b"0123456789abcdef";
/// The alphabets of [`hex`].
pub(super) const UPPER: &[u8; 16] = b"0123456789ABCDEF";

/// Writes times. The date of a day is worked out once for many times.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Calendar {
    day: i64,
    year: u32,
    month: u32,
    date: u32,
}

impl Calendar {
    /// Goes to the day of `time`; how far into it that is.
    fn turn(&mut self, time: i64) -> i64 {
        let day = time.div_euclid(super::random::DAY);
        if day != self.day || self.year == 0 {
            let at = DateTime::from_timestamp(day * 86_400, 0).unwrap_or_default();
            (self.day, self.year, self.month, self.date) = (day, at.year().unsigned_abs(), at.month(), at.day());
        }
        time.rem_euclid(super::random::DAY)
    }

    /// Appends `2025-01-06`.
    pub(super) fn day(&mut self, line: &mut Vec<u8>, time: i64) {
        self.turn(time);
        digits(line, self.year, 4);
        line.push(b'-');
        digits(line, self.month, 2);
        line.push(b'-');
        digits(line, self.date, 2);
    }

    /// Appends `2025-01-06T10:11:12.345` and `zone`.
    pub(super) fn iso(&mut self, line: &mut Vec<u8>, time: i64, zone: &str) {
        self.day(line, time);
        let millis = (time.rem_euclid(super::random::DAY) / 1000) as u32;
        let seconds = millis / 1000;
        for (mark, value) in [(b'T', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
            line.push(mark);
            digits(line, value, 2);
        }
        line.push(b'.');
        digits(line, millis % 1000, 3);
        put(line, zone);
    }

    /// Appends `2501061011`, as SMPP receipts tell the time.
    pub(super) fn smpp(&mut self, line: &mut Vec<u8>, time: i64) {
        let minutes = (self.turn(time) / super::random::MINUTE) as u32;
        for value in [self.year, self.month, self.date, minutes / 60, minutes % 60] {
            digits(line, value, 2);
        }
    }
}

/// Appends the provider's id of a message, in the provider's own shape.
pub(super) fn message_id(line: &mut Vec<u8>, message: &Message) {
    let other = mix(message.id);
    match message.provider {
        Provider::Twilio => {
            put(line, "SM");
            hex(line, message.id, LOWER);
            hex(line, other, LOWER);
        }
        Provider::Infobip => {
            let from = line.len();
            hex(line, message.id, LOWER);
            hex(line, other, LOWER);
            for at in [8, 13, 18, 23] {
                line.insert(from + at, b'-');
            }
        }
        Provider::Smpp => hex(line, message.id, LOWER),
        Provider::Vonage => hex(line, message.id, UPPER),
        Provider::Smsql => {
            put(line, "m-");
            hex(line, message.id, LOWER);
        }
    }
}

/// Appends a recipient's number in digits.
pub(super) fn phone(line: &mut Vec<u8>, recipient: &Recipient) {
    put(line, recipient.country.prefix);
    digits(line, recipient.subscriber, 6);
}

/// Who a message says it is from.
pub(super) fn sender(world: &World, message: &Message) -> &'static str {
    world.campaign(message).map_or("INFO", |campaign| campaign.sender)
}

/// The text a message is made from.
pub(super) fn template(campaign: bool, index: u8) -> &'static Template {
    let templates: &[Template] = if campaign { &CAMPAIGN_TEXTS } else { &TRANSACTIONAL_TEXTS };
    &templates[usize::from(index) % templates.len()]
}

fn name(id: u64) -> &'static str {
    NAMES[scale(mix(id), NAMES.len() as u64) as usize]
}

/// Where tracked links point; eight characters follow.
const LINK: &str = "https://l.example/";

/// How many segments a message with this id takes.
pub(super) fn message_segments(template: &Template, id: u64) -> u8 {
    let (units, [names, links, codes]) = template.measure();
    let units = units + names * name(id).len() + links * (LINK.len() + 8) + codes * 6;
    segments(template.is_gsm(), units)
}

/// Appends a message's text. No text needs escaping.
pub(super) fn body(line: &mut Vec<u8>, template: &Template, id: u64) {
    let mut rest = template.0;
    while let Some((before, hole)) = rest.split_once('{') {
        put(line, before);
        let Some((hole, after)) = hole.split_once('}') else { break };
        match hole {
            "name" => put(line, name(id)),
            "link" => {
                put(line, LINK);
                let code = id.to_be_bytes();
                for byte in &code[..4] {
                    line.push(LOWER[usize::from(byte >> 4)]);
                    line.push(LOWER[usize::from(byte & 15)]);
                }
            }
            _ => digits(line, (id % 1_000_000) as u32, 6),
        }
        rest = after;
    }
    put(line, rest);
}
