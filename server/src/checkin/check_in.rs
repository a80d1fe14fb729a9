//! CheckIn: find the session → load → decide → write → answer.
//!
//! A repeated `check_in_id` must get its stored record before anything is checked. An accepted check-in learns of its
//! earlier record from the write itself, which cannot store two; so the look-up is only made where something would be
//! refused, or where a one-time password or a picture came, which are counted. The usual check-in pays nothing for it.

use std::sync::Arc;

use rollcall_proto::v1::CheckInRequest;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    convert as convert_record, factor::access_points, learnt::Learnt, refusal::Refusal, sent::Sent, service::Service,
    shared_device, store, writer::Outcome,
};
use crate::{
    code::OtpReading,
    entity::{attendance_record::Model as Record, evidence::Factor, session::State},
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem},
    session::{self, Card},
};

/// A check-in that has a record.
pub struct Settled {
    pub record: Arc<Record>,
    pub replayed: bool,
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
        record.location_id = learnt.location_id.unwrap_or(card.session.location_id);
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
