//! GetSessionFeedback: to a student the own answer, to staff what is published.

use rollcall_proto::v1::{GetSessionFeedbackRequest, SessionFeedback, session_feedback::State};
use uuid::Uuid;

use super::{
    convert::{answer_to_proto, figures_to_proto},
    rules,
    service::Service,
    store,
};
use crate::{
    convert::{self, timestamp},
    organisation,
    page::Page,
    principal::{Principal, Reach},
    problem::Problem,
    session,
};

impl Service {
    pub(super) async fn get_session_feedback(
        &self,
        principal: &Principal,
        request: GetSessionFeedbackRequest,
    ) -> Result<SessionFeedback, Problem> {
        let (database, college_id) = (&self.store.database, principal.college_id);
        let session_id = convert::id("session_id", &request.session_id)?;
        let session = match principal.reach() {
            Reach::Student(_) => self.find_seen(principal, session_id).await?,
            Reach::Teacher(_) | Reach::College => session::find_for_staff(&self.store, principal, session_id).await?,
        };
        let purpose: [&[u8]; 4] = [b"feedback", college_id.as_bytes(), principal.id.as_bytes(), session_id.as_bytes()];
        let page = Page::new(&self.keys.page_token, &purpose, request.page_size, &request.page_token);
        let after = page.position::<Uuid>()?;

        let now = self.clock.now();
        let feedback = store::find(database.reader(), college_id, session_id).await?;
        let college = organisation::find_college(database, college_id).await?;
        let closes_at = match &feedback {
            Some(feedback) => Some(feedback.closes_at),
            None => rules::closes_at(&session, college.feedback_days),
        };
        let Some(closes_at) = closes_at else {
            return Ok(SessionFeedback { state: State::Waiting.into(), ..Default::default() });
        };
        let state = if rules::check_open(closes_at, now).is_ok() { State::Open } else { State::Closed };
        let mut answer =
            SessionFeedback { state: state.into(), closes_at: Some(timestamp(closes_at)), ..Default::default() };
        if let Reach::Student(id) = principal.reach() {
            let own = store::answer_of(database.reader(), college_id, session_id, id).await?;
            answer.own = own.map(|own| answer_to_proto(own, closes_at));
            return Ok(answer);
        }
        if feedback.is_none_or(|feedback| !rules::is_published(closes_at, feedback.answers, now)) {
            return Ok(answer);
        }
        let figures = store::figures_of(database.reader(), college_id, session_id).await?;
        answer.figures = figures.as_ref().map(figures_to_proto);
        let comments = store::comments(database.reader(), college_id, session_id, after, page.rows_to_read()).await?;
        let (comments, next_page_token) = page.cut(comments, |last| last.id)?;
        answer.comments = comments.into_iter().map(|answer| answer.comment).collect();
        answer.next_page_token = next_page_token;
        Ok(answer)
    }
}
