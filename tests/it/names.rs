//! Names have one form, whatever was sent: what looks alike is the same.

use http::Method;
use rollcall_proto::v1::{CreateDivisionRequest, ListUsersRequest, UpdateMeRequest};
use rollcall_tests::{Answer as _, Class, Kind, in_one_world, on_both_stores};
use serde_json::{Value, json};
use tonic::Code;

on_both_stores!(are_the_same_when_they_look_the_same, are_found_in_any_form);
in_one_world!(have_one_form_wherever_they_are_written, are_refused_where_nobody_could_see_them);

async fn are_the_same_when_they_look_the_same(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let create = async |name: &str| {
        let request = CreateDivisionRequest { name: name.to_owned(), description: " as  it is".to_owned() };
        class.admin().divisions().create_division(request).await
    };
    let made = create("  Oak\u{a0}\t No\u{308}rd ").await.answer();
    assert_eq!((&*made.name, &*made.description), ("Oak N\u{f6}rd", " as  it is"));
    for again in ["Oak N\u{f6}rd", "Oak  N\u{f6}rd", "Oak No\u{308}rd\n"] {
        let refusal = create(again).await.refused();
        assert_eq!(
            (refusal.kind(), refusal.told("field")),
            ((Code::AlreadyExists, "ALREADY_EXISTS"), "name"),
            "{again:?}"
        );
    }
    create("Oak No\u{308}r").await.answer();
}

async fn are_found_in_any_form(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let request = UpdateMeRequest { username: " Ro\u{308}te  Erle".to_owned() };
    assert_eq!(class.student(0).users().update_me(request).await.answer().username, "R\u{f6}te Erle");
    for query in ["R\u{f6}te", "Ro\u{308}te E", " R\u{f6}te  Erle "] {
        let request = ListUsersRequest { query: query.to_owned(), ..Default::default() };
        let found = class.admin().users().list_users(request).await.answer().users;
        assert_eq!(found.len(), 1, "{query:?}");
    }
}

async fn have_one_form_wherever_they_are_written(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.admin().rest();
    let sent = |name: &str| json!(format!(" {name}  Linden\u{2003} "));
    let place = json!({"name": sent("1"), "building": sent("2"), "classroom_number": sent("3"),
        "latitude": 12.9, "longitude": 77.5, "radius_meters": 30});
    let location = rest.post("/api/v1/locations", &place).await.answer();
    for (field, expected) in [("name", "1 Linden"), ("building", "2 Linden"), ("classroom_number", "3 Linden")] {
        assert_eq!(location[field], expected);
    }
    let patch =
        async |path: String, body: Value| rest.send(rest.request(Method::PATCH, &path).json(&body)).await.answer();
    let path = format!("/api/v1/locations/{}", location["id"].as_str().expect("an id"));
    assert_eq!(patch(path, json!({"name": sent("4")})).await["name"], "4 Linden");
    let path = format!("/api/v1/divisions/{}", class.college.division.id);
    assert_eq!(patch(path, json!({"name": sent("5")})).await["name"], "5 Linden");
    let path = format!("/api/v1/users/{}", class.college.students[0].id);
    assert_eq!(patch(path, json!({"username": sent("6")})).await["username"], "6 Linden");
    assert_eq!(patch("/api/v1/college".to_owned(), json!({"name": sent("7")})).await["name"], "7 Linden");
}

async fn are_refused_where_nobody_could_see_them(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let rest = class.admin().rest();
    let user = format!("/api/v1/users/{}", class.college.students[0].id);
    let division = format!("/api/v1/divisions/{}", class.college.division.id);
    for name in
        ["", "  ", " \t\n ", "\u{3000}\u{a0}", "Oak\u{200b}", "\u{202e}kaO", "\u{feff}Oak", "Oak\u{2066}", "\u{3164}"]
    {
        for (method, path, field) in [
            (Method::POST, "/api/v1/divisions", "name"),
            (Method::PATCH, &*division, "name"),
            (Method::PATCH, &*user, "username"),
            (Method::PATCH, "/api/v1/college", "name"),
        ] {
            let request = rest.request(method, path).json(&json!({field: name}));
            let refusal = rest.send(request).await.refused();
            let named: Vec<_> = refusal.violations.iter().map(|(field, _)| field.as_str()).collect();
            assert_eq!(
                (refusal.kind(), &*named),
                ((Code::InvalidArgument, "INVALID_FIELD"), &[field][..]),
                "{path} {name:?}"
            );
        }
    }
    // Joiners that a script needs are letters' business.
    let name = "\u{915}\u{94d}\u{200d}\u{937}";
    let made = rest.post("/api/v1/divisions", &json!({"name": name})).await.answer();
    assert_eq!(made["name"], name);
}
