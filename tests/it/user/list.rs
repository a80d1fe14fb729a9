//! ListUsers: search, filters, pages.

use rollcall_proto::v1::{EnrolStudentRequest, ListUsersRequest, user::Role};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::College,
    on_both_stores,
    seed::{self, SeedUser},
    world::Plan,
};
use tonic::Code;

on_both_stores!(searches_for_what_was_typed, filters, pages_in_a_stable_order, takes_no_foreign_page_token);

async fn all(actor: &Actor, mut request: ListUsersRequest) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        let page = actor.users().list_users(request.clone()).await.answer();
        names.extend(page.users.into_iter().map(|user| user.username));
        if page.next_page_token.is_empty() {
            return names;
        }
        request.page_token = page.next_page_token;
    }
}

/// A college of its staff, the stranger, and people of these names.
fn college_of(names: &[(&str, &str)]) -> College {
    let mut college = College::new("riverside", 0);
    for (name, email) in names {
        college.another_person("x", seed::Role::Student);
        let person: &mut SeedUser = college.more.users.last_mut().expect("the person");
        (person.username, person.email) = ((*name).to_owned(), (*email).to_owned());
    }
    college
}

async fn searches_for_what_was_typed(kind: Kind) {
    let college = college_of(&[
        ("Maple Street", "ms1@riverside.example"),
        ("50% off", "fifty@riverside.example"),
        ("50 off", "fifty.plain@riverside.example"),
        (r"back\slash", "b@riverside.example"),
        ("under_score", "u_s@riverside.example"),
        ("underXscore", "uxs@riverside.example"),
        ("Élodie", "e@riverside.example"),
    ]);
    let class = Class::of(Plan::new(kind), college).await;
    let table: [(&str, &[&str]); 12] = [
        ("maple", &["Maple Street"]),
        ("MAPLE s", &["Maple Street"]),
        ("MS1@", &["Maple Street"]),
        ("50", &["50 off", "50% off"]),
        ("50%", &["50% off"]),
        ("%", &["50% off"]),
        (r"\", &[r"back\slash"]),
        (r"k\s", &[r"back\slash"]),
        ("r_s", &["under_score"]),
        ("U_S", &["under_score"]),
        ("Élo", &["Élodie"]),
        ("nobody", &[]),
    ];
    for (query, expected) in table {
        let request = ListUsersRequest { query: query.to_owned(), page_size: 1, ..Default::default() };
        let mut found = all(&class.admin(), request).await;
        // Where a sign comes before a letter is the database's to say.
        found.sort();
        assert_eq!(found, expected, "{query}");
    }
    let rest = class.admin().rest();
    let found = rest.get("/api/v1/users?query=50%25&role=student").await.answer();
    assert_eq!(found["users"].as_array().map(Vec::len), Some(1), "{found}");
}

async fn filters(kind: Kind) {
    let mut college = College::new("riverside", 2);
    college.students[1].is_active = false;
    let class = Class::of(Plan::new(kind), college).await;
    let admin = class.admin();
    let division = class.college.division.id.to_string();
    let none = ListUsersRequest::default();
    assert_eq!(
        all(&admin, none.clone()).await,
        ["admin", "stranger", "student000", "student001", "teacher", "teacher2"]
    );
    let teachers = ListUsersRequest { role: Role::Teacher.into(), ..none.clone() };
    assert_eq!(all(&admin, teachers).await, ["teacher", "teacher2"]);
    let inactive = ListUsersRequest { active: Some(false), ..none.clone() };
    assert_eq!(all(&admin, inactive).await, ["student001"]);
    let active = ListUsersRequest { active: Some(true), role: Role::Student.into(), ..none.clone() };
    assert_eq!(all(&admin, active).await, ["stranger", "student000"]);
    let divided = ListUsersRequest { division_id: Some(division.clone()), ..none.clone() };
    assert_eq!(all(&admin, divided.clone()).await, ["student000", "student001"]);
    let told = admin.users().list_users(divided).await.answer().users;
    assert!(told.iter().all(|user| user.division_id == division), "{told:?}");

    // Where somebody belongs is where they are enrolled.
    let other = class.college.other_division.id.to_string();
    let request = EnrolStudentRequest {
        division_id: other.clone(),
        student_id: class.college.stranger.id.to_string(),
        ..Default::default()
    };
    admin.divisions().enrol_student(request).await.answer();
    let divided = ListUsersRequest { division_id: Some(other.clone()), ..none };
    let told = admin.users().list_users(divided).await.answer().users;
    assert_eq!(told.iter().map(|user| &*user.division_id).collect::<Vec<_>>(), [&*other]);
}

async fn pages_in_a_stable_order(kind: Kind) {
    let emails: Vec<String> = (0..7).map(|number| format!("twin{number}@riverside.example")).collect();
    let twins: Vec<(&str, &str)> = emails.iter().map(|email| ("twin", email.as_str())).collect();
    let class = Class::of(Plan::new(kind), college_of(&twins)).await;
    let admin = class.admin();
    let ids = async |page_size: i32| {
        let mut request = ListUsersRequest { page_size, query: "twin".to_owned(), ..Default::default() };
        let mut ids = Vec::new();
        loop {
            let page = admin.users().list_users(request.clone()).await.answer();
            ids.extend(page.users.into_iter().map(|user| user.id));
            if page.next_page_token.is_empty() {
                return ids;
            }
            request.page_token = page.next_page_token;
        }
    };
    let mut expected: Vec<String> = class.college.more.users.iter().map(|person| person.id.to_string()).collect();
    expected.sort();
    for page_size in [0, 1, 3, 7, 1000] {
        assert_eq!(ids(page_size).await, expected, "pages of {page_size}");
    }
}

async fn takes_no_foreign_page_token(kind: Kind) {
    let class = Class::open(kind, 1).await;
    let admin = class.admin();
    let first = ListUsersRequest { page_size: 1, ..Default::default() };
    let token = admin.users().list_users(first.clone()).await.answer().next_page_token;
    for request in [
        ListUsersRequest { query: "t".to_owned(), ..first.clone() },
        ListUsersRequest { role: Role::Student.into(), ..first.clone() },
        ListUsersRequest { active: Some(true), ..first.clone() },
        ListUsersRequest { division_id: Some(class.college.division.id.to_string()), ..first },
    ] {
        let request = ListUsersRequest { page_token: token.clone(), ..request };
        let refusal = admin.users().list_users(request.clone()).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"), "{request:?}");
    }
}
