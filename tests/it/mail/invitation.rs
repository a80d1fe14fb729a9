//! Who is invited chooses a password, once and in time.

use rollcall_proto::v1::{
    CreateUserRequest, DeleteUserRequest, EnrolStudentRequest, GetMeRequest, RefreshTokenRequest, RegisterRequest,
    UpdateUserRequest, User, college::Registration, user::Role,
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, mail::PUBLIC_URL, on_both_stores, password::PASSWORD,
};
use tonic::Code;

use super::{NEW, accept, all_done, deeds, forgot, invite, invited, login, plan, reset, set_registration, waiting};

in_every_world!(leads_to_an_account);
on_both_stores!(is_replaced_by_the_next_one, ends_with_what_the_account_was, is_refused_where_it_cannot_be);

const INVALID: (Code, &str) = (Code::Unauthenticated, "ACCOUNT_TOKEN_INVALID");
const WEEK: i64 = 7 * 86_400;

async fn leads_to_an_account(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody) = (class.admin(), class.world.nobody());
    let maple = invited(&admin, "maple").await;
    let mail = class.world.mail().message(&maple.email, 1).await;
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/register#token=")), "{}", mail.link());
    assert_eq!(
        (mail.from.as_str(), mail.subject.as_str()),
        ("rollcall@riverside.example", "College of riverside: your account")
    );
    assert_eq!(mail.header("auto-submitted"), "auto-generated");
    assert!(mail.header("message-id").ends_with("@attendance.riverside.example>"));

    // They can be enrolled before they have chosen, and cannot sign in.
    let request = EnrolStudentRequest {
        division_id: class.college.division.id.to_string(),
        student_id: maple.id.clone(),
        ..Default::default()
    };
    admin.divisions().enrol_student(request).await.answer();
    for password in ["", "x", NEW] {
        assert!(login(&nobody, &maple.email, password).await.is_err());
    }

    let token = mail.token();
    let refusal = accept(&nobody, &token, "maple-riverside").await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "WEAK_PASSWORD"));
    assert_eq!(refusal.violations[0].0, "password");
    let request = RegisterRequest {
        token: token.clone(),
        password: NEW.to_owned(),
        username: "Maple Street".to_owned(),
        ..Default::default()
    };
    let told = nobody.auth().register(request).await.answer().user.expect("an account");
    let expected = User {
        username: "Maple Street".to_owned(),
        division_id: class.college.division.id.to_string(),
        ..maple.clone()
    };
    assert_eq!(told, expected);
    let signed_in = login(&nobody, &maple.email, NEW).await.answer();
    assert_eq!(signed_in.user, Some(expected));
    assert_eq!(accept(&nobody, &token, "another ferry at dawn").await.refused().kind(), INVALID, "a second time");
    assert_eq!(invite(&admin, &maple.id).await.refused().kind(), (Code::FailedPrecondition, "ALREADY_REGISTERED"));

    let rows = class.world.rows().await;
    all_done(&rows).await;
    assert_eq!(class.world.mail().messages().len(), 1);
    assert_eq!((deeds(&rows, "user.invited").await, deeds(&rows, "invitation.accepted").await), (1, 1));
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM account_tokens").await, 0);
}

async fn is_replaced_by_the_next_one(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody) = (class.admin(), class.world.nobody());
    let maple = invited(&admin, "maple").await;
    let first = class.world.mail().message(&maple.email, 1).await.token();
    invite(&admin, &maple.id).await.answer().expires_at.expect("a time");
    let second = class.world.mail().message(&maple.email, 2).await.token();
    assert_ne!(first, second);
    assert_eq!(accept(&nobody, &first, NEW).await.refused().kind(), INVALID);

    // A token of one kind is none of another.
    assert_eq!(reset(&nobody, &second, NEW).await.refused().kind(), INVALID);
    let refresh = RefreshTokenRequest { refresh_token: second.clone(), device_id: String::new() };
    let refusal = nobody.auth().refresh_token(refresh).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
    let refusal = nobody.with_token(&second).users().get_me(GetMeRequest {}).await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_INVALID"));
    for rubbish in ["x", &second[1..], &second.to_lowercase(), &format!("{second}A"), &"A".repeat(second.len())] {
        assert_eq!(accept(&nobody, rubbish, NEW).await.refused().kind(), INVALID, "{rubbish}");
    }
    // Whoever has no password yet gets none by having forgotten it.
    forgot(&nobody, &maple.email).await.answer();
    all_done(&class.world.rows().await).await;
    assert_eq!(class.world.mail().messages().len(), 2);
    accept(&nobody, &second, NEW).await.answer();
}

async fn ends_with_what_the_account_was(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody) = (class.admin(), class.world.nobody());
    let mut people = Vec::new();
    for name in ["maple", "cedar", "hazel", "rowan", "alder"] {
        let person = invited(&admin, name).await;
        let token = class.world.mail().message(&person.email, 1).await.token();
        people.push((person, token));
    }
    let [(maple, moved), (cedar, resting), (hazel, gone), (_, late), (_, closed)] = &people[..] else { panic!() };
    let change = |user: User, field: &str| UpdateUserRequest {
        user: Some(user),
        update_mask: Some(prost_types::FieldMask { paths: vec![field.to_owned()] }),
    };
    let elsewhere = User { id: maple.id.clone(), email: "maple2@riverside.example".to_owned(), ..Default::default() };
    admin.users().update_user(change(elsewhere, "email")).await.answer();
    let rest = User { id: cedar.id.clone(), is_active: Some(false), ..Default::default() };
    admin.users().update_user(change(rest, "is_active")).await.answer();
    admin.users().delete_user(DeleteUserRequest { id: hazel.id.clone() }).await.answer();
    for token in [moved, resting, gone] {
        assert_eq!(accept(&nobody, token, NEW).await.refused().kind(), INVALID);
    }
    assert_eq!(invite(&admin, &cedar.id).await.refused().kind(), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(invite(&admin, &hazel.id).await.refused().kind(), (Code::NotFound, "NOT_FOUND"));

    set_registration(&admin, Registration::Closed).await;
    let barred = (Code::FailedPrecondition, "REGISTRATION_CLOSED");
    assert_eq!(accept(&nobody, closed, NEW).await.refused().kind(), barred);
    assert_eq!(invite(&admin, &maple.id).await.refused().kind(), barred);
    set_registration(&admin, Registration::Invitation).await;
    accept(&nobody, closed, NEW).await.answer();

    class.world.advance(WEEK - 60).await;
    assert_eq!(accept(&nobody, late, "rollcall").await.refused().kind(), (Code::InvalidArgument, "WEAK_PASSWORD"));
    class.world.advance(120).await;
    assert_eq!(accept(&nobody, late, NEW).await.refused().kind(), INVALID);
    // What is past its time is cleared away.
    let rows = class.world.rows().await;
    rollcall_tests::until("expired tokens are gone", async || {
        (rows.number("SELECT COUNT(*) AS n FROM account_tokens").await == 0).then_some(())
    })
    .await;
}

async fn is_refused_where_it_cannot_be(kind: Kind) {
    // No mail server.
    let class = Class::open(kind, 0).await;
    let (admin, nobody) = (class.admin(), class.world.nobody());
    let request = |password: Option<&str>| CreateUserRequest {
        email: "maple@riverside.example".to_owned(),
        username: "Maple".to_owned(),
        role: Role::Student.into(),
        password: password.map(str::to_owned),
        invite: true,
    };
    let no_mail = (Code::FailedPrecondition, "MAIL_NOT_CONFIGURED");
    assert_eq!(admin.users().create_user(request(None)).await.refused().kind(), no_mail);
    let refusal = admin.users().create_user(request(Some(PASSWORD))).await.refused();
    assert_eq!((refusal.kind(), &*refusal.violations[0].0), ((Code::InvalidArgument, "INVALID_FIELD"), "invite"));
    let without = CreateUserRequest { invite: false, ..request(None) };
    let made = admin.users().create_user(without).await.answer();
    assert_eq!(invite(&admin, &made.id).await.refused().kind(), no_mail);
    // Who has forgotten a password is told the same everywhere.
    forgot(&nobody, &class.college.admin.email).await.answer();
    set_registration(&admin, Registration::Open).await;
    assert_eq!(super::ask(&nobody, "cedar@riverside.example", "riverside").await.refused().kind(), no_mail);
    let rows = class.world.rows().await;
    assert_eq!(waiting(&rows).await, 0);
    assert_eq!(deeds(&rows, "user.invited").await, 0);
}
