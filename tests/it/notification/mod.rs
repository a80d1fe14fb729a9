//! NotificationService, LiveService.WatchNotifications, and the mails: what people are told of what happens.

mod attendance;
mod crash;
mod guardians;
mod mails;
mod preferences;
mod read;
mod told;
mod watch;

use rollcall_proto::v1::{
    CancelSessionRequest, EndSessionRequest, ListMyNotificationsRequest, Notification, StartSessionRequest,
    notification::Kind as About,
};
use rollcall_tests::{Answer as _, actor::Actor, until::until};
use uuid::Uuid;

/// Everything that somebody was told, the newest first.
async fn list(actor: &Actor) -> Vec<Notification> {
    let request = ListMyNotificationsRequest { page_size: 500, ..Default::default() };
    actor.notifications().list_my_notifications(request).await.answer().notifications
}

/// Waits until somebody was told so much.
async fn told(actor: &Actor, count: usize) -> Vec<Notification> {
    until(&format!("{count} notifications are there"), async || {
        let told = list(actor).await;
        (told.len() >= count).then_some(told)
    })
    .await
}

fn kinds(told: &[Notification]) -> Vec<About> {
    told.iter().map(Notification::kind).collect()
}

async fn start(teacher: &Actor, session: Uuid) {
    let request = StartSessionRequest { id: session.to_string(), ..Default::default() };
    teacher.sessions().start_session(request).await.answer();
}

async fn end(teacher: &Actor, session: Uuid) {
    teacher.sessions().end_session(EndSessionRequest { id: session.to_string() }).await.answer();
}

async fn cancel(teacher: &Actor, session: Uuid, reason: &str) {
    let request = CancelSessionRequest { id: session.to_string(), reason: reason.to_owned() };
    teacher.sessions().cancel_session(request).await.answer();
}
