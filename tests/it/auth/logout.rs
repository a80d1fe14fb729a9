//! Logout.

use std::time::Duration;

use rollcall_proto::v1::{ListMyRecordsRequest, LogoutRequest, LogoutResponse, RefreshTokenRequest};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, college::College, in_every_world, on_postgres, until, until::until_within,
    world::Plan,
};
use tonic::Code;

in_every_world!(ends_the_sign_in);
on_postgres!(ends_it_on_every_replica);

async fn ends_the_sign_in(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (login, elsewhere) = (class.student(0).login().await, class.student(0).login().await);
    let student = class.student(0).with_token(login.access_token);
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();

    assert_eq!(student.auth().logout(LogoutRequest {}).await.answer(), LogoutResponse {});
    let refusal = student.records().list_my_records(ListMyRecordsRequest::default()).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
    let request = RefreshTokenRequest { refresh_token: login.refresh_token, device_id: "phone".to_owned() };
    let refusal = class.world.nobody().auth().refresh_token(request).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));

    // The same person's other sign-in goes on.
    let student = class.student(0).with_token(elsewhere.access_token);
    student.records().list_my_records(ListMyRecordsRequest::default()).await.answer();
}

async fn ends_it_on_every_replica(kind: Kind) {
    let college = College::new("riverside", 1);
    let class = Class::of(Plan::new(kind).replicas(2), college).await;
    let student = class.student(0).signed_in().await;
    // Both have seen the token, so that neither can refuse it for being new.
    for replica in [0, 1] {
        student.at(replica).records().list_my_records(ListMyRecordsRequest::default()).await.answer();
    }
    student.at(0).auth().logout(LogoutRequest {}).await.answer();
    let bound = Duration::from_secs(2);
    until_within("the other replica knows", bound, async || {
        student.at(1).records().list_my_records(ListMyRecordsRequest::default()).await.err()
    })
    .await;
    let refusal = until("the first replica knows", async || {
        student.at(0).records().list_my_records(ListMyRecordsRequest::default()).await.err()
    })
    .await;
    assert_eq!(Refusal::from(&refusal).kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
}
