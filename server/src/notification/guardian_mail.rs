//! The job that mails a guardian, if what it says is still so: whoever was excused meanwhile was not absent, and an address
//! that the college has taken away gets nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{detail::Detail, event::Event, reach, recipients, service::Service, text};
use crate::{
    entity::{guardian, notification::Kind},
    identity,
    jobs::{End, Failure, Job},
    organisation,
};

pub const KIND: &str = "notification.guardian";

/// What whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MailToGuardian {
    student_id: Uuid,
    email: String,
    event: Event,
}

/// The letters about an event.
pub fn letters(event: &Event, guardians: Vec<guardian::Model>) -> impl Iterator<Item = MailToGuardian> {
    guardians.into_iter().map(|guardian| MailToGuardian {
        student_id: guardian.student_id,
        email: guardian.email,
        event: event.clone(),
    })
}

impl Service {
    pub(super) async fn send_guardian_mail(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let MailToGuardian { student_id, email, event } = job.payload()?;
        let (database, college_id, kind) = (&self.store.database, event.college_id, event.what.kind());
        let named = reach::list_guardians(database.reader(), college_id, &[student_id]).await?;
        let student = identity::find_user(database.reader(), college_id, student_id).await?;
        let (true, Some(student)) = (named.iter().any(|guardian| guardian.email == email), student) else {
            return Ok(End::Done);
        };
        let session_id = event.plan.session_id;
        if kind == Kind::Absence && !recipients::is_absent(database, college_id, session_id, student_id).await? {
            return Ok(End::Done);
        }
        let college = organisation::find_college(database, college_id).await?;
        let detail = Detail::of(&event, recipients::place(database, &event).await?);
        let letter = text::guardian_letter(college.language, &college.name, email, kind, &detail, &student.username);
        self.mailer.send(letter, job.id(), self.clock.now()).await?;
        metrics::counter!("rollcall_mails_total").increment(1);
        Ok(End::Done)
    }
}
