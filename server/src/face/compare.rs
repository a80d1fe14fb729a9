//! What a check-in learns of the picture that came with it: whether there is anything to compare with → count → read → compare →
//! whether it was sent before.

use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    models::SPACE,
    reader::{Reader, Unread},
    rules::{self, Likeness, likeness},
    store,
    template::{Owner, Template},
    vision::Fault,
};
use crate::{
    clock::Clock,
    entity::face_picture,
    keys::{self, Keys},
    organisation,
    principal::Principal,
    problem::Problem,
    store::{Limit, Store},
};

/// So many pictures of a person are looked at within a minute. Nobody finds a way to another face by trying.
const PER_MINUTE: u32 = 10;

/// What comparing needs. Cheap to clone.
#[derive(Clone)]
pub struct Faces {
    pub store: Store,
    pub clock: Clock,
    pub keys: Keys,
    pub reader: Reader,
}

/// What a picture turned out to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// The college does not compare faces.
    Disabled,
    /// There is nothing to compare with.
    NotEnrolled,
    /// What there is was made by another model, or under another master secret.
    Outdated,
    /// The server has no models.
    NoModels,
    /// Others are waiting.
    Busy,
    /// So many pictures of the person are not looked at. When there are more.
    Limited(Duration),
    /// It does not show one clear face.
    Unclear(Fault),
    Compared {
        /// From -1 to 1. For staff alone.
        similarity: f32,
        /// The same picture was sent before, or enrolled.
        is_resent: bool,
    },
}

impl Owner {
    pub(super) const fn of(principal: &Principal) -> Self {
        Self { college_id: principal.college_id, user_id: principal.id }
    }
}

impl Faces {
    /// Compares a picture with the caller's enrolment, and with nobody else's.
    pub async fn compare(
        &self,
        principal: &Principal,
        session_id: Uuid,
        picture: Zeroizing<Vec<u8>>,
    ) -> Result<Reading, Problem> {
        let owner = Owner::of(principal);
        let database = &self.store.database;
        if !organisation::find_college(database, principal.college_id).await?.face_enabled {
            return Ok(Reading::Disabled);
        }
        let (Some(template), Some(key)) =
            (store::find_template(database, owner).await?, store::find_key(database, owner).await?)
        else {
            return Ok(Reading::NotEnrolled);
        };
        let enrolled = match Template::open(&self.keys.face, &key, &template) {
            Some(enrolled) if template.model == SPACE => enrolled,
            _ => return Ok(Reading::Outdated),
        };
        if !self.reader.has_models() {
            return Ok(Reading::NoModels);
        }
        // Whether that is a reason to refuse, the rules say: they may not ask for a face.
        if let Err(refused) = self.admit(principal).await {
            return Ok(Reading::Limited(refused.retry_after.unwrap_or_default()));
        }
        let mark = self.mark(owner, &picture);
        let vector = match self.reader.read(owner.college_id, picture).await {
            Ok(vector) => vector,
            Err(Unread::Models) => return Ok(Reading::NoModels),
            Err(Unread::Busy) => return Ok(Reading::Busy),
            Err(Unread::Fault(fault)) if fault.is_no_picture() => {
                return Err(Problem::invalid_field("face_image", fault.advice()));
            }
            Err(Unread::Fault(fault)) => return Ok(Reading::Unclear(fault)),
        };
        let similarity = enrolled.mean.similarity(&vector);
        let mut is_resent = rules::is_enrolled_again(&vector, &enrolled.photos);
        // Of a stranger nothing is kept.
        if likeness(similarity) != Likeness::Other {
            let Owner { college_id, user_id } = owner;
            let seen_at = self.clock.now();
            let row = face_picture::Model { college_id, user_id, mark, session_id: Some(session_id), seen_at };
            let note = database.write(move |tx| Box::pin(async move { store::note_mark(tx, row).await }));
            is_resent |= note.await?;
        }
        Ok(Reading::Compared { similarity, is_resent })
    }

    /// Counts one picture.
    pub(super) async fn admit(&self, principal: &Principal) -> Result<(), Problem> {
        let Some(limit) = Limit::new("face", PER_MINUTE, Duration::from_secs(60)) else { return Ok(()) };
        let key = format!("{}:{}", principal.college_id, principal.id);
        self.store.limiter.count(limit, &key).await.admit()
    }

    /// By what a file is known again: of use to nobody without the key, and different for everyone.
    pub(super) fn mark(&self, Owner { college_id, user_id }: Owner, picture: &[u8]) -> Vec<u8> {
        keys::seal(&self.keys.face_picture, &[college_id.as_bytes(), user_id.as_bytes(), picture]).to_vec()
    }
}
