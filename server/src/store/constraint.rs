//! Which constraint a statement broke. Constraints decide, not a look before the write; slices turn what is told here into
//! reasons of their own.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Every unique constraint that a caller's input can break: its name, as PostgreSQL tells it, and its columns, as SQLite
/// does. The names are the migrations'.
const UNIQUE: &[(&str, &str)] = &[
    ("uq_colleges_short_name", "colleges.short_name"),
    ("uq_divisions_name", "divisions.college_id, divisions.name"),
    ("uq_users_email", "users.college_id, users.email"),
    ("uq_locations_name", "locations.college_id, locations.name"),
    ("uq_employees_external", "employees.college_id, employees.external_id"),
    ("uq_api_keys_name", "api_keys.college_id, api_keys.name"),
    ("uq_devices_key", "devices.college_id, devices.public_key"),
    ("uq_access_points_bssid", "access_points.college_id, access_points.bssid"),
    ("uq_policies_scope", "policies.college_id, policies.scope, policies.scope_id, policies.is_shadow"),
    (
        "uq_attendance_records_check_in",
        "attendance_records.college_id, attendance_records.student_id, attendance_records.check_in_id",
    ),
    ("uq_excuses_standing", "excuses.college_id, excuses.session_id, excuses.student_id"),
];

/// The name of the unique constraint that was broken.
pub fn broken_unique(error: &DbErr) -> Option<&'static str> {
    let told = told(error)?;
    let columns = told.strip_prefix("UNIQUE constraint failed: ");
    UNIQUE.iter().find(|(name, of_sqlite)| told == *name || columns == Some(of_sqlite)).map(|(name, _)| *name)
}

/// Whether a row pointed to something that is not there, or something that is pointed to was to go.
pub fn is_foreign_key(error: &DbErr) -> bool {
    told(error).is_some_and(|told| told.starts_with("fk_") || told.contains("FOREIGN KEY"))
}

/// The broken constraint's name (PostgreSQL), or what SQLite says instead.
fn told(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return None;
    };
    let sqlx::Error::Database(error) = error.as_ref() else { return None };
    match error.constraint() {
        Some(name) => Some(name.to_owned()),
        None => error.message().contains("constraint failed").then(|| error.message().to_owned()),
    }
}
