//! MarkRecords: read the marks → write them, or name each that is at fault.

use rollcall_proto::v1::{MarkRecordsRequest, MarkRecordsResponse};

use super::{
    mark::{Marked, Marking},
    roll::Fault,
    rules,
    service::Service,
};
use crate::{
    checkin::to_proto,
    convert::{self, count},
    entity::record_change::Source,
    origin::Origin,
    principal::Principal,
    problem::{ErrorReason, Problem, Violation},
};

impl Service {
    pub(super) async fn mark_records(
        &self,
        principal: &Principal,
        request: MarkRecordsRequest,
        origin: Origin,
    ) -> Result<MarkRecordsResponse, Problem> {
        let session_id = convert::id("session_id", &request.session_id)?;
        let (mut marks, mut violations) = (Vec::with_capacity(request.marks.len()), Vec::new());
        for (place, mark) in request.marks.iter().enumerate() {
            match rules::by_hand(mark.status()) {
                Ok(status) => marks.push((convert::id("marks.student_id", &mark.student_id)?, status)),
                Err(fault) => violations.push(violation(place, "status", fault)),
            }
        }
        if !violations.is_empty() {
            return Err(Problem::invalid(ErrorReason::InvalidField, violations));
        }
        let marking = Marking {
            principal: principal.clone(),
            origin,
            session_id,
            marks,
            reason: request.reason,
            source: Source::Mark,
            now: self.clock.now(),
        };
        let Marked { records, created, updated, unchanged } =
            marking.write(&self.store).await?.map_err(|faults| refuse(&faults))?;
        Ok(MarkRecordsResponse {
            records: records.iter().map(to_proto).collect(),
            created: count(created),
            updated: count(updated),
            unchanged: count(unchanged),
        })
    }
}

fn refuse(faults: &[(usize, Fault)]) -> Problem {
    let violations = faults.iter().map(|(place, fault)| violation(*place, "student_id", fault.description()));
    Problem::invalid(ErrorReason::InvalidField, violations.collect())
}

fn violation(place: usize, field: &str, description: &str) -> Violation {
    Violation { field: format!("marks[{place}].{field}"), description: description.to_owned() }
}
