//! The job that mails a one-time password to the student that it is for. What waits to be sent has only its id: the digits are derived
//! when the mail is written, so that no table ever holds them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    OneTimePasswords,
    letter::{Content, letter},
    number, store,
};
use crate::{
    clock::Clock,
    identity,
    jobs::{End, Failure, Handler, Job, Runner},
    mail::{Letter, Mailer},
    organisation,
    problem::Problem,
    session,
};

pub const KIND: &str = "otp.mail";

/// Which one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct About {
    pub college_id: Uuid,
    pub id: Uuid,
}

/// What it is sent with.
struct Sender {
    passwords: OneTimePasswords,
    mailer: Mailer,
    clock: Clock,
}

/// Tells a runner how one-time passwords are sent.
pub fn handle_jobs(runner: Runner, passwords: &OneTimePasswords, mailer: &Mailer, clock: &Clock) -> Runner {
    let sender = Arc::new(Sender { passwords: passwords.clone(), mailer: mailer.clone(), clock: clock.clone() });
    runner.handle(KIND, Handler::new(move |job| send(sender.clone(), job)))
}

async fn send(sender: Arc<Sender>, job: Job) -> Result<End, Failure> {
    // What is no use to anybody any more is done.
    if let Some(letter) = sender.write(job.payload()?).await? {
        sender.mailer.send(letter, job.id(), sender.clock.now()).await?;
        metrics::counter!("rollcall_mails_total").increment(1);
    }
    Ok(End::Done)
}

impl Sender {
    async fn write(&self, About { college_id, id }: About) -> Result<Option<Letter>, Problem> {
        let OneTimePasswords { database, key, .. } = &self.passwords;
        let made = store::find_by_id(database.reader(), college_id, id).await?;
        let Some((made, student_id)) = made.and_then(|made| made.student_id.map(|student_id| (made, student_id)))
        else {
            return Ok(None);
        };
        let account = identity::find_user(database.reader(), college_id, student_id).await?;
        // Nobody without a password has confirmed the address, or can check in.
        let account =
            account.filter(|account| account.is_active && account.has_password() && self.clock.now() < made.expires_at);
        let Some(account) = account else { return Ok(None) };
        let college = organisation::find_college(database, college_id).await?;
        let session = session::find(database, college_id, made.session_id).await?;
        let content = Content {
            college: &college.name,
            language: college.language,
            zone: organisation::zone(&college.time_zone),
            subject: &session.subject,
            digits: &number::digits(key, &session, &made),
            expires_at: made.expires_at,
        };
        Ok(Some(letter(account.email, &content)))
    }
}
