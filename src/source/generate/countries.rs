//! Where recipients live. Shares, rates and prices are made up; what is real is that some networks report no receipt,
//! some only the operator's, and that prices and codes of carriers differ.

/// Who confirms a delivery in a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Receipts {
    /// The handset.
    Handset,
    /// The operator, which cannot say whether the handset got it.
    Operator,
    /// Nobody: a message stays `sent`.
    None,
}

/// A country.
#[derive(Debug)]
pub(super) struct Country {
    /// ISO 3166.
    pub(super) code: &'static str,
    /// How many of a thousand recipients live there.
    pub(super) share: u16,
    /// How its numbers start; six digits follow. It is a range reserved for fiction (US, CA, GB, FR, DE, IE, SE, AU) or a
    /// block of zeros, and every number is longer than the country's plan allows, so that nobody has it.
    pub(super) prefix: &'static str,
    pub(super) receipts: Receipts,
    /// How many of a million messages to working numbers fail for now.
    pub(super) soft_ppm: u32,
    /// The median time until a receipt comes.
    pub(super) median_ms: u16,
    /// The price of one segment in units of 0.00001.
    pub(super) price: u32,
    /// Credits per segment in tenths.
    pub(super) credits: u32,
    /// Its networks, mcc-mnc.
    pub(super) carriers: &'static [&'static str],
}

macro_rules! country {
    ($code:literal $share:literal $prefix:literal $receipts:ident $soft:literal $median:literal $price:literal
     $credits:literal $($carrier:literal)+) => {
        Country {
            code: $code,
            share: $share,
            prefix: $prefix,
            receipts: Receipts::$receipts,
            soft_ppm: $soft,
            median_ms: $median,
            price: $price,
            credits: $credits,
            carriers: &[$($carrier),+],
        }
    };
}

/// All countries; the shares sum to 1000 and none is above 250, so that six digits number every recipient.
#[rustfmt::skip]
pub(super) const COUNTRIES: [Country; 20] = [
    country!("US" 220 "121255501"  Handset  18_000 2_600   830 10 "310-260" "310-410" "311-480"),
    country!("GB" 130 "447700900"  Handset  16_000 2_200 4_000 10 "234-10" "234-15" "234-20" "234-30"),
    country!("FR" 130 "3363998"    Handset  20_000 3_100 6_000 10 "208-01" "208-10" "208-15" "208-20"),
    country!("DE"  90 "491713920"  Handset  15_000 2_800 7_500 15 "262-01" "262-02" "262-03"),
    country!("ES"  60 "3460000"    Handset  22_000 3_400 5_200 10 "214-01" "214-03" "214-07"),
    country!("IT"  60 "3930000"    Handset  24_000 3_600 6_400 15 "222-01" "222-10" "222-88"),
    country!("IN"  60 "9160000"    Handset  60_000 6_500 2_100  5 "404-10" "404-45" "405-857"),
    country!("BR"  40 "551100000"  Handset  45_000 5_400 3_300 10 "724-05" "724-06" "724-11"),
    country!("MX"  30 "5200000"    Operator 38_000 4_800 4_300 10 "334-020" "334-03"),
    country!("CA"  30 "141655501"  Operator 17_000 2_400   750 10 "302-220" "302-610" "302-720"),
    country!("AU"  25 "614915701"  Handset  19_000 3_000 4_900 10 "505-01" "505-02" "505-03"),
    country!("NL"  20 "3160000"    Handset  14_000 2_300 8_600 20 "204-04" "204-08" "204-16"),
    country!("SE"  20 "467017406"  Handset  14_000 2_100 5_100 10 "240-01" "240-07" "240-08"),
    country!("BE"  15 "3240000"    Handset  16_000 2_500 9_300 20 "206-01" "206-10" "206-20"),
    country!("PL"  15 "4850000"    Handset  20_000 2_900 2_700 10 "260-01" "260-02" "260-03"),
    country!("IE"  10 "3532091"    Handset  15_000 2_400 6_900 15 "272-01" "272-02"),
    country!("ZA"  15 "2760000"    Handset  52_000 5_900 1_900  5 "655-01" "655-07" "655-10"),
    country!("JP"  10 "819000000"  Operator 12_000 2_000 7_200 20 "440-10" "440-20" "440-50"),
    country!("NG"  10 "234600000"  None     80_000 9_000 2_400  5 "621-20" "621-30"),
    country!("PH"  10 "6390000"    None     70_000 8_200 2_900  5 "515-02" "515-03"),
];
