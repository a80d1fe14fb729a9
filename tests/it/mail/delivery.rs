//! How mail is handed over, and what happens to mail that nobody takes.

use rollcall_tests::{
    Class, Kind, college::College, database::Rows, in_one_world, mail::Line, on_both_stores, until, world::Plan,
};

use super::{all_done, invite, invited, plan};
use rollcall_tests::Answer as _;

on_both_stores!(gives_up_what_is_refused_for_good);
in_one_world!(
    goes_over_tls_with_a_password,
    waits_for_a_mail_server_that_believes_the_password,
    is_not_left_in_the_log
);

async fn dead(rows: &Rows) -> i64 {
    rows.number("SELECT COUNT(*) AS n FROM jobs WHERE dead_at IS NOT NULL").await
}

async fn goes_over_tls_with_a_password(kind: Kind) {
    let class = Class::of(Plan::new(kind).mail(Line::StartTls), College::new("riverside", 0)).await;
    let maple = invited(&class.admin(), "maple").await;
    let mail = class.world.mail().message(&maple.email, 1).await;
    assert_eq!((mail.encrypted, mail.signed_in), (true, true));
    mail.token();
}

async fn waits_for_a_mail_server_that_believes_the_password(kind: Kind) {
    // What the operator has to mend does not cost the mail.
    for (name, wrong) in [("SMTP_PASSWORD", "another one"), ("SMTP_CA_FILE", "")] {
        let mut world = Plan::new(kind).mail(Line::StartTls).replicas(1).prepare().await;
        let right = world.settings().insert(name.to_owned(), wrong.to_owned()).expect("a setting");
        let college = College::new("riverside", 0);
        world.begin([college.seed()]).await;
        let mut class = Class { world, college };
        let maple = invited(&class.admin(), "maple").await;
        let rows = class.world.rows().await;
        let failed = "SELECT COUNT(*) AS n FROM jobs WHERE last_error IS NOT NULL";
        until("it was tried", async || (rows.number(failed).await == 1).then_some(())).await;
        assert_eq!((dead(&rows).await, class.world.mail().messages().len()), (0, 0), "{name}");
        class.world.kill(0).await;
        class.world.settings().insert(name.to_owned(), right);
        class.world.resume(0).await;
        class.world.advance(10).await;
        class.world.mail().message(&maple.email, 1).await.token();
    }
}

async fn gives_up_what_is_refused_for_good(kind: Kind) {
    let class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let admin = class.admin();
    let refused = invited(&admin, "refused-maple").await;
    let cedar = invited(&admin, "cedar").await;
    class.world.mail().message(&cedar.email, 1).await;
    let rows = class.world.rows().await;
    all_done(&rows).await;
    assert_eq!(dead(&rows).await, 1);
    let kept = "SELECT COUNT(*) AS n FROM jobs WHERE dead_at IS NOT NULL AND attempts = 1 AND last_error LIKE '%550%'
                AND last_error NOT LIKE '%maple%' AND CAST(payload AS TEXT) = '{}'";
    assert_eq!(rows.number(kept).await, 1, "with the code, and nothing of whom it was for");
    // Inviting again is another mail.
    invite(&admin, &refused.id).await.answer();
    until("it was given up too", async || (dead(&rows).await == 2).then_some(())).await;
    // In a month they are cleared away.
    class.world.advance(31 * 86_400).await;
    until("nothing is left of them", async || (dead(&rows).await == 0).then_some(())).await;
}

async fn is_not_left_in_the_log(kind: Kind) {
    let class = Class::of(plan(kind).set("LOG_LEVEL", "TRACE"), College::new("riverside", 0)).await;
    let maple = invited(&class.admin(), "refused-maple").await;
    let cedar = invited(&class.admin(), "cedar").await;
    let token = class.world.mail().message(&cedar.email, 1).await.token();
    super::accept(&class.world.nobody(), &token, super::NEW).await.answer();
    let rows = class.world.rows().await;
    until("the other one was given up", async || (dead(&rows).await == 1).then_some(())).await;
    let log = std::fs::read_to_string(class.world.log(0)).expect("the log");
    assert!(log.contains("a job failed"), "{log}");
    for secret in [token.as_str(), super::NEW, maple.email.as_str(), cedar.email.as_str()] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
