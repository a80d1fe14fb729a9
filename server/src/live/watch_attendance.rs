//! WatchAttendance: what there is after the token → then each change → until the session is over.

use std::pin::Pin;

use futures_util::Stream;
use rollcall_proto::v1::AttendanceEvent;
use tonic::Status;

use super::{
    change,
    listener::{Listener, Part, Right},
    service::Service,
};
use crate::{
    entity::session::Model,
    problem::{ErrorReason, Problem},
};

/// After so many the stream rests, so that they are sent: what is ready at once is put into one buffer, which grows with a big
/// roll and then stays as big for as long as the stream lives.
const EVENTS_AT_A_TIME: usize = 8;

impl Service {
    /// The number to continue after.
    pub(super) fn position(&self, session: &Model, resume_token: &str) -> Result<i64, Problem> {
        if resume_token.is_empty() {
            return Ok(0);
        }
        change::open(&self.keys.page_token, session.college_id, session.id, resume_token)
            .ok_or_else(|| Problem::new(ErrorReason::InvalidResumeToken, "The resume token is not of this session."))
    }

    pub(super) fn watch_attendance(
        &self,
        right: Right,
        session: Model,
        after: i64,
    ) -> Pin<Box<dyn Stream<Item = Result<AttendanceEvent, Status>> + Send>> {
        let (key, college_id, session_id) = (self.keys.page_token, session.college_id, session.id);
        // Listened to before the first look, so that nothing falls between the two.
        let feed = self.feeds.watch(college_id, session_id, session.event_seq);
        let parts = Listener::new(self.store.clone(), self.feeds.clone(), feed, right, (college_id, session_id), after);
        let mut parts = parts.follow();
        Box::pin(async_stream::try_stream! {
            while let Some(part) = parts.recv().await {
                match part {
                    Part::Change { change, position } => {
                        for (number, event) in change.events_after(position).enumerate() {
                            if number > 0 && number % EVENTS_AT_A_TIME == 0 {
                                tokio::task::yield_now().await;
                            }
                            yield event.clone();
                        }
                    }
                    Part::SignOfLife { position } => {
                        let resume_token = change::seal(&key, college_id, session_id, position);
                        yield AttendanceEvent { resume_token, ..AttendanceEvent::default() };
                    }
                    Part::Failure(problem) => Err(problem)?,
                }
            }
        })
    }
}
