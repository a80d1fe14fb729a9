//! Wrong tries: few are looked at, and they are nobody else's.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use rollcall_proto::v1::VerifyOtpRequest;
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, in_every_world, on_postgres, world::Plan};
use tonic::Code;

in_every_world!(five_against_one_are_enough, ten_in_a_minute_are_enough, cost_nobody_else);
on_postgres!(of_a_thousand_at_once_five_are_looked_at);

/// Digits that are not these, all different.
fn wrong(right: &str) -> impl Iterator<Item = String> + use<> {
    let right: u32 = right.parse().expect("a number");
    (1..1_000_000_u32).map(move |by| format!("{:06}", (right + by) % 1_000_000))
}

async fn guess(class: &Class, student: usize, digits: &str) -> Refusal {
    class.student(student).check_ins().check_in(class.otp_request(digits)).await.refused()
}

async fn five_against_one_are_enough(kind: Kind) {
    let class = Class::open(kind, 1).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    let mut guesses = wrong(&shown.otp);
    for number in 0..5 {
        let digits = guesses.next().expect("a guess");
        // A try is a try, wherever it is made.
        let refusal = match number % 2 {
            0 => guess(&class, 0, &digits).await,
            _ => {
                let ask = VerifyOtpRequest { session_id: None, otp: digits };
                class.student(0).codes().verify_otp(ask).await.refused()
            }
        };
        assert_eq!(refusal.kind(), (Code::FailedPrecondition, "OTP_INVALID"));
    }
    // Now even the right one is not looked at, and looks like a wrong one.
    let refusal = guess(&class, 0, &shown.otp).await;
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "ATTEMPTS_EXHAUSTED"));
    let wait = refusal.retry_after.expect("a time to wait");
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(61), "{wait:?}");
    let other = guess(&class, 0, &guesses.next().expect("a guess")).await;
    assert_eq!((other.kind(), &other.message), (refusal.kind(), &refusal.message));
    // A code still does, and so does the next password.
    class.world.advance(61).await;
    let next = class.otp().await;
    class.student(0).check_ins().check_in(class.otp_request(&next.otp)).await.answer();
}

async fn ten_in_a_minute_are_enough(kind: Kind) {
    // Passwords of ten seconds, so that there are several in a minute.
    let class = Class::of(Plan::new(kind).set("OTP_EXPIRATION_SECONDS", "10"), College::new("riverside", 1)).await;
    class.world.align(60).await;
    for _ in 0..2 {
        let shown = class.otp().await;
        for digits in wrong(&shown.otp).take(5) {
            assert_eq!(guess(&class, 0, &digits).await.reason, "OTP_INVALID");
        }
        class.world.advance(12).await;
    }
    let third = class.otp().await;
    let refusal = guess(&class, 0, &third.otp).await;
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "ATTEMPTS_EXHAUSTED"));
    let wait = refusal.retry_after.expect("a time to wait");
    assert!(wait > Duration::from_secs(10) && wait <= Duration::from_secs(60), "{wait:?}");
    class.world.advance(60).await;
    let later = class.otp().await;
    class.student(0).check_ins().check_in(class.otp_request(&later.otp)).await.answer();
}

async fn cost_nobody_else(kind: Kind) {
    let class = Class::open(kind, 3).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    for digits in wrong(&shown.otp).take(8) {
        guess(&class, 0, &digits).await;
    }
    // Neither did a stranger's tries count for anything.
    for digits in wrong(&shown.otp).take(8) {
        let refusal = class.stranger().check_ins().check_in(class.otp_request(&digits)).await.refused();
        assert_eq!(refusal.kind(), (Code::NotFound, "NOT_ENROLLED"));
    }
    for student in 1..3 {
        class.student(student).check_ins().check_in(class.otp_request(&shown.otp)).await.answer();
    }
    // Who is locked out of passwords is not locked out of codes.
    class.check_in(0).await;
}

async fn of_a_thousand_at_once_five_are_looked_at(kind: Kind) {
    let class = Class::of(Plan::new(kind).replicas(2), College::new("riverside", 1)).await;
    class.world.align(60).await;
    let shown = class.otp().await;
    // The right one is the last: by then nothing is looked at.
    let guesses: Vec<String> = wrong(&shown.otp).take(999).chain([shown.otp.clone()]).collect();
    let refusals: Vec<Refusal> = stream::iter(guesses.into_iter().enumerate())
        .map(|(number, digits)| {
            let (student, request) = (class.student(0).at(number % 2), class.otp_request(&digits));
            async move { student.check_ins().check_in(request).await.refused() }
        })
        .buffered(32)
        .collect()
        .await;
    let looked_at = refusals.iter().filter(|refusal| refusal.reason == "OTP_INVALID").count();
    let exhausted = refusals.iter().filter(|refusal| refusal.reason == "ATTEMPTS_EXHAUSTED").count();
    assert_eq!((looked_at, exhausted), (5, 995), "{:?}", &refusals[..8]);
    assert_eq!(class.records().await, []);
}
