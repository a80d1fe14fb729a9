//! How somebody wants to be told who has not said so, and how it is written.

use chrono::{DateTime, NaiveTime, Utc};
use rollcall_proto::v1::{NotificationPreferences, notification_preferences::Mail};
use uuid::Uuid;

use crate::{
    convert::{clock, clock_text},
    entity::{
        notification::Kind,
        notification_preference::{Kinds, MailMode, Model},
    },
    mask::Mask,
    problem::Problem,
    webhook::{kind_to_proto, kinds_from_proto},
};

pub const WRITABLE: &[&str] = &["mail", "mail_kinds", "quiet_from", "quiet_to", "digest_at"];

const DIGEST_AT: NaiveTime = NaiveTime::from_hms_opt(17, 0, 0).expect("it is a time of day");
/// That a session begins is of no use in a mail box.
const BY_MAIL: [Kind; 9] = [
    Kind::SessionChanged,
    Kind::SessionCancelled,
    Kind::MakeupBooked,
    Kind::Absence,
    Kind::ExcuseDecided,
    Kind::ReviewDecided,
    Kind::DeviceEnrolled,
    Kind::FaceEnrolled,
    Kind::LowAttendance,
];

/// Of somebody who has not said anything.
pub fn unsaid(college_id: Uuid, user_id: Uuid) -> Model {
    Model {
        college_id,
        user_id,
        mail: MailMode::Each,
        mail_kinds: Kinds(BY_MAIL.to_vec()),
        quiet_from: None,
        quiet_to: None,
        digest_at: DIGEST_AT,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

/// What is changed.
pub fn change(
    before: &Model,
    wanted: &NotificationPreferences,
    mask: &Mask,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    let refused = |field: &str, what: &str| Problem::invalid_field(&format!("preferences.{field}"), what);
    let optional_clock = |field: &str, text: &str| match text {
        "" => Ok(None),
        text => clock(&format!("preferences.{field}"), text).map(Some),
    };
    let mut changed = Model { updated_at: now, ..before.clone() };
    if mask.has("mail") {
        changed.mail = mode_from_proto(wanted.mail()).ok_or_else(|| refused("mail", "is required"))?;
    }
    if mask.has("mail_kinds") {
        changed.mail_kinds = Kinds(kinds_from_proto("preferences.mail_kinds", &wanted.mail_kinds)?);
    }
    if mask.has("digest_at") {
        changed.digest_at =
            optional_clock("digest_at", &wanted.digest_at)?.ok_or_else(|| refused("digest_at", "is required"))?;
    }
    if mask.has("quiet_from") {
        changed.quiet_from = optional_clock("quiet_from", &wanted.quiet_from)?;
    }
    if mask.has("quiet_to") {
        changed.quiet_to = optional_clock("quiet_to", &wanted.quiet_to)?;
    }
    match (changed.quiet_from, changed.quiet_to) {
        (Some(_), None) => Err(refused("quiet_to", "must be given together with quiet_from")),
        (None, Some(_)) => Err(refused("quiet_from", "must be given together with quiet_to")),
        (Some(from), Some(to)) if from == to => Err(refused("quiet_to", "must differ from quiet_from")),
        _ => Ok(changed),
    }
}

pub fn to_proto(preferences: &Model) -> NotificationPreferences {
    let text = |time: Option<NaiveTime>| time.map(clock_text).unwrap_or_default();
    NotificationPreferences {
        mail: mode_to_proto(preferences.mail).into(),
        mail_kinds: preferences.mail_kinds.0.iter().map(|kind| kind_to_proto(*kind).into()).collect(),
        quiet_from: text(preferences.quiet_from),
        quiet_to: text(preferences.quiet_to),
        digest_at: text(Some(preferences.digest_at)),
    }
}

const fn mode_to_proto(mode: MailMode) -> Mail {
    match mode {
        MailMode::Each => Mail::Each,
        MailMode::Digest => Mail::Digest,
        MailMode::Off => Mail::Off,
    }
}

const fn mode_from_proto(mode: Mail) -> Option<MailMode> {
    match mode {
        Mail::Unspecified => None,
        Mail::Each => Some(MailMode::Each),
        Mail::Digest => Some(MailMode::Digest),
        Mail::Off => Some(MailMode::Off),
    }
}
