//! The job that writes a mail and hands it over: who it goes to and what it says is looked up then, so that nothing goes to an
//! address that somebody has no more, and no dead link goes out.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    letters::{Link, Sender},
    outbox::Page,
    store,
    token::{AccountToken, is_as_it_was},
};
use crate::{
    entity::account_token::Purpose,
    identity::{Service, find_user},
    jobs::{End, Failure, Job},
    mail::Letter,
    organisation,
    problem::Problem,
};

/// What somebody waits for, or should know at once.
pub const KIND: &str = "identity.mail";
/// An invitation that somebody sends to one person.
pub const INVITED: &str = "identity.mail.invited";
/// The invitations of an import, of which there may be tens of thousands.
pub const IMPORTED: &str = "identity.mail.imported";
/// Kinds do not wait for each other: a link to another password, which is good for minutes, overtakes any import.
pub const KINDS: [&str; 3] = [KIND, INVITED, IMPORTED];

/// Which mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum Mail {
    /// What the token is good for says what the mail says.
    Token {
        college_id: Uuid,
        token_id: Uuid,
    },
    PasswordChanged {
        college_id: Uuid,
        user_id: Uuid,
        at: DateTime<Utc>,
    },
    AlreadyRegistered {
        college_id: Uuid,
        user_id: Uuid,
    },
    /// To an address that nothing else knows any more.
    AddressChanged {
        college_id: Uuid,
        email: String,
        at: DateTime<Utc>,
    },
}

impl Mail {
    const fn college_id(&self) -> Uuid {
        match *self {
            Self::Token { college_id, .. }
            | Self::PasswordChanged { college_id, .. }
            | Self::AlreadyRegistered { college_id, .. }
            | Self::AddressChanged { college_id, .. } => college_id,
        }
    }
}

impl Service {
    pub(in crate::identity) async fn send_mail(self: Arc<Self>, job: Job) -> Result<End, Failure> {
        // What is no use to anybody any more is done.
        if let Some(letter) = self.write(job.payload()?).await? {
            self.outbox.send(letter, job.id(), self.clock.now()).await?;
            metrics::counter!("rollcall_mails_total").increment(1);
        }
        Ok(End::Done)
    }

    async fn write(&self, mail: Mail) -> Result<Option<Letter>, Problem> {
        let college = organisation::find_college(&self.store.database, mail.college_id()).await?;
        let zone = organisation::zone(&college.time_zone);
        let sender = Sender { name: &college.name, zone };
        let reader = self.store.database.reader();
        Ok(match mail {
            Mail::Token { college_id, token_id } => self.write_token(&sender, college_id, token_id).await?,
            Mail::PasswordChanged { college_id, user_id, at } => find_user(reader, college_id, user_id)
                .await?
                .filter(|account| account.deleted_at.is_none())
                .map(|account| sender.password_changed(account.email, at)),
            Mail::AlreadyRegistered { college_id, user_id } => find_user(reader, college_id, user_id)
                .await?
                .filter(|account| account.is_active)
                .map(|account| sender.already_registered(account.email)),
            Mail::AddressChanged { email, at, .. } => Some(sender.address_changed(email, at)),
        })
    }

    async fn write_token(
        &self,
        sender: &Sender<'_>,
        college_id: Uuid,
        token_id: Uuid,
    ) -> Result<Option<Letter>, Problem> {
        let reader = self.store.database.reader();
        let Some(row) = store::find_by_id(reader, college_id, token_id, self.clock.now()).await? else {
            return Ok(None);
        };
        let account = match row.user_id {
            Some(id) => find_user(reader, college_id, id).await?.filter(|account| is_as_it_was(account, &row)),
            None => None,
        };
        let token = AccountToken::derive(&self.keys.account_token, row.purpose, college_id, token_id).text();
        let link = |page| Link { address: self.outbox.link(page, &token), expires_at: row.expires_at };
        Ok(match row.purpose {
            Purpose::Invitation => account.map(|account| sender.invitation(account.email, link(Page::Register))),
            Purpose::PasswordReset => {
                account.map(|account| sender.password_reset(account.email, link(Page::ResetPassword)))
            }
            Purpose::Registration => row.email.clone().map(|email| sender.registration(email, link(Page::Register))),
        })
    }
}
