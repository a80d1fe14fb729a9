//! Whom a college tells of its students' absences.

use http::Method;
use rollcall_tests::{Class, Kind, college::College, mail::Line, on_both_stores, seed::Role, world::Plan};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{end, told};

on_both_stores!(are_told_of_absences_that_stay, are_named_by_administrators);

fn path(id: Uuid) -> String {
    format!("/api/v1/users/{id}/guardians")
}

async fn are_told_of_absences_that_stay(kind: Kind) {
    let class = Class::of(Plan::new(kind).mail(Line::Plain), College::new("riverside", 3)).await;
    let rest = class.admin().rest();
    let put = async |student: usize, emails: Value| {
        let request =
            rest.request(Method::PUT, &path(class.college.students[student].id)).json(&json!({"emails": emails}));
        rest.send(request).await.answer()
    };
    for (student, emails) in [
        (0, json!(["one@home.example", "two@home.example"])),
        (1, json!(["present@home.example"])),
        (2, json!(["gone@home.example"])),
    ] {
        put(student, emails).await;
    }
    class.check_in(1).await;
    end(&class.teacher(), class.session_id()).await;
    told(&class.student(0), 1).await;
    let mail = class.world.mail();
    mail.message(&class.college.students[0].email, 1).await;
    assert!(
        mail.messages().iter().all(|message| !message.to[0].ends_with("home.example")),
        "there is time to correct it"
    );
    put(2, json!([])).await;
    class.world.advance(10 * 60 + 1).await;
    for to in ["one@home.example", "two@home.example"] {
        let message = mail.message(to, 1).await;
        assert_eq!(message.subject, "College of riverside: student000 was absent");
        assert!(message.text.contains("student000 was marked absent in Rust: "), "{}", message.text);
    }
    let rows = class.world.rows().await;
    rollcall_tests::until::until("no mail waits", async || {
        let waiting = rows.number("SELECT count(*) AS n FROM jobs WHERE kind = 'notification.guardian'").await;
        (waiting == 0).then_some(())
    })
    .await;
    let home: Vec<_> = mail.messages().into_iter().filter(|message| message.to[0].ends_with("home.example")).collect();
    assert_eq!(home.len(), 2, "whose student was there, or who was taken away, gets nothing: {home:?}");
}

async fn are_named_by_administrators(kind: Kind) {
    let (mut college, foreign) = (College::new("riverside", 1), College::new("hillside", 1));
    let leaving = college.another_person("leaving", Role::Student);
    let world = Plan::new(kind).start(&[&college, &foreign]).await;
    let rest = world.actor(&college.admin).rest();
    let put = async |id: Uuid, body: Value| rest.send(rest.request(Method::PUT, &path(id)).json(&body)).await;
    let student = college.students[0].id;
    let set = put(student, json!({"emails": ["B@home.example", "a@home.example", "b@HOME.example"]})).await.answer();
    assert_eq!(set, json!({"user_id": student, "emails": ["a@home.example", "b@home.example"]}));
    assert_eq!(rest.get(&path(student)).await.answer(), set);
    let five: Vec<_> = (0..5).map(|number| format!("{number}@home.example")).collect();
    for body in [json!({"emails": ["no address"]}), json!({"emails": five})] {
        assert_eq!(put(student, body).await.refused().kind().1, "INVALID_FIELD");
    }
    // Neither another college's student, nor a teacher, has any.
    for id in [foreign.students[0].id, college.teacher.id, Uuid::now_v7()] {
        assert_eq!(put(id, json!({"emails": []})).await.refused().kind().1, "NOT_FOUND");
        assert_eq!(rest.get(&path(id)).await.refused().kind().1, "NOT_FOUND");
    }
    // What is kept of a person goes with the person.
    put(leaving.id, json!({"emails": ["a@home.example"]})).await.answer();
    rest.send(rest.request(Method::DELETE, &format!("/api/v1/users/{}", leaving.id))).await.answer();
    let rows = world.rows().await;
    assert_eq!(rows.number("SELECT count(*) AS n FROM guardians").await, 2);
}
