//! The students at the door, each with a token and a check-in that will be accepted.

use std::sync::atomic::{AtomicUsize, Ordering};

use rollcall_tests::{clock::machine_time, token};
use uuid::Uuid;

use crate::{
    codes::Codes,
    server::SECRET,
    world::{LATITUDE, LONGITUDE, World},
};

pub struct Crowd {
    /// What each sends as authorization, ready before the clock runs.
    bearers: Vec<String>,
    sessions: Vec<String>,
    codes: Codes,
    next: AtomicUsize,
}

/// One check-in, before a transport gives it its form.
pub struct CheckIn<'crowd> {
    pub bearer: &'crowd str,
    pub check_in_id: String,
    pub session_id: &'crowd str,
    pub code: String,
    pub latitude: f64,
    pub longitude: f64,
    pub accuracy_meters: f64,
    pub device_id: String,
}

impl Crowd {
    pub fn gather(world: &World, codes: Codes) -> Self {
        let now = machine_time();
        let bearer = |student| format!("Bearer {}", token::mint(SECRET, student, now));
        Self {
            bearers: world.students.iter().map(bearer).collect(),
            sessions: world.sessions.iter().map(Uuid::to_string).collect(),
            codes,
            next: AtomicUsize::new(0),
        }
    }

    /// The next student's check-in, or none when all have had their turn.
    pub fn next(&self) -> Option<CheckIn<'_>> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let bearer = self.bearers.get(index)?;
        let session = index % self.sessions.len();
        // Within 16 m of the middle: inside the fence also with the accuracy that the phone claims.
        let step = (index % 13) as f64 * 1e-5;
        Some(CheckIn {
            bearer,
            check_in_id: Uuid::now_v7().to_string(),
            session_id: &self.sessions[session],
            code: self.codes.of(session),
            latitude: LATITUDE + step,
            longitude: LONGITUDE - step / 2.0,
            accuracy_meters: 8.0,
            device_id: format!("phone-{index:07}"),
        })
    }
}
