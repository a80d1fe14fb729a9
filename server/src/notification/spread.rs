//! The job that tells everybody of an event: finds who they are → in one transaction writes what each is told, and the jobs
//! for mails and webhooks, and strikes itself off → tells the streams. Statements take a thousand people each.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

use super::{
    detail::Detail,
    event::{AttendanceCheck, CHECK_ATTENDANCE, Event, What},
    guardian_mail, mail, payload, preferences, reach, recipients, rules,
    service::Service,
    store,
};
use crate::{
    entity::{guardian, notification::Model},
    jobs::{self, End, Failure, Job},
    organisation,
    problem::Problem,
    store::Notice,
    webhook,
};

/// Names in one notice.
const NAMES: usize = 500;
/// What a teacher corrects right after the end is not what guardians are told first.
const GUARDIAN_DELAY: TimeDelta = TimeDelta::minutes(10);

/// What is to be written.
struct Spread {
    rows: Vec<Model>,
    guardians: Vec<guardian::Model>,
    messages: Vec<webhook::Message>,
}

impl Service {
    pub(super) async fn spread(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        let event: Event = job.payload()?;
        let spread = self.prepare(&event).await?;
        let people: Vec<Uuid> = spread.rows.iter().map(|row| row.user_id).collect();
        let (college_id, now) = (event.college_id, self.clock.now());
        let work = self.store.database.write(move |tx| {
            Box::pin(async move {
                let people: Vec<Uuid> = spread.rows.iter().map(|row| row.user_id).collect();
                let seqs = store::take_seqs(tx, college_id, &people).await?;
                // All are told of an event together, so whether one was tells of all.
                if let Some(first) = people.first()
                    && store::is_told(tx, college_id, *first, event.id).await?
                {
                    return job.finish(tx).await;
                }
                if matches!(event.what, What::SessionEnded) && !people.is_empty() {
                    let check = AttendanceCheck { event: event.clone(), student_ids: people };
                    jobs::insert(tx, CHECK_ATTENDANCE, &check, now).await?;
                }
                webhook::enqueue(tx, college_id, &spread.messages, now).await?;
                let rows: Vec<Model> = spread.rows.into_iter().map(|row| numbered(row, &seqs)).collect();
                let mails = rows
                    .iter()
                    .filter_map(|row| Some((mail::MailTo { college_id, user_id: row.user_id }, row.mail_due_at?)));
                jobs::insert_all_at(tx, mail::KIND, mails, now).await?;
                store::insert(tx, rows).await?;
                let letters = guardian_mail::letters(&event, spread.guardians);
                jobs::insert_all_at(tx, guardian_mail::KIND, letters.map(|letter| (letter, now + GUARDIAN_DELAY)), now)
                    .await?;
                job.finish(tx).await
            })
        });
        work.await?;
        jobs::announce(&self.store.bus);
        for some in people.chunks(NAMES) {
            self.store.bus.announce(Notice::Notified { college_id, user_ids: some.to_vec() });
        }
        Ok(End::Finished)
    }

    async fn prepare(&self, event: &Event) -> Result<Spread, Problem> {
        let (database, college_id) = (&self.store.database, event.college_id);
        let people = recipients::of(database, event).await?;
        let detail = Detail::of(event, recipients::place(database, event).await?).to_json();
        let mut rows: Vec<Model> = people.iter().map(|&user_id| row(event, user_id, detail.clone())).collect();
        let mut guardians = Vec::new();
        if self.mailer.is_configured() {
            self.plan_mail(event, &mut rows).await?;
            if matches!(event.what, What::SessionEnded | What::LowAttendance { .. }) {
                guardians = reach::list_guardians(database.reader(), college_id, &people).await?;
            }
        }
        Ok(Spread { rows, guardians, messages: payload::messages(event, &people) })
    }

    /// Says when each goes by mail.
    async fn plan_mail(&self, event: &Event, rows: &mut [Model]) -> Result<(), Problem> {
        let (database, college_id, now) = (&self.store.database, event.college_id, self.clock.now());
        let college = organisation::find_college(database, college_id).await?;
        let zone = organisation::zone(&college.time_zone);
        let people: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
        let reachable = reach::list_reachable(database, college_id, &people).await?;
        let reachable: std::collections::HashSet<Uuid> = reachable.into_iter().collect();
        let said = reach::list_preferences(database, college_id, &people).await?;
        let unsaid = preferences::unsaid(college_id, Uuid::nil());
        for row in rows.iter_mut().filter(|row| reachable.contains(&row.user_id)) {
            row.mail_due_at = rules::mail_due(said.get(&row.user_id).unwrap_or(&unsaid), row.kind, zone, now);
        }
        Ok(())
    }
}

fn numbered(row: Model, seqs: &std::collections::HashMap<Uuid, i64>) -> Model {
    Model { seq: seqs.get(&row.user_id).copied().unwrap_or_default(), ..row }
}

/// What one person is told, without its number.
fn row(event: &Event, user_id: Uuid, detail: Value) -> Model {
    Model {
        college_id: event.college_id,
        id: Uuid::now_v7(),
        user_id,
        seq: 0,
        event_id: event.id,
        kind: event.what.kind(),
        session_id: event.session_id(),
        detail,
        created_at: event.at,
        read_at: None,
        mail_due_at: None,
        mail_job_id: None,
        mailed_at: None,
    }
}
