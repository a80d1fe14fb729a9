//! WatchNotifications: what was not read, or what came after the token → then each notification.
//!
//! A person's numbers are given out under a lock that lasts until the commit, so that whoever has seen one has seen all below
//! it that there will ever be.

use std::{pin::Pin, time::Duration};

use futures_util::Stream;
use rollcall_proto::v1::NotificationEvent;
use tokio::{
    sync::watch,
    time::{Instant, Interval},
};
use tonic::Status;
use uuid::Uuid;

use super::service::Service;
use crate::{
    entity::notification::Model,
    lease::Lease,
    notification::{self, to_proto},
    organisation, page,
    principal::Principal,
    problem::{ErrorReason, Problem},
};

/// Proxies cut connections that are silent for long.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How often the caller's right to watch is checked again.
const CHECK: Duration = Duration::from_secs(1);
/// Notifications that are read at once.
const PAGE: u64 = 200;

/// Where a stream stands.
#[derive(Clone, Copy)]
pub(super) enum Position {
    /// At the beginning: what was not read comes first.
    Beginning,
    After(i64),
}

impl Service {
    /// Where to continue.
    pub(super) fn notification_position(&self, principal: &Principal, resume_token: &str) -> Result<Position, Problem> {
        if resume_token.is_empty() {
            return Ok(Position::Beginning);
        }
        let of_caller = purpose(&principal.college_id, &principal.id);
        let bytes = page::open(&self.keys.page_token, &of_caller, resume_token);
        let seq = bytes.and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)));
        seq.map(Position::After)
            .ok_or_else(|| Problem::new(ErrorReason::InvalidResumeToken, "The resume token is not the caller's."))
    }

    pub(super) fn watch_notifications(
        &self,
        lease: Lease,
        principal: Principal,
        position: Position,
    ) -> Pin<Box<dyn Stream<Item = Result<NotificationEvent, Status>> + Send>> {
        let service = self.clone();
        let (college_id, user_id) = (principal.college_id, principal.id);
        let key = service.keys.page_token;
        let token = move |seq: i64| page::seal(&key, &purpose(&college_id, &user_id), &seq.to_be_bytes());
        Box::pin(async_stream::try_stream! {
            let database = &service.store.database;
            let language = organisation::find_college(database, college_id).await.map_err(Status::from)?.language;
            let event = |row: Model| NotificationEvent {
                resume_token: token(row.seq),
                notification: Some(to_proto(row, language)),
            };
            // Listened to before the first look, so that nothing falls between the two.
            let inbox = service.inboxes.watch(college_id, user_id);
            let mut news = inbox.subscribe();
            let mut position = match position {
                Position::After(seq) => seq,
                Position::Beginning => {
                    let people = [user_id];
                    let last = notification::last_seqs(database, college_id, &people).await.map_err(Status::from)?;
                    let last = last.get(&user_id).copied().unwrap_or_default();
                    let mut told = 0;
                    while told < last {
                        lease.check()?;
                        let rows = notification::list_unread(database, college_id, user_id, told, last, PAGE).await;
                        let rows = rows.map_err(Status::from)?;
                        told = rows.last().map_or(last, |row| row.seq);
                        for row in rows {
                            yield event(row);
                        }
                    }
                    last
                }
            };
            // Whoever opens the stream learns at once that it is open, and where to continue.
            yield NotificationEvent { resume_token: token(position), notification: None };
            let mut check = tokio::time::interval(CHECK);
            let mut told_at = Instant::now();
            loop {
                // Each look begins with what is there, so that what came before the listening is there too.
                let last_number = *news.borrow_and_update();
                loop {
                    // Whoever did not read for long may not watch any more.
                    lease.check()?;
                    let rows = notification::list_after(database, college_id, user_id, position, PAGE).await;
                    let rows = rows.map_err(Status::from)?;
                    let Some(last) = rows.last() else { break };
                    position = last.seq;
                    for row in rows {
                        yield event(row);
                    }
                    told_at = Instant::now();
                }
                // A number may have nothing to it: what it was for was told already, or is forgotten.
                position = position.max(last_number);
                while *news.borrow_and_update() <= position {
                    wait(&mut news, &mut check, &lease).await?;
                    if told_at.elapsed() >= SIGN_OF_LIFE {
                        told_at = Instant::now();
                        yield NotificationEvent { resume_token: token(position), notification: None };
                    }
                }
            }
        })
    }
}

/// Waits until there may be something to do.
async fn wait(news: &mut watch::Receiver<i64>, check: &mut Interval, lease: &Lease) -> Result<(), Problem> {
    tokio::select! {
        changed = news.changed() => changed.map_err(|_| Problem::internal("an inbox that is held was closed")),
        _ = check.tick() => lease.check(),
        () = lease.stopped() => lease.check(),
    }
}

fn purpose<'a>(college_id: &'a Uuid, user_id: &'a Uuid) -> [&'a [u8]; 3] {
    [b"notifications stream", college_id.as_bytes(), user_id.as_bytes()]
}
