//! Whoever is signed in and is denied a call leaves a row in the audit. It is written beside the answer, which does not wait
//! for it; under a flood some are left out, and the log and the counts of calls tell of the rest.

use std::sync::Arc;

use prost::Message as _;
use rollcall_proto::google::rpc::{ErrorInfo, Status as RpcStatus};
use serde_json::json;
use tokio::sync::Semaphore;
use tonic::{Code, Status};
use uuid::Uuid;

use super::{Request, Response};
use crate::{
    audit, clock::Clock, contract::Method, origin::Origin, principal::Principal, problem::Problem, store::Database,
};

/// Rows on their way at one time: a few, because each waits for the one writer that check-ins wait for too.
const AT_ONCE: usize = 16;

/// Where denials go.
pub struct Denials {
    database: Database,
    clock: Clock,
    permits: Arc<Semaphore>,
}

/// Somebody signed in, kept while the request is used up.
pub struct Visitor {
    principal: Principal,
    origin: Origin,
}

impl Visitor {
    pub fn of(request: &Request) -> Option<Self> {
        let principal = request.extensions().get::<Principal>()?.clone();
        Some(Self { principal, origin: Origin::read(request.extensions()) })
    }
}

impl Denials {
    pub fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock, permits: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Writes a row if the answer is a denial.
    pub fn keep(&self, visitor: Option<Visitor>, method: &Method, answer: &Result<Response, Problem>) {
        let Some(Denial { reason, session_id }) = Denial::read(answer) else { return };
        let Some(Visitor { principal, origin }) = visitor else { return };
        let Ok(permit) = self.permits.clone().try_acquire_owned() else { return };
        let mut row = audit::Row::by(&principal, &origin, "call.denied", self.clock.now())
            .detail(json!({"rpc": method.label, "reason": reason}));
        if let Some(id) = session_id {
            row = row.object("session", id);
        }
        let database = self.database.clone();
        tokio::spawn(async move {
            let _permit = permit;
            // A fault is in the log by then, and the caller has the answer.
            let _ = audit::write(&database, row).await;
        });
    }
}

/// What a denial tells.
struct Denial {
    reason: String,
    session_id: Option<Uuid>,
}

impl Denial {
    fn read(answer: &Result<Response, Problem>) -> Option<Self> {
        let (reason, session_id) = match answer {
            Err(problem) if problem.code() == Code::PermissionDenied => {
                (problem.reason.as_str_name().to_owned(), problem.metadata.get("session_id").cloned())
            }
            Err(_) => return None,
            Ok(response) => {
                let status = Status::from_header_map(response.headers())?;
                if status.code() != Code::PermissionDenied {
                    return None;
                }
                let info = error_info(&status).unwrap_or_default();
                (info.reason, info.metadata.get("session_id").cloned())
            }
        };
        Some(Self { reason, session_id: session_id.and_then(|id| id.parse().ok()) })
    }
}

fn error_info(status: &Status) -> Option<ErrorInfo> {
    let status = RpcStatus::decode(status.details()).ok()?;
    let info = status.details.iter().find(|detail| detail.type_url.ends_with("/google.rpc.ErrorInfo"))?;
    ErrorInfo::decode(info.value.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ErrorReason::{NotFound, NotYourSession, RoleNotAllowed};

    #[test]
    fn a_denial_is_told_from_every_other_answer() {
        let id = Uuid::from_u128(7);
        let table = [
            (Problem::new(RoleNotAllowed, "no").with("allowed", "admin"), Some(("ROLE_NOT_ALLOWED", None))),
            (Problem::new(NotYourSession, "no"), Some(("NOT_YOUR_SESSION", None))),
            (Problem::new(NotYourSession, "no").with("session_id", id), Some(("NOT_YOUR_SESSION", Some(id)))),
            (Problem::new(NotYourSession, "no").with("session_id", "none"), Some(("NOT_YOUR_SESSION", None))),
            (Problem::new(NotFound, "no").with("session_id", id), None),
        ];
        for (problem, expected) in table {
            // From a layer, and from further in.
            for answer in [Err(problem.clone()), Ok(Status::from(problem.clone()).into_http())] {
                let found = Denial::read(&answer).map(|found| (found.reason, found.session_id));
                let expected = expected.map(|(reason, id)| (reason.to_owned(), id));
                assert_eq!(found, expected, "{problem:?}");
            }
        }
        assert!(Denial::read(&Ok(Response::default())).is_none(), "an answer");
        let bare = Status::permission_denied("without details").into_http();
        assert_eq!(Denial::read(&Ok(bare)).map(|found| found.reason).as_deref(), Some(""));
    }
}
