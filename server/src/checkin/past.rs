//! A check-in that was made before it came: what it shows is judged as of that time. `offline/` says when that was, and what becomes of the record.

use chrono::{DateTime, Utc};

use super::{
    earlier::Asked,
    factor::{access_points, offline::MadeAt},
    learnt::Learnt,
    rules::{self, Decision, Shown},
    sent::Sent,
    service::Service,
    shared_device,
    surroundings::Sender,
};
use crate::{
    code::Reading,
    device::{About, Looked},
    entity::{attendance_record::Model as Record, evidence::Flag},
    geofence::Fence,
    principal::Principal,
    problem::Problem,
    session::Card,
};

/// What is known by now. The student is enrolled in the session, which ran at the time.
#[derive(Clone, Copy)]
pub struct Past {
    pub about: About,
    /// What the code was at the time; none where none was scanned.
    pub code: Option<Reading>,
    pub device: Looked,
    pub made_at: MadeAt,
}

impl Service {
    /// The record that the check-in is worth, or why it is worth none.
    pub async fn record_past(
        &self,
        principal: &Principal,
        sent: &Sent,
        card: &Card,
        past: Past,
        learnt: &mut Learnt,
        now: DateTime<Utc>,
    ) -> Result<Record, Problem> {
        let Past { about, code, device, made_at } = past;
        if let Some(scan) = &sent.scan {
            let sender = Sender { student_id: principal.id, check_in_id: sent.check_in_id };
            learnt.surroundings = Some(self.look_around(&card.session, scan, sender, now).await?);
        }
        let is_shared = card.policy.rules.refused_flags.contains(&Flag::SharedDevice)
            && shared_device::is_taken(&self.store.database, about, &sent.device, device.key_id).await?;
        let place = learnt.place(card, sent);
        let shown = Shown {
            code,
            position: sent.position,
            place_name: (!card.other_locations.is_empty()).then_some(place.name.as_str()),
            device: Some(device),
            is_shared,
            access_points: learnt.heard(sent),
            offline: Some(made_at),
            ..Shown::default()
        };
        let fence = Fence::from(place);
        // What came after it says nothing of where the student was before.
        let position = sent.position.map(|reported| reported.position);
        let About { college_id, student_id, session_id, .. } = about;
        let mut earlier = Vec::new();
        if rules::whereabouts(&fence, &shown, made_at.at).is_some() {
            earlier = self.earlier.read(Asked { college_id, student_id, session_id, position, at: made_at.at }).await?;
            earlier.retain(|earlier| earlier.whereabouts.at <= made_at.at);
        }
        let shown = Shown { earlier: &earlier, ..shown };
        let Decision { evidence, outcome } =
            rules::decide(&card.session, &fence, &card.policy.rules, true, &shown, made_at.at);
        learnt.policy = Some(card.policy.clone());
        let accepted = match outcome {
            Ok(accepted) => accepted,
            Err(refusal) => {
                learnt.evidence = evidence;
                return Err(refusal.into());
            }
        };
        Ok(Record {
            location_id: learnt.location_id.unwrap_or(card.session.location_id),
            device_key_id: device.key_id,
            access_point_matched: learnt.heard(sent).and_then(access_points::matched),
            // The student was there then, and not when it came.
            ..self.record(principal, sent, card, accepted, evidence, made_at.at)
        })
    }
}
