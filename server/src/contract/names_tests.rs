//! What happens to names on their way in.

use prost::Message as _;
use rollcall_proto::v1::{
    CreateDivisionRequest, Division, GetDivisionRequest, ListUsersRequest, UpdateDivisionRequest, UpdateUserRequest,
    User,
};

use super::*;
use crate::name;

fn contract() -> Contract {
    Contract::read(rollcall_proto::DESCRIPTORS).expect("the contract has no gaps")
}

fn after<M: prost::Message + Default>(path: &str, message: &M) -> Option<M> {
    let contract = contract();
    let method = contract.method(path).expect("the method is in the contract");
    let written = contract.normalise(method, &message.encode_to_vec())?;
    Some(M::decode(&*written).expect("a message"))
}

const CREATE_DIVISION: &str = "/rollcall.v1.DivisionService/CreateDivision";
const UPDATE_DIVISION: &str = "/rollcall.v1.DivisionService/UpdateDivision";

#[test]
fn a_name_is_brought_into_its_form_and_the_rest_is_left_alone() {
    let request = |name: &str| CreateDivisionRequest { name: name.to_owned(), description: "  as  it is ".to_owned() };
    assert_eq!(after(CREATE_DIVISION, &request("  Oak \u{a0} No\u{308}rd ")), Some(request("Oak N\u{f6}rd")));
    assert_eq!(after(CREATE_DIVISION, &request(" \t ")), Some(request("")));
    assert_eq!(after(CREATE_DIVISION, &request("Oak")), None);
    let query = |query: &str| ListUsersRequest { query: query.to_owned(), page_size: 7, ..Default::default() };
    assert_eq!(after("/rollcall.v1.UserService/ListUsers", &query(" o\u{308}ak")), Some(query("\u{f6}ak")));
    let none = after("/rollcall.v1.DivisionService/GetDivision", &GetDivisionRequest { id: "  7 ".to_owned() });
    assert_eq!(none, None);
}

#[test]
fn a_name_within_a_message_is_one_too() {
    let request = |name: &str, id: &str| UpdateDivisionRequest {
        division: Some(Division { id: id.to_owned(), name: name.to_owned(), description: " d ".repeat(100) }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["name".to_owned()] }),
    };
    assert_eq!(after(UPDATE_DIVISION, &request("Oak  North", " id")), Some(request("Oak North", " id")));
    assert_eq!(after(UPDATE_DIVISION, &request("Oak North", " id")), None);
    let user = |username: &str| UpdateUserRequest {
        user: Some(User { username: username.to_owned(), email: " a@b ".to_owned(), ..Default::default() }),
        update_mask: None,
    };
    assert_eq!(after("/rollcall.v1.UserService/UpdateUser", &user(" Oak ")), Some(user("Oak")));
}

#[test]
fn what_is_no_message_stays_as_it_is() {
    let contract = contract();
    let method = contract.method(UPDATE_DIVISION).expect("the method is in the contract");
    let whole = UpdateDivisionRequest {
        division: Some(Division { name: "  Oak ".to_owned(), ..Default::default() }),
        update_mask: None,
    }
    .encode_to_vec();
    for end in 1..whole.len() {
        assert_eq!(contract.normalise(method, &whole[..end]), None, "the first {end} bytes");
    }
    assert_eq!(contract.normalise(method, &[0x0a, 0x02, 0x12, 0xff]), None);
    // A field that is unknown stays where it was, before a name and after it.
    let unknown = [0xfa, 0x3e, 0x01, b'x'];
    let written = contract.normalise(method, &[&unknown[..], &whole, &unknown].concat()).expect("another form");
    assert!(written.starts_with(&unknown) && written.ends_with(&unknown));
    let read = UpdateDivisionRequest::decode(&*written).expect("a message");
    assert_eq!(read.division.map(|division| division.name).as_deref(), Some("Oak"));
}

#[test]
fn a_name_that_deceives_the_eye_is_refused_and_a_blank_one_is_none() {
    let contract = contract();
    let method = contract.method(CREATE_DIVISION).expect("the method is in the contract");
    for (text, fault) in [
        ("Oak\u{200b}", Some(name::FAULT)),
        ("\u{202e}kaO", Some(name::FAULT)),
        (" \u{3000} ", Some("is required")),
        (&"x".repeat(201), Some("must have at most 200 characters")),
        (&format!("  {}  ", "x".repeat(200)), None),
        ("Oak", None),
    ] {
        let request = CreateDivisionRequest { name: text.to_owned(), description: String::new() }.encode_to_vec();
        let request = contract.normalise(method, &request).unwrap_or(request);
        let found = contract.check(method, &request).expect("a message");
        let found = found.first().map(|(violation, _)| violation.description.as_str());
        assert_eq!(found, fault, "{text:?}");
    }
}
