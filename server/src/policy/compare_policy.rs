//! ComparePolicy: the sessions of some days, some at a time → their check-ins, some at a time → weigh each again → count.

use std::collections::HashMap;

use rollcall_proto::v1::{
    ComparePolicyRequest, ComparePolicyResponse,
    compare_policy_response::{Cause, Cell as ProtoCell, Outcome},
};
use uuid::Uuid;

use super::{
    compare::{Cell, Comparison, Enforced, WouldBe, differs},
    convert,
    past::{self, Held},
    service::Service,
    store,
    weigh::Beginning,
};
use crate::{
    convert::{count, date, id},
    organisation,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn compare_policy(
        &self,
        principal: &Principal,
        request: ComparePolicyRequest,
    ) -> Result<ComparePolicyResponse, Problem> {
        let college_id = principal.college_id;
        let (from, to) = (date("from", &request.from)?, date("to", &request.to)?);
        if to < from {
            return Err(Problem::invalid_field("to", format!("must not be before from, {from}")));
        }
        let policy = store::find(&self.store.database, college_id, id("id", &request.id)?).await?;
        let reader = self.store.database.reader();
        let version = store::find_version(reader, college_id, policy.id, policy.version).await?;
        let zone = organisation::find_college(&self.store.database, college_id).await?.time_zone;
        let after_last = to.succ_opt().unwrap_or(to);
        let times = (organisation::begin_of(&zone, from), organisation::begin_of(&zone, after_last));

        let mut comparison = Comparison::new(&version.rules, self.code_interval_seconds);
        let mut last = None;
        loop {
            let sessions = past::list_sessions(&self.store.database, &policy, times, last).await?;
            let ids: Vec<Uuid> = sessions.iter().map(|held| held.id).collect();
            self.add_records(college_id, &sessions, &mut comparison).await?;
            self.add_attempts(college_id, &ids, &mut comparison).await?;
            if sessions.len() < past::SESSIONS_AT_ONCE {
                break;
            }
            last = sessions.last().copied();
        }
        let weighed = count(comparison.cells.values().map(|cell| cell.count).sum::<usize>());
        let not_weighed = count(comparison.not_weighed);
        let (late, would_be_late) = (count(comparison.late), count(comparison.would_be_late));
        let cells = comparison.cells.into_iter().map(|(key, cell)| cell_to_proto(key, cell)).collect();
        Ok(ComparePolicyResponse { cells, version: version.version, weighed, not_weighed, late, would_be_late })
    }

    /// What was accepted. Who was marked by hand showed nothing.
    async fn add_records(
        &self,
        college_id: Uuid,
        sessions: &[Held],
        comparison: &mut Comparison<'_>,
    ) -> Result<(), Problem> {
        let beginnings: HashMap<Uuid, Beginning> = sessions.iter().map(|held| (held.id, held.beginning)).collect();
        let ids: Vec<Uuid> = sessions.iter().map(|held| held.id).collect();
        let mut last = None;
        while !ids.is_empty() {
            let rows = past::list_records(&self.store.database, college_id, &ids, last).await?;
            for row in &rows {
                let enforced = if row.flags.0.is_empty() { Enforced::Accepted } else { Enforced::Flagged };
                let would_be = comparison.add(row.id, enforced, &row.evidence.0);
                if let (Some(would_be), Some(beginning)) = (would_be, beginnings.get(&row.session_id)) {
                    comparison.add_lateness(would_be, row.status, *beginning, row.marked_at);
                }
            }
            if rows.len() < past::CHECK_INS_AT_ONCE {
                break;
            }
            last = rows.last().map(|row| (row.session_id, row.id));
        }
        Ok(())
    }

    /// What was refused.
    async fn add_attempts(
        &self,
        college_id: Uuid,
        sessions: &[Uuid],
        comparison: &mut Comparison<'_>,
    ) -> Result<(), Problem> {
        let mut last = None;
        while !sessions.is_empty() {
            let rows = past::list_attempts(&self.store.database, college_id, sessions, last).await?;
            let is_last = rows.len() < past::CHECK_INS_AT_ONCE;
            last = rows.last().map(|(session_id, id, ..)| (*session_id, *id));
            for (_, id, evidence, reason) in rows {
                comparison.add(id, Enforced::Refused(reason), &evidence.0);
            }
            if is_last {
                break;
            }
        }
        Ok(())
    }
}

fn cell_to_proto((enforced, would_be): (Enforced, WouldBe), cell: Cell) -> ProtoCell {
    let differs = differs(&enforced, would_be);
    let examples = cell.examples.iter().map(Uuid::to_string).collect();
    let (outcome, cause) = match would_be {
        WouldBe::Accepted => (Outcome::Accepted, Cause::Unspecified),
        WouldBe::Flagged => (Outcome::Flagged, Cause::Unspecified),
        WouldBe::MoreNeeded => (Outcome::Refused, Cause::MoreNeeded),
        WouldBe::Failed(_) => (Outcome::Refused, Cause::FactorFailed),
        WouldBe::Refused(_) => (Outcome::Refused, Cause::FlagRefused),
    };
    let mut told = ProtoCell {
        would_be: outcome.into(),
        would_be_cause: cause.into(),
        count: count(cell.count),
        differs,
        ..Default::default()
    };
    match would_be {
        WouldBe::Failed(factor) => told.would_be_factor = convert::factor_to_proto(factor).into(),
        WouldBe::Refused(flag) => told.would_be_flag = convert::flag_to_proto(flag).into(),
        WouldBe::Accepted | WouldBe::Flagged | WouldBe::MoreNeeded => {}
    }
    match enforced {
        Enforced::Accepted => (told.enforced, told.record_ids) = (Outcome::Accepted.into(), examples),
        Enforced::Flagged => (told.enforced, told.record_ids) = (Outcome::Flagged.into(), examples),
        Enforced::Refused(reason) => {
            (told.enforced, told.attempt_ids) = (Outcome::Refused.into(), examples);
            told.reason = reason;
        }
    }
    told
}
