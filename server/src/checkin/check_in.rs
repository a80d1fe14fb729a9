//! CheckIn: find the session → load → decide → write → answer.
//!
//! A repeated `check_in_id` must get its stored record before anything is checked. An accepted check-in learns of its
//! earlier record from the write itself, which cannot store two; so the look-up is only made where something would be
//! refused, or where a one-time password or a picture came, which are counted. The usual check-in pays nothing for it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rollcall_proto::v1::CheckInRequest;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    convert as convert_record,
    earlier::Asked,
    factor::{access_points, geofence::Reported},
    refusal::Refusal,
    rules::{self, Decision, Shown},
    sent::Sent,
    service::Service,
    shared_device, store,
    surroundings::{Sender, Surroundings},
    writer::Outcome,
};
use crate::{
    code::OtpReading,
    device::{self, About},
    entity::{
        attendance_record::Model as Record,
        evidence::{Evidence, Factor, Flag},
        session::State,
    },
    face,
    geofence::Fence,
    origin::Origin,
    policy::Applied,
    principal::Principal,
    problem::{ErrorReason, Problem},
    session::{self, Card},
};

/// A check-in that has a record.
pub struct Settled {
    pub record: Arc<Record>,
    pub replayed: bool,
}

/// What was learnt of an attempt before it was refused.
#[derive(Default)]
pub struct Learnt {
    pub session_id: Option<Uuid>,
    pub policy: Option<Arc<Applied>>,
    /// What the one-time password is: it is looked at once, because a wrong one counts.
    otp: Option<OtpReading>,
    /// The picture of the face, until it is looked at.
    picture: Option<Zeroizing<Vec<u8>>>,
    /// What it is: it is looked at once, because that takes long and is counted.
    face: Option<face::Reading>,
    /// What its scan is held against.
    pub(super) surroundings: Option<Surroundings>,
    /// The key that has signed.
    device_key_id: Option<Uuid>,
    pub evidence: Vec<Evidence>,
}

impl Service {
    pub(super) async fn check_in(
        &self,
        principal: &Principal,
        mut request: CheckInRequest,
        origin: Origin,
    ) -> Result<Settled, Problem> {
        let picture = Zeroizing::new(std::mem::take(&mut request.face_image));
        let picture = Some(picture).filter(|picture| !picture.is_empty());
        let sent = Sent::read(principal, request, origin, Some(self.clock.now()))?;
        if (sent.otp.is_some() || picture.is_some())
            && let Some(record) = store::find_by_check_in(&self.store.database, principal, sent.check_in_id).await?
        {
            // A repeat must not count as a wrong try, when the password has expired by now, or as one more picture.
            return replay(record, sent.names_session());
        }
        let mut learnt = Learnt { picture, ..Learnt::default() };
        let problem = match self.accept(principal, &sent, &mut learnt).await {
            Ok(record) => return Ok(Settled { record, replayed: false }),
            Err(problem) => problem,
        };
        if problem.is_fault() {
            return Err(problem);
        }
        let stored = store::find_by_check_in(&self.store.database, principal, sent.check_in_id).await?;
        let problem = match stored.map(|record| replay(record, sent.names_session())) {
            Some(Ok(settled)) => return Ok(settled),
            Some(Err(reused)) => reused,
            None => problem,
        };
        self.writer.note(self.attempt(principal, &sent, &learnt, problem.reason)).await?;
        Err(problem)
    }

    /// Stores a record, or says why not.
    async fn accept(&self, principal: &Principal, sent: &Sent, learnt: &mut Learnt) -> Result<Arc<Record>, Problem> {
        let now = self.clock.now();
        let mut card = self.find_card(principal, sent).await?;
        learnt.session_id = Some(card.session.id);
        let mut decision = self.decide(principal, sent, &card, learnt, now).await?;
        if decision.outcome.is_err() {
            // The copy may be old: nobody is refused before the database was asked.
            card = session::refresh_card(&self.store, principal.college_id, card.session.id).await?;
            if card.policy.rules.looks_at(Factor::Network) {
                self.campus.refresh(&self.store, principal.college_id).await?;
            }
            decision = self.decide(principal, sent, &card, learnt, now).await?;
        }
        learnt.policy = Some(card.policy.clone());
        let accepted = match decision.outcome {
            Ok(accepted) => accepted,
            Err(refusal) => {
                learnt.evidence = decision.evidence;
                return Err(refusal.into());
            }
        };
        let mut record = self.record(principal, sent, &card, accepted, decision.evidence, now);
        record.device_key_id = learnt.device_key_id;
        record.otp_used = learnt.otp.and_then(OtpReading::id).map(|id| id.to_string());
        record.access_point_matched = learnt.heard(sent).and_then(access_points::matched);
        self.store_record(principal, Arc::new(record)).await
    }

    /// The session that is meant: the one that is named, the one that the code names, or the caller's only active one.
    async fn find_card(&self, principal: &Principal, sent: &Sent) -> Result<Card, Problem> {
        let college_id = principal.college_id;
        if let Some(id) = sent.session_id {
            return session::load_card(&self.store, college_id, id).await;
        }
        if let Some(code) = sent.codes.first() {
            let found = session::load_card(&self.store, college_id, code.session_id).await;
            return found.map_err(|problem| match problem.reason {
                // A code of another college is as little a code here as a made-up one.
                ErrorReason::NotFound => Refusal::CodeInvalid.into(),
                _ => problem,
            });
        }
        let session = session::find_only_active(&self.store.database, principal).await?;
        session::load_card(&self.store, college_id, session.id).await
    }

    async fn decide(
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
        let (access_points, face) = (learnt.heard(sent), learnt.face);
        let place = card.place(sent.position.as_ref().map(|reported| &reported.position));
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
        let read;
        if enrolled && session.state == State::Active && rules::whereabouts(&fence, &shown, now).is_some() {
            let position = sent.position.map(|reported| reported.position);
            let About { college_id, student_id, session_id, .. } = about;
            read = self.earlier.read(Asked { college_id, student_id, session_id, position, at: now }).await?;
            shown.earlier = &read;
        }
        Ok(rules::decide(session, &fence, &card.policy.rules, enrolled, &shown, now))
    }

    /// Stores an accepted check-in. What stands in its way is told from the rows that are there.
    async fn store_record(&self, principal: &Principal, record: Arc<Record>) -> Result<Arc<Record>, Problem> {
        let session_id = record.session_id;
        match self.writer.store(record.clone()).await? {
            Outcome::Stored => Ok(record),
            Outcome::Shared => Ok(Arc::new(shared_device::flagged(&record))),
            Outcome::Conflict => {
                let existing = store::find_by_session(&self.store.database, principal, session_id).await?;
                Err(existing.map_or_else(check_in_id_reused, |record| already_checked_in(&record)))
            }
            Outcome::SessionNotActive => {
                let card = session::refresh_card(&self.store, principal.college_id, session_id).await?;
                let state = match card.session.state {
                    // It was over when the record was to be written, so it cannot be active again.
                    State::Active => State::Completed,
                    state => state,
                };
                Err(Refusal::SessionNotActive(state).into())
            }
        }
    }
}

impl Learnt {
    pub(super) fn heard<'s>(&'s self, sent: &'s Sent) -> Option<access_points::Heard<'s>> {
        self.surroundings.as_ref()?.around(sent.scan.as_ref()?)
    }
}

/// The stored answer to a `check_in_id`, if it is for the session that is meant now.
pub fn replay(record: Record, session_id: Option<Uuid>) -> Result<Settled, Problem> {
    if session_id.is_some_and(|id| id != record.session_id) {
        return Err(check_in_id_reused());
    }
    Ok(Settled { record: Arc::new(record), replayed: true })
}

pub fn check_in_id_reused() -> Problem {
    Problem::new(
        ErrorReason::CheckInIdReused,
        "This check_in_id was used for another session. Make a new one for each check-in.",
    )
}

pub fn already_checked_in(record: &Record) -> Problem {
    Problem::new(ErrorReason::AlreadyCheckedIn, "You have checked in to this session already.")
        .with("record_id", record.id)
        .with("status", convert_record::status_name(record.status))
}
