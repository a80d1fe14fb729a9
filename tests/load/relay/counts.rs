//! How often a check-in was accepted, and between what bounds that is known.

use std::{collections::BTreeMap, fmt, time::Duration};

use rollcall_proto::v1::policy_rules::CodeMode;
use rollcall_tests::Refusal;

use super::Arm;
use crate::wilson::wilson;

/// By how codes rotate and whose check-ins they were: how many were accepted, of how many.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<(i32, Arm), (u32, u32)>);

impl Counts {
    /// Counts answers. A check-in that was refused for anything but its codes is a fault of the measurement.
    pub fn of(answers: &[(CodeMode, Arm, Result<(), Refusal>, Duration)]) -> anyhow::Result<Self> {
        let mut counts = Self::default();
        for (mode, arm, answer, _) in answers {
            if let Err(refusal) = answer {
                anyhow::ensure!(
                    matches!(refusal.reason.as_str(), "CODE_EXPIRED" | "MORE_EVIDENCE_NEEDED"),
                    "{mode:?} {arm:?}: {refusal:?}"
                );
            }
            let (accepted, all) = counts.0.entry(((*mode).into(), *arm)).or_default();
            *accepted += u32::from(answer.is_ok());
            *all += 1;
        }
        Ok(counts)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "accepted, with Wilson's bounds of 95 %:")?;
        for ((mode, arm), (accepted, all)) in &self.0 {
            let mode = CodeMode::try_from(*mode).map_or("", |mode| mode.as_str_name());
            let arm = match arm {
                Arm::Honest => "honest, up to 4 s".to_owned(),
                Arm::Relayed(seconds) => format!("relayed in {seconds} s"),
            };
            let (low, high) = wilson(*accepted, *all);
            let rate = f64::from(*accepted) / f64::from(*all);
            writeln!(
                out,
                "{mode:<10} {arm:<18} {accepted:>5} of {all:<5} {:>6.2} %  [{:.2} %, {:.2} %]",
                100.0 * rate,
                100.0 * low,
                100.0 * high
            )?;
        }
        Ok(())
    }
}
