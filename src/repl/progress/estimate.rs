//! How long reading still takes, as far as the last seconds tell.

use std::collections::VecDeque;
use std::time::Duration;

use crate::session::{ProgressNow, Stage};

/// The speed is that of so much time: one slow file does not shake it.
const WINDOW: Duration = Duration::from_secs(10);
/// Less time tells nothing.
const WINDOW_MIN: Duration = Duration::from_secs(2);
/// Nor does less of the work.
const SHARE_MIN: f64 = 0.02;
/// Whoever hears of more than this does not wait for it.
const LEFT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Watches a share grow.
#[derive(Debug, Default)]
pub(super) struct Estimate {
    plan: u64,
    /// When how much was done, within the window.
    seen: VecDeque<(Duration, f64)>,
}

impl Estimate {
    /// Takes note of how far it is `at` this time. Another plan has another speed.
    pub(super) fn observe(&mut self, at: Duration, now: &ProgressNow) {
        if now.plan != self.plan || now.stage != Stage::Reading || now.definition.is_some() {
            self.seen.clear();
            self.plan = now.plan;
        }
        // What follows a definition is not known while it is computed.
        let Some(share) = now.share.filter(|_| now.stage == Stage::Reading && now.definition.is_none()) else { return };
        self.seen.push_back((at, share));
        while self.seen.get(1).is_some_and(|(second, _)| *second + WINDOW < at) {
            self.seen.pop_front();
        }
    }

    /// About how long it still takes; `None` while that is not known.
    pub(super) fn left(&self) -> Option<Duration> {
        let ((from, done), (to, share)) = (self.seen.front()?, self.seen.back()?);
        let (time, grown) = (to.saturating_sub(*from), share - done);
        if time < WINDOW_MIN || grown < SHARE_MIN || *share >= 1.0 {
            return None;
        }
        let left = Duration::try_from_secs_f64(time.as_secs_f64() * (1.0 - share) / grown).ok()?;
        (left <= LEFT_MAX).then_some(left)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn reading(share: f64) -> ProgressNow {
        ProgressNow { stage: Stage::Reading, plan: 1, share: Some(share), ..ProgressNow::default() }
    }

    /// Observes a share every 100 ms from a second on.
    fn after(shares: impl IntoIterator<Item = f64>) -> Estimate {
        let mut estimate = Estimate::default();
        for (at, share) in shares.into_iter().enumerate() {
            estimate.observe(Duration::from_millis(1000 + 100 * at as u64), &reading(share));
        }
        estimate
    }

    #[test]
    fn a_steady_speed_tells_what_is_left() {
        // Ten percent a second: at 70 % there are three seconds left.
        let left = after((0..=60).map(|tenth| 0.1 + f64::from(tenth) * 0.01)).left().unwrap();
        assert!((left.as_secs_f64() - 3.0).abs() < 0.01, "{left:?}");
    }

    #[test]
    fn the_last_seconds_count() {
        // Twenty seconds at one percent a second, then ten at five.
        let slow = (0..200).map(|tenth| f64::from(tenth) * 0.001);
        let fast = (0..=105).map(|tenth| 0.2 + f64::from(tenth) * 0.005);
        let left = after(slow.chain(fast)).left().unwrap();
        assert!((left.as_secs_f64() - 5.5).abs() < 0.2, "{left:?}");
    }

    #[test]
    fn little_is_known_from_little() {
        assert_eq!(Estimate::default().left(), None);
        assert_eq!(after([0.5]).left(), None);
        assert_eq!(after((0..15).map(|tenth| f64::from(tenth) * 0.05)).left(), None, "after 1.4 s");
        assert_eq!(after((0..50).map(|_| 0.4)).left(), None, "nothing moves");
        assert_eq!(after((0..50).map(|tenth| f64::from(tenth) * 0.0001)).left(), None, "half a percent");
        assert_eq!(after((0..=50).map(|tenth| f64::from(tenth) * 0.02)).left(), None, "all is read");
    }

    #[test]
    fn another_plan_is_observed_anew() {
        let mut estimate = after((0..=60).map(|tenth| f64::from(tenth) * 0.01));
        assert!(estimate.left().is_some());
        estimate.observe(Duration::from_secs(8), &ProgressNow { plan: 2, ..reading(0.1) });
        assert_eq!(estimate.left(), None);
    }

    #[test]
    fn nothing_is_promised_while_more_is_to_follow() {
        let mut estimate = Estimate::default();
        for second in 0..20 {
            let share = 0.05 * second as f64;
            let now = ProgressNow { definition: Some("sends".to_owned()), ..reading(share) };
            estimate.observe(Duration::from_secs(second), &now);
            assert_eq!(estimate.left(), None);
        }
    }
}
