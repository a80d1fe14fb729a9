//! Times that somebody or something is busy.

use chrono::{DateTime, Utc};

/// From an instant, up to and without another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

/// When somebody is busy: spans in order, apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy(Vec<Span>);

impl FromIterator<Span> for Busy {
    fn from_iter<T: IntoIterator<Item = Span>>(spans: T) -> Self {
        let mut spans: Vec<_> = spans.into_iter().collect();
        spans.sort_unstable();
        spans.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                last.end = last.end.max(next.end);
            }
            touches
        });
        Self(spans)
    }
}

impl Busy {
    /// Whether each of some spans is free. They are in the order of their starts, and of their ends.
    pub fn free<'a>(&'a self, wanted: &'a [Span]) -> impl Iterator<Item = bool> + 'a {
        let mut rest = self.0.as_slice();
        wanted.iter().map(move |wanted| {
            while let [first, others @ ..] = rest
                && first.end <= wanted.start
            {
                rest = others;
            }
            rest.first().is_none_or(|first| first.start >= wanted.end)
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn overlaps(one: Span, other: Span) -> bool {
        one.start < other.end && other.start < one.end
    }

    fn span((start, length): (i64, i64)) -> Span {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).expect("it is a time");
        Span { start: at(start), end: at(start + length) }
    }

    #[test]
    fn spans_that_touch_are_one() {
        let busy: Busy = [(10, 5), (0, 5), (15, 1), (3, 4), (30, 1)].map(span).into_iter().collect();
        assert_eq!(busy.0, [(0, 7), (10, 6), (30, 1)].map(span));
    }

    #[test]
    fn what_ends_when_something_begins_is_free() {
        let busy: Busy = [span((10, 10))].into_iter().collect();
        let table =
            [((0, 10), true), ((5, 10), false), ((9, 2), false), ((12, 2), false), ((19, 2), false), ((20, 5), true)];
        for (wanted, expected) in table {
            assert!(busy.free(&[span(wanted)]).eq([expected]), "{wanted:?}");
        }
        assert!(Busy::default().free(&[span((0, 10))]).eq([true]));
    }

    proptest! {
        #[test]
        fn the_sweep_is_the_comparison_of_all_with_all(
            spans in prop::collection::vec((0i64..300, 1i64..40), 0..30),
            starts in prop::collection::btree_set(0i64..300, 0..60),
            length in 1i64..40,
        ) {
            let wanted: Vec<_> = starts.into_iter().map(|start| span((start, length))).collect();
            let spans: Vec<_> = spans.into_iter().map(span).collect();
            let busy: Busy = spans.iter().copied().collect();
            let found: Vec<_> = busy.free(&wanted).collect();
            let expected: Vec<_> = wanted.iter().map(|one| !spans.iter().any(|busy| overlaps(*busy, *one))).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
