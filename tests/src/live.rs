//! A teacher who watches a session.

use rollcall_proto::v1::{
    AttendanceEvent, AttendanceRecord, RollCounts, Session, WatchAttendanceRequest, attendance_event::Change,
};
use tonic::{Status, Streaming};
use uuid::Uuid;

use crate::{actor::Actor, problem::Answer as _, until::soon};

/// An open live view.
pub struct Watch {
    stream: Streaming<AttendanceEvent>,
    /// What continues after the last event that had one.
    pub resume_token: String,
    /// The counts of the last event, where it had some.
    pub counts: Option<RollCounts>,
}

impl Watch {
    /// Opens it, from the beginning or after a token.
    pub async fn open(actor: &Actor, session: Uuid, resume_token: &str) -> Self {
        let request = WatchAttendanceRequest { session_id: session.to_string(), resume_token: resume_token.to_owned() };
        let stream = soon("the live view opens", actor.live().watch_attendance(request)).await.answer();
        Self { stream, resume_token: resume_token.to_owned(), counts: None }
    }

    /// The next event as it comes, or the end.
    pub async fn next(&mut self) -> Result<Option<AttendanceEvent>, Status> {
        soon("a live event comes", async {
            loop {
                let event = self.stream.message().await?;
                if let Some(event) = &event {
                    if !event.resume_token.is_empty() {
                        self.resume_token.clone_from(&event.resume_token);
                    }
                    if event.change.is_none() {
                        continue;
                    }
                    self.counts = event.counts;
                }
                return Ok(event);
            }
        })
        .await
    }

    /// The next change.
    ///
    /// # Panics
    /// When the stream ends instead.
    pub async fn change(&mut self) -> Change {
        let event = self.next().await.expect("a live event").expect("no end yet");
        event.change.expect("a change")
    }

    /// The session, which must come next.
    ///
    /// # Panics
    /// When something else comes.
    pub async fn session(&mut self) -> Session {
        match self.change().await {
            Change::Session(session) => session,
            Change::Record(record) => panic!("a record came instead of the session: {record:?}"),
        }
    }

    /// A record, which must come next.
    ///
    /// # Panics
    /// When something else comes.
    pub async fn record(&mut self) -> AttendanceRecord {
        match self.change().await {
            Change::Record(record) => record,
            Change::Session(session) => panic!("the session came instead of a record: {session:?}"),
        }
    }

    /// So many records, in the order in which they come.
    pub async fn records(&mut self, count: usize) -> Vec<AttendanceRecord> {
        let mut records = Vec::with_capacity(count);
        while records.len() < count {
            records.push(self.record().await);
        }
        records
    }

    /// Every change until the stream ends.
    ///
    /// # Panics
    /// When it ends with an error.
    pub async fn rest(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some(event) = self.next().await.expect("a live event") {
            changes.push(event.change.expect("a change"));
        }
        changes
    }

    /// Expects that the stream ends now, without an error.
    ///
    /// # Panics
    /// When it does not.
    pub async fn ended(&mut self) {
        let next = self.next().await;
        assert!(matches!(next, Ok(None)), "an end was due, and this came: {next:?}");
    }
}
