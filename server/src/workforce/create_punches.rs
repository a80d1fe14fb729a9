//! CreatePunches: hold each against the rules of a single one → store those that keep them → tell what became of each.

use std::{collections::HashMap, sync::Arc};

use rollcall_proto::v1::{CreatePunchRequest, CreatePunchesRequest, CreatePunchesResponse, ErrorReason, PunchResult};
use uuid::Uuid;

use super::{
    create_punch::{refuse, reused},
    keep::Outcome,
    read::{self, By},
    service::Service,
    store,
};
use crate::{
    convert,
    entity::punch::Model as Punch,
    principal::Principal,
    problem::{Problem, Violation},
    store::detach,
};

/// After so many others have their turn.
const BREATH: usize = 256;
/// The RPC whose rules count for each.
const SINGLE: &str = "/rollcall.v1.WorkforceService/CreatePunch";

impl Service {
    pub(super) async fn create_punches(
        &self,
        principal: &Principal,
        request: CreatePunchesRequest,
    ) -> Result<CreatePunchesResponse, Problem> {
        let results = self.store_each(principal, &request.punches).await?;
        let refused = results.iter().filter(|result| result.id.is_empty()).count();
        let replayed = results.iter().filter(|result| result.replayed).count();
        Ok(CreatePunchesResponse {
            stored_count: convert::count(results.len() - refused - replayed),
            replayed_count: convert::count(replayed),
            refused_count: convert::count(refused),
            results,
        })
    }

    /// Stores those that keep the rules, and tells of each what became of it.
    pub(super) async fn store_each(
        &self,
        principal: &Principal,
        entries: &[CreatePunchRequest],
    ) -> Result<Vec<PunchResult>, Problem> {
        let now = self.clock.now();
        let mut results = vec![PunchResult::default(); entries.len()];
        let (mut places, mut punches) = (Vec::new(), Vec::new());
        for (place, entry) in entries.iter().enumerate() {
            let (entry, found) = self.contract.hold::<CreatePunchRequest>(SINGLE, entry)?;
            let fault = match found.into_iter().next() {
                Some(violation) => Err(violation),
                None => read::punch(By::of(principal), entry, now).map_err(read::violation),
            };
            if place % BREATH == BREATH - 1 {
                tokio::task::yield_now().await;
            }
            match fault {
                Ok(punch) => {
                    places.push(place);
                    punches.push(Arc::new(punch));
                }
                Err(violation) => results[place] = faulty(violation),
            }
        }
        let service = self.clone();
        // What was begun is finished, and answered to whoever sends the list again.
        let told = detach(async move { service.tell(&punches).await }).await?;
        for (place, result) in places.into_iter().zip(told) {
            results[place] = result;
        }
        Ok(results)
    }

    /// Stores them, and tells of each what became of it.
    async fn tell(&self, punches: &[Arc<Punch>]) -> Result<Vec<PunchResult>, Problem> {
        let outcomes = self.keeper.keep_all(punches).await?;
        let known: Vec<Uuid> = punches
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| **outcome == Outcome::Known)
            .map(|(punch, _)| punch.event_key)
            .collect();
        let first = match punches.first() {
            Some(punch) if !known.is_empty() => {
                store::find_by_keys(self.store.database.reader(), punch.college_id, &known).await?
            }
            _ => HashMap::new(),
        };
        let corrections = match punches.first() {
            Some(punch) if !first.is_empty() => {
                let ids = first.values().map(|first| first.id);
                store::find_corrections(self.store.database.reader(), punch.college_id, ids).await?
            }
            _ => HashMap::new(),
        };
        let result = |(punch, outcome): (&Arc<Punch>, Outcome)| match (outcome, first.get(&punch.event_key)) {
            (Outcome::Known, Some(first)) if read::is_same(first, punch) => {
                let corrected_by_id = corrections.get(&first.id).map(Uuid::to_string);
                PunchResult { id: first.id.to_string(), replayed: true, corrected_by_id, ..PunchResult::default() }
            }
            (Outcome::Known, Some(first)) => refused(reused(first), "event_id"),
            (Outcome::NoEmployee | Outcome::NoLocation, _) => match refuse(outcome) {
                Err(problem) if outcome == Outcome::NoEmployee => refused(problem, "employee_id"),
                Err(problem) => refused(problem, "location_id"),
                Ok(()) => PunchResult::default(),
            },
            _ => PunchResult { id: punch.id.to_string(), ..PunchResult::default() },
        };
        Ok(punches.iter().zip(outcomes).map(result).collect())
    }
}

fn faulty(Violation { field, description }: Violation) -> PunchResult {
    let message = format!("{field} {description}.");
    PunchResult { reason: ErrorReason::InvalidField.into(), message, field, ..PunchResult::default() }
}

fn refused(problem: Problem, field: &str) -> PunchResult {
    PunchResult {
        reason: problem.reason.into(),
        message: problem.message,
        field: field.to_owned(),
        ..PunchResult::default()
    }
}
