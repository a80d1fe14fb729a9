//! Nobody fills somebody's mailbox, and nobody finds out by trying how full it is.

use rollcall_proto::v1::{CreateUserRequest, DeleteUserRequest, college::Registration, user::Role};
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, in_every_world, on_both_stores};
use tonic::Code;

use super::{all_done, ask, forgot, invite, invited, plan, set_registration};

in_every_world!(hold_for_one_mailbox);
on_both_stores!(
    hold_for_whoever_asks,
    leave_a_link_that_works,
    hold_for_whom_somebody_invites,
    hold_for_mail_to_strangers
);

async fn hold_for_one_mailbox(kind: Kind) {
    const MOST: usize = 3;
    let plan = plan(kind).set("RATE_LIMIT_MAIL_PER_HOUR", &MOST.to_string());
    let class = Class::of(plan, College::new("riverside", 2)).await;
    set_registration(&class.admin(), Registration::Open).await;
    let (nobody, students) = (class.world.nobody(), &class.college.students);
    for _ in 0..2 * MOST {
        ask(&nobody, &students[0].email, "riverside").await.answer();
    }
    all_done(&class.world.rows().await).await;
    let count = |number: usize| class.world.mail().messages_to(&students[number].email).len();
    // Where Redis was too slow for a moment, the replica has counted by itself.
    let asked = count(0);
    assert!((MOST..=2 * MOST).contains(&asked), "{asked}");
    assert_eq!(count(1), 0);
    // Nobody has used up what somebody else needs to reset.
    for _ in 0..2 * MOST {
        forgot(&nobody, &students[0].email).await.answer();
    }
    forgot(&nobody, &students[1].email).await.answer();
    all_done(&class.world.rows().await).await;
    assert_eq!((count(0), count(1)), (asked + 1, 1));
}

/// Whoever is sent no link to another password has one that is good.
async fn leave_a_link_that_works(kind: Kind) {
    let class = Class::of(plan(kind).set("RATE_LIMIT_MAIL_PER_HOUR", "4"), College::new("riverside", 1)).await;
    let (nobody, email, rows) = (class.world.nobody(), &class.college.students[0].email, class.world.rows().await);
    let asks = async || {
        forgot(&nobody, email).await.answer();
        all_done(&rows).await;
        class.world.mail().messages_to(email).len()
    };
    assert_eq!(asks().await, 1);
    class.world.advance(14 * 60).await;
    assert_eq!(asks().await, 1, "it is good for another minute");
    class.world.advance(61).await;
    assert_eq!(asks().await, 2, "it is not any more");
    assert_eq!(asks().await, 2);
    let token = class.world.mail().message(email, 2).await.token();
    super::reset(&nobody, &token, super::NEW).await.answer();
    class.world.mail().message(email, 3).await;
    assert_eq!(asks().await, 4, "the one that was there is used");
}

async fn hold_for_whom_somebody_invites(kind: Kind) {
    const MOST: usize = 3;
    let plan = plan(kind).set("RATE_LIMIT_MAIL_PER_HOUR", &MOST.to_string());
    let class = Class::of(plan, College::new("riverside", 0)).await;
    let admin = class.admin();
    let mut maple = invited(&admin, "maple").await;
    for _ in 1..MOST {
        invite(&admin, &maple.id).await.answer();
    }
    let refusal = invite(&admin, &maple.id).await.refused();
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(refusal.retry_after.is_some(), "{refusal:?}");
    // An account of the same address anew is no way around it.
    admin.users().delete_user(DeleteUserRequest { id: maple.id }).await.answer();
    let request = CreateUserRequest {
        email: maple.email.clone(),
        username: "Maple".to_owned(),
        role: Role::Student.into(),
        password: None,
        invite: true,
    };
    assert_eq!(admin.users().create_user(request.clone()).await.refused().reason, "RATE_LIMITED");
    maple = admin.users().create_user(CreateUserRequest { invite: false, ..request }).await.answer();
    assert_eq!(invite(&admin, &maple.id).await.refused().reason, "RATE_LIMITED");
    invited(&admin, "cedar").await;
}

async fn hold_for_mail_to_strangers(kind: Kind) {
    let plan = plan(kind).set("RATE_LIMIT_INVITATIONS_PER_DAY", "3");
    // Nobody attends: whoever is absent in a session that time goes over would be told so by mail.
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let world = plan.start(&[&college, &other]).await;
    let (admin, nobody, rows) = (world.actor(&college.admin), world.nobody(), world.rows().await);
    // Just after midnight, so that the day is the same throughout.
    let now = world.clock().now().timestamp();
    world.advance(86_400 - now.rem_euclid(86_400) + 60).await;
    set_registration(&admin, Registration::Open).await;
    let maple = invited(&admin, "maple").await;
    let import = async |count: usize| {
        let rows: String = (0..count).map(|number| format!("oak{number}@riverside.example,Oak,STUDENT\n")).collect();
        let rest = admin.rest();
        let request =
            rest.request(http::Method::POST, "/api/v1/imports/users?invite=true").header("content-type", "text/csv");
        rest.send(request.body(format!("email,username,role\n{rows}"))).await
    };
    let refusal = import(3).await.refused();
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    import(1).await.answer();
    ask(&nobody, "cedar@riverside.example", "riverside").await.answer();
    all_done(&rows).await;
    assert_eq!(world.mail().messages().len(), 3);
    // From here on there is enough.
    let refusal = invite(&admin, &maple.id).await.refused();
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(refusal.retry_after.is_some_and(|wait| wait.as_secs() <= 86_400 - 60), "until midnight: {refusal:?}");
    ask(&nobody, "hazel@riverside.example", "riverside").await.answer();
    all_done(&rows).await;
    assert_eq!(world.mail().messages().len(), 3);
    // Those who have an account are no strangers, and other colleges send their own.
    forgot(&nobody, &college.stranger.email).await.answer();
    world.mail().message(&college.stranger.email, 1).await;
    invited(&world.actor(&other.admin), "rowan").await;
    world.advance(86_400).await;
    invite(&admin, &maple.id).await.answer();
}

async fn hold_for_whoever_asks(kind: Kind) {
    const LIMIT: usize = 3;
    let plan = plan(kind).set("RATE_LIMIT_LOGIN_PER_MINUTE", &LIMIT.to_string());
    let class = Class::of(plan, College::new("riverside", 1)).await;
    let nobody = class.world.nobody();
    let mut told: Vec<Vec<Result<(), (Code, String)>>> = Vec::new();
    for email in [class.college.students[0].email.as_str(), "nobody@riverside.example"] {
        let mut one = Vec::new();
        for _ in 0..LIMIT + 1 {
            one.push(match forgot(&nobody, email).await {
                Ok(_) => Ok(()),
                Err(status) => Err((status.code(), Refusal::from(&status).reason)),
            });
        }
        told.push(one);
    }
    assert_eq!(told[0], told[1], "known and unknown addresses are counted alike");
    assert_eq!(told[0][..LIMIT], [const { Ok(()) }; LIMIT]);
    assert_eq!(told[0][LIMIT], Err((Code::ResourceExhausted, "RATE_LIMITED".to_owned())));
    // A token is no guess: it is not counted so.
    for _ in 0..2 * LIMIT {
        let refusal = super::reset(&nobody, "x", super::NEW).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "ACCOUNT_TOKEN_INVALID"));
    }
}
