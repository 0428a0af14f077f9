//! Sizes in bytes, as people write them.

use std::str::FromStr;

/// A number of bytes: `512MB` (powers of ten), `4GiB` (powers of two), `65536`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size(pub(super) usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is not a size, such as 512MB or 4GiB");
        let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(split);
        let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1,
            "k" | "kb" => 1_000,
            "m" | "mb" => 1_000_000,
            "g" | "gb" => 1_000_000_000,
            "t" | "tb" => 1_000_000_000_000,
            "ki" | "kib" => 1 << 10,
            "mi" | "mib" => 1 << 20,
            "gi" | "gib" => 1 << 30,
            "ti" | "tib" => 1 << 40,
            _ => return Err(refused()),
        };
        let bytes = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(unit)).filter(|&bytes| bytes > 0);
        bytes.and_then(|bytes| usize::try_from(bytes).ok()).map(Self).ok_or_else(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::Size;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!("65536".parse(), Ok(Size(65_536)));
        assert_eq!("512MB".parse(), Ok(Size(512_000_000)));
        assert_eq!("4 GiB".parse(), Ok(Size(4_294_967_296)));
        for wrong in ["", "GB", "1.5GB", "0", "-1", "1 XB", "99999999999TB"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
