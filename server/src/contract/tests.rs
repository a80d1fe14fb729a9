use rollcall_proto::v1::{
    CheckInRequest, CreateCalendarEntryRequest, CreateLocationRequest, CreateSessionRequest, ListSessionsRequest,
    Position, ValidatePointRequest,
};

use prost::Message as _;

use super::*;

fn contract() -> Contract {
    Contract::read(rollcall_proto::DESCRIPTORS).expect("the contract has no gaps")
}

fn violations(path: &str, message: &impl prost::Message) -> Vec<(String, String, String)> {
    let contract = contract();
    let method = contract.method(path).expect("the method is in the contract");
    contract
        .check(method, &message.encode_to_vec())
        .expect("the message is well-formed")
        .into_iter()
        .map(|(violation, reason)| (violation.field, violation.description, reason))
        .collect()
}

const CHECK_IN: &str = "/rollcall.v1.CheckInService/CheckIn";
const ID: &str = "0192f0c1-7a3b-7000-8000-000000000000";

#[test]
fn a_request_within_its_rules_passes() {
    let request = CheckInRequest {
        check_in_id: ID.to_owned(),
        position: Some(Position {
            latitude: Some(90.0),
            longitude: Some(-180.0),
            accuracy_meters: Some(0.0),
            mocked: true,
        }),
        ..Default::default()
    };
    assert_eq!(violations(CHECK_IN, &request), []);
}

#[test]
fn each_field_out_of_its_range_is_named_with_what_is_allowed() {
    let request = CheckInRequest {
        check_in_id: "7".to_owned(),
        session_id: Some(String::new()),
        qr_code: "x".repeat(257),
        position: Some(Position {
            latitude: Some(90.5),
            longitude: Some(f64::NAN),
            accuracy_meters: Some(-1.0),
            mocked: false,
        }),
        ..Default::default()
    };
    let uuid = "must be a UUID such as 0192f0c1-7a3b-7000-8000-000000000000";
    let expected = [
        ("position.latitude", "must be at least -90 and at most 90", "INVALID_POSITION"),
        ("position.longitude", "must be a finite number", "INVALID_POSITION"),
        ("position.accuracy_meters", "must be at least 0 and at most 100000", "INVALID_POSITION"),
        ("check_in_id", uuid, ""),
        ("session_id", uuid, ""),
        ("qr_code", "must have at most 256 characters", ""),
    ];
    let found = violations(CHECK_IN, &request);
    let found: Vec<_> = found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_missing_is_required() {
    let missing = |field: &str, reason: &str| (field.to_owned(), "is required".to_owned(), reason.to_owned());
    assert_eq!(violations(CHECK_IN, &CheckInRequest::default()), [missing("check_in_id", "")]);
    assert_eq!(
        violations("/rollcall.v1.GeofenceService/ValidatePoint", &ValidatePointRequest { lat: None, lon: Some(0.0) }),
        [missing("lat", "INVALID_POSITION")]
    );
    let create = violations("/rollcall.v1.SessionService/CreateSession", &CreateSessionRequest::default());
    let fields: Vec<_> = create.iter().map(|(field, ..)| field.as_str()).collect();
    assert_eq!(fields, ["location_id", "division_id", "subject", "planned_start", "planned_end"]);
}

#[test]
fn enumerations_pages_and_times_have_ranges() {
    let list = ListSessionsRequest { page_size: -1, state: 9, ..Default::default() };
    let found = violations("/rollcall.v1.SessionService/ListSessions", &list);
    assert_eq!(found[0].1, "must be at least 0");
    assert_eq!(found[1].1, "must be one of SCHEDULED, ACTIVE, COMPLETED, CANCELLED");

    let create = CreateSessionRequest {
        location_id: ID.to_owned(),
        division_id: ID.to_owned(),
        subject: "s".to_owned(),
        planned_start: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }),
        planned_end: Some(prost_types::Timestamp { seconds: 0, nanos: -1 }),
        ..Default::default()
    };
    let found = violations("/rollcall.v1.SessionService/CreateSession", &create);
    let fields: Vec<_> = found.iter().map(|(field, ..)| field.as_str()).collect();
    assert_eq!(fields, ["planned_start", "planned_end"]);
}

#[test]
fn bytes_that_are_no_message_are_malformed() {
    let contract = contract();
    let method = contract.method(CHECK_IN).expect("the method is in the contract");
    for bytes in [&[0xff][..], &[0x0a, 0x05, b'a'], &[0x0a, 0x01, 0xff], &[0x08, 0x01], &[0x2a, 0x02, 0x09, 0x00]] {
        assert!(contract.check(method, bytes).is_err(), "{bytes:?}");
    }
    // Fields that are not known are no fault: a newer client may send them.
    assert!(contract.check(method, &[0xf8, 0x07, 0x01]).is_ok());
}

#[test]
fn a_contract_with_gaps_is_refused_and_every_gap_is_named() {
    use prost::Message as _;
    // Through prost_types the custom options are lost: what is left is a contract that says nothing of who may call.
    let bare = prost_types::FileDescriptorSet::decode(rollcall_proto::DESCRIPTORS).expect("it is a descriptor set");
    let gaps = Contract::read(&bare.encode_to_vec()).err().expect("it is refused");
    for gap in [
        "rollcall.v1.CheckInService.CheckIn lacks the option (rollcall.v1.access)",
        "rollcall.v1.CheckInService.CheckIn lacks the option (rollcall.v1.max_request_bytes)",
        "rollcall.v1.CheckInService.CheckIn lacks the option (rollcall.v1.deadline)",
        "rollcall.v1.HealthService.Ready lacks the option (rollcall.v1.access)",
    ] {
        assert!(gaps.iter().any(|found| found == gap), "{gap}");
    }
}

#[test]
fn documentation_learns_who_may_call() {
    use rollcall_proto::v1::access::{
        Caller::{Admin, Anyone, Student, Teacher},
        Scope,
    };
    let contract = contract();
    for (name, callers, scope, note) in [
        ("AuthService.Login", vec![Anyone], None, ""),
        ("CheckInService.CheckIn", vec![Student], None, ""),
        ("LiveService.WatchAttendance", vec![Teacher, Admin], Some(Scope::AttendanceRead), "the session's teacher"),
    ] {
        let (service, method) = name.split_once('.').expect("a service and a method");
        let service = contract.descriptors().get_service_by_name(&format!("rollcall.v1.{service}"));
        let method = service.and_then(|service| service.methods().find(|found| found.name() == method));
        assert_eq!(
            access(&method.expect("the method is in the contract")),
            (callers, scope, note.to_owned()),
            "{name}"
        );
    }
}

#[test]
fn packed_numbers_are_checked_one_by_one() {
    let path = "/rollcall.v1.CalendarService/CreateCalendarEntry";
    let with = |days_of_week: Vec<i32>| CreateCalendarEntryRequest {
        kind: 1,
        name: "Break".to_owned(),
        from_date: "2026-12-21".to_owned(),
        days_of_week,
        ..Default::default()
    };
    let range = "must be at least 1 and at most 7";
    let table: [(&[i32], &[(&str, &str)]); 4] = [
        (&[], &[]),
        (&[1, 7], &[]),
        (&[1, 0, 300], &[("days_of_week[1]", range), ("days_of_week[2]", range)]),
        (&[1; 8], &[("days_of_week", "must have at most 7 items")]),
    ];
    for (days, expected) in table {
        let found = violations(path, &with(days.to_vec()));
        let found: Vec<_> = found.iter().map(|(field, what, _)| (field.as_str(), what.as_str())).collect();
        assert_eq!(found, expected, "{days:?}");
    }
    // The length says that another byte follows, which none does.
    let contract = contract();
    let method = contract.method(path).expect("the method is in the contract");
    assert!(contract.check(method, &[0x2a, 0x01, 0x80]).is_err());
}

#[test]
fn a_message_in_parts_is_checked_as_one() {
    let part = |position: Position| CheckInRequest { position: Some(position), ..Default::default() }.encode_to_vec();
    let id = CheckInRequest { check_in_id: ID.to_owned(), ..Default::default() }.encode_to_vec();
    let north = part(Position { latitude: Some(1.0), ..Default::default() });
    let east = part(Position { longitude: Some(181.0), ..Default::default() });
    let contract = contract();
    let method = contract.method(CHECK_IN).expect("the method is in the contract");
    let fields = |message: &[&[u8]]| {
        let found = contract.check(method, &message.concat()).expect("it is well-formed");
        found.into_iter().map(|(violation, _)| violation.field).collect::<Vec<_>>()
    };
    assert_eq!(fields(&[&id, &north, &east]), ["position.longitude"]);
    assert_eq!(fields(&[&id, &north]), ["position.longitude"], "it is required");
}

#[test]
fn what_comes_in_a_file_is_held_against_the_rules_of_a_call() {
    let room = CreateLocationRequest {
        name: "  Room \u{a0} 1 ".to_owned(),
        latitude: Some(91.0),
        longitude: Some(1.0),
        ..Default::default()
    };
    let contract = contract();
    let (held, found) =
        contract.hold("/rollcall.v1.GeofenceService/CreateLocation", &room).expect("there is such an RPC");
    assert_eq!(held.name, "Room 1");
    assert_eq!(found.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>(), ["latitude"]);
    let problem =
        contract.hold("/rollcall.v1.GeofenceService/MakeLocation", &room).expect_err("nothing to hold it against");
    assert_eq!(problem.reason, crate::problem::ErrorReason::Internal);
}
