//! Who calls.

use chrono::TimeDelta;
use rollcall_tests::{actor::Actor, password::PASSWORD, token, world::SECRET};
use serde_json::json;
use uuid::Uuid;

use super::{super::rows::Row, Scene};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Nobody,
    Student,
    OtherStudent,
    Teacher,
    OtherTeacher,
    Admin,
    ForeignAdmin,
    Disabled,
    Expired,
    Revoked,
    /// An API key with every scope, another college's, and one with every scope but the one that is asked for.
    Key,
    ForeignKey,
    NarrowKey,
}

impl Who {
    pub const ALL: [Self; 13] = [
        Self::Nobody,
        Self::Student,
        Self::OtherStudent,
        Self::Teacher,
        Self::OtherTeacher,
        Self::Admin,
        Self::ForeignAdmin,
        Self::Disabled,
        Self::Expired,
        Self::Revoked,
        Self::Key,
        Self::ForeignKey,
        Self::NarrowKey,
    ];

    /// Whether the caller is of the other college.
    pub const fn is_foreign(self) -> bool {
        matches!(self, Self::ForeignAdmin | Self::ForeignKey)
    }
}

impl Scene {
    /// The caller. Those who have lost the right to call would have it otherwise.
    pub async fn caller(&self, who: Who, row: &Row) -> Actor {
        let world = &self.world;
        let staff = !row.callers.contains(&"STUDENT");
        let person = if staff { &self.college.teacher } else { &self.college.students[0] };
        match who {
            Who::Nobody => world.nobody(),
            Who::Student => world.actor(&self.college.students[0]),
            Who::OtherStudent => world.actor(&self.other_student),
            Who::Teacher => world.actor(&self.college.teacher),
            Who::OtherTeacher => world.actor(&self.college.other_teacher),
            Who::Admin => world.actor(&self.college.admin),
            Who::ForeignAdmin => world.actor(&self.foreign.admin),
            Who::Disabled => world.actor(&self.disabled[usize::from(staff)]),
            Who::Expired => {
                let long_ago = world.clock().now() - TimeDelta::hours(1);
                world.actor(person).with_token(token::mint(SECRET, person, long_ago))
            }
            Who::Key => world.nobody().with_token(&self.keys[0]),
            Who::ForeignKey => world.nobody().with_token(&self.keys[1]),
            Who::NarrowKey => world.nobody().with_token(&self.narrow_keys[row.scope.unwrap_or(SCOPES[0])]),
            Who::Revoked => world.actor(person).with_token(&self.revoked[usize::from(staff)]),
        }
    }
}

/// Every scope.
pub(super) const SCOPES: [&str; 7] = [
    "PEOPLE_READ",
    "PEOPLE_WRITE",
    "ORGANISATION_READ",
    "ORGANISATION_WRITE",
    "ATTENDANCE_READ",
    "WORKFORCE_READ",
    "WORKFORCE_WRITE",
];

pub(super) async fn make_key(admin: &Actor, scopes: &[&str]) -> String {
    let request = json!({"name": Uuid::now_v7(), "scopes": scopes, "current_password": PASSWORD});
    let made = admin.rest().post("/api/v1/api-keys", &request).await.answer();
    made["key"].as_str().expect("the key").to_owned()
}
