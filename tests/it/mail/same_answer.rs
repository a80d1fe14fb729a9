//! Nobody learns from an answer which addresses have accounts.

use rollcall_proto::v1::college::Registration;
use rollcall_tests::{Answer as _, Class, Kind, college::College, on_both_stores, rest::Reply, seed::Role};
use serde_json::{Value, json};

use super::{accept, all_done, invited, plan, set_registration};

on_both_stores!(tells_nothing_of_forgotten_passwords, tells_nothing_of_registrations);

/// All of an answer but what is each call's own.
fn content(reply: Reply) -> (u16, Value, Vec<(String, String)>) {
    let own = ["date", "x-request-id"];
    let headers = reply.headers.into_iter().filter(|(name, _)| !own.contains(&name.as_str())).collect();
    (reply.status, reply.body, headers)
}

/// A class, and addresses of every kind: with an account, invited, inactive, of another college, unknown.
async fn open(kind: Kind) -> (Class, Vec<String>) {
    let mut college = College::new("riverside", 1);
    let resting = college.another_person("resting", Role::Student);
    college.more.users.last_mut().expect("the person").is_active = false;
    let other = College::new("hillside", 0);
    let world = plan(kind).start(&[&college, &other]).await;
    let class = Class { world, college };
    let maple = invited(&class.admin(), "maple").await;
    class.world.mail().message(&maple.email, 1).await;
    let emails = [
        class.college.students[0].email.clone(),
        maple.email,
        resting.email,
        other.admin.email.clone(),
        "nobody@riverside.example".to_owned(),
    ];
    (class, emails.into())
}

async fn tells_nothing_of_forgotten_passwords(kind: Kind) {
    let (class, emails) = open(kind).await;
    let rest = class.world.nobody().rest();
    let ask = async |email: &str| {
        let body = json!({"email": email, "college": "riverside"});
        content(rest.post("/api/v1/auth/forgot-password", &body).await)
    };
    let expected = ask(&emails[0]).await;
    assert_eq!((expected.0, &expected.1), (200, &json!({})));
    for email in &emails[1..] {
        assert_eq!(ask(email).await, expected, "{email}");
    }
    all_done(&class.world.rows().await).await;
    let count = |email: &String| class.world.mail().messages_to(email).len();
    assert_eq!(emails.iter().map(count).collect::<Vec<_>>(), [1, 1, 0, 0, 0], "the invited one's is the invitation");
}

async fn tells_nothing_of_registrations(kind: Kind) {
    let (class, emails) = open(kind).await;
    set_registration(&class.admin(), Registration::Open).await;
    let rest = class.world.nobody().rest();
    let ask = async |email: &str| {
        let body = json!({"email": email, "college": "riverside", "username": "Somebody"});
        content(rest.post("/api/v1/auth/register", &body).await)
    };
    let expected = ask(&emails[0]).await;
    assert_eq!((expected.0, &expected.1), (200, &json!({})));
    for email in &emails[1..] {
        assert_eq!(ask(email).await, expected, "{email}");
    }
    all_done(&class.world.rows().await).await;
    let mail = class.world.mail();
    let subjects: Vec<_> =
        emails.iter().map(|email| mail.messages_to(email).pop().map_or(String::new(), |mail| mail.subject)).collect();
    let [already, account, confirm] = ["you have an account already", "your account", "confirm your address"]
        .map(|end| format!("College of riverside: {end}"));
    assert_eq!(subjects, [already, account, String::new(), confirm.clone(), confirm]);
    let known = mail.messages_to(&emails[0]).pop().expect("a mail");
    assert!(!known.text.contains("token"), "{}", known.text);
    // The invited one was invited again, and that invitation is good.
    let again = mail.messages_to(&emails[1]);
    assert_eq!(again.len(), 2);
    accept(&class.world.nobody(), &again[1].token(), super::NEW).await.answer();
}
