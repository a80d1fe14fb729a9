//! What a rate is.

use rollcall_proto::v1::AttendanceCounts;

use crate::{
    convert::count,
    entity::college::{ExcusedCounts, Model as College},
};

/// The statuses in which records are counted, as the columns of tallies are called.
pub const STATUSES: [&str; 5] = ["present", "late", "absent", "excused", "pending"];

/// Records by their status, in the order of `STATUSES`.
pub type Counts = [i64; 5];

/// How a college makes a rate of counts: what part of each status was attended, in percent, and whether it counts at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formula {
    attended: Counts,
    counted: Counts,
}

impl Formula {
    pub fn of(college: &College) -> Self {
        let late = i64::from(college.late_weight_percent);
        // PENDING is an absence that nobody has excused yet.
        let (excused, counts) = match college.excused_counts {
            ExcusedCounts::Excluded => (0, 0),
            ExcusedCounts::Present => (100, 1),
            ExcusedCounts::Absent => (0, 1),
        };
        Self { attended: [100, late, 0, excused, 0], counted: [1, 1, 1, counts, 1] }
    }

    /// The rate in millionths, cut; none where nothing counts.
    pub fn rate(&self, counts: &Counts) -> Option<i64> {
        let sum = |weights: &Counts| -> i64 { weights.iter().zip(counts).map(|(weight, count)| weight * count).sum() };
        (sum(&self.attended) * 10_000).checked_div(sum(&self.counted))
    }

    /// What was attended, in percent of a record, of a row with a column for each status.
    pub fn attended(&self) -> String {
        weighted(&self.attended)
    }

    /// How many records count, of the same.
    pub fn counted(&self) -> String {
        weighted(&self.counted)
    }

    pub fn to_proto(self, counts: &Counts) -> AttendanceCounts {
        let [present, late, absent, excused, pending] = counts.map(count);
        let rate_percent = self.rate(counts).map(|millionths| millionths as f64 / 10_000.0);
        AttendanceCounts { present, late, absent, excused, pending, rate_percent }
    }
}

fn weighted(weights: &Counts) -> String {
    let terms: Vec<String> =
        STATUSES.iter().zip(weights).map(|(status, weight)| format!("{weight} * {status}")).collect();
    format!("({})", terms.join(" + "))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_rate_is_what_the_college_says() {
        use ExcusedCounts::{Absent, Excluded, Present};
        let table = [
            ([1, 0, 0, 0, 0], 100, Excluded, Some(1_000_000)),
            ([0, 0, 1, 0, 0], 100, Excluded, Some(0)),
            ([0, 0, 0, 0, 1], 100, Excluded, Some(0)),
            ([0, 0, 0, 1, 0], 100, Excluded, None),
            ([0, 0, 0, 1, 0], 100, Present, Some(1_000_000)),
            ([0, 0, 0, 1, 0], 100, Absent, Some(0)),
            ([0; 5], 50, Present, None),
            ([1, 1, 1, 1, 0], 100, Excluded, Some(666_666)),
            ([1, 1, 1, 1, 0], 50, Excluded, Some(500_000)),
            ([1, 1, 1, 1, 0], 0, Excluded, Some(333_333)),
            ([1, 1, 1, 1, 0], 50, Present, Some(625_000)),
            ([1, 1, 1, 1, 0], 50, Absent, Some(375_000)),
            ([1, 1, 1, 1, 1], 50, Absent, Some(300_000)),
        ];
        for (counts, late_weight_percent, excused_counts, expected) in table {
            let college =
                College::fresh(Uuid::nil(), String::new(), String::new(), "UTC".to_owned(), DateTime::UNIX_EPOCH);
            let formula = Formula::of(&College { late_weight_percent, excused_counts, ..college });
            assert_eq!(formula.rate(&counts), expected, "{counts:?} {late_weight_percent} {excused_counts:?}");
        }
    }
}
