//! Login.

use rollcall_proto::v1::{GetSessionRequest, LoginRequest, LoginResponse};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal,
    college::{College, session_message, user_message},
    in_every_world, on_both_stores,
    password::{self, PASSWORD},
    until::until,
    world::{Plan, World},
};
use tonic::{Code, Status};

in_every_world!(gives_a_token_that_works, says_alike_why_not);
on_both_stores!(
    needs_the_college_where_it_must,
    takes_the_one_account_that_the_password_fits,
    tries_few_accounts_of_one_address,
    refuses_bad_fields
);

async fn login(
    world: &World,
    email: &str,
    password: &str,
    college: &str,
) -> Result<tonic::Response<LoginResponse>, Status> {
    let request = LoginRequest {
        email: email.to_owned(),
        password: password.to_owned(),
        college: college.to_owned(),
        ..LoginRequest::default()
    };
    world.nobody().auth().login(request).await
}

async fn gives_a_token_that_works(kind: Kind) {
    let class = Class::open(kind, 1).await;
    for user in [&class.college.students[0], &class.college.teacher, &class.college.admin] {
        let told = login(&class.world, &user.email.to_uppercase(), PASSWORD, "").await.answer();
        assert_eq!(
            told,
            LoginResponse {
                access_token: told.access_token.clone(),
                refresh_token: told.refresh_token.clone(),
                expires_in_seconds: 900,
                user: Some(user_message(user, told.user.as_ref())),
            }
        );
        assert!(!told.refresh_token.is_empty());
        let request = GetSessionRequest { id: class.session_id().to_string() };
        let actor = class.world.actor(user).with_token(told.access_token);
        let session = actor.sessions().get_session(request).await.answer();
        assert_eq!(session, session_message(&class.college.session));
    }
}

async fn says_alike_why_not(kind: Kind) {
    let mut college = College::new("riverside", 2);
    college.students[1].is_active = false;
    let class = Class::of(Plan::new(kind), college).await;
    let email = |number: usize| class.college.students[number].email.as_str();
    let cases = [
        ("an unknown account", "nobody@riverside.example", PASSWORD, ""),
        ("a wrong password", email(0), "incorrect horse battery staple", ""),
        ("no address", "student000", PASSWORD, ""),
        ("a disabled account", email(1), PASSWORD, ""),
        ("another college", email(0), PASSWORD, "hillside"),
    ];
    for (case, email, password, college) in cases {
        let refusal = login(&class.world, email, password, college).await.refused();
        assert_eq!(
            refusal,
            Refusal {
                code: Code::Unauthenticated,
                reason: "CREDENTIALS_INVALID".to_owned(),
                message: refusal.message.clone(),
                metadata: [].into(),
                violations: Vec::new(),
                retry_after: None,
            },
            "{case}"
        );
        let first = login(&class.world, "nobody@riverside.example", PASSWORD, "").await.refused();
        assert_eq!(refusal.message, first.message, "{case}");
    }
}

async fn needs_the_college_where_it_must(kind: Kind) {
    let (one, mut two) = (College::new("riverside", 1), College::new("hillside", 1));
    two.students[0].email.clone_from(&one.students[0].email);
    let world = Plan::new(kind).start(&[&one, &two]).await;
    let email = &one.students[0].email;

    let refusal = login(&world, email, PASSWORD, "").await.refused();
    assert_eq!(refusal.kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
    for college in [&one, &two] {
        let told = login(&world, email, PASSWORD, &college.college.short_name).await.answer();
        assert_eq!(told.user, Some(user_message(&college.students[0], told.user.as_ref())));
    }
}

/// So many colleges in which the same address has an account, each with a password of its own.
async fn namesakes(kind: Kind, number: usize) -> (World, Vec<College>) {
    let mut colleges: Vec<_> = (0..number).map(|number| College::new(&format!("college{number}"), 1)).collect();
    for (number, college) in colleges.iter_mut().enumerate() {
        college.students[0].email = "maple@a.example".to_owned();
        college.students[0].password_hash = Some(password::hash(&format!("{PASSWORD} {number}")));
    }
    let world = Plan::new(kind).start(&colleges.iter().collect::<Vec<_>>()).await;
    (world, colleges)
}

/// Whoever makes an account of the same address elsewhere locks nobody out, and hears nothing of where they are.
async fn takes_the_one_account_that_the_password_fits(kind: Kind) {
    let (world, colleges) = namesakes(kind, 3).await;
    for (number, college) in colleges.iter().enumerate() {
        let told = login(&world, "maple@a.example", &format!("{PASSWORD} {number}"), "").await.answer();
        assert_eq!(told.user, Some(user_message(&college.students[0], told.user.as_ref())), "{number}");
    }
    let refusal = login(&world, "maple@a.example", PASSWORD, "").await.refused();
    let unknown = login(&world, "nobody@a.example", PASSWORD, "").await.refused();
    assert_eq!(refusal, unknown);
    let rows = world.rows().await;
    let refused = async |more: &str| {
        rows.number(&format!("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'login.refused'{more}")).await
    };
    until("each college knows of it", async || (refused("").await == 3).then_some(())).await;
    assert_eq!(refused(" AND ip_address IS NOT NULL").await, 0);
    // Where there is no doubt whose college it is, that one knows more.
    login(&world, "maple@a.example", PASSWORD, "college0").await.refused();
    until("the college knows from where", async || (refused(" AND ip_address IS NOT NULL").await == 1).then_some(()))
        .await;
}

async fn tries_few_accounts_of_one_address(kind: Kind) {
    let (world, _) = namesakes(kind, 7).await;
    for number in 0..7 {
        let answer = login(&world, "maple@a.example", &format!("{PASSWORD} {number}"), "").await;
        assert_eq!(answer.is_ok(), number < 5, "{number}");
        login(&world, "maple@a.example", &format!("{PASSWORD} {number}"), &format!("college{number}")).await.answer();
    }
}

async fn refuses_bad_fields(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let cases = [
        ("", PASSWORD, "", "email"),
        ("a@b.example", "", "", "password"),
        (&*"a".repeat(255), PASSWORD, "", "email"),
        ("a@b.example", &*"ü".repeat(513), "", "password"),
        ("a@b.example", PASSWORD, &*"c".repeat(64), "college"),
    ];
    for (email, password, college, field) in cases {
        let refusal = login(&class.world, email, password, college).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{field}");
        let fields: Vec<&str> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, [field]);
    }
}
