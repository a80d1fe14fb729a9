//! When a check-in was made that came later, because there was no network. It is told with the device, whose word it is.

use chrono::{DateTime, TimeDelta, Utc};

use super::Judged;
use crate::entity::evidence::Flag;

/// When it was made, as far as one can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeAt {
    pub at: DateTime<Utc>,
    /// From then to its arrival.
    pub handed_in_after: TimeDelta,
    /// It was made within a span of this length: from what nobody can have known before, to its arrival.
    pub uncertainty: TimeDelta,
    /// By how much more time passed by the clock that somebody may set than by the one that nobody does.
    pub clock_disagreement: TimeDelta,
    /// Why that time cannot be relied on, for the student.
    pub doubt: Option<&'static str>,
}

/// Adds it to what is said of the device.
pub fn note(device: Judged, made_at: MadeAt) -> Judged {
    let seconds = |span: TimeDelta| span.num_milliseconds() as f64 / 1000.0;
    let Judged { mut evidence, refusal } = device;
    if refusal.is_none() {
        evidence.detail = match made_at.doubt {
            None => "Your own device signed it, without a network.".into(),
            Some(doubt) => format!("Your own device signed it, without a network. {doubt}").into(),
        };
    }
    let evidence = evidence
        .figure("made_at_unix_seconds", made_at.at.timestamp_millis() as f64 / 1000.0)
        .figure("handed_in_after_seconds", seconds(made_at.handed_in_after))
        .figure("uncertainty_seconds", seconds(made_at.uncertainty))
        .figure("clock_disagreement_seconds", seconds(made_at.clock_disagreement))
        .flag(Flag::Offline);
    Judged { evidence, refusal }
}
