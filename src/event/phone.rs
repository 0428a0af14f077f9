//! Phone numbers: their one spelling (E.164), their country, and how they are hidden.
//!
//! The numbering plans are libphonenumber's, by way of the `phonenumber` crate. Its own lookup of a country keeps a
//! hundred compiled patterns for all threads together, under a lock; the calling code +1 alone needs more than that
//! when mixed with others. So the patterns of the plans that several countries share are compiled here, once.

use std::borrow::Cow;
use std::sync::LazyLock;

use phonenumber::country::Id;
use phonenumber::metadata::{DATABASE, Descriptor};
use phonenumber::{Metadata, Mode};
use regex::{RegexSet, RegexSetBuilder};

/// The one spelling of a phone number: `+`, calling code, number, without punctuation (ITU-T E.164).
///
/// * `+` or `00` and 7 to 15 digits, the first of which is not 0;
/// * with `region` (ISO 3166, two letters), what reaches a number when dialled there: `07700 900123` in `GB`;
/// * 8 to 15 digits that do not begin with 0 are taken as international.
///
/// Blanks, `-`, `.`, `/`, parentheses and invisible marks do not count, nor does a `(0)` after the calling code.
/// Anything else (short codes, sender names, a region nobody knows) is no such number and comes back as it was.
pub fn e164<'a>(text: &'a str, region: Option<&str>) -> Cow<'a, str> {
    if is_e164(text) {
        return Cow::Borrowed(text);
    }
    let Some(digits) = bare(text) else { return Cow::Borrowed(text) };
    let international = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"));
    if let Some(number) = international {
        let spelled = format!("+{number}");
        return if is_e164(&spelled) { Cow::Owned(spelled) } else { Cow::Borrowed(text) };
    }
    if let Some(number) = region.and_then(|region| dialled(region_id(region)?, &digits)) {
        return Cow::Owned(number);
    }
    if (8..=15).contains(&digits.len()) && !digits.starts_with('0') {
        return Cow::Owned(format!("+{digits}"));
    }
    Cow::Borrowed(text)
}

/// Whether a region that [`e164`] is given has a numbering plan: `GB`, in either case.
pub fn is_region(region: &str) -> bool {
    region_id(region).is_some()
}

/// The country (ISO 3166, two letters) of a number in E.164.
///
/// The calling code decides; where several countries share it, the country in which the number is valid, else the main
/// one: a range that is not assigned yet, or reserved for films, is more likely `GB` than `JE`. Not so for `+1`, where
/// that would be a guess between the United States and Canada. `None` there, where the text is no number in E.164, and
/// where the calling code belongs to no country (`+800`, `+883`).
pub fn country(e164: &str) -> Option<&'static str> {
    let (plan, national) = plan_of(e164)?;
    match plan {
        Plan::Unassigned | Plan::World => None,
        Plan::One(region) => Some(region),
        Plan::Shared { patterns, regions, otherwise } => {
            let first = patterns.matches(national).iter().next();
            first.and_then(|first| regions.get(first)).copied().or(*otherwise)
        }
    }
}

/// The number with `*` for every digit but the calling code and the last two: `+44********23`.
///
/// Of other digits (short codes) the last two stay; any other text, which may be a name or an address, becomes `*`
/// only.
pub fn mask(text: &str) -> String {
    let shown = plan_of(text).map_or(0, |(_, national)| text.len() - national.len());
    let digits = text.strip_prefix('+').unwrap_or(text);
    let kept_at_end = if digits.len() > 4 && digits.bytes().all(|b| b.is_ascii_digit()) { 2 } else { 0 };
    let end = text.chars().count() - kept_at_end;
    let mark = |(i, c): (usize, char)| if i < shown || i >= end || (i == 0 && c == '+') { c } else { '*' };
    text.chars().enumerate().map(mark).collect()
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The digits, after a `+` if there is one; `None` where the text holds anything but a number and its punctuation.
fn bare(text: &str) -> Option<String> {
    let mut bare = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '0'..='9' => bare.push(c),
            '+' if bare.is_empty() => bare.push(c),
            '-' | '.' | '/' | '(' | ')' | ' ' | '\t' | '\u{a0}' | '\u{ad}' => {}
            '\u{2000}'..='\u{2015}' | '\u{202a}'..='\u{202f}' | '\u{2060}'..='\u{2069}' | '\u{2212}' => {}
            _ => return None,
        }
    }
    // `+44 (0)20 7946 0123`: the national 0 is not dialled after the calling code
    if (bare.starts_with('+') || bare.starts_with("00"))
        && let Some((before, _)) = text.split_once("(0)")
        && let at = before.chars().filter(|c| matches!(c, '0'..='9' | '+')).count()
        && before.chars().any(|c| matches!(c, '1'..='9'))
        && bare.get(at..at + 1) == Some("0")
    {
        bare.remove(at);
    }
    Some(bare)
}

/// The number that these digits reach when dialled in a region: without or with its trunk prefix, its calling code, its
/// international prefix. It must be valid, or have the trunk prefix and a possible length: ranges that are new, or
/// reserved for films as `07700 900123` is, are in no plan, but a short code must not become a number.
fn dialled(region: Id, digits: &str) -> Option<String> {
    let plan = DATABASE.by_id(region.as_ref())?;
    let code = plan.country_code();
    // As it stands first: `590 201234` is a number of Guadeloupe though it begins with its calling code, +590.
    let as_it_stands = phonenumber::parse(None, format!("+{code}{digits}")).ok();
    let as_it_stands = as_it_stands.filter(|number| number.code().value() == code && number.is_valid());
    let number = as_it_stands.or_else(|| {
        let number = phonenumber::parse(Some(region), digits).ok()?;
        let length = u16::try_from(number.national().to_string().len()).ok()?;
        let types = plan.descriptors();
        let has_trunk = plan.national_prefix().is_some_and(|prefix| digits.starts_with(prefix));
        let mut lengths = [types.fixed_line(), types.mobile()].into_iter().flatten().map(Descriptor::possible_length);
        let is_possible = has_trunk && lengths.any(|lengths| lengths.contains(&length));
        (number.is_valid() || is_possible).then_some(number)
    })?;
    Some(number.format().mode(Mode::E164).to_string())
}

fn region_id(region: &str) -> Option<Id> {
    region.trim().to_ascii_uppercase().parse().ok().filter(|id: &Id| DATABASE.by_id(id.as_ref()).is_some())
}

/// Who a calling code belongs to.
enum Plan {
    Unassigned,
    /// Services, not a country.
    World,
    One(&'static str),
    /// `patterns` in the order in which the regions are asked, as libphonenumber does it.
    Shared {
        patterns: RegexSet,
        regions: Vec<&'static str>,
        /// Whose the numbers are that match none.
        otherwise: Option<&'static str>,
    },
}

const NORTH_AMERICA: u16 = 1;

/// By calling code; codes are 1 to 999 and none is the beginning of another.
static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| (0..1000).map(Plan::of).collect());

fn plan_of(e164: &str) -> Option<(&'static Plan, &str)> {
    if !is_e164(e164) {
        return None;
    }
    (2..=4).find_map(|end| {
        let (code, national) = e164.split_at_checked(end)?;
        let plan = PLANS.get(code.get(1..)?.parse::<usize>().ok()?)?;
        (!matches!(plan, Plan::Unassigned)).then_some((plan, national))
    })
}

impl Plan {
    fn of(code: u16) -> Self {
        let regions: Vec<&'static Metadata> = DATABASE.by_code(&code).unwrap_or_default();
        match regions.as_slice() {
            [] => Self::Unassigned,
            [only] if only.id() == "001" => Self::World,
            [only] => Self::One(only.id()),
            several => match RegexSetBuilder::new(several.iter().map(|region| pattern(region)))
                .ignore_whitespace(true)
                .unicode(false)
                .build()
            {
                Ok(patterns) => Self::Shared {
                    patterns,
                    regions: several.iter().map(|region| region.id()).collect(),
                    // the database names the main country of a code first
                    otherwise: several.first().map(|main| main.id()).filter(|_| code != NORTH_AMERICA),
                },
                Err(_) => Self::World, // a test holds every plan against the crate's own answers
            },
        }
    }
}

/// What the national numbers of a region look like: its leading digits where the plan is divided by them, else the
/// numbers of every type it has.
fn pattern(region: &Metadata) -> String {
    if let Some(leading) = region.leading_digits() {
        return format!("^(?:{})", leading.as_str());
    }
    let types = region.descriptors();
    let patterns: Vec<&str> = [
        types.fixed_line(),
        types.mobile(),
        types.toll_free(),
        types.premium_rate(),
        types.shared_cost(),
        types.personal_number(),
        types.voip(),
        types.pager(),
        types.uan(),
        types.voicemail(),
    ]
    .into_iter()
    .flatten()
    .map(|descriptor: &Descriptor| descriptor.national_number().as_str())
    .collect();
    format!("^(?:{})$", patterns.join("|"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_compiles() {
        for code in 1..1000 {
            let regions = DATABASE.by_code(&code).unwrap_or_default();
            let shared = matches!(PLANS[usize::from(code)], Plan::Shared { .. });
            assert_eq!(shared, regions.len() > 1, "+{code}");
        }
    }

    /// libphonenumber gives an example number of every type for every region.
    #[test]
    fn every_example_number_is_in_its_own_country() {
        let mut examples = 0;
        for region in DATABASE.iter().filter(|region| region.id() != "001") {
            let types = region.descriptors();
            for example in [types.fixed_line(), types.mobile()].into_iter().flatten().filter_map(Descriptor::example) {
                let number = format!("+{}{example}", region.country_code());
                if number.len() > 7 {
                    // Some examples are of numbers that the plan gives to the main country of the code. The crate's own
                    // look-up forgets the 0 that Italian numbers begin with, and then knows no country.
                    let theirs = phonenumber::parse(None, &number).unwrap().country().id();
                    let expected = theirs.as_ref().map_or(region.id(), AsRef::as_ref);
                    assert_eq!(country(&number), Some(expected), "{number}");
                    assert_eq!(e164(example, Some(region.id())), number, "{example} in {}", region.id());
                    examples += 1;
                }
            }
        }
        assert!(examples > 400, "{examples}");
    }
}
