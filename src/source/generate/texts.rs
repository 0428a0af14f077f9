//! What messages and replies say, who sends them, what opens their links.

/// A text with holes: `{name}`, `{link}` and `{code}`. No text here needs escaping in JSON.
#[derive(Debug)]
pub(super) struct Template(pub(super) &'static str);

/// Texts of campaigns. Those with a character outside the GSM alphabet go out as UCS-2.
pub(super) const CAMPAIGN_TEXTS: [Template; 12] = [
    Template(
        "Hi {name}, our sale starts today: up to 50% off everything until Sunday. See {link} Reply STOP to opt out",
    ),
    Template("{name}, your 20% voucher is waiting in the shop. Use it before Friday: {link} STOP to end"),
    Template("New in store, {name}: the spring collection. Have a first look here {link} Text STOP to unsubscribe"),
    Template("Bonjour {name}, vos offres du mois vous attendent: {link} STOP au 36111"),
    Template("Hallo {name}, nur heute: versandkostenfrei ab 20 Euro. {link} Abmelden mit STOP"),
    Template("Don't forget, {name}: doors open at 19:00 on Saturday. Your ticket and the way there: {link}"),
    Template(
        "Dear {name}, thank you for being with us for another year. As a member you can choose one of three gifts, book \
         a table for two at half the price, or give your points to a good cause until the end of the month: {link} \
         Reply STOP to opt out",
    ),
    Template("{name} 🎉 -30% on all shoes this weekend! {link} Reply STOP to opt out"),
    Template("Cześć {name}, odbierz rabat 15% na zakupy w ten weekend: {link} Rezygnacja: STOP"),
    Template("नमस्ते {name}, आज ही 25% की छूट पाएं: {link}"),
    Template("How did we do, {name}? Answer with a number from 1 (poor) to 5 (great). STOP to opt out"),
    Template("{name}, we close at 16:00 on the holiday. Reply YES if you want to keep your appointment"),
];

/// Texts of messages without a campaign.
pub(super) const TRANSACTIONAL_TEXTS: [Template; 4] = [
    Template("{code} is your security code. Do not share it with anyone."),
    Template("Your parcel {code} comes today between 10:00 and 13:00."),
    Template("{name}, this is a reminder of your appointment tomorrow at 9:30. Reference {code}."),
    Template("Payment {code} was received. Thank you, {name}."),
];

/// First names.
pub(super) const NAMES: [&str; 24] = [
    "Ada", "Ben", "Chloe", "David", "Emma", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Karim", "Lea", "Mia", "Noah",
    "Olga", "Paul", "Quinn", "Rosa", "Samuel", "Tara", "Umar", "Vera", "Wim", "Yara",
];

/// What people answer.
pub(super) const REPLIES: [&str; 8] =
    ["YES", "Thanks!", "5", "4", "What time do you open?", "Who is this?", "ok", "Can I change the date?"];

/// What people answer who want no more messages.
pub(super) const OPT_OUTS: [&str; 8] = ["STOP", "STOP", "STOP", "Stop", "stop", "UNSUBSCRIBE", "CANCEL", "ARRET"];

/// Browsers of people, then (from [`FIRST_BOT`]) programs that look at links before or instead of people.
pub(super) const USER_AGENTS: [&str; 8] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 \
     Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile \
     Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile \
     Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Twitterbot/1.0",
];
/// The index of the first program in [`USER_AGENTS`].
pub(super) const FIRST_BOT: usize = 4;

/// What campaigns are about; part of their ids.
pub(super) const THEMES: [&str; 12] = [
    "spring-sale",
    "welcome",
    "loyalty",
    "black-friday",
    "event",
    "survey",
    "winback",
    "new-arrivals",
    "reminder",
    "holiday",
    "flash",
    "newsletter",
];

/// Lists recipients are on.
pub(super) const LISTS: [&str; 16] = [
    "customers",
    "newsletter",
    "vip",
    "prospects",
    "inactive",
    "members",
    "north",
    "south",
    "east",
    "west",
    "students",
    "staff",
    "event-2024",
    "trial",
    "partners",
    "app-users",
];

/// Account users who send.
pub(super) const USERS: [&str; 6] = ["mia", "jonas", "priya", "olivier", "api", "crm-sync"];

/// Names of senders.
pub(super) const SENDERS: [&str; 6] = ["ACME", "Meadow", "Nordstern", "LaVague", "CityGym", "BookNook"];

impl Template {
    /// Whether every character is in the GSM alphabet. The texts use none of its extension table, so one character is
    /// one septet.
    pub(super) fn is_gsm(&self) -> bool {
        self.0.is_ascii()
    }

    pub(super) fn has_link(&self) -> bool {
        self.0.contains("{link}")
    }

    /// The size without its holes, in septets or UTF-16 units, and how often each of name, link, code stands in it.
    pub(super) fn measure(&self) -> (usize, [usize; 3]) {
        let holes = ["{name}", "{link}", "{code}"].map(|hole| self.0.matches(hole).count());
        let text = self.0.replace("{name}", "").replace("{link}", "").replace("{code}", "");
        (text.encode_utf16().count(), holes)
    }
}

/// How many parts a text of this size takes.
pub(super) fn segments(gsm: bool, units: usize) -> u8 {
    let (one, many) = if gsm { (160, 153) } else { (70, 67) };
    if units <= one { 1 } else { units.div_ceil(many).min(255) as u8 }
}
