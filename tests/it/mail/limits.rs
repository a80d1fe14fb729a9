//! Nobody fills somebody's mailbox, and nobody finds out by trying how full it is.

use rollcall_proto::v1::college::Registration;
use rollcall_tests::{Answer as _, Class, Kind, Refusal, college::College, in_every_world, on_both_stores};
use tonic::Code;

use super::{all_done, ask, forgot, plan, set_registration};

in_every_world!(hold_for_one_mailbox);
on_both_stores!(hold_for_whoever_asks);

async fn hold_for_one_mailbox(kind: Kind) {
    const MOST: usize = 3;
    let plan = plan(kind).set("RATE_LIMIT_MAIL_PER_HOUR", &MOST.to_string());
    let class = Class::of(plan, College::new("riverside", 2)).await;
    set_registration(&class.admin(), Registration::Open).await;
    let (nobody, students) = (class.world.nobody(), &class.college.students);
    for _ in 0..2 * MOST {
        forgot(&nobody, &students[0].email).await.answer();
        ask(&nobody, &students[0].email, "riverside").await.answer();
    }
    forgot(&nobody, &students[1].email).await.answer();
    all_done(&class.world.rows().await).await;
    let count = |number: usize| class.world.mail().messages_to(&students[number].email).len();
    // Where Redis was too slow for a moment, the replica has counted by itself.
    assert!((MOST..=2 * MOST).contains(&count(0)), "{}", count(0));
    assert_eq!(count(1), 1);
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
