//! More pictures than one thread can read.

use std::time::{Duration, Instant};

use rollcall_tests::{Kind, Refusal, in_one_world};
use tonic::Code;

use super::{class, consent, enrol, pictures};

in_one_world!(who_comes_to_a_full_queue_is_told_to_come_again);

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
