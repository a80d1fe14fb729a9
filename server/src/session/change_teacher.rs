//! ChangeTeacher: lock the college and the session → the teacher must be one, and free → write; then everyone is told.

use rollcall_proto::v1::ChangeTeacherRequest;
use serde_json::json;
use uuid::Uuid;

use super::{
    adjust::Adjustment,
    conflict::{self, Part},
    rules,
    service::Service,
};
use crate::{
    convert,
    entity::session::{Model, State},
    identity,
    origin::Origin,
    principal::Principal,
    problem::Problem,
    store::Tx,
};

impl Service {
    pub(super) async fn change_teacher(
        &self,
        principal: &Principal,
        request: ChangeTeacherRequest,
        origin: Origin,
    ) -> Result<Model, Problem> {
        let id = convert::id("id", &request.id)?;
        let teacher_id = convert::id("teacher_id", &request.teacher_id)?;
        let reason = request.reason;
        let states: &[State] = &[State::Scheduled, State::Active];
        let adjustment = Adjustment { id, states, action: "session.teacher_changed" };
        self.adjust(principal, adjustment, origin, move |tx, session| {
            Box::pin(async move {
                if session.teacher_id == teacher_id {
                    return Ok(None);
                }
                check_teacher(tx, session.college_id, teacher_id).await?;
                let mut detail = json!({"from": session.teacher_id, "to": teacher_id});
                if !reason.is_empty() {
                    detail["reason"] = json!(reason);
                }
                let changed = Model { teacher_id, ..session };
                conflict::check(tx, &changed, &[Part::Teacher]).await?;
                Ok(Some((changed, detail)))
            })
        })
        .await
    }
}

/// Whether somebody teaches. While the college is locked, nobody stops.
async fn check_teacher(tx: &Tx, college_id: Uuid, teacher_id: Uuid) -> Result<(), Problem> {
    let teacher = identity::find_user(tx, college_id, teacher_id).await?;
    rules::check_teacher(teacher.as_ref())
}
