//! E-mail addresses can be seen whole: two that look alike would be two accounts.

use http::Method;
use rollcall_tests::{Class, Kind, Refusal, in_one_world};
use serde_json::json;
use tonic::Code;

use crate::bulk::assert_faults;

in_one_world!(are_refused_where_something_in_them_cannot_be_seen, are_taken_in_any_script);

const FAULT: &str = "must not contain invisible characters or those that change the direction of writing: type the address \
                     instead of pasting it";

async fn are_refused_where_something_in_them_cannot_be_seen(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let (rest, nobody) = (class.admin().rest(), class.world.nobody().rest());
    let user = format!("/api/v1/users/{}", class.college.students[0].id);
    for email in [
        "oa\u{200b}k@riverside.example",
        "\u{feff}oak@riverside.example",
        "oak@river\u{ad}side.example",
        "oa\u{200d}k@riverside.example",
        "oak\u{200f}@riverside.example",
        "\u{202e}kao@riverside.example",
        "\u{2066}oak\u{2069}@riverside.example",
        "student000@riverside.example\u{2060}",
    ] {
        let person = json!({"email": email, "username": "Oak", "role": "STUDENT"});
        let register = json!({"email": email, "username": "Oak", "college": "riverside"});
        for (rest, method, path, body) in [
            (&rest, Method::POST, "/api/v1/users", person),
            (&rest, Method::PATCH, &*user, json!({"email": email})),
            (&nobody, Method::POST, "/api/v1/auth/register", register),
            (&nobody, Method::POST, "/api/v1/auth/forgot-password", json!({"email": email})),
        ] {
            let refusal: Refusal = rest.send(rest.request(method, path).json(&body)).await.refused();
            assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{email:?} to {path}");
            assert_eq!(refusal.violations, [("email".to_owned(), FAULT.to_owned())], "{email:?} to {path}");
        }
        let csv = format!("email,username,role\nelm@riverside.example,Elm,STUDENT\n{email},Oak,STUDENT\n");
        assert_faults(&class.admin(), "users", &csv, &[(3, "email", FAULT)]).await;
    }
}

async fn are_taken_in_any_script(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    for email in [
        "\u{f6}\u{e4}k@b\u{fc}cher.example",
        "\u{928}\u{940}\u{92e}@riverside.example",
        "\u{645}\u{631}\u{648}@riverside.example",
    ] {
        let person = json!({"email": email, "username": "Oak", "role": "STUDENT"});
        assert_eq!(rest.post("/api/v1/users", &person).await.answer()["email"], email);
    }
}
