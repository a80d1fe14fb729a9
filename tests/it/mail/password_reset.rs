//! Another password by mail: who has the mailbox has the account, and whoever was in is out.

use std::time::Duration;

use rollcall_proto::v1::{
    ChangePasswordRequest, ForgotPasswordRequest, GetMeRequest, LoginRequest, RefreshTokenRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind, college::College, in_every_world, in_worlds, mail::PUBLIC_URL, on_both_stores,
    password::PASSWORD, seed::Role, until::until_within,
};
use serde_json::json;
use tonic::Code;

use super::{NEW, accept, all_done, deeds, forgot, login, plan, reset};

in_every_world!(leads_to_another_password);
in_worlds!([
    sqlite_redis SQLITE_REDIS,
    postgres_memory POSTGRES_MEMORY,
    postgres_redis POSTGRES_REDIS
] ends_every_sign_in_everywhere);
on_both_stores!(is_good_once_and_in_time, means_one_college_each, leads_where_the_settings_say);

const INVALID: (Code, &str) = (Code::Unauthenticated, "ACCOUNT_TOKEN_INVALID");
const LIFE: i64 = 15 * 60;

async fn leads_to_another_password(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 1)).await;
    let (nobody, email) = (class.world.nobody(), &class.college.students[0].email);
    forgot(&nobody, &email.to_uppercase()).await.answer();
    let mail = class.world.mail().message(email, 1).await;
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/reset-password#token=")), "{}", mail.link());
    assert_eq!(mail.subject, "College of riverside: choose another password");
    let token = mail.token();
    let refusal = reset(&nobody, &token, "riverside").await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "WEAK_PASSWORD"));
    assert_eq!(refusal.violations[0].0, "new_password");
    login(&nobody, email, PASSWORD).await.answer();
    reset(&nobody, &token, NEW).await.answer();
    assert_eq!(login(&nobody, email, PASSWORD).await.refused().kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
    login(&nobody, email, NEW).await.answer();
    let told = class.world.mail().message(email, 2).await;
    assert_eq!(told.subject, "College of riverside: your password was changed");
    assert!(!told.text.contains("http"), "{}", told.text);

    let rows = class.world.rows().await;
    all_done(&rows).await;
    assert_eq!((deeds(&rows, "password.reset_asked").await, deeds(&rows, "password.reset").await), (1, 1));
    // A change by oneself is told, too.
    let student = class.student(0).with_token(login(&nobody, email, NEW).await.answer().access_token);
    let request = ChangePasswordRequest { current_password: NEW.to_owned(), new_password: PASSWORD.to_owned() };
    student.auth().change_password(request).await.answer();
    assert_eq!(class.world.mail().message(email, 3).await.subject, told.subject);
}

async fn ends_every_sign_in_everywhere(kind: Kind) {
    let class = Class::of(plan(kind).replicas(2), College::new("riverside", 2)).await;
    let (nobody, email) = (class.world.nobody(), &class.college.students[0].email);
    let sign_ins = [class.student(0).login().await, class.student(0).at(1).login().await];
    let another_person = class.student(1).signed_in().await;
    let actors: Vec<_> = sign_ins.iter().map(|one| class.student(0).with_token(&one.access_token)).collect();
    for actor in &actors {
        for replica in [0, 1] {
            actor.at(replica).users().get_me(GetMeRequest {}).await.answer();
        }
    }
    forgot(&nobody.at(1), email).await.answer();
    let token = class.world.mail().message(email, 1).await.token();
    reset(&nobody, &token, NEW).await.answer();
    for actor in &actors {
        let refusal = actor.users().get_me(GetMeRequest {}).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "TOKEN_REVOKED"), "where it was reset, at once");
    }
    until_within("the other replica knows", Duration::from_secs(1), async || {
        let mut refused = 0;
        for actor in &actors {
            refused += usize::from(actor.at(1).users().get_me(GetMeRequest {}).await.is_err());
        }
        (refused == actors.len()).then_some(())
    })
    .await;
    for one in sign_ins {
        let request = RefreshTokenRequest { refresh_token: one.refresh_token, device_id: "phone".to_owned() };
        let refusal = nobody.at(1).auth().refresh_token(request).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "REFRESH_TOKEN_INVALID"));
    }
    for replica in [0, 1] {
        another_person.at(replica).users().get_me(GetMeRequest {}).await.answer();
        let again = login(&nobody.at(replica), email, NEW).await.answer();
        class.student(0).with_token(again.access_token).at(replica).users().get_me(GetMeRequest {}).await.answer();
    }
}

async fn is_good_once_and_in_time(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 3)).await;
    let nobody = class.world.nobody();
    let emails: Vec<_> = class.college.students.iter().map(|student| student.email.clone()).collect();
    let mail = class.world.mail();

    // Mails may come in any order: each is good until one was used.
    let mut tokens = Vec::new();
    for number in 1..=3 {
        forgot(&nobody, &emails[0]).await.answer();
        tokens.push(mail.message(&emails[0], number).await.token());
    }
    assert_eq!(accept(&nobody, &tokens[1], NEW).await.refused().kind(), INVALID, "it is no invitation");
    reset(&nobody, &tokens[1], NEW).await.answer();
    for token in &tokens {
        assert_eq!(reset(&nobody, token, "another ferry at dawn").await.refused().kind(), INVALID);
    }
    login(&nobody, &emails[0], NEW).await.answer();

    // Another password ends them too.
    forgot(&nobody, &emails[1]).await.answer();
    let token = mail.message(&emails[1], 1).await.token();
    let request = ChangePasswordRequest { current_password: PASSWORD.to_owned(), new_password: NEW.to_owned() };
    class.student(1).auth().change_password(request).await.answer();
    assert_eq!(reset(&nobody, &token, "another ferry at dawn").await.refused().kind(), INVALID);

    // And time does.
    forgot(&nobody, &emails[2]).await.answer();
    let token = mail.message(&emails[2], 1).await.token();
    class.world.advance(LIFE - 30).await;
    assert_eq!(reset(&nobody, &token, "rollcall").await.refused().kind(), (Code::InvalidArgument, "WEAK_PASSWORD"));
    class.world.advance(60).await;
    assert_eq!(reset(&nobody, &token, NEW).await.refused().kind(), INVALID);
    login(&nobody, &emails[2], PASSWORD).await.answer();
}

async fn means_one_college_each(kind: Kind) {
    let (mut here, mut there) = (College::new("riverside", 0), College::new("hillside", 0));
    let shared = "maple@both.example";
    for college in [&mut here, &mut there] {
        college.another_person("maple", Role::Student);
        college.more.users.last_mut().expect("the person").email = shared.to_owned();
    }
    let world = plan(kind).start(&[&here, &there]).await;
    let nobody = world.nobody();
    let ask = async |college: &str| {
        let request = ForgotPasswordRequest { email: shared.to_owned(), college: college.to_owned() };
        nobody.auth().forgot_password(request).await.answer();
    };
    ask("hillside").await;
    assert_eq!(world.mail().message(shared, 1).await.subject, "College of hillside: choose another password");
    ask("nowhere").await;
    ask("").await;
    world.mail().message(shared, 3).await;
    all_done(&world.rows().await).await;
    let mails = world.mail().messages_to(shared);
    assert_eq!(mails.len(), 3);
    let of_here = mails.iter().find(|mail| mail.subject.contains("riverside")).expect("one of each");
    reset(&nobody, &of_here.token(), NEW).await.answer();
    // The other college's account has its password, and its tokens, as before.
    let rows = world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM account_tokens").await, 2);
    for (college, password) in [("hillside", PASSWORD), ("riverside", NEW)] {
        let request = LoginRequest {
            email: shared.to_owned(),
            password: password.to_owned(),
            college: college.to_owned(),
            ..Default::default()
        };
        nobody.auth().login(request).await.answer();
    }
}

async fn leads_where_the_settings_say(kind: Kind) {
    let plan = plan(kind)
        .set("TRUSTED_PROXIES", "127.0.0.0/8")
        .set("PUBLIC_URL", "https://attendance.example/app/")
        .set("RESET_PASSWORD_PAGE", "/#/choose?token={token}");
    let class = Class::of(plan, College::new("riverside", 1)).await;
    let email = &class.college.students[0].email;
    let rest = class.world.nobody().rest();
    for (number, (name, value)) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-original-host", "evil.example"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = rest.request(http::Method::POST, "/api/v1/auth/forgot-password");
        let reply = rest.send(request.header(name, value).json(&json!({"email": email}))).await;
        assert_eq!((reply.status, reply.body.clone()), (200, json!({})), "{name}");
        let mail = class.world.mail().message(email, number + 1).await;
        assert!(mail.link().starts_with("https://attendance.example/app/#/choose?token="), "{name}: {}", mail.link());
        let whole = format!("{mail:?}");
        assert!(!whole.contains("evil"), "{name}: {whole}");
    }
}
