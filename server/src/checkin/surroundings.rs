//! What a scan is held against. Read and written down only where a scan was sent.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{factor::access_points::Heard, service::Service};
use crate::{
    access_point::{self, Listed},
    entity::{check_in_scan, session},
    fingerprint::{self, Fingerprint, MIN_COMMON, Scan, is_replay},
    problem::Problem,
};

#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Of each place where one may check in.
    rooms: Vec<Room>,
    is_replay: bool,
}

#[derive(Clone, Debug)]
struct Room {
    location_id: Uuid,
    listed: Arc<Vec<Listed>>,
    references: Arc<Vec<Fingerprint>>,
}

/// Who sends a scan, and with what.
#[derive(Clone, Copy)]
pub struct Sender {
    pub student_id: Uuid,
    pub check_in_id: Uuid,
}

/// The one that the session is held at first.
fn places(session: &session::Model) -> impl Iterator<Item = Uuid> + '_ {
    std::iter::once(session.location_id).chain(session.also_location_ids.iter())
}

impl Surroundings {
    /// A scan, held against one of the places.
    pub fn at<'s>(&'s self, location_id: Uuid, scan: &'s Scan) -> Option<Heard<'s>> {
        let room = self.rooms.iter().find(|room| room.location_id == location_id)?;
        Some(Heard { scan, listed: &room.listed, references: &room.references, is_replay: self.is_replay })
    }
}

impl Service {
    /// What is known of a session's places, as copies, and whether the scan was sent before.
    pub(super) async fn look_around(
        &self,
        session: &session::Model,
        scan: &Scan,
        sender: Sender,
        now: DateTime<Utc>,
    ) -> Result<Surroundings, Problem> {
        let (college_id, mut rooms) = (session.college_id, Vec::new());
        for location_id in places(session) {
            let listed = access_point::load(&self.store, college_id, location_id).await?;
            let references = fingerprint::load(&self.store, college_id, location_id).await?;
            rooms.push(Room { location_id, listed, references });
        }
        let is_replay = self.note_scan(session, scan, sender, now).await?;
        Ok(Surroundings { rooms, is_replay })
    }

    /// The same as it is now. That the scan was sent before does not change.
    pub(super) async fn look_again(
        &self,
        session: &session::Model,
        before: &Surroundings,
    ) -> Result<Surroundings, Problem> {
        let (college_id, mut rooms) = (session.college_id, Vec::new());
        for location_id in places(session) {
            let listed = access_point::refresh(&self.store, college_id, location_id).await?;
            let references = fingerprint::refresh(&self.store, college_id, location_id).await?;
            rooms.push(Room { location_id, listed, references });
        }
        Ok(Surroundings { rooms, is_replay: before.is_replay })
    }

    /// Writes down a scan that something can be learnt from, or that can be known again.
    async fn note_scan(
        &self,
        session: &session::Model,
        scan: &Scan,
        Sender { student_id, check_in_id }: Sender,
        now: DateTime<Utc>,
    ) -> Result<bool, Problem> {
        let can_teach = scan.signals.0.len() >= MIN_COMMON;
        if !can_teach && !scan.is_telling() {
            return Ok(false);
        }
        let first = self.scans.note(check_in_scan::Model {
            college_id: session.college_id,
            digest: scan.digest,
            student_id,
            check_in_id,
            session_id: session.id,
            signals: can_teach.then(|| scan.signals.clone()),
            seen_at: now,
        });
        let first = first.await?;
        Ok(scan.is_telling() && is_replay(&first, student_id, check_in_id, now))
    }
}
