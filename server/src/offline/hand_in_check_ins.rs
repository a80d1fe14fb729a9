//! HandInCheckIns: read all entries → settle one after the other, in the order of their making → a result for each.
//!
//! What comes in one call comes from one student, who has one record in a session. So an entry is a transaction at most, and one that finds
//! a record is none.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rollcall_proto::v1::{AttendanceRecord, HandInCheckInsRequest, HandInCheckInsResponse, HandedIn};

use super::{
    entry::Entry,
    estimate::{Known, Told, estimate},
    keep::{self, Claim},
    refusal::{refuse, unproven},
    rules::{self, Came, Doubt, Terms},
    service::Service,
};
use crate::{
    checkin::{self, Learnt, MadeAt, Past, Refusal, Settled, status_name, to_proto},
    device::{self, About, Looked},
    entity::{
        college,
        session::{Model as Session, State},
    },
    organisation,
    origin::Origin,
    policy::Applied,
    principal::Principal,
    problem::{ErrorReason, Problem},
    record,
    session::{self, Card},
    store::detach,
};

impl Service {
    pub(super) async fn hand_in_check_ins(
        &self,
        principal: &Principal,
        request: HandInCheckInsRequest,
        origin: &Origin,
    ) -> Result<HandInCheckInsResponse, Problem> {
        let entries = request.check_ins.into_iter().enumerate();
        let entries = entries.map(|(place, entry)| Ok((place, Entry::read(principal, entry, origin.clone(), place)?)));
        let mut entries: Vec<(usize, Entry)> = entries.collect::<Result<_, Problem>>()?;
        // Of two for one session the one that was made first has the record, wherever it stands in the list.
        entries.sort_by_key(|(_, entry)| (entry.signed_at, entry.sent.check_in_id));
        let college = organisation::find_college(&self.checkin.store.database, principal.college_id).await?;
        let (service, principal) = (self.clone(), principal.clone());
        // Who has lost the network once loses it again: what was begun is finished.
        detach(async move {
            let mut results = vec![HandedIn::default(); entries.len()];
            for (place, entry) in entries {
                results[place] = service.settle(&principal, &college, &entry).await?;
            }
            Ok(HandInCheckInsResponse { results })
        })
        .await
    }

    /// What becomes of one entry. A fault of ours ends the call, which may be made again.
    async fn settle(
        &self,
        principal: &Principal,
        college: &college::Model,
        entry: &Entry,
    ) -> Result<HandedIn, Problem> {
        let (database, sent) = (&self.checkin.store.database, &entry.sent);
        let mut learnt = Learnt::default();
        let stored = checkin::find_by_check_in(database, principal, sent.check_in_id).await?;
        let settled = match stored {
            Some(record) => checkin::replay(record, Some(entry.session_id)),
            None => self.accept(principal, college, entry, &mut learnt).await,
        };
        let verdict = match &settled {
            Ok(settled) if settled.replayed => "REPLAYED",
            Ok(settled) => status_name(settled.record.status),
            Err(problem) => problem.reason.as_str_name(),
        };
        metrics::counter!("rollcall_offline_check_ins_total", "verdict" => verdict).increment(1);
        match settled {
            Ok(Settled { record, replayed }) => {
                let record = AttendanceRecord { replayed, ..to_proto(&record) };
                Ok(HandedIn { record: Some(record), ..HandedIn::default() })
            }
            Err(problem) if problem.is_fault() => Err(problem),
            Err(problem) => {
                let attempt = self.checkin.attempt(principal, sent, &learnt, problem.reason);
                self.checkin.writer.note(attempt).await?;
                let Problem { reason, message, metadata, .. } = problem;
                Ok(HandedIn { record: None, reason: reason.into(), message, metadata })
            }
        }
    }

    /// Stores a record, or says why not.
    async fn accept(
        &self,
        principal: &Principal,
        college: &college::Model,
        entry: &Entry,
        learnt: &mut Learnt,
    ) -> Result<Settled, Problem> {
        let (store, sent, now) = (&self.checkin.store, &entry.sent, self.checkin.clock.now());
        let card = self.find_card(principal, entry).await?;
        let session = &*card.session;
        learnt.session_id = Some(session.id);
        if !session::is_enrolled(store, session, principal.id).await? {
            return Err(Refusal::NotEnrolled.into());
        }
        let started_at = match (session.state, session.started_at) {
            (State::Active | State::Completed, Some(started_at)) => started_at,
            (state, _) => return Err(Refusal::SessionNotActive(state).into()),
        };
        record::check_lock(college, session, now)?;
        let position = sent.position.map(|reported| (reported.position.latitude, reported.position.longitude));
        let about = About {
            college_id: principal.college_id,
            student_id: principal.id,
            session_id: session.id,
            check_in_id: sent.check_in_id,
            position,
        };
        let looked = device::look(store, &self.checkin.nonce_key, &sent.device, about, now).await?;
        let looked = looked.unwrap_or(Looked::of(device::Proof::Unsigned));
        if let Some(refusal) = unproven(looked.proof) {
            return Err(refusal.into());
        }
        let asked_at = now - looked.nonce_age.unwrap_or_default();
        let display = self.checkin.rotation.display(&sent.codes, session);
        if sent.code_text.is_some() && display.is_none() {
            return Err(Refusal::CodeInvalid.into());
        }
        let told = Told {
            asked_at,
            elapsed: entry.elapsed,
            nonce_received_at: entry.nonce_received_at,
            signed_at: entry.signed_at.unwrap_or(entry.nonce_received_at),
        };
        let code = display.map(|display| (display.from, display.until));
        let estimate = estimate(&told, &Known { started_at, ended_at: session.ended_at, code, arrived_at: now });
        let came = Came {
            estimate,
            asked_at,
            arrived_at: now,
            key_since: looked.key_since.unwrap_or(now),
            code_mode: display.map(|display| display.mode),
        };
        let doubt = rules::receive(&came, &terms(college, session, &card.policy, now))
            .map_err(|refused| refuse(refused, session.state))?;
        // By the rules that it was shown by: whether they are today's is asked apart.
        let code = display.map(|display| self.checkin.rotation.read(&sent.codes, session, display.mode, estimate.at));
        let made_at = MadeAt {
            at: estimate.at,
            handed_in_after: now - estimate.at,
            uncertainty: now - estimate.earliest,
            clock_disagreement: estimate.clock_disagreement,
            doubt: doubt.map(Doubt::words),
        };
        let past = Past { about, code, device: looked, made_at };
        let check_in = self.checkin.record_past(principal, sent, &card, past, learnt, now).await?;
        let claim = if doubt.is_some() { Claim::Waits } else { Claim::Counts };
        keep::keep(store, check_in, claim, now)
            .await
            .map(|(record, replayed)| Settled { record: Arc::new(record), replayed })
    }

    /// The session as it is now. Nobody hurries here, and a copy might not know its end.
    async fn find_card(&self, principal: &Principal, entry: &Entry) -> Result<Card, Problem> {
        let found = session::refresh_card(&self.checkin.store, principal.college_id, entry.session_id).await;
        found.map_err(|problem| match (problem.reason, entry.sent.session_id) {
            // A code of another college is as little a code here as a made-up one.
            (ErrorReason::NotFound, None) => Refusal::CodeInvalid.into(),
            _ => problem,
        })
    }
}

fn terms(college: &college::Model, session: &Session, policy: &Applied, now: DateTime<Utc>) -> Terms {
    let planned = session.planned_end - session.planned_start;
    let held = session.started_at.map(|started_at| session.ended_at.unwrap_or(now) - started_at);
    Terms {
        window: TimeDelta::hours(college.offline_window_hours.into()),
        session_length: held.map_or(planned, |held| held.max(planned)),
        code_mode: policy.rules.code_mode,
        is_running: session.state == State::Active,
    }
}
