//! How a text travels over the air: which alphabet it needs and how many parts it is cut into.
//!
//! From 3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation): a message carries 140 bytes. That is 160 characters
//! of 7 bits or 70 UTF-16 units; in a longer text each part gives 6 bytes to the concatenation header, which leaves
//! 153 or 67.

use std::fmt;

/// The alphabet a text is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The GSM 7-bit default alphabet and its extension table.
    Gsm7,
    /// UTF-16, needed by the first character that the 7-bit alphabet lacks.
    Ucs2,
}

impl Encoding {
    /// Its name in the event log: `gsm7` or `ucs2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }

    /// How many units (septets, UTF-16 units) a message of one part holds, and how many each part of a longer one.
    const fn capacity(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }

    /// The units of one character. They stay together: neither an escape pair nor a surrogate pair is cut.
    fn units(self, c: char) -> usize {
        match self {
            Self::Gsm7 => septets(c).unwrap_or_default(),
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The smallest alphabet that holds the text. No character is replaced by a similar one to make it fit.
pub fn encoding(text: &str) -> Encoding {
    if text.chars().all(|c| septets(c).is_some()) { Encoding::Gsm7 } else { Encoding::Ucs2 }
}

/// How many parts the text is sent in; at least one, since an empty message is a message.
pub fn segments(text: &str) -> usize {
    let encoding = encoding(text);
    let (single, multi) = encoding.capacity();
    if text.chars().map(|c| encoding.units(c)).sum::<usize>() <= single {
        return 1;
    }
    let (mut parts, mut used) = (1, 0);
    for c in text.chars() {
        let units = encoding.units(c);
        if used + units > multi {
            parts += 1;
            used = 0;
        }
        used += units;
    }
    parts
}

/// How many septets the character takes: 1 in the default alphabet, 2 with the escape to the extension table, `None`
/// where the alphabet lacks it. The escape character itself is no text.
const fn septets(c: char) -> Option<usize> {
    match c {
        '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '\u{c}' | '€' => Some(2),
        '`' => None,
        ' '..='~' | '\n' | '\r' => Some(1),
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π'
        | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' | '¤' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö'
        | 'ñ' | 'ü' | 'à' => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TS 23.038, 6.2.1: 128 codes of which one is the escape; 6.2.1.1: ten characters in the extension table.
    #[test]
    fn alphabet_has_the_size_the_standard_gives_it() {
        let count = |n| (0..=0x2_ffff).filter_map(char::from_u32).filter(|c| septets(*c) == Some(n)).count();
        assert_eq!((count(1), count(2)), (127, 10));
    }

    #[test]
    fn parts_are_cut_between_characters() {
        let euros = |n: usize| "€".repeat(n);
        assert_eq!(segments(&euros(80)), 1, "80 escape pairs are 160 septets");
        assert_eq!(segments(&format!("{}a", euros(80))), 2);
        assert_eq!(segments(&euros(153)), 3, "76 pairs fit in a part of 153 septets, not 76 and a half");
        assert_eq!(segments(&"😀".repeat(35)), 1);
        assert_eq!(segments(&"😀".repeat(67)), 3, "33 surrogate pairs fit in a part of 67 units");
    }
}
