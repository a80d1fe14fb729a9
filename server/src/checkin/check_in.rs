//! CheckIn: find the session → load → decide → write → answer.
//!
//! A repeated `check_in_id` must get its stored record before anything is checked. An accepted check-in learns of its
//! earlier record from the write itself, which cannot store two; so the look-up is only made where something would be
//! refused, and the usual check-in pays nothing for it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rollcall_proto::v1::CheckInRequest;
use uuid::Uuid;

use super::{
    convert as convert_record,
    factor::geofence::Reported,
    refusal::Refusal,
    rules::{self, Accepted, Decision, Shown},
    service::Service,
    store,
    writer::Outcome,
};
use crate::{
    code::ScannedCode,
    convert,
    entity::{
        attendance_record::{Model as Record, Review},
        check_in_attempt::Model as Attempt,
        evidence::{Evidence, EvidenceList, FlagList},
        session::State,
    },
    geofence::{Fence, Position},
    organisation,
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

/// What was sent, read.
struct Sent {
    check_in_id: Uuid,
    session_id: Option<Uuid>,
    code_text: Option<String>,
    /// None where there was a text and it is no code.
    code: Option<ScannedCode>,
    position: Option<Reported>,
    device_id: Option<String>,
    origin: Origin,
}

/// What was learnt of an attempt before it was refused.
#[derive(Default)]
struct Learnt {
    session_id: Option<Uuid>,
    policy: Option<Arc<Applied>>,
    evidence: Vec<Evidence>,
}

impl Service {
    pub(super) async fn check_in(
        &self,
        principal: &Principal,
        request: CheckInRequest,
        origin: Origin,
    ) -> Result<Settled, Problem> {
        let sent = Sent::read(request, origin)?;
        let mut learnt = Learnt::default();
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
        let mut decision = self.decide(principal, sent, &card, now).await?;
        if decision.outcome.is_err() {
            // The copy may be old: nobody is refused before the database was asked.
            card = session::refresh_card(&self.store, principal.college_id, card.session.id).await?;
            decision = self.decide(principal, sent, &card, now).await?;
        }
        learnt.policy = Some(card.policy.clone());
        let accepted = match decision.outcome {
            Ok(accepted) => accepted,
            Err(refusal) => {
                learnt.evidence = decision.evidence;
                return Err(refusal.into());
            }
        };
        let record = self.record(principal, sent, &card, accepted, decision.evidence, now);
        self.store_record(principal, Arc::new(record)).await
    }

    /// The session that is meant: the one that is named, the one that the code names, or the caller's only active one.
    async fn find_card(&self, principal: &Principal, sent: &Sent) -> Result<Card, Problem> {
        let college_id = principal.college_id;
        if let Some(id) = sent.session_id {
            return session::load_card(&self.store, college_id, id).await;
        }
        if let Some(code) = &sent.code {
            let found = session::load_card(&self.store, college_id, code.session_id).await;
            return found.map_err(|problem| match problem.reason {
                // A code of another college is as little a code here as a made-up one.
                ErrorReason::NotFound => Refusal::CodeInvalid.into(),
                _ => problem,
            });
        }
        let database = &self.store.database;
        let memberships = organisation::list_memberships(database, college_id, principal.id).await?;
        let active = session::list_active_of(database, college_id, principal.id, &memberships).await?;
        match active.as_slice() {
            [] => Err(Problem::new(ErrorReason::SessionNotActive, "None of your sessions is active now.")),
            [one] => session::load_card(&self.store, college_id, one.id).await,
            many => Err(session::ambiguous(many)),
        }
    }

    async fn decide(
        &self,
        principal: &Principal,
        sent: &Sent,
        card: &Card,
        now: DateTime<Utc>,
    ) -> Result<Decision, Problem> {
        let session = &card.session;
        let enrolled = session::is_enrolled(&self.store, session, principal.id).await?;
        let code = sent.code_text.as_ref().map(|_| match &sent.code {
            Some(code) => self.rotation.read(code, session, now),
            None => crate::code::Reading::Invalid,
        });
        let shown = Shown { code, position: sent.position };
        Ok(rules::decide(session, &Fence::from(&*card.location), &card.policy.rules, enrolled, &shown, now))
    }

    /// Stores an accepted check-in. What stands in its way is told from the rows that are there.
    async fn store_record(&self, principal: &Principal, record: Arc<Record>) -> Result<Arc<Record>, Problem> {
        let session_id = record.session_id;
        match self.writer.store(record.clone()).await? {
            Outcome::Stored => Ok(record),
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

    fn record(
        &self,
        principal: &Principal,
        sent: &Sent,
        card: &Card,
        accepted: Accepted,
        evidence: Vec<Evidence>,
        now: DateTime<Utc>,
    ) -> Record {
        let position = sent.position.map(|reported| reported.position);
        let version = card.policy.version;
        let review = if accepted.flags.is_empty() { Review::None } else { Review::Open };
        Record {
            check_in_id: Some(sent.check_in_id),
            verification_method: accepted.verification_method.to_owned(),
            late_by_seconds: accepted.late_by_seconds,
            evidence: EvidenceList(evidence),
            latitude: position.map(|position| position.latitude),
            longitude: position.map(|position| position.longitude),
            accuracy_meters: position.and_then(|position| position.accuracy_meters),
            qr_code_used: sent.code_text.clone(),
            ip_address: sent.origin.address.map(|address| address.to_string()),
            device_id: sent.device_id.clone(),
            policy_id: version.map(|(id, _)| id),
            policy_version: version.map(|(_, version)| version),
            flags: FlagList(accepted.flags),
            review,
            ..Record::of(&card.session, principal.id, accepted.status, now)
        }
    }

    fn attempt(&self, principal: &Principal, sent: &Sent, learnt: &Learnt, reason: ErrorReason) -> Attempt {
        let position = sent.position.map(|reported| reported.position);
        let version = learnt.policy.as_ref().and_then(|policy| policy.version);
        Attempt {
            college_id: principal.college_id,
            id: Uuid::now_v7(),
            student_id: principal.id,
            check_in_id: sent.check_in_id,
            session_id: learnt.session_id.or_else(|| sent.names_session()),
            reason: reason.as_str_name().to_owned(),
            evidence: EvidenceList(learnt.evidence.clone()),
            latitude: position.map(|position| position.latitude),
            longitude: position.map(|position| position.longitude),
            accuracy_meters: position.and_then(|position| position.accuracy_meters),
            qr_code_used: sent.code_text.clone(),
            ip_address: sent.origin.address.map(|address| address.to_string()),
            device_id: sent.device_id.clone(),
            policy_id: version.map(|(id, _)| id),
            policy_version: version.map(|(_, version)| version),
            attempted_at: self.clock.now(),
        }
    }
}

impl Sent {
    fn read(request: CheckInRequest, origin: Origin) -> Result<Self, Problem> {
        let code_text = (!request.qr_code.is_empty()).then_some(request.qr_code);
        Ok(Self {
            check_in_id: convert::id("check_in_id", &request.check_in_id)?,
            session_id: convert::optional_id("session_id", request.session_id.as_deref())?,
            code: code_text.as_deref().and_then(ScannedCode::parse),
            code_text,
            position: request.position.map(|position| Reported {
                position: Position {
                    latitude: position.latitude.unwrap_or_default(),
                    longitude: position.longitude.unwrap_or_default(),
                    accuracy_meters: position.accuracy_meters,
                },
                is_mocked: position.mocked,
            }),
            device_id: request.device.map(|device| device.device_id).filter(|id| !id.is_empty()),
            origin,
        })
    }

    fn names_session(&self) -> Option<Uuid> {
        self.session_id.or_else(|| self.code.map(|code| code.session_id))
    }
}

/// The stored answer to a `check_in_id`, if it is for the session that is meant now.
fn replay(record: Record, session_id: Option<Uuid>) -> Result<Settled, Problem> {
    if session_id.is_some_and(|id| id != record.session_id) {
        return Err(check_in_id_reused());
    }
    Ok(Settled { record: Arc::new(record), replayed: true })
}

fn check_in_id_reused() -> Problem {
    Problem::new(
        ErrorReason::CheckInIdReused,
        "This check_in_id was used for another session. Make a new one for each check-in.",
    )
}

fn already_checked_in(record: &Record) -> Problem {
    Problem::new(ErrorReason::AlreadyCheckedIn, "You have checked in to this session already.")
        .with("record_id", record.id)
        .with("status", convert_record::status_name(record.status))
}
