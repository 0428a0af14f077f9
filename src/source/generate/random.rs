//! Chance in whole numbers: the functions `exp` and `ln` may differ between platforms, so distributions are tables of
//! quantiles, and the same seed gives the same bytes everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One second, minute, hour, day in microseconds, the unit of all times here.
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// One independent stream of chance of a seed.
pub(super) struct Random(ChaCha8Rng);

impl Random {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut random = ChaCha8Rng::from_seed(key);
        random.set_stream(stream);
        Self(random)
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`, which is not 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        scale(self.bits(), n)
    }

    /// A number from `low` up to but not `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high.abs_diff(low).max(1)) as i64
    }

    /// Whether something happens that does `ppm` times in a million.
    pub(super) fn chance(&mut self, ppm: u32) -> bool {
        self.below(1_000_000) < u64::from(ppm)
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// The index of a weight, as often as its share of the sum.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().copied().map(u64::from).sum());
        for (index, &weight) in weights.iter().enumerate() {
            match left.checked_sub(weight.into()) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }

    /// A machine's delay in microseconds: log-normal with sigma 1 about this median.
    pub(super) fn delay(&mut self, median_ms: i64) -> i64 {
        median_ms * quantile(&SIGMA_1, self.bits())
    }

    /// A person's delay in microseconds: log-normal with sigma 1.6 about this median.
    pub(super) fn pause(&mut self, median_ms: i64) -> i64 {
        median_ms * quantile(&SIGMA_1_6, self.bits())
    }

    /// A delay from `unit` to 64 of it, as likely in each doubling.
    pub(super) fn doubling(&mut self, unit: i64) -> i64 {
        let low = unit << self.below(6);
        low + self.below(low as u64) as i64
    }
}

/// Where `bits` fall on a scale from 0 up to but not `n`.
pub(super) fn scale(bits: u64, n: u64) -> u64 {
    ((u128::from(bits) * u128::from(n)) >> 64) as u64
}

/// A well-mixed and reversible image of `x` (SplitMix64's finaliser): different inputs never meet.
pub(super) const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn quantile(table: &[u32; 129], bits: u64) -> i64 {
    let at = (bits >> 57) as usize;
    let part = (bits >> 25) & 0xffff_ffff;
    let (low, high) = (u64::from(table[at]), u64::from(table[at + 1]));
    (((low << 32) + (high - low) * part) >> 32) as i64
}

/// exp(1.0 z) in thousandths, where z is the standard normal quantile of i/128; the ends are those of 1/1024 and
/// 1023/1024, so nothing is beyond them.
#[rustfmt::skip]
const SIGMA_1: [u32; 129] = [
    45, 89, 116, 137, 155, 172, 187, 202, 216, 229, 242, 255, 268, 280, 292, 304,
    317, 329, 340, 352, 364, 376, 388, 400, 412, 424, 436, 448, 460, 472, 485, 497,
    509, 522, 535, 547, 560, 573, 587, 600, 613, 627, 641, 655, 669, 683, 698, 712,
    727, 742, 758, 773, 789, 805, 821, 838, 854, 872, 889, 907, 925, 943, 962, 981,
    1000, 1020, 1040, 1061, 1082, 1103, 1125, 1147, 1170, 1194, 1218, 1242, 1268, 1294, 1320, 1347,
    1375, 1404, 1434, 1464, 1495, 1527, 1561, 1595, 1630, 1667, 1705, 1744, 1784, 1827, 1870, 1916,
    1963, 2012, 2064, 2117, 2174, 2233, 2294, 2360, 2428, 2501, 2577, 2659, 2746, 2838, 2937, 3044,
    3159, 3284, 3421, 3570, 3736, 3920, 4128, 4364, 4637, 4958, 5344, 5822, 6441, 7297, 8618, 11218,
    22137,
];

/// exp(1.6 z) in thousandths, where z is the standard normal quantile of i/128; the ends are those of 1/1024 and
/// 1023/1024, so nothing is beyond them.
#[rustfmt::skip]
const SIGMA_1_6: [u32; 129] = [
    7, 21, 32, 42, 51, 60, 68, 77, 86, 95, 103, 112, 121, 131, 140, 149,
    159, 168, 178, 188, 199, 209, 220, 231, 242, 253, 265, 277, 289, 301, 314, 327,
    340, 353, 367, 381, 396, 411, 426, 442, 457, 474, 491, 508, 525, 543, 562, 581,
    601, 621, 641, 662, 684, 707, 730, 753, 777, 803, 828, 855, 882, 910, 939, 969,
    1000, 1032, 1065, 1099, 1134, 1170, 1207, 1246, 1286, 1328, 1371, 1415, 1462, 1510, 1559, 1611,
    1665, 1721, 1779, 1840, 1903, 1969, 2038, 2110, 2186, 2265, 2348, 2435, 2526, 2622, 2723, 2830,
    2942, 3061, 3187, 3321, 3463, 3615, 3777, 3949, 4135, 4334, 4549, 4781, 5033, 5307, 5607, 5936,
    6300, 6704, 7155, 7662, 8238, 8899, 9665, 10565, 11642, 12957, 14607, 16755, 19695, 24044, 31381, 47851,
    141972,
];
