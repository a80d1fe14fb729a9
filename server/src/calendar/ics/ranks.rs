//! Numbers that count from the beginning of something or, where they are negative, from its end.

/// What is longest: the days of a year.
const WORDS: usize = 6;

/// A set of such numbers, each at most 383. To look one up costs the same however many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranks {
    from_beginning: [u64; WORDS],
    from_end: [u64; WORDS],
}

impl Ranks {
    /// Zero and what is too large stand for nothing.
    pub fn insert(&mut self, rank: i32) {
        let bits = if rank < 0 { &mut self.from_end } else { &mut self.from_beginning };
        if let Some((word, bit)) = place(rank.unsigned_abs()) {
            bits[word] |= bit;
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it has the one with so many before it, of so many in all.
    pub fn has(&self, before: u32, all: u32) -> bool {
        let is_in = |bits: &[u64; WORDS], rank| place(rank).is_some_and(|(word, bit)| bits[word] & bit != 0);
        is_in(&self.from_beginning, before + 1) || is_in(&self.from_end, all.saturating_sub(before))
    }
}

impl FromIterator<i32> for Ranks {
    fn from_iter<T: IntoIterator<Item = i32>>(ranks: T) -> Self {
        let mut found = Self::default();
        ranks.into_iter().for_each(|rank| found.insert(rank));
        found
    }
}

fn place(rank: u32) -> Option<(usize, u64)> {
    let word = usize::try_from(rank / 64).ok().filter(|word| rank > 0 && *word < WORDS)?;
    Some((word, 1 << (rank % 64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_from_either_end() {
        let ranks: Ranks = [1, 366, -1, -366, 0, 384, -9_999].into_iter().collect();
        let table =
            [(0, 366, true), (365, 366, true), (0, 365, true), (364, 365, true), (1, 366, false), (183, 366, false)];
        for (before, all, expected) in table {
            assert_eq!(ranks.has(before, all), expected, "{before} of {all}");
        }
        assert!(!ranks.is_empty() && Ranks::default().is_empty());
        assert!([0, 384].into_iter().collect::<Ranks>().is_empty());
    }
}
