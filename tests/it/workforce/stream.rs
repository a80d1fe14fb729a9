//! StreamPunches: list by list, as many as there are.

use futures_util::{StreamExt as _, stream};
use rollcall_proto::v1::{
    CreateApiKeyRequest, CreatePunchRequest, ErrorReason, RevokeApiKeyRequest, StreamPunchesRequest, access::Scope,
    punch::EventType,
};
use rollcall_tests::{
    Answer as _, Class, Kind, in_every_world, on_both_stores,
    password::PASSWORD,
    until::{soon, until},
};
use tonic::Code;

use super::{batch::minutes, employ, punch, punches_of, workforce};

in_every_world!(stores_list_by_list);
on_both_stores!(
    keeps_what_came_before_it_broke_off,
    names_the_first_thousand_that_were_refused,
    ends_with_the_rights_of_its_caller,
);

fn lists(punches: &[CreatePunchRequest], length: usize) -> Vec<StreamPunchesRequest> {
    punches.chunks(length).map(|part| StreamPunchesRequest { punches: part.to_vec() }).collect()
}

async fn stores_list_by_list(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let mut list = minutes(&class, &employee, 1_000);
    list[401].event_time = "at noon".to_owned();
    list[702] = list[0].clone();
    let told = workforce(&admin).stream_punches(stream::iter(lists(&list, 300))).await.answer();
    assert_eq!((told.stored_count, told.replayed_count, told.refused_count), (998, 1, 1), "{told:?}");
    let [refused] = told.refused.as_slice() else { panic!("{told:?}") };
    assert_eq!((refused.index, refused.reason(), &*refused.field), (401, ErrorReason::InvalidField, "event_time"));
    assert!(!refused.message.is_empty());
    let again = workforce(&admin).stream_punches(stream::iter(lists(&list, 70))).await.answer();
    assert_eq!((again.stored_count, again.replayed_count, again.refused_count), (0, 999, 1));
    assert_eq!(again.refused, told.refused);
    assert_eq!(punches_of(&admin, &employee).await.len(), 998);
    let nothing = workforce(&admin).stream_punches(stream::iter(Vec::<StreamPunchesRequest>::new())).await.answer();
    assert_eq!((nothing.stored_count, nothing.replayed_count, nothing.refused_count), (0, 0, 0));
}

async fn keeps_what_came_before_it_broke_off(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let list = minutes(&class, &employee, 200);
    // One that is never ended by its sender, and is let go.
    let open = stream::iter(lists(&list[..100], 50)).chain(stream::pending());
    let line = admin.on_own_line();
    let call = tokio::spawn(async move { workforce(&line).stream_punches(open).await });
    until("both lists are stored", async || (punches_of(&admin, &employee).await.len() == 100).then_some(())).await;
    call.abort();
    assert!(call.await.is_err(), "nobody ended it");
    assert_eq!(punches_of(&admin, &employee).await.len(), 100);

    // One with a list that is too long as a whole.
    let mut parts = lists(&list[100..], 100);
    parts.push(StreamPunchesRequest { punches: minutes(&class, &employee, 10_001) });
    let refusal = workforce(&admin).stream_punches(stream::iter(parts)).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(punches_of(&admin, &employee).await.len(), 200);
}

async fn names_the_first_thousand_that_were_refused(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let mut list = vec![punch(&employee, EventType::In, "at noon"); 1_100];
    list.extend(minutes(&class, &employee, 10));
    let told = workforce(&admin).stream_punches(stream::iter(lists(&list, 400))).await.answer();
    assert_eq!((told.stored_count, told.replayed_count, told.refused_count), (10, 0, 1_100));
    let places: Vec<_> = told.refused.iter().map(|refused| refused.index).collect();
    assert_eq!(places, (0..1_000).collect::<Vec<_>>());
}

async fn ends_with_the_rights_of_its_caller(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let employee = employ(&admin, "Receptionist").await;
    let request = CreateApiKeyRequest {
        name: "gate".to_owned(),
        scopes: vec![Scope::WorkforceWrite.into()],
        expires_at: None,
        current_password: PASSWORD.to_owned(),
    };
    let made = admin.api_keys().create_api_key(request).await.answer();
    let gate = class.world.nobody().with_token(made.key);
    let open = stream::iter(lists(&minutes(&class, &employee, 50), 50)).chain(stream::pending());
    let call = tokio::spawn(async move { workforce(&gate).stream_punches(open).await });
    until("the list is stored", async || (punches_of(&admin, &employee).await.len() == 50).then_some(())).await;
    let id = made.api_key.expect("the key").id;
    admin.api_keys().revoke_api_key(RevokeApiKeyRequest { id }).await.answer();
    let refusal = soon("the stream ends", call).await.expect("it ended by itself").refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
}
