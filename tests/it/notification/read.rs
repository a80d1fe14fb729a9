//! ListMyNotifications and MarkNotificationsRead.

use http::Method;
use rollcall_proto::v1::{ListMyNotificationsRequest, MarkNotificationsReadRequest};
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, in_every_world, seed::State, world::Plan};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{cancel, list, told};

in_every_world!(what_was_read_is_read_for_oneself_alone);

async fn what_was_read_is_read_for_oneself_alone(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let sessions: Vec<_> = (0..3).map(|_| college.another_session(State::Scheduled).id).collect();
    let class = Class::of(Plan::new(kind), college).await;
    for session in sessions {
        cancel(&class.teacher(), session, "").await;
    }
    let (one, other) = (class.student(0), class.student(1));
    let mine = told(&one, 3).await;
    told(&other, 3).await;

    let mark = async |ids: &[&str]| {
        let request = MarkNotificationsReadRequest { ids: ids.iter().map(|id| (*id).to_owned()).collect() };
        one.notifications().mark_notifications_read(request).await.answer().unread_count
    };
    assert_eq!(mark(&[&mine[1].id]).await, 2);
    assert_eq!(mark(&[&mine[1].id, &Uuid::now_v7().to_string()]).await, 2, "again, and what is not there");
    let theirs = list(&other).await;
    assert_eq!(mark(&[&theirs[0].id]).await, 2, "somebody else's");
    assert!(list(&other).await.iter().all(|told| told.read_at.is_none()));

    let unread = async |page_size: i32, page_token: &str| {
        let request = ListMyNotificationsRequest { page_size, page_token: page_token.to_owned(), unread: true };
        one.notifications().list_my_notifications(request).await.answer()
    };
    let first = unread(1, "").await;
    assert_eq!((first.notifications[0].id.as_str(), first.unread_count), (mine[0].id.as_str(), 2));
    let second = unread(1, &first.next_page_token).await;
    assert_eq!(second.notifications[0].id, mine[2].id);
    assert_eq!(second.next_page_token, "");
    let stolen = ListMyNotificationsRequest { page_token: first.next_page_token, unread: true, page_size: 1 };
    let refusal: Refusal = other.notifications().list_my_notifications(stolen).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));

    // All the rest, over REST.
    let rest = one.rest();
    let answer = rest.send(rest.request(Method::POST, "/api/v1/notifications:read").json(&json!({}))).await.answer();
    assert_eq!(answer, json!({"unread_count": 0}));
    assert!(list(&one).await.iter().all(|told| told.read_at.is_some()));
}
