//! The parts of a workbook: it is a ZIP archive of XML files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::DeflateDecoder;

/// The files of an archive by name, as its directory has them. Their times must be the earliest a ZIP archive can say.
pub(super) fn parts(archive: &[u8]) -> BTreeMap<String, String> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes(archive[at..at + 2].try_into().unwrap()));
    let u32_at = |at: usize| usize::try_from(u32::from_le_bytes(archive[at..at + 4].try_into().unwrap())).unwrap();
    let end = archive.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").expect("an archive");
    let mut entry = u32_at(end + 16);
    let mut parts = BTreeMap::new();
    for _ in 0..u16_at(end + 10) {
        assert_eq!(&archive[entry..entry + 4], b"PK\x01\x02");
        assert_eq!((u16_at(entry + 12), u16_at(entry + 14)), (0, 1 << 5 | 1), "1980-01-01");
        let name_len = u16_at(entry + 28);
        let name = std::str::from_utf8(&archive[entry + 46..entry + 46 + name_len]).unwrap();
        let header = u32_at(entry + 42);
        let data = header + 30 + u16_at(header + 26) + u16_at(header + 28);
        let mut text = String::new();
        DeflateDecoder::new(&archive[data..data + u32_at(entry + 20)]).read_to_string(&mut text).unwrap();
        well_formed(name, &text);
        assert!(parts.insert(name.to_owned(), text).is_none(), "{name} is there twice");
        entry += 46 + name_len + u16_at(entry + 30) + u16_at(entry + 32);
    }
    parts
}

/// Fails unless the text is XML in its outlines: tags are closed in order, entities are known, characters are allowed.
fn well_formed(name: &str, xml: &str) {
    let bad = |c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    assert!(!xml.contains(bad), "{name} holds characters that XML has not");
    for entity in xml.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;", "apos;", "#xA;"];
        assert!(known.iter().any(|known| entity.starts_with(known)), "{name}: &{entity}");
    }
    let mut open: Vec<&str> = Vec::new();
    for tag in xml.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap_or_else(|| panic!("{name}: <{tag}"));
        assert_eq!(tag.matches('"').count() % 2, 0, "{name}: <{tag}>");
        let word = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap();
        match tag.as_bytes() {
            [b'?' | b'!', ..] | [.., b'/'] => {}
            [b'/', ..] => assert_eq!(open.pop(), Some(word), "{name}"),
            _ => open.push(word),
        }
    }
    assert!(open.is_empty(), "{name}: {open:?} stay open");
}
