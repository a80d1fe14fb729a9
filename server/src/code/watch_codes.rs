//! WatchCodes: the code of this moment, and each next one when its time comes, until the session ends.

use std::{pin::Pin, time::Duration};

use futures_util::Stream;
use rollcall_proto::v1::Code;
use tonic::Status;

use super::service::Service;
use crate::{
    entity::session::{Model, State},
    lease::Lease,
    principal::Principal,
    session,
};

/// Time can be moved in tests, so a wait is never longer than this. Short enough that a changed session is noticed.
const MAX_WAIT: Duration = Duration::from_millis(500);

impl Service {
    pub(super) fn watch_codes(
        &self,
        lease: Lease,
        principal: Principal,
        session: Model,
    ) -> Pin<Box<dyn Stream<Item = Result<Code, Status>> + Send>> {
        let service = self.clone();
        Box::pin(async_stream::try_stream! {
            let mut last = service.get_current_code(&session, service.code_mode(&session).await?);
            yield last.clone();
            loop {
                lease.check()?;
                let now = service.clock.now();
                // A copy tells of the end, and of other rules, at once where notices are heard; a new code is only shown on the
                // database's word.
                let mut card = session::load_card(&service.store, session.college_id, session.id).await?;
                let mut next = service.get_current_code(&card.session, card.policy.rules.code_mode);
                let is_next = next.code != last.code;
                if is_next {
                    card = session::refresh_card(&service.store, session.college_id, session.id).await?;
                    next = service.get_current_code(&card.session, card.policy.rules.code_mode);
                }
                if card.session.state != State::Active {
                    return;
                }
                // It may have been given to somebody else.
                session::check_staff(&principal, &card.session)?;
                if is_next {
                    last = next;
                    yield last.clone();
                }
                let ends = last.expires_at.map_or(0, |end| end.seconds * 1000);
                let left = Duration::from_millis(u64::try_from(ends - now.timestamp_millis()).unwrap_or(0));
                tokio::select! {
                    () = tokio::time::sleep(left.clamp(Duration::from_millis(1), MAX_WAIT)) => {}
                    () = lease.stopped() => {}
                }
            }
        })
    }
}
