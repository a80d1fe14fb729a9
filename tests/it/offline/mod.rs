//! OfflineService: check-ins that were made without a network.

mod cellar;
mod clocks;
mod order;
mod refused;
mod retention;
mod stands;
mod waits;

use chrono::{DateTime, Utc};
use rollcall_proto::v1::{
    AttendanceRecord, CheckInRequest, EndSessionRequest, ErrorReason, GetCheckInNonceResponse, HandInCheckInsRequest,
    HandedIn, OfflineCheckIn,
};
use rollcall_tests::{
    Answer as _, Class,
    actor::Actor,
    device::{Clocks, Phone, nonce},
};

/// A student with an enrolled phone, who had a network last when the nonce came.
struct Held {
    actor: Actor,
    phone: Phone,
    key_id: String,
    nonce: GetCheckInNonceResponse,
    received_at: DateTime<Utc>,
}

impl Held {
    async fn of(class: &Class, student: usize) -> Self {
        let (actor, phone) = (class.student(student), Phone::new(&format!("phone-{student}")));
        let key_id = phone.enrol(&actor).await.id;
        let nonce = nonce(&actor).await;
        Self { actor, phone, key_id, nonce, received_at: class.world.clock().now() }
    }

    /// What the phone signs, by clocks that go right, of what it sees now.
    async fn sign(&self, class: &Class) -> OfflineCheckIn {
        self.sign_as(class, class.request().await)
    }

    fn sign_as(&self, class: &Class, request: CheckInRequest) -> OfflineCheckIn {
        self.sign_by(request, Clocks::right(self.received_at, class.world.clock().now()))
    }

    fn sign_by(&self, request: CheckInRequest, clocks: Clocks) -> OfflineCheckIn {
        self.phone.signed_offline(&self.nonce, &self.key_id, request, clocks)
    }

    async fn hand_in(&self, entries: Vec<OfflineCheckIn>) -> Vec<HandedIn> {
        hand_in(&self.actor, entries).await
    }

    async fn hand_in_one(&self, entry: &OfflineCheckIn) -> HandedIn {
        self.hand_in(vec![entry.clone()]).await.remove(0)
    }
}

async fn hand_in(actor: &Actor, check_ins: Vec<OfflineCheckIn>) -> Vec<HandedIn> {
    let sent = check_ins.len();
    let results = actor.offline().hand_in_check_ins(HandInCheckInsRequest { check_ins }).await.answer().results;
    assert_eq!(results.len(), sent, "one result for each");
    results
}

async fn end(class: &Class) {
    class.teacher().sessions().end_session(EndSessionRequest { id: class.session_id().to_string() }).await.answer();
}

/// Of an entry that has one.
fn record(result: HandedIn) -> AttendanceRecord {
    result.record.clone().unwrap_or_else(|| panic!("{result:?}"))
}

/// Of an entry that has none: the reason, and what it names as the cause.
fn refusal(result: &HandedIn) -> (ErrorReason, &str) {
    assert_eq!(result.record, None, "{result:?}");
    (result.reason(), result.metadata.get("cause").map_or("", String::as_str))
}

/// The record of a student as it is now.
async fn record_of(class: &Class, student: usize) -> AttendanceRecord {
    let id = class.college.students[student].id.to_string();
    class.records().await.into_iter().find(|record| record.student_id == id).expect("a record")
}
