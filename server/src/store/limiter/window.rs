//! What was let through under one key, and whether one more may be: the one decision, held here and in `window.lua`.
//!
//! Promises: in no window of a period, wherever it begins, is more let through than the limit; after a period without calls
//! all of it is there at once; what is remembered has a bound whatever the limit. Time is a number of microseconds that the
//! caller gives.
//!
//! This is a sliding log whose entries are spans, and not GCRA: that remembers one number, so it can promise either a whole
//! limit at once or the limit in every window, and not both (it lets 2 × limit − 1 through).

use std::{collections::VecDeque, time::Duration};

use super::{Limit, Outcome};

/// So many spans cover a period. What was let through comes back with the last call of its span, so a call comes back at
/// most one part of so many later than it might. A limit of no more calls than this remembers each of them.
const SPANS: u32 = 60;

/// The spans whose calls count still, the oldest first.
#[derive(Debug, Default)]
pub struct Window {
    /// When the newest span began.
    begun: u64,
    /// The calls of all spans.
    total: u32,
    spans: VecDeque<Span>,
}

/// Calls that followed each other closely, remembered as if all had come with the last of them.
#[derive(Debug)]
struct Span {
    last: u64,
    calls: u32,
}

/// For how long calls join a span, in microseconds.
pub fn width(limit: &Limit) -> u64 {
    if limit.calls.get() <= SPANS { 0 } else { micros(limit.period / SPANS) }
}

pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Window {
    /// Lets a call through and remembers it, or refuses it.
    pub fn count(&mut self, limit: &Limit, now: u64) -> Outcome {
        if let Some(wait) = self.wait(limit, now) {
            return Outcome::Refused { wait };
        }
        let now = self.note(limit, now);
        let left = limit.calls.get().saturating_sub(self.total);
        let oldest = self.spans.front().map_or(now, |span| span.last);
        Outcome::Passed { left, more_in: Duration::from_micros(oldest + micros(limit.period) - now) }
    }

    /// How long a call would have to wait; None where it need not.
    pub fn wait(&mut self, limit: &Limit, now: u64) -> Option<Duration> {
        let now = self.forget(limit, now);
        let calls = limit.calls.get();
        // One span is enough, unless the limit has been lowered meanwhile.
        let mut held = self.total;
        let mut waits = self.spans.iter().map(|span| {
            held -= span.calls;
            (held < calls, span.last + micros(limit.period) - now)
        });
        if self.total < calls {
            return None;
        }
        waits.find(|(is_enough, _)| *is_enough).map(|(_, wait)| Duration::from_micros(wait))
    }

    /// Remembers a call that was let through, and tells when that was.
    pub fn note(&mut self, limit: &Limit, now: u64) -> u64 {
        let now = self.forget(limit, now);
        self.total += 1;
        match self.spans.back_mut() {
            Some(span) if now - self.begun < width(limit) => {
                span.last = now;
                span.calls += 1;
            }
            _ => {
                self.begun = now;
                self.spans.push_back(Span { last: now, calls: 1 });
            }
        }
        now
    }

    /// Forgets what does not count any more, and tells what time it is: a clock that was put back stands still until it has
    /// caught up, and by more than a period it begins anew, so that nobody waits longer than that.
    fn forget(&mut self, limit: &Limit, now: u64) -> u64 {
        let period = micros(limit.period);
        let last = self.spans.back().map_or(0, |span| span.last);
        if last.saturating_sub(now) > period {
            *self = Self::default();
            return now;
        }
        let now = now.max(last);
        while let Some(span) = self.spans.pop_front_if(|span| span.last + period <= now) {
            self.total -= span.calls;
        }
        now
    }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000;

    fn limit(calls: u32, seconds: u64) -> Limit {
        Limit::new("test", calls, Duration::from_secs(seconds)).expect("a limit")
    }

    fn passed(left: u32, more_in: u64) -> Outcome {
        Outcome::Passed { left, more_in: Duration::from_secs(more_in) }
    }

    fn refused(wait: u64) -> Outcome {
        Outcome::Refused { wait: Duration::from_secs(wait) }
    }

    #[test]
    fn a_call_comes_back_a_period_after_it_was_made() {
        let (mut window, limit) = (Window::default(), limit(3, 60));
        for (at, expected) in [
            (100, passed(2, 60)),
            (100, passed(1, 60)),
            (130, passed(0, 30)),
            (159, refused(1)),
            (160, passed(1, 30)),
            (161, passed(0, 29)),
            (162, refused(28)),
            // Put back by less than a period: nothing moves until the clock is where it was.
            (150, refused(29)),
            (190, passed(0, 30)),
            // By more: nobody is kept waiting for it.
            (120, passed(2, 60)),
        ] {
            assert_eq!(window.count(&limit, at * SECOND), expected, "at {at} s");
        }
    }

    #[test]
    fn calls_of_a_span_come_back_with_its_last_one() {
        let (mut window, limit) = (Window::default(), limit(120, 60));
        for (at, expected) in [(100_000, 119), (100_400, 118), (100_999, 117), (101_000, 116)] {
            let Outcome::Passed { left, .. } = window.count(&limit, at * 1000) else { panic!("refused at {at} ms") };
            assert_eq!(left, expected);
        }
        let left = |window: &mut Window, at: u64| match window.count(&limit, at * 1000) {
            Outcome::Passed { left, .. } => left,
            Outcome::Refused { .. } => panic!("refused at {at} ms"),
        };
        assert_eq!(left(&mut window, 160_998), 115, "the first is a minute old, the third is not");
        assert_eq!(left(&mut window, 160_999), 117);
    }

    #[test]
    fn a_limit_that_is_lowered_holds_at_once() {
        let mut window = Window::default();
        for at in 0..10 {
            window.count(&limit(10, 60), at * SECOND);
        }
        assert_eq!(window.count(&limit(4, 60), 10 * SECOND), refused(56), "until the seventh of ten is a minute old");
        assert_eq!(window.count(&limit(4, 60), 66 * SECOND), passed(0, 1));
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let (mut window, limit) = (Window::default(), limit(1_000_000, 3600));
        for at in 0..100_000 {
            window.count(&limit, at * SECOND / 10);
        }
        assert!(window.spans.len() <= SPANS as usize + 2, "{}", window.spans.len());
    }

    /// Limits of both sorts, and calls that come in bursts, one by one and after a break, in microseconds since the last.
    pub fn arrivals() -> impl Strategy<Value = (Limit, Vec<u64>)> {
        let limits = (prop_oneof![1..8_u32, 50..70_u32, 100..300_u32], prop_oneof![Just(60_u64), Just(3600)]);
        limits.prop_flat_map(|(calls, seconds)| {
            let period = seconds * SECOND;
            let fair = period / u64::from(calls);
            let gap = prop_oneof![
                8 => Just(0_u64),
                8 => 0..=fair,
                4 => 0..=2 * fair,
                1 => 0..=period + period / 60,
            ];
            (Just(limit(calls, seconds)), prop::collection::vec(gap, 1..1200))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        /// Held against a list of every call that was let through.
        #[test]
        fn no_window_holds_more_than_the_limit((limit, gaps) in arrivals()) {
            let (mut window, mut let_through, mut now) = (Window::default(), Vec::new(), 10_000 * SECOND);
            let (calls, period) = (limit.calls.get() as usize, micros(limit.period));
            let within = |list: &[u64], time: u64, now: u64| list.iter().rev().take_while(|at| *at + time > now).count();
            for gap in gaps {
                now += gap;
                match window.count(&limit, now) {
                    Outcome::Passed { left, more_in } => {
                        let_through.push(now);
                        let held = within(&let_through, period, now);
                        prop_assert!(held <= calls, "{held} in the window that ends at {now}");
                        prop_assert!(left as usize <= calls - held);
                        prop_assert!(more_in <= limit.period);
                    }
                    Outcome::Refused { wait } => {
                        // Not for nothing: the limit was let through, if not in this window, then in one that is a
                        // sixtieth longer.
                        prop_assert!(within(&let_through, period + width(&limit), now) >= calls);
                        // And what is said of the wait is true.
                        let free = now + micros(wait);
                        prop_assert!(window.wait(&limit, free - 1).is_some() && !wait.is_zero());
                        now = free;
                        let passed = matches!(window.count(&limit, now), Outcome::Passed { .. });
                        prop_assert!(passed, "not after {wait:?} either");
                        let_through.push(now);
                        prop_assert!(within(&let_through, period, now) <= calls);
                    }
                }
            }
            // After a period and a moment everything is there at once, and not one more.
            now += period + width(&limit);
            for left in (0..limit.calls.get()).rev() {
                let outcome = window.count(&limit, now);
                prop_assert!(matches!(outcome, Outcome::Passed { left: told, .. } if told == left), "{outcome:?}");
            }
            prop_assert_eq!(window.count(&limit, now), Outcome::Refused { wait: limit.period });
        }
    }
}
