//! One file a table: what a row holds, and finders that demand a college. The entity itself stays private to its file, so
//! that a query without a college cannot be written by mistake; the few tables that are searched across colleges say so.

pub mod access_point;
pub mod access_point_fingerprint;
pub mod account_token;
pub mod api_key;
pub mod attendance_record;
pub mod attendance_review;
pub mod audit_row;
pub mod calendar_entry;
pub mod check_in_attempt;
pub mod check_in_scan;
pub mod college;
pub mod daily_record;
pub mod device;
pub mod distance_band;
pub mod division;
pub mod employee;
pub mod enrolment;
pub mod evidence;
pub mod excuse;
pub mod face_consent;
pub mod face_key;
pub mod face_picture;
pub mod face_template;
pub mod feedback_answer;
pub mod guardian;
pub mod job;
pub mod location;
pub mod location_ids;
pub mod notification;
pub mod notification_inbox;
pub mod notification_preference;
pub mod one_time_password;
pub mod one_time_password_tries;
pub mod policy;
pub mod policy_version;
pub mod punch;
pub mod record_change;
pub mod refresh_token_family;
pub mod schedule_feed;
pub mod session;
pub mod session_device;
pub mod session_feedback;
pub mod session_location;
pub mod session_participant;
pub mod signals;
pub mod signing_key;
pub mod timetable;
pub mod timetable_location;
pub mod token_revocation;
pub mod unconfirmed_mail;
pub mod unsettled_work;
pub mod user;
pub mod webhook;
pub mod webhook_delivery;
pub mod work_day;

/// The finders of a table whose rows belong to colleges, and its insertion.
macro_rules! of_a_college {
    () => {
        pub use row::{ActiveModel, Column, Model};

        /// A search that has its college.
        #[allow(dead_code, reason = "not every table is read, changed and filled in the same way")]
        pub type Find = sea_orm::Select<row::Entity>;

        /// Rows of one college.
        #[allow(dead_code, reason = "not every table is read, changed and filled in the same way")]
        pub fn in_college(college_id: uuid::Uuid) -> Find {
            use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
            row::Entity::find().filter(Column::CollegeId.eq(college_id))
        }

        /// A change of rows of one college.
        #[allow(dead_code, reason = "not every table is read, changed and filled in the same way")]
        pub fn update_in_college(college_id: uuid::Uuid) -> sea_orm::UpdateMany<row::Entity> {
            use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
            row::Entity::update_many().filter(Column::CollegeId.eq(college_id))
        }

        /// A removal of rows of one college.
        #[allow(dead_code, reason = "not every table is read, changed and filled in the same way")]
        pub fn delete_in_college(college_id: uuid::Uuid) -> sea_orm::DeleteMany<row::Entity> {
            use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
            row::Entity::delete_many().filter(Column::CollegeId.eq(college_id))
        }

        /// New rows; each names its own college.
        #[allow(dead_code, reason = "not every table is read, changed and filled in the same way")]
        pub fn insert(rows: impl IntoIterator<Item = ActiveModel>) -> sea_orm::InsertMany<ActiveModel> {
            use sea_orm::EntityTrait as _;
            row::Entity::insert_many(rows)
        }
    };
}
use of_a_college;
