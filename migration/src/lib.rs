//! Rollcall's schema: one file a step, each up and down, the same statements for SQLite and PostgreSQL wherever the two
//! agree. This crate names its own tables and columns and never reads the server's entities: a step that has run must not
//! change when they do.
//!
//! Every key is (college_id, id), so that no row can point into another college.

mod dialect;
mod m20261120_000001_organisation;
mod m20261120_000002_attendance;
mod m20261120_000003_trust;
mod m20261120_000004_access_points;
mod m20261120_000005_people;
mod m20261120_000006_timetables;
mod m20261120_000007_calendar;
mod m20261120_000008_polygons;
mod m20261120_000009_mail;
mod m20261120_000010_signing_keys;
mod m20261120_000011_college_settings;
mod m20261120_000012_api_keys;
mod m20261120_000013_mail_lanes;
mod m20261120_000014_sign_in_networks;
mod m20261120_000015_planning;
mod m20261120_000016_record_changes;
mod m20261120_000017_excuses;
mod m20261120_000018_feedback;
mod m20261120_000019_tallies;
mod m20261120_000020_makeup;
mod m20261120_000021_notifications;
mod m20261120_000022_policies;
mod m20261120_000023_one_time_passwords;
mod m20261120_000024_access_point_learning;
mod m20261120_000025_devices;
mod m20261120_000026_faces;
mod m20261120_000027_reviews;
mod m20261120_000028_more_places;
mod m20261120_000030_offline;
mod m20261120_000031_retention;
mod m20261120_000032_sent_passwords;
mod m20261121_000033_workforce;

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

/// Every step, in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_organisation::Step),
            Box::new(m20261120_000002_attendance::Step),
            Box::new(m20261120_000003_trust::Step),
            Box::new(m20261120_000004_access_points::Step),
            Box::new(m20261120_000005_people::Step),
            Box::new(m20261120_000006_timetables::Step),
            Box::new(m20261120_000007_calendar::Step),
            Box::new(m20261120_000008_polygons::Step),
            Box::new(m20261120_000009_mail::Step),
            Box::new(m20261120_000010_signing_keys::Step),
            Box::new(m20261120_000011_college_settings::Step),
            Box::new(m20261120_000012_api_keys::Step),
            Box::new(m20261120_000013_mail_lanes::Step),
            Box::new(m20261120_000014_sign_in_networks::Step),
            Box::new(m20261120_000015_planning::Step),
            Box::new(m20261120_000016_record_changes::Step),
            Box::new(m20261120_000017_excuses::Step),
            Box::new(m20261120_000018_feedback::Step),
            Box::new(m20261120_000019_tallies::Step),
            Box::new(m20261120_000020_makeup::Step),
            Box::new(m20261120_000021_notifications::Step),
            Box::new(m20261120_000022_policies::Step),
            Box::new(m20261120_000023_one_time_passwords::Step),
            Box::new(m20261120_000024_access_point_learning::Step),
            Box::new(m20261120_000025_devices::Step),
            Box::new(m20261120_000026_faces::Step),
            Box::new(m20261120_000027_reviews::Step),
            Box::new(m20261120_000028_more_places::Step),
            Box::new(m20261120_000030_offline::Step),
            Box::new(m20261120_000031_retention::Step),
            Box::new(m20261120_000032_sent_passwords::Step),
            Box::new(m20261121_000033_workforce::Step),
        ]
    }
}
