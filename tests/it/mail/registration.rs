//! Where a college lets anybody register: a student's account, for whoever has the mailbox.

use rollcall_proto::v1::{
    CreateUserRequest, DeleteUserRequest, ListUsersRequest, User, college::Registration, user::Role,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, mail::PUBLIC_URL, on_both_stores,
};
use serde_json::json;
use tonic::Code;

use super::{NEW, accept, all_done, ask, deeds, invite, invited, login, plan, set_registration};

in_every_world!(makes_a_student_of_whoever_has_the_mailbox);
on_both_stores!(
    is_for_open_colleges_only,
    ends_where_somebody_was_faster,
    begins_for_no_staff_that_nobody_invited,
    leaves_an_invitation_as_it_is,
    is_forgotten_with_the_person
);

const INVALID: (Code, &str) = (Code::Unauthenticated, "ACCOUNT_TOKEN_INVALID");
const CLOSED: (Code, &str) = (Code::FailedPrecondition, "REGISTRATION_CLOSED");

async fn makes_a_student_of_whoever_has_the_mailbox(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 1)).await;
    let (admin, nobody, email) = (class.admin(), class.world.nobody(), "cedar@riverside.example");
    set_registration(&admin, Registration::Open).await;
    assert_eq!(ask(&nobody, "Cedar@Riverside.example", "riverside").await.answer().user, None);
    let mail = class.world.mail().message(email, 1).await;
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/register#token=")), "{}", mail.link());
    assert_eq!(mail.subject, "College of riverside: confirm your address");
    // There is nobody yet.
    let listed = async || {
        let request = ListUsersRequest { query: "cedar".to_owned(), ..Default::default() };
        admin.users().list_users(request).await.answer().users.len()
    };
    assert_eq!(listed().await, 0);
    let told = accept(&nobody, &mail.token(), NEW).await.answer().user.expect("an account");
    assert_eq!((told.email.as_str(), told.username.as_str(), told.role()), (email, "Cedar", Role::Student));
    assert_eq!((told.is_active, told.division_id.as_str()), (Some(true), ""));
    assert_eq!(login(&nobody, email, NEW).await.answer().user, Some(told));
    assert_eq!(listed().await, 1);
    assert_eq!(accept(&nobody, &mail.token(), NEW).await.refused().kind(), INVALID, "a second time");

    // Of a second mail to the same address the last one counts.
    let email = "hazel@riverside.example";
    ask(&nobody, email, "riverside").await.answer();
    let first = class.world.mail().message(email, 1).await.token();
    ask(&nobody, email, "riverside").await.answer();
    let second = class.world.mail().message(email, 2).await.token();
    assert_eq!(accept(&nobody, &first, NEW).await.refused().kind(), INVALID);
    class.world.advance(86_400 + 1).await;
    assert_eq!(accept(&nobody, &second, NEW).await.refused().kind(), INVALID, "a day later");

    let rows = class.world.rows().await;
    all_done(&rows).await;
    assert_eq!((deeds(&rows, "registration.asked").await, deeds(&rows, "user.registered").await), (3, 1));
}

async fn is_for_open_colleges_only(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody, email) = (class.admin(), class.world.nobody(), "cedar@riverside.example");
    let refusal = ask(&nobody, email, "riverside").await.refused();
    assert_eq!(refusal.kind(), CLOSED, "by default");
    assert_eq!(ask(&nobody, email, "nowhere").await.refused(), refusal, "whether or not there is such a college");
    set_registration(&admin, Registration::Open).await;
    ask(&nobody, email, "riverside").await.answer();
    let token = class.world.mail().message(email, 1).await.token();
    set_registration(&admin, Registration::Invitation).await;
    assert_eq!(accept(&nobody, &token, NEW).await.refused().kind(), CLOSED);
    set_registration(&admin, Registration::Open).await;

    let rest = nobody.rest();
    for (body, fields) in [
        (json!({}), &["email", "username", "college"][..]),
        (json!({"email": "cedar", "username": "C", "college": "riverside"}), &["email"]),
        (json!({"email": email, "username": "C", "college": "riverside", "password": NEW}), &["password"]),
        (json!({"email": "a@b.example\r\nBcc: c@d.example", "username": "C", "college": "riverside"}), &["email"]),
        (json!({"email": email, "username": "C", "college": "riverside", "role": "ADMIN"}), &["role"]),
        (json!({"token": token}), &["password"]),
        (json!({"token": token, "password": NEW, "email": email, "college": "riverside"}), &["email", "college"]),
    ] {
        let refusal = rest.post("/api/v1/auth/register", &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        let found: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(found, fields, "{body}");
    }
    let answered = rest.post("/api/v1/auth/register", &json!({"token": token, "password": NEW})).await.answer();
    assert_eq!(answered["user"]["email"], email);
}

async fn ends_where_somebody_was_faster(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody, email) = (class.admin(), class.world.nobody(), "cedar@riverside.example");
    set_registration(&admin, Registration::Open).await;
    ask(&nobody, email, "riverside").await.answer();
    let token = class.world.mail().message(email, 1).await.token();
    let request = CreateUserRequest {
        email: email.to_owned(),
        username: "Cedar".to_owned(),
        role: Role::Student.into(),
        ..Default::default()
    };
    let made = admin.users().create_user(request).await.answer();
    assert_eq!(accept(&nobody, &token, NEW).await.refused().kind(), INVALID);
    // Whoever asks again is invited to the account that there is.
    ask(&nobody, email, "riverside").await.answer();
    let mail = class.world.mail().message(email, 2).await;
    assert_eq!(mail.subject, "College of riverside: your account");
    let told = accept(&nobody, &mail.token(), NEW).await.answer().user.expect("an account");
    assert_eq!((told.id, told.role), (made.id, Role::Student.into()));
}

/// Somebody with a post, whom nobody has invited yet.
async fn staff(admin: &Actor, name: &str) -> User {
    let request = CreateUserRequest {
        email: format!("{name}@riverside.example"),
        username: name.to_owned(),
        role: Role::Teacher.into(),
        ..Default::default()
    };
    admin.users().create_user(request).await.answer()
}

async fn begins_for_no_staff_that_nobody_invited(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody, rows) = (class.admin(), class.world.nobody(), class.world.rows().await);
    set_registration(&admin, Registration::Open).await;
    let oak = staff(&admin, "oak").await;
    ask(&nobody, &oak.email, "riverside").await.answer();
    all_done(&rows).await;
    assert_eq!((class.world.mail().messages().len(), deeds(&rows, "registration.asked").await), (0, 0));
    // Whoever was invited gets that mail again.
    invite(&admin, &oak.id).await.answer();
    let first = class.world.mail().message(&oak.email, 1).await.token();
    ask(&nobody, &oak.email, "riverside").await.answer();
    assert_eq!(class.world.mail().message(&oak.email, 2).await.token(), first);
    // Not after its time.
    class.world.advance(8 * 86_400).await;
    ask(&nobody, &oak.email, "riverside").await.answer();
    all_done(&rows).await;
    assert_eq!(class.world.mail().messages().len(), 2);
}

async fn leaves_an_invitation_as_it_is(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody) = (class.admin(), class.world.nobody());
    set_registration(&admin, Registration::Open).await;
    let maple = invited(&admin, "maple").await;
    let first = class.world.mail().message(&maple.email, 1).await.token();
    ask(&nobody, &maple.email, "riverside").await.answer();
    class.world.mail().message(&maple.email, 2).await;
    accept(&nobody, &first, NEW).await.answer();
}

async fn is_forgotten_with_the_person(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let (admin, nobody, rows) = (class.admin(), class.world.nobody(), class.world.rows().await);
    set_registration(&admin, Registration::Open).await;
    ask(&nobody, "maple@riverside.example", "riverside").await.answer();
    class.world.mail().message("maple@riverside.example", 1).await;
    let maple = invited(&admin, "maple").await;
    class.world.mail().message(&maple.email, 2).await;
    let kept = "SELECT COUNT(*) AS n FROM account_tokens";
    assert_eq!(rows.number(kept).await, 2);
    admin.users().delete_user(DeleteUserRequest { id: maple.id }).await.answer();
    assert_eq!(rows.number(kept).await, 0);
}
