//! Mail arrives, once, although the mail server or a server of ours is away for a while.

use rollcall_tests::{
    Answer as _, Class, Kind, college::College, database::Rows, in_every_world, in_worlds, on_both_stores, until,
};

use super::{all_done, forgot, invited, plan, waiting};

in_every_world!(of_the_mail_server_delays_mail);
on_both_stores!(of_a_server_in_the_middle_delays_mail, does_not_keep_a_server_from_ending_what_it_has_begun);
in_worlds!([
    postgres_memory POSTGRES_MEMORY,
    postgres_redis POSTGRES_REDIS,
    sqlite_redis SQLITE_REDIS
] of_the_mail_server_makes_no_copies);

const PEOPLE: usize = 6;

/// Waits until a server has the job of a mail in its hands.
async fn is_taken(rows: &Rows) {
    let taken = "SELECT COUNT(*) AS n FROM jobs WHERE kind LIKE 'identity.mail%' AND attempts > 0";
    until("a server has taken it", async || (rows.number(taken).await > 0).then_some(())).await;
}

/// Waits until every mail was tried and put back.
async fn have_failed(rows: &Rows, mails: usize) {
    let failed = "SELECT COUNT(*) AS n FROM jobs WHERE kind LIKE 'identity.mail%' AND last_error IS NOT NULL";
    until("every mail was tried", async || (rows.number(failed).await == mails as i64).then_some(())).await;
}

async fn of_the_mail_server_delays_mail(kind: Kind) {
    let mut class = Class::of(plan(kind), College::new("riverside", 1)).await;
    let (admin, nobody, email) = (class.admin(), class.world.nobody(), class.college.students[0].email.clone());
    class.world.mail_server().kill().await;
    let maple = invited(&admin, "maple").await;
    forgot(&nobody, &email).await.answer();
    let rows = class.world.rows().await;
    have_failed(&rows, 2).await;
    // Nothing that waits can be read as a token.
    let readable =
        "SELECT COUNT(*) AS n FROM jobs WHERE CAST(payload AS TEXT) LIKE '%@%' AND kind LIKE 'identity.mail%'";
    assert_eq!(rows.number(readable).await, 0, "addresses are looked up when it is sent");
    class.world.mail_server().resume().await;
    class.world.advance(10).await;
    for address in [&maple.email, &email] {
        class.world.mail().message(address, 1).await.token();
    }
    all_done(&rows).await;
    assert_eq!(class.world.mail().messages().len(), 2);

    // A link that would be dead when it arrives is not sent at all.
    class.world.mail_server().kill().await;
    forgot(&nobody, &email).await.answer();
    have_failed(&rows, 1).await;
    class.world.advance(16 * 60).await;
    class.world.mail_server().resume().await;
    all_done(&rows).await;
    assert_eq!(class.world.mail().messages().len(), 2);
}

async fn of_the_mail_server_makes_no_copies(kind: Kind) {
    let mut class = Class::of(plan(kind).replicas(2), College::new("riverside", 0)).await;
    let admin = class.admin();
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(invited(&admin.at(number % 2), &format!("maple{number}")).await);
    }
    class.world.mail_server().kill().await;
    for number in PEOPLE..2 * PEOPLE {
        people.push(invited(&admin.at(number % 2), &format!("maple{number}")).await);
    }
    class.world.mail_server().resume().await;
    class.world.advance(60).await;
    let rows = class.world.rows().await;
    all_done(&rows).await;
    for person in people {
        assert_eq!(class.world.mail().messages_to(&person.email).len(), 1, "{}", person.email);
    }
}

async fn of_a_server_in_the_middle_delays_mail(kind: Kind) {
    let mut class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let admin = class.admin();
    // The mail server takes connections and says nothing: the mail is committed, taken, and does not go.
    class.world.mail().freeze();
    let maple = invited(&admin, "maple").await;
    let rows = class.world.rows().await;
    is_taken(&rows).await;
    class.world.kill(0).await;
    class.world.mail().thaw();
    class.world.resume(0).await;
    assert_eq!((waiting(&rows).await, class.world.mail().messages().len()), (1, 0));
    // The lease of the server that is gone has to end.
    class.world.advance(61).await;
    class.world.mail().message(&maple.email, 1).await.token();
    all_done(&rows).await;
    assert_eq!(class.world.mail().messages().len(), 1);
}

async fn does_not_keep_a_server_from_ending_what_it_has_begun(kind: Kind) {
    let mut class = Class::of(plan(kind), College::new("riverside", 0)).await;
    let admin = class.admin();
    class.world.mail().freeze();
    let maple = invited(&admin, "maple").await;
    let rows = class.world.rows().await;
    is_taken(&rows).await;
    let mut server = class.world.take(0);
    server.process().signal("TERM");
    until("it has heard", async || server.process().log_has("stopping").then_some(())).await;
    class.world.mail().thaw();
    until("it has ended", async || (!server.process().runs()).then_some(())).await;
    assert_eq!(class.world.mail().messages_to(&maple.email).len(), 1);
    assert_eq!(waiting(&rows).await, 0, "it was struck off before the end");
}
