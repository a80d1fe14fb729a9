//! More pictures than one thread can read.

use std::time::{Duration, Instant};

use rollcall_proto::v1::evidence::{Factor, Verdict};
use rollcall_tests::{Answer as _, Kind, Refusal, college::College, in_one_world, world::Plan};
use serde_json::json;
use tonic::Code;

use super::{class, consent, enrol, enrolled, pictures, with_picture};

in_one_world!(
    who_comes_to_a_full_queue_is_told_to_come_again,
    a_picture_that_nobody_needs_refuses_nothing,
    one_college_fills_no_other_ones_queue
);

async fn who_comes_to_a_full_queue_is_told_to_come_again(kind: Kind) {
    const MANY: usize = 40;
    let class = class(kind, MANY).await;
    let photo = pictures::portrait("person_b_1").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..MANY {
        consent(&class.student(number)).await;
    }
    for number in 0..MANY {
        let (student, photo) = (class.student(number), photo.clone());
        tasks.spawn(async move { enrol(&student, vec![photo]).await });
    }
    let (mut enrolled, mut told, mut longest) = (0, 0, Duration::ZERO);
    while let Some(result) = tasks.join_next().await {
        match result.expect("an answer") {
            Ok(_) => enrolled += 1,
            Err(status) => {
                let refusal = Refusal::from(&status);
                assert_eq!(refusal.kind(), (Code::ResourceExhausted, "OVERLOADED"), "{refusal:?}");
                assert!(refusal.retry_after.is_some());
                told += 1;
            }
        }
        // Nobody else waits for them.
        let begun = Instant::now();
        class.code().await;
        longest = longest.max(begun.elapsed());
    }
    println!("{enrolled} were enrolled, {told} were told to come again; a code came within {longest:?}");
    assert!(enrolled >= 16 && told >= 1, "{enrolled} {told}");
}

/// Ten pictures were looked at in this minute: the eleventh is not, and the code and the position decide.
async fn a_picture_that_nobody_needs_refuses_nothing(kind: Kind) {
    let class = class(kind, 1).await;
    let photo = pictures::portrait("person_b_1").await;
    for _ in 0..2 {
        enrolled(&class.student(0), vec![photo.clone(); 5]).await;
    }
    let request = with_picture(&class, pictures::portrait("person_b_2").await).await;
    let record = class.student(0).check_ins().check_in(request).await.answer();
    let face = record.evidence.iter().find(|item| item.factor() == Factor::Face).expect("a face");
    assert_eq!(face.verdict(), Verdict::Missing);
    assert_eq!(face.detail, "Too many pictures of you were sent, and this one was not looked at.");
}

async fn one_college_fills_no_other_ones_queue(kind: Kind) {
    const MANY: usize = 40;
    let (crowd, few) = (College::new("riverside", MANY), College::new("hillside", 1));
    let models = super::fetched::models().await.display().to_string();
    let world = Plan::new(kind).set("FACE_MODELS_DIR", &models).start(&[&crowd, &few]).await;
    for college in [&crowd, &few] {
        let rest = world.actor(&college.admin).rest();
        let on = rest.request(http::Method::PATCH, "/api/v1/college").json(&json!({"face_enabled": true}));
        rest.send(on).await.answer();
    }
    let photo = pictures::portrait("person_b_1").await;
    let one = world.actor(&few.students[0]);
    consent(&one).await;
    let mut tasks = tokio::task::JoinSet::new();
    for user in &crowd.students {
        let (student, photo) = (world.actor(user), photo.clone());
        consent(&student).await;
        tasks.spawn(async move { enrol(&student, vec![photo]).await });
    }
    // Somebody of the many is sent away: their line is full.
    loop {
        let ended = tasks.join_next().await.expect("one of them is sent away").expect("an answer");
        if ended.is_err() {
            break;
        }
    }
    assert!(enrol(&one, vec![photo]).await.answer().is_enrolled);
    assert!(!tasks.is_empty(), "the line was still full");
}
