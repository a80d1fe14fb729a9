//! Codes that change every second: who sees three of them in a row stands before the screen, or before somebody who films it just
//! now. From ages alone.

/// Frames of a camera are few, and a hand shakes: one code of four may be missed.
pub const CODES: usize = 3;
const WITHIN_MS: i64 = 3_000;

/// What several codes are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// Three that follow each other closely. How old the newest of them is, in milliseconds.
    Complete { age_ms: i64 },
    /// They do not make three that belong together, and the newest is not too old. How old it is, in milliseconds.
    Unfinished { age_ms: i64 },
    /// Even the newest is too old, by its age in milliseconds.
    Expired { age_ms: i64 },
}

/// Reads the ages, in milliseconds since each was first shown, of genuine codes that differ. None where there are none.
pub fn read(ages_ms: &mut [i64], accepted_ms: i64) -> Option<Sequence> {
    ages_ms.sort_unstable();
    let newest = *ages_ms.first()?;
    if newest >= accepted_ms {
        return Some(Sequence::Expired { age_ms: newest });
    }
    let complete = ages_ms.windows(CODES).find(|codes| codes[CODES - 1] - codes[0] <= WITHIN_MS);
    Some(match complete {
        Some(codes) if codes[0] < accepted_ms => Sequence::Complete { age_ms: codes[0] },
        // Together they were seen long ago, and what came since is not enough by itself.
        Some(_) | None => Sequence::Unfinished { age_ms: newest },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_within_three_seconds_and_the_newest_not_too_old() {
        use Sequence::{Complete, Expired, Unfinished};
        let table: &[(&[i64], Option<Sequence>)] = &[
            (&[], None),
            (&[400], Some(Unfinished { age_ms: 400 })),
            (&[400, 1400], Some(Unfinished { age_ms: 400 })),
            (&[2400, 400, 1400], Some(Complete { age_ms: 400 })),
            // One of four was missed.
            (&[400, 1400, 3400], Some(Complete { age_ms: 400 })),
            // Two were.
            (&[400, 1400, 4400], Some(Unfinished { age_ms: 400 })),
            (&[4999, 5999, 6999], Some(Complete { age_ms: 4999 })),
            (&[5000, 6000, 7000], Some(Expired { age_ms: 5000 })),
            (&[20_000, 21_000, 22_000], Some(Expired { age_ms: 20_000 })),
            // A new one does not make old ones young.
            (&[400, 20_000, 21_000, 22_000], Some(Unfinished { age_ms: 400 })),
            (&[400, 5400, 6400, 7400], Some(Unfinished { age_ms: 400 })),
            // It is not the newest that counts, but the newest of three.
            (&[0, 4000, 5000, 6000], Some(Complete { age_ms: 4000 })),
            (&[0, 1000, 2000, 3000, 4000, 5000, 6000, 7000], Some(Complete { age_ms: 0 })),
        ];
        for (ages, expected) in table {
            assert_eq!(read(&mut ages.to_vec(), 5_000), *expected, "{ages:?}");
        }
    }

    proptest! {
        #[test]
        fn more_codes_never_hurt_and_age_never_helps(
            ages in proptest::collection::btree_set(0_i64..12, 0..8),
            offset in 0_i64..1000,
            extra in 0_i64..12,
            later in 0_i64..10_000,
        ) {
            let complete = |ages: &std::collections::BTreeSet<i64>, by: i64| {
                let mut ages: Vec<i64> = ages.iter().map(|age| age * 1000 + offset + by).collect();
                matches!(read(&mut ages, 5_000), Some(Sequence::Complete { .. }))
            };
            let mut more = ages.clone();
            more.insert(extra);
            prop_assert!(!complete(&ages, 0) || complete(&more, 0));
            prop_assert!(complete(&ages, 0) || !complete(&ages, later));
            // By trying every three of them.
            let all: Vec<i64> = ages.iter().map(|age| age * 1000 + offset).collect();
            let mut any = false;
            for one in 0..all.len() {
                for two in one + 1..all.len() {
                    for three in two + 1..all.len() {
                        any |= all[three] - all[one] <= 3_000 && all[one] < 5_000;
                    }
                }
            }
            prop_assert_eq!(complete(&ages, 0), any);
        }
    }
}
