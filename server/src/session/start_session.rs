//! StartSession: SCHEDULED becomes ACTIVE, within its window, by somebody who is there where the college wants that.

use rollcall_proto::v1::StartSessionRequest;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    rules::Move,
    service::Service,
    standing,
    store::{Start, Writes},
    transition::Decided,
    window::{StartWindow, adherence},
};
use crate::{
    entity::session,
    geofence::{self, Fence, Position},
    organisation,
    origin::Origin,
    principal::Principal,
    problem::Problem,
};

impl Service {
    pub(super) async fn start_session(
        &self,
        principal: &Principal,
        id: Uuid,
        request: StartSessionRequest,
        origin: Origin,
    ) -> Result<session::Model, Problem> {
        let position = request.position.map(|position| Position {
            latitude: position.latitude.unwrap_or_default(),
            longitude: position.longitude.unwrap_or_default(),
            accuracy_meters: position.accuracy_meters,
        });
        self.look_at_starter(principal, id, Zeroizing::new(request.face_image)).await?;
        let (caller, now) = (principal.id, self.clock.now());
        self.transition(principal, id, Move::Start, origin, move |tx, session| {
            Box::pin(async move {
                let college = organisation::find_college_in(tx, session.college_id).await?;
                StartWindow::of(&session, &college).check(&session, now)?;
                let location = geofence::find_in(tx, session.college_id, session.location_id).await?;
                let others = geofence::find_others(tx, session.college_id, &session.also_location_ids).await?;
                let place = match &position {
                    Some(position) => geofence::most_probable(&location, others.iter(), position),
                    None => &location,
                };
                let standing = standing::judge(college.start_position, &Fence::from(place), position)?;
                let (adherence, offset_seconds) = adherence(session.planned_start, now);
                let detail = match session.teacher_id {
                    teacher if teacher == caller => json!({}),
                    teacher => json!({"standing_in_for": teacher}),
                };
                Ok(Decided { writes: Writes::Start(Start { adherence, offset_seconds, standing }), detail })
            })
        })
        .await
    }
}
