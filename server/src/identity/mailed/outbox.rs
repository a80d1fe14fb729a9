//! What mails about accounts need: a way out, the pages that they lead to, and how many of them there may be.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{issue::RESET_LIFE, store};
use crate::{
    jobs::Failure,
    mail::{Letter, Mailer},
    problem::{ErrorReason, Problem},
    settings,
    store::{Count, Limit, Limiter, Tx},
};

/// A page that a mail leads to.
#[derive(Clone, Copy, Debug)]
pub enum Page {
    Register,
    ResetPassword,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    mailer: Mailer,
    limiter: Arc<Limiter>,
    options: Arc<settings::AccountMail>,
}

impl Outbox {
    pub fn new(mailer: Mailer, limiter: Arc<Limiter>, options: settings::AccountMail) -> Self {
        Self { mailer, limiter, options: Arc::new(options) }
    }

    pub const fn is_configured(&self) -> bool {
        self.mailer.is_configured()
    }

    /// Refuses what cannot be done without mail, before it is begun.
    pub fn require(&self) -> Result<(), Problem> {
        self.mailer.require()
    }

    pub(super) async fn send(&self, letter: Letter, id: Uuid, now: DateTime<Utc>) -> Result<(), Failure> {
        self.mailer.send(letter, id, now).await
    }

    /// The address of a page that takes a token.
    pub(super) fn link(&self, page: Page, token: &str) -> String {
        let path = match page {
            Page::Register => &self.options.register_page,
            Page::ResetPassword => &self.options.reset_password_page,
        };
        self.mailer.link(&path.replace("{token}", token))
    }

    /// How long an invitation is good for.
    pub(super) fn invitation_life(&self) -> Result<TimeDelta, Problem> {
        TimeDelta::from_std(self.options.invitation_life).map_err(Problem::internal)
    }

    /// Counts an invitation that somebody wants to send to a mailbox.
    pub async fn admit_invitation(&self, college_id: Uuid, email: &str) -> Result<(), Problem> {
        self.count("mail-invited", college_id, email).await.map_or(Ok(()), |count| count.admit())
    }

    /// Counts a registration that somebody asks for. What else is asked for at a mailbox has a budget of its own.
    pub(in crate::identity) async fn may_register(&self, college_id: Uuid, email: &str) -> bool {
        self.count("mail-registration", college_id, email).await.is_none_or(|count| !count.is_refused())
    }

    async fn count(&self, name: &'static str, college_id: Uuid, email: &str) -> Option<Count> {
        let limit = Limit::new(name, self.options.per_hour, Duration::from_secs(3600))?;
        Some(self.limiter.count(limit, &format!("{college_id}:{email}")).await)
    }

    /// Whether one more reset may be offered to somebody who has so many that are good now. Whoever is refused has one of
    /// them in the mailbox, so that nobody can keep somebody else from resetting.
    pub(in crate::identity) fn may_reset(&self, live: u64) -> bool {
        let lives_an_hour = u32::try_from(3600 / RESET_LIFE.num_seconds()).unwrap_or(1);
        match self.options.per_hour.div_ceil(lives_an_hour) {
            0 => true,
            most => live < u64::from(most),
        }
    }

    /// Counts mails that go to mailboxes that nobody has confirmed: an installation must not become what strangers get
    /// thousands of mails from.
    pub(in crate::identity) async fn admit_unconfirmed(
        &self,
        tx: &Tx,
        college_id: Uuid,
        mails: usize,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let most = self.options.unconfirmed_per_day;
        let day = now.date_naive();
        if most == 0 || store::count_unconfirmed(tx, college_id, day, mails as i64, i64::from(most)).await? {
            return Ok(());
        }
        let midnight = (day + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
        let wait = (midnight - now).to_std().unwrap_or_default();
        let seconds = wait.as_secs() + 1;
        let refusal = format!(
            "The college may send {most} invitations a day, and these would be more. Try again in {seconds} s, or ask the \
             operator for more."
        );
        let refusal = Problem::new(ErrorReason::RateLimited, refusal);
        Err(refusal.with("limit", format!("{most} in 86400 s")).retry_after(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_hours_mails_are_good_at_once() {
        for (per_hour, most) in [(1, 1), (4, 1), (5, 2), (60, 15)] {
            let options = settings::AccountMail {
                register_page: String::new(),
                reset_password_page: String::new(),
                invitation_life: Duration::ZERO,
                per_hour,
                unconfirmed_per_day: 0,
            };
            let mailer = Mailer::new(settings::Mail { smtp: None, public_url: String::new() }).expect("a mailer");
            let outbox = Outbox::new(mailer, Arc::new(Limiter::new(None)), options);
            assert!(outbox.may_reset(most - 1) && !outbox.may_reset(most), "{per_hour}");
        }
    }
}
