//! GiveFeedback: find the session → lock its feedback → in time, and was there → the answer, counted.

use rollcall_proto::v1::{Feedback, GiveFeedbackRequest};
use uuid::Uuid;

use super::{convert::answer_to_proto, rules, service::Service, store};
use crate::{
    audit, convert, entity::feedback_answer::Model as Answer, organisation, origin::Origin, principal::Principal,
    problem::Problem, record, session::RESOURCE,
};

impl Service {
    pub(super) async fn give_feedback(
        &self,
        principal: &Principal,
        request: GiveFeedbackRequest,
        origin: Origin,
    ) -> Result<Feedback, Problem> {
        let (college_id, student_id) = (principal.college_id, principal.id);
        let session_id = convert::id("session_id", &request.session_id)?;
        let session = self.find_seen(principal, session_id).await?;
        let college = organisation::find_college(&self.store.database, college_id).await?;
        let Some(closes_at) = rules::closes_at(&session, college.feedback_days) else {
            return Err(rules::not_open(&session));
        };
        let answer = Answer {
            college_id,
            // One with a time in it would put comments in the order in which they came.
            id: uuid::Builder::from_random_bytes(rand::random()).into_uuid(),
            session_id,
            student_id,
            content: request.content,
            delivery: request.delivery,
            engagement: request.engagement,
            overall: request.overall,
            comment: request.comment,
        };
        // Who may read the audit sees that somebody answered, and not what.
        let row = audit::Row::by(principal, &origin, "feedback.given", self.clock.now()).object(RESOURCE, session_id);
        let day = organisation::day_in(&session.time_zone, session.planned_start);
        let clock = self.clock.clone();
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let feedback = store::lock(tx, &session, day, closes_at).await?;
                // By the time of the lock: an answer that had to wait may be late by now.
                rules::check_open(feedback.closes_at, clock.now())?;
                let record = record::find_of(tx, college_id, session_id, student_id).await?;
                rules::check_attended(record.map(|record| record.status))?;
                let before = store::answer_of(tx, college_id, session_id, student_id).await?;
                let id = before.as_ref().map_or(answer.id, |before| before.id);
                let answer = Answer { id, ..answer };
                store::put(tx, before.as_ref(), &answer).await?;
                audit::insert(tx, row).await?;
                Ok(answer_to_proto(answer, feedback.closes_at))
            })
        });
        work.await
    }

    /// A session that a student was in, or that was for them.
    pub(super) async fn find_seen(
        &self,
        principal: &Principal,
        session_id: Uuid,
    ) -> Result<crate::entity::session::Model, Problem> {
        let database = &self.store.database;
        let session = crate::session::find(database, principal.college_id, session_id).await?;
        let reader = database.reader();
        if record::find_of(reader, principal.college_id, session_id, principal.id).await?.is_some()
            || crate::session::is_enrolled(&self.store, &session, principal.id).await?
        {
            return Ok(session);
        }
        Err(Problem::not_found(RESOURCE))
    }
}
