//! Mails about what happens: in the college's language, outside quiet hours, one or many in each.

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use rollcall_tests::{
    Class, Kind, actor::Actor, college::College, in_every_world, mail::Line, on_both_stores, seed::State, world::Plan,
};
use serde_json::{Value, json};

use super::{cancel, end, told};

in_every_world!(come_in_the_colleges_language);
on_both_stores!(wait_for_the_end_of_quiet_hours, come_once_a_day_as_a_digest, are_not_lost_while_no_server_takes_them);

async fn patch(actor: &Actor, path: &str, body: Value) {
    let rest = actor.rest();
    rest.send(rest.request(Method::PATCH, path).json(&body)).await.answer();
}

async fn prefer(actor: &Actor, body: Value) {
    patch(actor, "/api/v1/notifications/preferences", body).await;
}

/// What the college's clocks show.
fn clock(time: DateTime<Utc>) -> String {
    // Asia/Kolkata, which has no daylight-saving time.
    (time + TimeDelta::minutes(330)).format("%H:%M").to_string()
}

async fn come_in_the_colleges_language(kind: Kind) {
    let mut college = College::new("riverside", 4);
    let session = college.another_session(State::Scheduled).id;
    let class = Class::of(Plan::new(kind).mail(Line::Plain), college).await;
    patch(&class.admin(), "/api/v1/college", json!({"language": "DE"})).await;
    prefer(&class.student(1), json!({"mail": "OFF"})).await;
    prefer(&class.student(2), json!({"mail_kinds": ["SESSION_STARTED"]})).await;
    cancel(&class.teacher(), session, "Wasser <im> Keller").await;
    let (email, mail) = (class.college.students[0].email.clone(), class.world.mail());
    let message = mail.message(&email, 1).await;
    assert_eq!(message.subject, "College of riverside: Rust fällt aus");
    assert!(message.text.contains("Rust findet nicht statt: "), "{}", message.text);
    assert!(message.text.contains("Uhr (Asia/Kolkata), Room 101. Grund: Wasser <im> Keller"), "{}", message.text);
    assert!(message.html.contains("<html lang=\"de\">") && message.html.contains("Wasser &lt;im&gt; Keller"));
    assert_eq!(message.header("Auto-Submitted"), "auto-generated");
    // The last one of the four has theirs, so that the others' would be there too.
    mail.message(&class.college.students[3].email, 1).await;
    for without in [1, 2] {
        assert_eq!(told(&class.student(without), 1).await.len(), 1, "the list has it all the same");
        assert!(mail.messages_to(&class.college.students[without].email).is_empty());
    }
    assert_eq!(mail.messages_to(&email).len(), 1);
}

async fn wait_for_the_end_of_quiet_hours(kind: Kind) {
    let class = Class::of(Plan::new(kind).mail(Line::Plain), College::new("riverside", 2)).await;
    let now = class.world.clock().now();
    let quiet = json!({
        "quiet_from": clock(now - TimeDelta::minutes(30)),
        "quiet_to": clock(now + TimeDelta::minutes(30)),
    });
    prefer(&class.student(0), quiet).await;
    end(&class.teacher(), class.session_id()).await;
    let mail = class.world.mail();
    mail.message(&class.college.students[1].email, 1).await;
    told(&class.student(0), 1).await;
    let email = &class.college.students[0].email;
    assert!(mail.messages_to(email).is_empty(), "it is quiet");
    class.world.advance(31 * 60).await;
    let message = mail.message(email, 1).await;
    assert_eq!(message.subject, "College of riverside: You were absent: Rust");
}

async fn come_once_a_day_as_a_digest(kind: Kind) {
    let mut college = College::new("riverside", 2);
    let sessions: Vec<_> = (0..3).map(|_| college.another_session(State::Scheduled).id).collect();
    let class = Class::of(Plan::new(kind).mail(Line::Plain), college).await;
    let at = clock(class.world.clock().now() + TimeDelta::minutes(20));
    prefer(&class.student(0), json!({"mail": "DIGEST", "digest_at": at})).await;
    for (number, session) in sessions.into_iter().enumerate() {
        cancel(&class.teacher(), session, &format!("reason {number}")).await;
    }
    told(&class.student(0), 3).await;
    let (email, mail) = (&class.college.students[0].email, class.world.mail());
    mail.message(&class.college.students[1].email, 1).await;
    assert!(mail.messages_to(email).is_empty(), "it is not time yet");
    class.world.advance(21 * 60).await;
    let message = mail.message(email, 1).await;
    assert_eq!(message.subject, "College of riverside: 3 notifications");
    for number in 0..3 {
        assert!(message.text.contains(&format!("Reason: reason {number}")), "{}", message.text);
    }
    // What else waits for the same time finds that all has gone.
    let rows = class.world.rows().await;
    rollcall_tests::until::until("no mail waits", async || {
        let waiting = rows.number("SELECT count(*) AS n FROM jobs WHERE kind = 'notification.mail'").await;
        (waiting == 0).then_some(())
    })
    .await;
    assert_eq!(mail.messages_to(email).len(), 1);
}

async fn are_not_lost_while_no_server_takes_them(kind: Kind) {
    let mut class = Class::of(Plan::new(kind).mail(Line::Plain), College::new("riverside", 2)).await;
    class.world.mail_server().kill().await;
    end(&class.teacher(), class.session_id()).await;
    told(&class.student(0), 1).await;
    class.world.kill(0).await;
    class.world.mail_server().resume().await;
    class.world.resume(0).await;
    class.world.advance(61).await;
    for student in 0..2 {
        let email = class.college.students[student].email.clone();
        class.world.mail().message(&email, 1).await;
        assert_eq!(class.world.mail().messages_to(&email).len(), 1);
    }
}
