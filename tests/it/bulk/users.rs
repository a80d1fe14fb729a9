//! People.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use rollcall_proto::v1::{GetMeRequest, ListUsersRequest, LoginRequest, RegisterRequest, User, user::Role};
use rollcall_tests::{
    Answer as _, Class, Kind, Refusal, actor::Actor, college::College, in_every_world, mail::Line, on_both_stores,
    until, world::Plan,
};
use serde_json::json;
use tonic::Code;

use super::{Run, assert_faults, faults, import, imported, two_colleges};

on_both_stores!(
    makes_and_changes_people,
    names_every_fault,
    takes_hashes_and_no_passwords,
    leaves_an_administrator,
    knows_no_other_college,
    tells_the_audit_who_may_do_what,
    invites_who_has_no_password,
    invites_nobody_without_mail,
);
in_every_world!(signs_out_who_may_do_something_else);

/// Of `imported horse`, by another implementation (libxcrypt).
const HASH: &str = "$2b$10$abcdefghijklmnopqrstuuRLKwJKrkfZyMjgpAo6c9K0eAAPOFsEq";

async fn people(admin: &Actor) -> Vec<User> {
    let request = ListUsersRequest { page_size: 500, ..Default::default() };
    admin.users().list_users(request).await.answer().users
}

async fn named(admin: &Actor, email: &str) -> User {
    people(admin).await.into_iter().find(|person| person.email == email).expect("the person")
}

async fn makes_and_changes_people(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let csv = "email,username,role,is_active\n\
               Maple@Riverside.example,Maple,STUDENT,true\n\
               oak@riverside.example,  O\u{301}ak   Tree ,teacher,\n\
               student000@riverside.example,Renamed,STUDENT,true\n";
    assert_eq!(imported(&admin, "users", csv).await, [2, 1, 0]);
    assert_eq!(imported(&admin, "users", csv).await, [0, 0, 3]);
    let maple = named(&admin, "maple@riverside.example").await;
    assert_eq!((maple.username.as_str(), maple.role(), maple.is_active), ("Maple", Role::Student, Some(true)));
    // Names have the form that single calls give them.
    let oak = named(&admin, "oak@riverside.example").await;
    assert_eq!((oak.username.as_str(), oak.role(), oak.is_active), ("Óak Tree", Role::Teacher, Some(true)));
    assert_eq!(named(&admin, "student000@riverside.example").await.username, "Renamed");
    // Columns that are left out leave what is there; so do empty cells.
    let csv = "username;role;email;is_active\nMaple;STUDENT;maple@riverside.example;no\n";
    assert_eq!(imported(&admin, "users", csv).await, [0, 1, 0]);
    let csv = "role,email,username\nSTUDENT,maple@riverside.example,Maple Leaf\n";
    assert_eq!(imported(&admin, "users", csv).await, [0, 1, 0]);
    let csv = "role,email,username,is_active\nSTUDENT,maple@riverside.example,Maple Leaf,\n";
    assert_eq!(imported(&admin, "users", csv).await, [0, 0, 1]);
    let maple = named(&admin, "maple@riverside.example").await;
    assert_eq!((maple.username.as_str(), maple.is_active), ("Maple Leaf", Some(false)));
    // One row of the audit for each import that changed something.
    let rows = class.world.rows().await;
    let query = "SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'rows.imported' AND object_id = ''";
    assert_eq!(rows.number(query).await, 3);
}

async fn tells_the_audit_who_may_do_what(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let admin = class.admin();
    let csv = "email,username,role,is_active\n\
               maple@riverside.example,Maple,STUDENT,true\n\
               oak@riverside.example,Oak,TEACHER,true\n\
               ash@riverside.example,Ash,ADMIN,true\n\
               student000@riverside.example,Renamed,STUDENT,true\n\
               student001@riverside.example,student001,STUDENT,false\n\
               student002@riverside.example,Cedar,TEACHER,true\n";
    // Faulty at first: nothing is told of what is not done.
    import(&admin, "users", Run::Real, format!("{csv}x,X,STUDENT,true\n")).await.refused();
    for expected in [[3, 3, 0], [0, 0, 6]] {
        assert_eq!(imported(&admin, "users", csv).await, expected);
    }
    let mut told = Vec::new();
    for action in ["user.created", "user.updated"] {
        let audit = admin.rest().get(&format!("/api/v1/audit?action={action}")).await.answer();
        for row in audit["audit_rows"].as_array().expect("rows") {
            assert_eq!((&row["actor_id"], &row["object_type"]), (&json!(class.college.admin.id), &json!("user")));
            told.push((row["object_id"].as_str().expect("an id").to_owned(), action, row["detail"].clone()));
        }
    }
    let mut expected = Vec::new();
    for (name, action, detail) in [
        ("oak", "user.created", json!({"role": "TEACHER"})),
        ("ash", "user.created", json!({"role": "ADMIN"})),
        ("student001", "user.updated", json!({"fields": ["is_active"], "is_active": false})),
        (
            "student002",
            "user.updated",
            json!({"fields": ["username", "role"], "role": {"from": "STUDENT", "to": "TEACHER"}}),
        ),
    ] {
        expected.push((named(&admin, &format!("{name}@riverside.example")).await.id, action, detail));
    }
    for list in [&mut told, &mut expected] {
        list.sort_by(|one, other| one.0.cmp(&other.0));
    }
    assert_eq!(told, expected);
}

async fn names_every_fault(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let before = people(&admin).await;
    let long = "x".repeat(201);
    let csv = format!(
        "email,username,role,is_active\n\
         good@riverside.example,Good,STUDENT,true\n\
         nonsense,Maple,STUDENT,true\n\
         ,Maple,STUDENT,true\n\
         a@riverside.example,,STUDENT,true\n\
         b@riverside.example,{long},STUDENT,true\n\
         c@riverside.example,Maple,PUPIL,true\n\
         d@riverside.example,Maple,,true\n\
         e@riverside.example,Maple,STUDENT,perhaps\n\
         GOOD@riverside.example,Good again,STUDENT,true\n\
         two@@riverside.example,,PUPIL,perhaps\n\
         f@riverside.example,Ma\u{200b}ple,STUDENT,true\n"
    );
    let expected = [
        (3, "email", "must be an e-mail address"),
        (4, "email", "is required"),
        (5, "username", "is required"),
        (6, "username", "must have at most 200 characters"),
        (7, "role", "must be STUDENT, TEACHER or ADMIN"),
        (8, "role", "is required"),
        (9, "is_active", "must be true or false"),
        (10, "email", "is in line 2 already"),
        (11, "email", "must be an e-mail address"),
        (11, "username", "is required"),
        (11, "role", "must be STUDENT"),
        (11, "is_active", "must be true or false"),
        (12, "username", "must not contain invisible characters"),
    ];
    assert_faults(&admin, "users", &csv, &expected).await;
    assert_eq!(people(&admin).await, before, "a faulty file changes nothing");
    let rows = class.world.rows().await;
    assert_eq!(rows.number("SELECT COUNT(*) AS n FROM audit_rows WHERE action = 'rows.imported'").await, 0);
}

async fn takes_hashes_and_no_passwords(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let csv = "email,username,role,password\nmaple@riverside.example,Maple,STUDENT,imported horse\n";
    let told = faults(&admin, "users", csv).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let (line, column, number, description) = &told[0];
    assert_eq!((*line, column.as_str(), *number), (1, "password", 4));
    assert!(description.contains("password_hash") && !description.contains("horse"), "{description}");

    let hash = HASH;
    let weak = hash.replace("$10$", "$09$");
    let dear = hash.replace("$10$", "$13$");
    let argon2 = usual("argon horse");
    let quick = "$argon2id$v=19$m=1024,t=1,p=1$WVZ2a1JtTnJzS2Z5Q2hQcA$mYl0dUb3mQm5v0x0m0v1yN9rJ0m3bYl0dUb3mQm5v0w";
    let slow = argon2.replace("t=2", "t=4000000000");
    let other = argon2.replace("argon2id", "argon2i");
    let header = "email,username,role,password_hash\n";
    for bad in [&*weak, &*dear, quick, &*slow, &*other, "imported horse", "$2b$10$", "5f4dcc3b5aa765d61d8327deb882cf99"]
    {
        let csv = format!("{header}maple@riverside.example,Maple,STUDENT,\"{bad}\"\n");
        assert_faults(&admin, "users", &csv, &[(2, "password_hash", "must be a")]).await;
    }
    let csv = format!(
        "{header}maple@riverside.example,Maple,STUDENT,{hash}\noak@riverside.example,Oak,STUDENT,\"{argon2}\"\n\
         ash@riverside.example,Ash,STUDENT,\n"
    );
    assert_eq!(imported(&admin, "users", &csv).await, [3, 0, 0]);
    let log_in = async |email: &str, password: &str| {
        let request = LoginRequest {
            email: format!("{email}@riverside.example"),
            password: password.to_owned(),
            device_id: "phone".to_owned(),
            ..Default::default()
        };
        class.world.nobody().auth().login(request).await
    };
    log_in("maple", "imported horse").await.answer();
    log_in("oak", "argon horse").await.answer();
    assert_eq!(log_in("ash", "x").await.refused().reason, "CREDENTIALS_INVALID");
    // Maple's hash is another one since the login. A password that is there stays, so the file changes nothing the second
    // time; who has none yet gets one.
    let csv = csv.replace("STUDENT,\n", &format!("STUDENT,{hash}\n"));
    let csv = csv.replace(&format!("Oak,STUDENT,\"{argon2}\""), &format!("Oak,STUDENT,{hash}"));
    assert_eq!(imported(&admin, "users", &csv).await, [0, 1, 2]);
    log_in("maple", "imported horse").await.answer();
    log_in("ash", "imported horse").await.answer();
    log_in("oak", "argon horse").await.answer();
    assert_eq!(log_in("oak", "imported horse").await.refused().reason, "CREDENTIALS_INVALID");
}

/// A PHC string with the parameters that OWASP names first.
fn usual(password: &str) -> String {
    let (salt, mut hash) = (b"imported tests", [0; 32]);
    let params = Params::new(19 * 1024, 2, 1, None).expect("the usual parameters");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut hash).expect("a hash");
    format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash))
}

async fn invites_who_has_no_password(kind: Kind) {
    let class = Class::of(Plan::new(kind).mail(Line::Plain), College::new("riverside", 1)).await;
    let admin = class.admin();
    let csv = format!(
        "email,username,role,is_active,password_hash\n\
         maple@riverside.example,Maple,STUDENT,,\n\
         oak@riverside.example,Oak,TEACHER,true,\n\
         ash@riverside.example,Ash,STUDENT,,{HASH}\n\
         elm@riverside.example,Elm,STUDENT,false,\n\
         student000@riverside.example,Renamed,STUDENT,,\n"
    );
    let send = async |kind: &str, query: &str, csv: &str| {
        let rest = admin.rest();
        let path = format!("/api/v1/imports/{kind}?{query}");
        let request = rest.request(http::Method::POST, &path).header("content-type", "text/csv");
        rest.send(request.body(csv.to_owned())).await
    };
    let dry = send("users", "invite=true&dry_run=true", &csv).await.answer();
    let real = send("users", "invite=true", &csv).await.answer();
    for told in [dry, real] {
        assert_eq!((told["created"].as_i64(), told["invited"].as_i64()), (Some(4), Some(2)), "{told}");
    }
    let mail = class.world.mail().message("maple@riverside.example", 1).await;
    let request = RegisterRequest {
        token: mail.token(),
        password: "a ferry in the morning fog".to_owned(),
        ..RegisterRequest::default()
    };
    class.world.nobody().auth().register(request).await.answer();
    class.world.mail().message("oak@riverside.example", 1).await.token();
    assert_eq!(send("users", "invite=true", &csv).await.answer()["invited"].as_i64(), Some(0), "nobody twice");
    assert_eq!(class.world.mail().messages().len(), 2, "a dry run sends nothing");
    let refusal = send("divisions", "invite=true", "name\nC\n").await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"));
}

async fn invites_nobody_without_mail(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let request =
        rest.request(http::Method::POST, "/api/v1/imports/users?invite=true").header("content-type", "text/csv");
    let refusal =
        rest.send(request.body("email,username,role\nmaple@riverside.example,Maple,STUDENT\n")).await.refused();
    assert_eq!(refusal.reason, "MAIL_NOT_CONFIGURED");
    assert_eq!(people(&class.admin()).await.len(), 4);
}

async fn leaves_an_administrator(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let header = "email,username,role,is_active\n";
    let demoted = format!("{header}admin@riverside.example,admin,TEACHER,true\n");
    assert_faults(&admin, "users", &demoted, &[(2, "role", "no active administrator")]).await;
    let rests = format!("{header}admin@riverside.example,admin,ADMIN,false\n");
    assert_faults(&admin, "users", &rests, &[(2, "is_active", "no active administrator")]).await;
    // One who is not active is no other one.
    let csv = format!("{demoted}maple@riverside.example,Maple,ADMIN,false\n");
    assert_faults(&admin, "users", &csv, &[(2, "role", "no active administrator")]).await;
    let csv = format!("{demoted}maple@riverside.example,Maple,ADMIN,true\n");
    assert_eq!(imported(&admin, "users", &csv).await, [1, 1, 0]);
    let query = "SELECT COUNT(*) AS n FROM users WHERE role = 'admin' AND is_active AND username = 'Maple'";
    assert_eq!(class.world.rows().await.number(query).await, 1);
}

async fn signs_out_who_may_do_something_else(kind: Kind) {
    let class = Class::open(kind, 3).await;
    let admin = class.admin();
    let mut signed_in = Vec::new();
    for number in 0..3 {
        signed_in.push(class.student(number).signed_in().await);
    }
    let csv = "email,username,role,is_active\n\
               student000@riverside.example,student000,TEACHER,true\n\
               student001@riverside.example,student001,STUDENT,false\n\
               student002@riverside.example,Renamed,STUDENT,true\n";
    assert_eq!(imported(&admin, "users", csv).await, [0, 3, 0]);
    for (number, is_out) in [(0, true), (1, true), (2, false)] {
        let told = signed_in[number].users().get_me(GetMeRequest {}).await;
        assert_eq!(told.is_err(), is_out, "student {number}");
        if let Err(status) = told {
            assert_eq!(Refusal::from(&status).kind(), (Code::Unauthenticated, "TOKEN_REVOKED"));
        }
    }
    let query = "SELECT COUNT(*) AS n FROM refresh_token_families WHERE revoked_at IS NOT NULL";
    let rows = class.world.rows().await;
    until("the sign-ins are over", async || (rows.number(query).await == 2).then_some(())).await;
}

async fn knows_no_other_college(kind: Kind) {
    let (class, other) = two_colleges(kind, 1).await;
    let admin = class.admin();
    let email = &other.students[0].email;
    // Somebody of another college is nobody here: a new person comes to be, and the other one stays as they are.
    let csv = format!("email,username,role\n{email},Taken over,ADMIN\n");
    assert_eq!(imported(&admin, "users", &csv).await, [1, 0, 0]);
    let theirs = class.world.actor(&other.admin);
    assert_eq!(named(&theirs, email).await.username, "student000");
    assert_eq!(named(&theirs, email).await.role(), Role::Student);
    let told = import(&class.student(0), "users", Run::Dry, csv).await.refused();
    assert_eq!(told.kind(), (Code::PermissionDenied, "ROLE_NOT_ALLOWED"));
}
