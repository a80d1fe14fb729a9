//! A key is replaced after a cool-down, or when staff approve it.

use chrono::TimeDelta;
use http::Method;
use rollcall_proto::v1::{
    ApproveDeviceRequest, ListDevicesRequest, RevokeDeviceRequest,
    enrolled_device::State::{Active, Pending, Revoked},
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, device::Phone, in_every_world, on_both_stores,
    on_postgres, record::time, world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{list, states};

in_every_world!(a_further_key_waits_or_is_approved);
on_both_stores!(revoking_is_no_way_around, the_college_says_how_long, is_of_ones_own_college_and_division);
on_postgres!(of_many_approvals_one_counts);

async fn approve(actor: &Actor, id: &str) -> rollcall_proto::v1::EnrolledDevice {
    actor.devices().approve_device(ApproveDeviceRequest { id: id.to_owned() }).await.answer()
}

async fn a_further_key_waits_or_is_approved(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let actor = class.student(0);
    let first = Phone::new("first").enrol(&actor).await;
    let second = Phone::new("second").enrol(&actor).await;
    assert_eq!(second.state(), Pending);
    assert_eq!(time(second.active_from), time(second.created_at) + TimeDelta::hours(48));
    // Another one takes its place, and its time begins anew.
    class.world.advance(47 * 3600).await;
    let third = Phone::with_p256("third").enrol(&actor).await;
    class.world.advance(2 * 3600).await;
    assert_eq!(states(&actor).await, [Pending, Revoked, Active]);
    class.world.advance(46 * 3600).await;
    assert_eq!(states(&actor).await, [Active, Revoked, Revoked]);
    let (now, before) = (&list(&actor).await[0], &list(&actor).await[2]);
    assert_eq!((&now.id, &before.id, before.revoked_at), (&third.id, &first.id, third.active_from));

    // Approved, it is active at once. What came about by itself is not lost by that.
    let fourth = Phone::new("fourth").enrol(&actor).await;
    assert_eq!(fourth.state(), Pending);
    let approved = approve(&class.teacher(), &fourth.id).await;
    assert_eq!((approved.state(), &approved.approved_by), (Active, &class.college.teacher.id.to_string()));
    assert!(time(approved.active_from) < time(fourth.active_from));
    assert_eq!(states(&actor).await, [Active, Revoked, Revoked, Revoked]);
    assert_eq!(approve(&class.admin(), &fourth.id).await, approved, "again");
    let refusal = class.admin().devices().approve_device(ApproveDeviceRequest { id: third.id.clone() }).await.refused();
    assert_eq!(refusal.kind(), (Code::FailedPrecondition, "DEVICE_NOT_PENDING"));
    let listed = ListDevicesRequest { user_id: actor.user().id.to_string() };
    assert_eq!(class.teacher().devices().list_devices(listed).await.answer().devices, list(&actor).await);

    let revoked = actor.devices().revoke_device(RevokeDeviceRequest { id: fourth.id.clone() }).await.answer();
    assert_eq!(revoked.state(), Revoked);
    let again = actor.devices().revoke_device(RevokeDeviceRequest { id: fourth.id }).await.answer();
    assert_eq!(again, revoked);
    let rows = class.world.rows().await;
    for (action, count) in [("enrolled", 4), ("approved", 1), ("revoked", 1)] {
        let sql = format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'device.{action}'");
        assert_eq!(rows.number(&sql).await, count, "{action}");
    }
}

/// Whoever has somebody's password must not replace their device by revoking it.
async fn revoking_is_no_way_around(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let actor = class.student(0);
    let first = Phone::new("first").enrol(&actor).await;
    actor.devices().revoke_device(RevokeDeviceRequest { id: first.id }).await.answer();
    assert_eq!(Phone::new("second").enrol(&actor).await.state(), Pending);
    let third = Phone::new("third").enrol(&actor).await;
    assert_eq!(states(&actor).await, [Pending, Revoked, Revoked]);
    let revoked = class.admin().devices().revoke_device(RevokeDeviceRequest { id: third.id }).await.answer();
    assert_eq!(revoked.state(), Revoked);
    assert_eq!(Phone::new("fourth").enrol(&actor).await.state(), Pending);
}

async fn the_college_says_how_long(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (actor, rest) = (class.student(0), class.admin().rest());
    assert_eq!(rest.get("/api/v1/college").await.answer()["device_cooldown_hours"], 48);
    for wrong in [-1, 721] {
        let patch = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"device_cooldown_hours": wrong}));
        assert_eq!(rest.send(patch).await.refused().reason, "INVALID_FIELD");
    }
    let patch = rest.request(Method::PATCH, "/api/v1/college").json(&json!({"device_cooldown_hours": 0}));
    assert_eq!(rest.send(patch).await.answer()["device_cooldown_hours"], 0);
    Phone::new("first").enrol(&actor).await;
    assert_eq!(Phone::new("second").enrol(&actor).await.state(), Active);
    assert_eq!(states(&actor).await, [Active, Revoked]);
}

async fn is_of_ones_own_college_and_division(kind: Kind) {
    let (ours, theirs) = (College::new("riverside", 2), College::new("hillside", 1));
    let world = Plan::new(kind).start(&[&ours, &theirs]).await;
    let students: Vec<_> = ours.students.iter().map(|student| world.actor(student)).collect();
    Phone::new("first").enrol(&students[0]).await;
    let pending = Phone::new("second").enrol(&students[0]).await;
    let (id, user_id) = (pending.id.clone(), pending.user_id.clone());
    // The other teacher has no session with the division; the other student is another person.
    for nobody in [&ours.other_teacher, &theirs.admin, &theirs.teacher] {
        let actor = world.actor(nobody);
        let refusal = actor.devices().approve_device(ApproveDeviceRequest { id: id.clone() }).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"), "{}", nobody.username);
        let refusal = actor.devices().list_devices(ListDevicesRequest { user_id: user_id.clone() }).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"), "{}", nobody.username);
    }
    for nobody in [&students[1], &world.actor(&theirs.students[0]), &world.actor(&theirs.admin)] {
        let refusal = nobody.devices().revoke_device(RevokeDeviceRequest { id: id.clone() }).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    }
    assert_eq!(states(&students[0]).await, [Pending, Active]);
}

async fn of_many_approvals_one_counts(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    let actor = class.student(0);
    Phone::new("first").enrol(&actor).await;
    let pending = Phone::new("second").enrol(&actor).await;
    let racers = (0..8).map(|number| {
        let admin = class.admin().at(number % 2);
        let id = pending.id.clone();
        async move { approve(&admin, &id).await }
    });
    let answers = futures_util::future::join_all(racers).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'device.approved'").await, 1);
    assert_eq!(states(&actor).await, [Active, Revoked]);
}
