//! Making, finding and changing employees.

use rollcall_proto::v1::{
    CreateEmployeeRequest, Employee, GetEmployeeRequest, ListEmployeesRequest, UpdateEmployeeRequest,
};
use rollcall_tests::{
    Answer as _, Class, Kind, actor::Actor, college::College, in_every_world, on_both_stores, world::Plan,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{change, employ, workforce};

in_every_world!(are_made_found_and_changed);
on_both_stores!(
    have_an_external_id_to_themselves,
    come_in_pages_and_as_they_are_asked_for,
    are_refused_by_field,
    are_their_colleges,
);

fn receptionist(class: &Class) -> CreateEmployeeRequest {
    CreateEmployeeRequest {
        name: "Receptionist".to_owned(),
        department: "Front  desk ".to_owned(),
        external_id: "E-1042".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        location_id: Some(class.college.location.id.to_string()),
    }
}

async fn list(admin: &Actor, mut request: ListEmployeesRequest) -> Vec<Employee> {
    let mut found = Vec::new();
    loop {
        let page = workforce(admin).list_employees(request.clone()).await.answer();
        found.extend(page.employees);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

async fn get(admin: &Actor, id: &str) -> Employee {
    workforce(admin).get_employee(GetEmployeeRequest { id: id.to_owned() }).await.answer()
}

async fn are_made_found_and_changed(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let made = workforce(&admin).create_employee(receptionist(&class)).await.answer();
    let expected = Employee {
        id: made.id.clone(),
        name: "Receptionist".to_owned(),
        department: "Front desk".to_owned(),
        external_id: "E-1042".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        location_id: Some(class.college.location.id.to_string()),
        is_active: true,
    };
    assert_eq!(Uuid::parse_str(&made.id).expect("an id").get_version_num(), 7);
    assert_eq!(made, expected);
    assert_eq!(get(&admin, &made.id).await, expected);
    assert_eq!(list(&admin, ListEmployeesRequest::default()).await, std::slice::from_ref(&expected));

    // What is sent is changed, and nothing else.
    let renamed = Employee { name: "Porter".to_owned(), department: "Gate".to_owned(), ..expected.clone() };
    let expected = Employee { name: "Porter".to_owned(), ..expected };
    let changed = workforce(&admin).update_employee(change(renamed, &["name"])).await.answer();
    assert_eq!(changed, expected);
    let emptied = Employee {
        department: String::new(),
        external_id: String::new(),
        time_zone: String::new(),
        location_id: None,
        is_active: false,
        ..expected
    };
    let all = UpdateEmployeeRequest { employee: Some(emptied.clone()), update_mask: None };
    assert_eq!(workforce(&admin).update_employee(all).await.answer(), emptied);
    let expected = emptied;
    assert_eq!(get(&admin, &made.id).await, expected);
}

async fn have_an_external_id_to_themselves(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    workforce(&admin).create_employee(receptionist(&class)).await.answer();
    let again = workforce(&admin).create_employee(receptionist(&class)).await.refused();
    let other = employ(&admin, "Porter").await;
    employ(&admin, "Porter").await;
    let taken = Employee { external_id: "E-1042".to_owned(), ..other };
    let changed = workforce(&admin).update_employee(change(taken, &["external_id"])).await.refused();
    for refusal in [again, changed] {
        assert_eq!(refusal.kind(), (Code::AlreadyExists, "ALREADY_EXISTS"));
        assert_eq!((refusal.told("resource"), refusal.told("field")), ("employee", "external_id"));
    }
}

async fn come_in_pages_and_as_they_are_asked_for(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let admin = class.admin();
    let mut made = Vec::new();
    for number in 0..7 {
        let request = CreateEmployeeRequest {
            name: format!("Guard {}", 7 - number),
            department: if number % 2 == 0 { "Gate" } else { "Yard" }.to_owned(),
            external_id: format!("G-{number}"),
            ..CreateEmployeeRequest::default()
        };
        made.push(workforce(&admin).create_employee(request).await.answer());
    }
    let stopped = Employee { is_active: false, ..made[2].clone() };
    made[2] = workforce(&admin).update_employee(change(stopped, &["is_active"])).await.answer();
    for page_size in [0, 1, 3, 7, 1000] {
        let request = ListEmployeesRequest { page_size, ..ListEmployeesRequest::default() };
        assert_eq!(list(&admin, request).await, made, "pages of {page_size}");
    }
    let gate =
        ListEmployeesRequest { page_size: 1, department: Some("Gate".to_owned()), ..ListEmployeesRequest::default() };
    let there: Vec<_> = made.iter().filter(|one| one.department == "Gate").cloned().collect();
    assert_eq!(list(&admin, gate.clone()).await, there);
    let active = ListEmployeesRequest { is_active: Some(true), ..gate.clone() };
    assert_eq!(list(&admin, active).await, [there[0].clone(), there[2].clone(), there[3].clone()]);
    let stopped = ListEmployeesRequest { is_active: Some(false), ..ListEmployeesRequest::default() };
    assert_eq!(list(&admin, stopped).await, [made[2].clone()]);
    let called = ListEmployeesRequest { external_id: Some("G-5".to_owned()), ..ListEmployeesRequest::default() };
    assert_eq!(list(&admin, called).await, [made[5].clone()]);
    let nobody = ListEmployeesRequest { external_id: Some("G-%".to_owned()), ..ListEmployeesRequest::default() };
    assert_eq!(list(&admin, nobody).await, []);

    // A token is of one list.
    let token = workforce(&admin).list_employees(gate).await.answer().next_page_token;
    let other = ListEmployeesRequest { page_size: 1, page_token: token, ..ListEmployeesRequest::default() };
    let refusal = workforce(&admin).list_employees(other).await.refused();
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
}

async fn are_refused_by_field(kind: Kind) {
    let class = Class::open(kind, 0).await;
    let rest = class.admin().rest();
    let path = "/api/v1/workforce/employees";
    let good = json!({"name": "Receptionist"});
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(" \t")),
        ("name", json!("x".repeat(201))),
        ("department", json!("x".repeat(201))),
        ("external_id", json!("x".repeat(129))),
        ("time_zone", json!("Mars/Olympus")),
        ("time_zone", json!("+05:30")),
        ("time_zone", json!("Kolkata")),
        ("location_id", json!("Room 101")),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let refusal = rest.post(path, &body).await.refused();
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_FIELD"), "{body}");
        assert_eq!(refusal.violations.iter().map(|(field, _)| &**field).collect::<Vec<_>>(), [field], "{body}");
    }
    let nowhere = json!({"name": "Receptionist", "location_id": Uuid::now_v7()});
    let refusal = rest.post(path, &nowhere).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "location"));
    assert_eq!(list(&class.admin(), ListEmployeesRequest::default()).await, []);
}

async fn are_their_colleges(kind: Kind) {
    let (college, other) = (College::new("riverside", 0), College::new("hillside", 0));
    let class = Class { world: Plan::new(kind).start(&[&college, &other]).await, college };
    let (admin, stranger) = (class.admin(), class.world.actor(&other.admin));
    let request = CreateEmployeeRequest { location_id: None, ..receptionist(&class) };
    let made = workforce(&admin).create_employee(request.clone()).await.answer();
    assert_eq!(list(&stranger, ListEmployeesRequest::default()).await, []);
    let look = GetEmployeeRequest { id: made.id.clone() };
    let renamed = change(Employee { name: "Porter".to_owned(), ..made.clone() }, &["name"]);
    for refusal in [
        workforce(&stranger).get_employee(look).await.refused(),
        workforce(&stranger).update_employee(renamed).await.refused(),
    ] {
        assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "employee"));
    }
    // The same external id is somebody else's there, and our places are not.
    workforce(&stranger).create_employee(request).await.answer();
    let elsewhere = CreateEmployeeRequest { external_id: "E-1043".to_owned(), ..receptionist(&class) };
    let refusal = workforce(&stranger).create_employee(elsewhere).await.refused();
    assert_eq!((refusal.kind(), refusal.told("resource")), ((Code::NotFound, "NOT_FOUND"), "location"));
    assert_eq!(get(&admin, &made.id).await, made);
}
