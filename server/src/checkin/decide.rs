//! What a check-in is worth: look at each thing that came → read what it is held against → decide.

use chrono::{DateTime, Utc};

use super::{
    earlier::Asked,
    factor::geofence::Reported,
    learnt::Learnt,
    rules::{self, Decision, Shown},
    sent::Sent,
    service::Service,
    shared_device,
    surroundings::Sender,
};
use crate::{
    device::{self, About},
    entity::{evidence::Flag, session::State},
    geofence::Fence,
    principal::Principal,
    problem::Problem,
    session::{self, Card},
};

impl Service {
    pub(super) async fn decide(
        &self,
        principal: &Principal,
        sent: &Sent,
        card: &Card,
        learnt: &mut Learnt,
        now: DateTime<Utc>,
    ) -> Result<Decision, Problem> {
        let session = &card.session;
        let enrolled = session::is_enrolled(&self.store, session, principal.id).await?;
        let mode = card.policy.rules.code_mode;
        let code = sent.code_text.as_ref().map(|_| self.rotation.read(&sent.codes, session, mode, now));
        // Who is not let in anyway learns nothing of it, and is not counted.
        if let Some(digits) = &sent.otp
            && learnt.otp.is_none()
            && enrolled
            && session.state == State::Active
        {
            learnt.otp = Some(self.passwords.check(session, principal.id, digits, now).await?);
        }
        if let Some(scan) = &sent.scan
            && enrolled
            && session.state == State::Active
        {
            let sender = Sender { student_id: principal.id, check_in_id: sent.check_in_id };
            learnt.surroundings = Some(match &learnt.surroundings {
                None => self.look_around(session, scan, sender, now).await?,
                Some(before) => self.look_again(session, before).await?,
            });
        }
        let about = About {
            college_id: principal.college_id,
            student_id: principal.id,
            session_id: session.id,
            check_in_id: sent.check_in_id,
            position: sent.position.map(|Reported { position, .. }| (position.latitude, position.longitude)),
        };
        let device = device::look(&self.store, &self.nonce_key, &sent.device, about, now).await?;
        learnt.device_key_id = device.and_then(|looked| looked.key_id);
        // Who comes second is found by the write. Only where that is to be refused, somebody has to look before.
        let is_shared = card.policy.rules.refused_flags.contains(&Flag::SharedDevice)
            && shared_device::is_taken(&self.store.database, about, &sent.device, learnt.device_key_id).await?;
        if enrolled
            && session.state == State::Active
            && let Some(picture) = learnt.picture.take()
        {
            learnt.face = Some(self.faces.compare(principal, session.id, picture).await?);
        }
        let place = learnt.place(card, sent);
        let mut earlier = learnt.earlier.take();
        let (access_points, face) = (learnt.heard(sent), learnt.face);
        let place_name = (!card.other_locations.is_empty()).then_some(place.name.as_str());
        let is_on_campus = self.campus.hold(principal.college_id, sent.origin.address);
        let mut shown = Shown {
            code,
            otp: learnt.otp,
            position: sent.position,
            place_name,
            device,
            is_shared,
            access_points,
            is_on_campus,
            earlier: &[],
            face,
            offline: None,
        };
        let fence = Fence::from(place);
        if earlier.is_none()
            && enrolled
            && session.state == State::Active
            && rules::whereabouts(&fence, &shown, now).is_some()
        {
            let position = sent.position.map(|reported| reported.position);
            let About { college_id, student_id, session_id, .. } = about;
            let asked = Asked { college_id, student_id, session_id, position, at: now };
            earlier = Some(self.earlier.read(asked).await?);
        }
        shown.earlier = earlier.as_deref().unwrap_or_default();
        let decision = rules::decide(session, &fence, &card.policy.rules, enrolled, &shown, now);
        learnt.earlier = earlier;
        Ok(decision)
    }
}
