//! Passwords that were hashed elsewhere with bcrypt work, and are hashed anew at the first login.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rollcall_proto::v1::{LoginRequest, LoginResponse};
use rollcall_tests::{
    Answer as _, Class, Kind, World, college::College, on_both_stores, password::PASSWORD, world::Plan,
};
use tonic::{Code, Response, Status};

on_both_stores!(are_hashed_anew, are_never_cut_off, let_many_in_at_once, are_not_told_by_the_time);

/// Of PASSWORD, without the kind.
const HASH: &str = "$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS";
/// Of seventy-two times x, and of anything longer that begins so.
const LONG: &str = "$2b$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q";

async fn login(world: &World, email: &str, password: &str) -> Result<Response<LoginResponse>, Status> {
    let request = LoginRequest { email: email.to_owned(), password: password.to_owned(), ..Default::default() };
    world.nobody().auth().login(request).await
}

async fn class(kind: Kind, hashes: &[String]) -> Class {
    let mut college = College::new("riverside", hashes.len());
    for (student, hash) in college.students.iter_mut().zip(hashes) {
        student.password_hash = Some(hash.clone());
    }
    Class::of(Plan::new(kind), college).await
}

/// How many hashes begin so.
async fn count(class: &Class, beginning: &str) -> i64 {
    let query = format!("SELECT COUNT(*) AS n FROM users WHERE password_hash LIKE '{beginning}%'");
    class.world.rows().await.number(&query).await
}

async fn are_hashed_anew(kind: Kind) {
    let class = class(kind, &["$2a", "$2b", "$2y"].map(|kind| format!("{kind}{HASH}"))).await;
    for student in &class.college.students {
        let refusal = login(&class.world, &student.email, "incorrect horse battery staple").await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
    }
    assert_eq!(count(&class, "$2").await, 3, "a wrong password changes nothing");
    for student in &class.college.students {
        for _ in 0..2 {
            login(&class.world, &student.email, PASSWORD).await.answer();
        }
    }
    assert_eq!((count(&class, "$2").await, count(&class, "$argon2id$v=19$m=19456,t=2,p=1$").await), (0, 3));
}

async fn are_never_cut_off(kind: Kind) {
    let class = class(kind, &[LONG.to_owned(), format!("$2b$15{}", &HASH[3..])]).await;
    let email = &class.college.students[0].email;
    for wrong in ["x".repeat(71), "x".repeat(73), "x".repeat(72) + "y"] {
        let refusal = login(&class.world, email, &wrong).await.refused();
        assert_eq!(refusal.kind(), (Code::Unauthenticated, "CREDENTIALS_INVALID"), "{}", wrong.len());
    }
    login(&class.world, email, &"x".repeat(72)).await.answer();
    // A hash that would keep the server busy for seconds is none.
    login(&class.world, &class.college.students[1].email, PASSWORD).await.refused();
}

/// While there is one, every refusal waits for a whole second, which hides how long each hash has taken.
async fn are_not_told_by_the_time(kind: Kind) {
    let mut college = College::new("riverside", 4);
    college.students[0].password_hash = Some(format!("$2b{HASH}"));
    college.students[1].is_active = false;
    college.students[2].password_hash = Some(String::new());
    let class = Class::of(Plan::new(kind), college).await;
    let known = class.college.students.iter().map(|student| student.email.as_str());
    // The unknown one first: the server must know by itself that the other is there.
    for email in ["nobody@riverside.example"].into_iter().chain(known) {
        let begun = Instant::now();
        login(&class.world, email, "incorrect horse battery staple").await.refused();
        assert!(begun.elapsed() >= Duration::from_secs(1), "{email}: {:?}", begun.elapsed());
    }
    login(&class.world, &class.college.students[3].email, PASSWORD).await.answer();
}

async fn let_many_in_at_once(kind: Kind) {
    let class = class(kind, &[format!("$2b{HASH}")]).await;
    let email = &class.college.students[0].email;
    for result in join_all((0..8).map(|_| login(&class.world, email, PASSWORD))).await {
        result.answer();
    }
    assert_eq!(count(&class, "$2").await, 0);
}
