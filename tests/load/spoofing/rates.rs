//! What is printed.

use std::{collections::BTreeMap, fmt};

use super::Label;
use crate::wilson::wilson;

/// By whose check-ins they were: how many were refused or flagged, of how many.
pub struct Rates(BTreeMap<Label, (u32, u32)>);

impl Rates {
    pub fn of(told: impl IntoIterator<Item = (Label, bool)>) -> Self {
        let mut rates: BTreeMap<Label, (u32, u32)> = BTreeMap::new();
        for (label, is_caught) in told {
            let (caught, all) = rates.entry(label).or_default();
            *caught += u32::from(is_caught);
            *all += 1;
        }
        Self(rates)
    }

    fn sum(&self, is_counted: impl Fn(&Label) -> bool) -> (u32, u32) {
        let counted = self.0.iter().filter(|(label, _)| is_counted(label));
        counted.fold((0, 0), |(caught, all), (_, (more_caught, more))| (caught + more_caught, all + more))
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "refused or flagged, with Wilson's bounds of 95 %:")?;
        for (label, counts) in &self.0 {
            line(out, &format!("{label:?}"), *counts)?;
        }
        let is_spoofed = |label: &Label| matches!(label, Label::Spoofed(_));
        line(out, "all that were spoofed", self.sum(is_spoofed))?;
        line(out, "all that were honest", self.sum(|label| !is_spoofed(label)))?;
        write!(out, "wanted: 95 % of the former at least, 1 % of the latter at most")
    }
}

fn line(out: &mut fmt::Formatter<'_>, name: &str, (caught, all): (u32, u32)) -> fmt::Result {
    let (low, high) = wilson(caught, all);
    let rate = f64::from(caught) / f64::from(all);
    writeln!(
        out,
        "{name:<28} {caught:>5} of {all:<5} {:>6.2} %  [{:.2} %, {:.2} %]",
        100.0 * rate,
        100.0 * low,
        100.0 * high
    )
}
