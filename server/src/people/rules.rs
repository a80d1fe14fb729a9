//! What is decided about people, from values alone.

use chrono::{DateTime, Utc};
use rollcall_proto::v1::User;
use serde_json::{Value, json};

use crate::{
    contract::email_fault,
    entity::user::{Model, NO_PASSWORD, Role},
    identity::role_from_proto,
    mask::Mask,
    principal::Principal,
    problem::{ErrorReason, Problem, Violation},
};

/// Whether the fields that are to change can take what is given for them.
pub fn check_update(wanted: &User, mask: &Mask) -> Result<(), Problem> {
    let mut violations = Vec::new();
    let mut fault = |field: &str, description: &str| violations.push(violation(field, description));
    if mask.has("username") && wanted.username.is_empty() {
        fault("username", "is required");
    }
    if let Some(found) = email_fault(&wanted.email).filter(|_| mask.has("email")) {
        fault("email", found);
    }
    if mask.has("role") && role_from_proto(wanted.role()).is_none() {
        fault("role", "is required");
    }
    if mask.has("is_active") && wanted.is_active.is_none() {
        fault("is_active", "is required");
    }
    invalid(violations)
}

/// Whoever replaces a person may send back what they cannot write, as long as it is what is there: what differs is refused,
/// so that nobody believes to have changed it.
pub fn check_rest(wanted: &User, current: &User) -> Result<(), Problem> {
    let differs = |wanted: &str, current: &str| !wanted.is_empty() && !wanted.eq_ignore_ascii_case(current);
    let mut violations = Vec::new();
    for (field, differs) in [
        ("division_id", differs(&wanted.division_id, &current.division_id)),
        ("college_id", differs(&wanted.college_id, &current.college_id)),
        ("created_at", wanted.created_at.is_some() && wanted.created_at != current.created_at),
    ] {
        if differs {
            violations.push(violation(field, "cannot be changed here"));
        }
    }
    invalid(violations)
}

pub fn administers(person: &Model) -> bool {
    person.role == Role::Admin && person.is_active
}

/// Whether somebody who administers the college would do so no more.
pub fn gives_up_administration(before: &Model, after: &Model) -> bool {
    administers(before) && !administers(after)
}

/// Whether a token that was given out before says what is not so any more.
pub fn changes_rights(before: &Model, after: &Model) -> bool {
    before.role != after.role || before.is_active != after.is_active
}

/// Whether a caller may make somebody what they become, or change what they are. An API key that could make teachers or
/// administrators would invite itself and be one.
pub fn check_reach(principal: &Principal, roles: &[Role]) -> Result<(), Problem> {
    match roles.iter().all(|role| *role == Role::Student) {
        true => Ok(()),
        false => check_signed_in(principal, "An API key makes and changes students only."),
    }
}

/// Whether a caller may give somebody a password: an API key could sign in with it.
pub fn check_password(principal: &Principal, password: Option<&str>) -> Result<(), Problem> {
    match password {
        Some(_) => {
            check_signed_in(principal, "An API key gives nobody a password: leave it out, and invite the person.")
        }
        None => Ok(()),
    }
}

/// Whether a caller may give somebody another address: whoever has that has the account, by way of another password.
pub fn check_address(principal: &Principal, before: &Model, after: &Model) -> Result<(), Problem> {
    match before.email == after.email || !before.has_password() {
        true => Ok(()),
        false => {
            let refusal = "An API key cannot change the e-mail address of somebody who has a password.";
            check_signed_in(principal, refusal)
        }
    }
}

/// Whether a caller may invite somebody.
pub fn check_invited(principal: &Principal, person: &Model) -> Result<(), Problem> {
    check_reach(principal, &[person.role])?;
    if person.has_password() {
        return Err(Problem::new(ErrorReason::AlreadyRegistered, "This person has a password already."));
    }
    if !person.is_active {
        return Err(Problem::invalid_field("id", "is somebody who is not active; activate them first"));
    }
    Ok(())
}

fn check_signed_in(principal: &Principal, refusal: &str) -> Result<(), Problem> {
    match principal.token() {
        Some(_) => Ok(()),
        None => {
            let refusal = format!("{refusal} Sign in as an administrator.");
            Err(Problem::new(ErrorReason::RoleNotAllowed, refusal).with("allowed", "admin"))
        }
    }
}

/// What is left of a person whose records stay.
pub fn pseudonym(person: &Model, now: DateTime<Utc>) -> Model {
    let name = format!("deleted-{}", person.id);
    Model {
        email: name.clone(),
        username: name,
        password_hash: NO_PASSWORD.to_owned(),
        is_active: false,
        updated_at: now,
        deleted_at: Some(now),
        ..person.clone()
    }
}

/// What the audit keeps of a change: names of fields, and values only where they say what somebody may do.
pub fn difference(before: &Model, after: &Model) -> Value {
    let mut told = serde_json::Map::new();
    let mut fields = Vec::new();
    for (field, differs) in [
        ("username", before.username != after.username),
        ("email", before.email != after.email),
        ("role", before.role != after.role),
        ("is_active", before.is_active != after.is_active),
    ] {
        if differs {
            fields.push(field);
        }
    }
    told.insert("fields".to_owned(), json!(fields));
    if before.role != after.role {
        told.insert("role".to_owned(), json!({"from": role_name(before.role), "to": role_name(after.role)}));
    }
    if before.is_active != after.is_active {
        told.insert("is_active".to_owned(), json!(after.is_active));
    }
    Value::Object(told)
}

pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Student => "STUDENT",
        Role::Teacher => "TEACHER",
        Role::Admin => "ADMIN",
    }
}

pub fn last_admin() -> Problem {
    Problem::new(ErrorReason::LastAdmin, "The college would have no active administrator left. Make another one first.")
}

fn violation(field: &str, description: &str) -> Violation {
    Violation { field: format!("user.{field}"), description: description.to_owned() }
}

fn invalid(violations: Vec<Violation>) -> Result<(), Problem> {
    if violations.is_empty() { Ok(()) } else { Err(Problem::invalid(ErrorReason::InvalidField, violations)) }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1::user;
    use uuid::Uuid;

    use super::*;

    fn person(role: Role, is_active: bool) -> Model {
        Model {
            college_id: Uuid::from_u128(1),
            id: Uuid::from_u128(2),
            email: "maple@example.edu".to_owned(),
            username: "Maple".to_owned(),
            password_hash: "hash".to_owned(),
            role,
            is_active,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            deleted_at: None,
        }
    }

    fn fields(result: Result<(), Problem>) -> Vec<String> {
        let problem = result.err();
        problem.map(|problem| problem.violations).unwrap_or_default().into_iter().map(|one| one.field).collect()
    }

    #[test]
    fn an_administrator_is_given_up_by_role_and_by_rest() {
        use Role::{Admin, Student, Teacher};
        let table = [
            ((Admin, true), (Admin, true), false, false),
            ((Admin, true), (Teacher, true), true, true),
            ((Admin, true), (Admin, false), true, true),
            ((Admin, false), (Admin, true), false, true),
            ((Admin, false), (Student, false), false, true),
            ((Teacher, true), (Admin, true), false, true),
            ((Student, true), (Student, false), false, true),
            ((Student, true), (Student, true), false, false),
        ];
        for (before, after, gives_up, rights) in table {
            let (before, after) = (person(before.0, before.1), person(after.0, after.1));
            assert_eq!(gives_up_administration(&before, &after), gives_up, "{before:?} {after:?}");
            assert_eq!(changes_rights(&before, &after), rights, "{before:?} {after:?}");
        }
    }

    #[test]
    fn what_replaces_a_person_is_a_whole_one() {
        let all = ["username", "email", "role", "is_active"];
        let whole = User {
            username: "Maple".to_owned(),
            email: "maple@example.edu".to_owned(),
            role: user::Role::Teacher.into(),
            is_active: Some(false),
            ..Default::default()
        };
        let table: [(User, &[&'static str], &[&str]); 5] = [
            (whole.clone(), &all, &[]),
            (User::default(), &all, &["user.username", "user.email", "user.role", "user.is_active"]),
            (User::default(), &["username"], &["user.username"]),
            (User { email: "maple".to_owned(), ..whole.clone() }, &["email"], &["user.email"]),
            (User { email: "maple".to_owned(), ..whole }, &["role"], &[]),
        ];
        for (wanted, writable, expected) in table {
            let mask = Mask::read(None, writable).expect("a mask");
            assert_eq!(fields(check_update(&wanted, &mask)), expected, "{wanted:?} {writable:?}");
        }
    }

    #[test]
    fn what_cannot_be_written_may_be_sent_back_as_it_is() {
        let current = User {
            division_id: "0192f0c1-7a3b-7000-8000-00000000000a".to_owned(),
            college_id: "0192f0c1-7a3b-7000-8000-00000000000b".to_owned(),
            created_at: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            ..Default::default()
        };
        let other = Some(prost_types::Timestamp { seconds: 2, nanos: 0 });
        let table: [(User, &[&str]); 6] = [
            (User::default(), &[]),
            (current.clone(), &[]),
            (User { college_id: current.college_id.to_uppercase(), ..current.clone() }, &[]),
            (User { division_id: current.college_id.clone(), ..current.clone() }, &["user.division_id"]),
            (User { college_id: current.division_id.clone(), ..Default::default() }, &["user.college_id"]),
            (User { created_at: other, ..current.clone() }, &["user.created_at"]),
        ];
        for (wanted, expected) in table {
            assert_eq!(fields(check_rest(&wanted, &current)), expected, "{wanted:?}");
        }
    }

    #[test]
    fn nothing_of_a_person_is_left_but_what_they_were() {
        let gone = pseudonym(&person(Role::Student, true), DateTime::UNIX_EPOCH);
        let told = format!("{gone:?}").to_lowercase();
        assert!(!told.contains("maple") && !told.contains("\"hash\""), "{told}");
        assert_eq!((gone.role, gone.is_active, gone.id), (Role::Student, false, Uuid::from_u128(2)));
    }

    #[test]
    fn the_audit_keeps_no_names() {
        let before = person(Role::Admin, true);
        let after =
            Model { username: "Cedar".to_owned(), email: "a@b.example".to_owned(), ..person(Role::Teacher, true) };
        let expected = json!({"fields": ["username", "email", "role"], "role": {"from": "ADMIN", "to": "TEACHER"}});
        assert_eq!(difference(&before, &after), expected);
    }
}
