//! LiveService.WatchNotifications: nothing twice, nothing left out, on any replica.

use rollcall_proto::v1::{MarkNotificationsReadRequest, Notification, NotificationEvent, WatchNotificationsRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, actor::Actor, college::College, in_every_world, in_one_world, on_postgres,
    seed::State, until::soon, world::Plan,
};
use tonic::{Code, Streaming};

use super::{cancel, list, told};

in_every_world!(begins_with_what_was_not_read);
on_postgres!(continues_on_another_replica_without_a_gap);
in_one_world!(gives_signs_of_life, is_read_over_rest);

struct Stream {
    stream: Streaming<NotificationEvent>,
    resume_token: String,
}

impl Stream {
    async fn open(actor: &Actor, resume_token: &str) -> Self {
        let request = WatchNotificationsRequest { resume_token: resume_token.to_owned() };
        let stream = soon("the stream opens", actor.live().watch_notifications(request)).await.answer();
        Self { stream, resume_token: resume_token.to_owned() }
    }

    async fn next(&mut self) -> Notification {
        soon("a notification comes", async {
            loop {
                let event = self.stream.message().await.expect("an event").expect("no end yet");
                assert!(!event.resume_token.is_empty(), "each can be continued from");
                self.resume_token = event.resume_token;
                if let Some(notification) = event.notification {
                    return notification;
                }
            }
        })
        .await
    }

    async fn take(&mut self, count: usize) -> Vec<Notification> {
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.push(self.next().await);
        }
        taken
    }
}

async fn begins_with_what_was_not_read(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let sessions: Vec<_> = (0..5).map(|_| college.another_session(State::Scheduled).id).collect();
    let class = Class::of(Plan::new(kind), college).await;
    let student = class.student(0);
    for session in &sessions[..3] {
        cancel(&class.teacher(), *session, "").await;
    }
    let before = told(&student, 3).await;
    let read = MarkNotificationsReadRequest { ids: vec![before[1].id.clone()] };
    student.notifications().mark_notifications_read(read).await.answer();

    let mut stream = Stream::open(&student, "").await;
    let unread = stream.take(2).await;
    assert_eq!(unread, [before[2].clone(), before[0].clone()], "the oldest first, without what was read");
    let here = stream.resume_token.clone();
    for session in &sessions[3..] {
        cancel(&class.teacher(), *session, "").await;
    }
    let after = stream.take(2).await;
    let mut listed = list(&student).await;
    listed.truncate(2);
    listed.reverse();
    assert_eq!(after, listed);
    assert_eq!(Stream::open(&student, &here).await.take(2).await, after, "once more after the token");

    // A token is its owner's.
    for token in [here.as_str(), "nonsense"] {
        let request = WatchNotificationsRequest { resume_token: token.to_owned() };
        let refusal: Refusal = class.student(1).live().watch_notifications(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_RESUME_TOKEN"));
    }
}

/// Many things happen at once on two replicas. Whoever changes from one to the other after each event sees all of it, once
/// and in the order of the list.
async fn continues_on_another_replica_without_a_gap(kind: Kind) {
    const EVENTS: usize = 40;
    let mut college = College::new("riverside", 20);
    let sessions: Vec<_> = (0..EVENTS).map(|_| college.another_session(State::Scheduled).id).collect();
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    let student = class.student(7);
    let mut stays = Stream::open(&student.at(0), "").await;
    let mut happening = tokio::task::JoinSet::new();
    for (number, session) in sessions.into_iter().enumerate() {
        let teacher = class.teacher().at(number % 2);
        happening.spawn(async move { cancel(&teacher, session, "").await });
    }
    let mut moved = Vec::new();
    let mut token = String::new();
    while moved.len() < EVENTS {
        let mut stream = Stream::open(&student.at(moved.len() % 2), &token).await;
        moved.push(stream.next().await);
        token = stream.resume_token;
    }
    happening.join_all().await;
    let mut listed = list(&student).await;
    listed.reverse();
    assert_eq!(listed.len(), EVENTS);
    assert_eq!(moved, listed);
    assert_eq!(stays.take(EVENTS).await, listed);
}

async fn gives_signs_of_life(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(Plan::new(kind), college).await;
    let request = WatchNotificationsRequest::default();
    let mut stream = class.student(0).live().watch_notifications(request).await.answer();
    soon("the stream says that it is open", stream.message()).await.expect("an event").expect("an event");
    let sign = soon("a sign of life comes within 15 s", stream.message()).await.expect("an event").expect("an event");
    assert_eq!(sign.notification, None);
    cancel(&class.teacher(), session, "").await;
    Stream::open(&class.student(0), &sign.resume_token).await.next().await;
}

async fn is_read_over_rest(kind: Kind) {
    let mut college = College::new("riverside", 1);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(Plan::new(kind), college).await;
    let rest = class.student(0).rest();
    let mut lines = soon("the stream opens", rest.lines("/ws/notifications", "application/x-ndjson")).await;
    let event = async |lines: &mut rollcall_tests::rest::Lines| -> serde_json::Value {
        let line = soon("a line comes", lines.next()).await.expect("a line");
        serde_json::from_str(&line).expect("JSON")
    };
    let opened = event(&mut lines).await;
    assert!(opened["notification"].is_null() && opened["resume_token"].is_string(), "{opened}");
    cancel(&class.teacher(), session, "").await;
    let cancelled = event(&mut lines).await;
    assert_eq!(cancelled["notification"]["kind"], "SESSION_CANCELLED");
    assert_eq!(cancelled["notification"]["session_id"], serde_json::json!(session));
}
