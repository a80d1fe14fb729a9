//! ListDivisions and ListDivisionStudents.

use chrono::{Days, NaiveDate};
use rollcall_proto::v1::{
    CreateDivisionRequest, ListDivisionStudentsRequest, ListDivisionStudentsResponse, ListDivisionsRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind,
    actor::Actor,
    college::College,
    on_both_stores,
    seed::{Role, SeedUser},
    world::Plan,
};
use tonic::Code;
use uuid::Uuid;

use super::today;

on_both_stores!(shows_a_student_their_own, pages_by_name, lists_who_belongs_on_a_day, takes_no_foreign_page_token);

async fn names(actor: &Actor, page_size: i32) -> Vec<String> {
    let mut request = ListDivisionsRequest { page_size, page_token: String::new() };
    let mut names = Vec::new();
    loop {
        let page = actor.divisions().list_divisions(request.clone()).await.answer();
        names.extend(page.divisions.into_iter().map(|division| division.name));
        if page.next_page_token.is_empty() {
            return names;
        }
        request.page_token = page.next_page_token;
    }
}

async fn shows_a_student_their_own(kind: Kind) {
    let class = Class::open(kind, 1).await;
    assert_eq!(names(&class.student(0), 0).await, ["A"]);
    assert_eq!(names(&class.stranger(), 0).await, [""; 0]);
    for staff in [class.teacher(), class.other_teacher(), class.admin()] {
        assert_eq!(names(&staff, 0).await, ["A", "B"]);
    }
}

async fn pages_by_name(kind: Kind) {
    let class = Class::open(kind, 0).await;
    for name in ["C", "D", "E"] {
        let request = CreateDivisionRequest { name: name.to_owned(), ..Default::default() };
        class.admin().divisions().create_division(request).await.answer();
    }
    for page_size in [0, 1, 2, 5] {
        assert_eq!(names(&class.teacher(), page_size).await, ["A", "B", "C", "D", "E"], "pages of {page_size}");
    }
}

/// A class of two and four more people: one has left, one comes next week, two share a name; and one was deactivated.
async fn class_in_time(kind: Kind) -> (Class, [SeedUser; 5]) {
    let mut college = College::new("riverside", 0);
    let division = college.division.clone();
    let people = ["Cedar", "Left", "Later", "Cedar", "Gone"].map(|name| {
        let number = Uuid::now_v7();
        let mut person = college.another_person(&format!("{}-{number}", name.to_lowercase()), Role::Student);
        college.enrol(&person, &division);
        person.username = name.to_owned();
        person.is_active = name != "Gone";
        *college.more.users.last_mut().expect("the person") = person.clone();
        let enrolment = college.more.enrolments.last_mut().expect("the enrolment");
        enrolment.from_date = Some(today() - Days::new(30));
        match name {
            "Left" => enrolment.to_date = Some(today() - Days::new(1)),
            "Later" => enrolment.from_date = Some(today() + Days::new(7)),
            _ => {}
        }
        person
    });
    (Class::of(Plan::new(kind), college).await, people)
}

async fn students(actor: &Actor, request: ListDivisionStudentsRequest) -> Vec<String> {
    let mut request = request;
    let mut ids = Vec::new();
    loop {
        let page = actor.divisions().list_division_students(request.clone()).await.answer();
        ids.extend(page.students.into_iter().map(|student| student.id));
        if page.next_page_token.is_empty() {
            return ids;
        }
        request.page_token = page.next_page_token;
    }
}

async fn lists_who_belongs_on_a_day(kind: Kind) {
    let (class, people) = class_in_time(kind).await;
    let [first, left, later, second, _] = people.each_ref().map(|person| person.id.to_string());
    let mut twins = [first, second];
    twins.sort();
    let [first, second] = twins;
    let on = |day: Option<NaiveDate>, page_size| ListDivisionStudentsRequest {
        id: class.college.division.id.to_string(),
        page_size,
        page_token: String::new(),
        day: day.map(|day| day.to_string()),
    };
    for page_size in [0, 1, 2] {
        let staff = class.other_teacher();
        let both = [first.clone(), second.clone()];
        assert_eq!(students(&staff, on(None, page_size)).await, both);
        assert_eq!(students(&staff, on(Some(today()), page_size)).await, both);
        let yesterday = Some(today() - Days::new(1));
        assert_eq!(students(&staff, on(yesterday, page_size)).await, [&first, &second, &left].map(String::clone));
        let next_week = Some(today() + Days::new(7));
        assert_eq!(students(&staff, on(next_week, page_size)).await, [&first, &second, &later].map(String::clone));
    }
    let path = format!("/api/v1/divisions/{}/students", class.college.division.id);
    let rest = class.admin().rest();
    let told = rest.get(&format!("{path}?page_size=1")).await.answer();
    let student = people.iter().find(|person| person.id.to_string() == first).expect("the first one");
    assert_eq!(
        told["students"],
        serde_json::json!([{
            "id": first,
            "email": student.email,
            "username": "Cedar",
            "from_date": (today() - Days::new(30)).to_string(),
            "to_date": "",
        }])
    );
    for day in ["2026-02-30", "2026-2-3", "today"] {
        let refusal = rest.get(&format!("{path}?day={day}")).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{day}");
        assert_eq!(refusal.violations[0].0, "day");
    }
    let nowhere = on(None, 0);
    let nowhere = ListDivisionStudentsRequest { id: Uuid::now_v7().to_string(), ..nowhere };
    let refusal = class.admin().divisions().list_division_students(nowhere).await.refused();
    assert_eq!(refusal.kind(), (Code::NotFound, "NOT_FOUND"));
    let empty = ListDivisionStudentsRequest { id: class.college.other_division.id.to_string(), ..on(None, 0) };
    let answer = class.admin().divisions().list_division_students(empty).await.answer();
    assert_eq!(answer, ListDivisionStudentsResponse::default());
}

async fn takes_no_foreign_page_token(kind: Kind) {
    let (class, _) = class_in_time(kind).await;
    let first =
        ListDivisionStudentsRequest { id: class.college.division.id.to_string(), page_size: 1, ..Default::default() };
    let token = class.admin().divisions().list_division_students(first.clone()).await.answer().next_page_token;
    let with = ListDivisionStudentsRequest { page_token: token, ..first };
    let another_day = ListDivisionStudentsRequest { day: Some("2026-01-01".to_owned()), ..with.clone() };
    for (actor, request) in [(class.teacher(), with), (class.admin(), another_day)] {
        let refusal = actor.divisions().list_division_students(request).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
    }
}
