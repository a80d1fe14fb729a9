//! A stretch of a session's history, and how it is told.

use rollcall_proto::v1::{AttendanceEvent, attendance_event};
use uuid::Uuid;

use crate::{
    checkin,
    entity::{
        attendance_record::Model as Record,
        session::{self, State},
    },
    page, session as sessions,
};

/// Everything that changed after one number and up to another.
#[derive(Clone, Debug)]
pub struct Change {
    pub after: i64,
    pub up_to: i64,
    pub session: session::Model,
    /// In the order of their `event_seq`, then of their ids.
    pub records: Vec<Record>,
}

impl Change {
    /// Whether nothing can follow.
    pub const fn is_last(&self) -> bool {
        matches!(self.session.state, State::Completed | State::Cancelled)
    }

    /// The events after a position, each number's last one with a token to continue from.
    pub fn events(&self, position: i64, key: &[u8; 32]) -> Vec<AttendanceEvent> {
        let mut events: Vec<(i64, attendance_event::Change)> = Vec::new();
        if self.session.state_seq > position {
            let session = sessions::to_proto(self.session.clone());
            events.push((self.session.state_seq, attendance_event::Change::Session(session)));
        }
        events.extend(
            self.records
                .iter()
                .filter(|record| record.event_seq > position)
                .map(|record| (record.event_seq, attendance_event::Change::Record(checkin::to_proto(record.clone())))),
        );
        // Stable: of one number, the session comes before its records.
        events.sort_by_key(|(seq, _)| *seq);
        let mut told = Vec::with_capacity(events.len());
        let mut rest = events.into_iter().peekable();
        while let Some((seq, change)) = rest.next() {
            let is_last_of_seq = rest.peek().is_none_or(|(next, _)| *next != seq);
            let resume_token =
                if is_last_of_seq { seal(key, self.session.college_id, self.session.id, seq) } else { String::new() };
            told.push(AttendanceEvent { resume_token, change: Some(change) });
        }
        told
    }
}

/// A token that continues after a number.
pub fn seal(key: &[u8; 32], college_id: Uuid, session_id: Uuid, seq: i64) -> String {
    page::seal(key, &purpose(&college_id, &session_id), &seq.to_be_bytes())
}

/// The number that a token continues after.
pub fn open(key: &[u8; 32], college_id: Uuid, session_id: Uuid, token: &str) -> Option<i64> {
    let bytes = page::open(key, &purpose(&college_id, &session_id), token)?;
    Some(i64::from_be_bytes(bytes.try_into().ok()?))
}

fn purpose<'a>(college_id: &'a Uuid, session_id: &'a Uuid) -> [&'a [u8]; 3] {
    [b"attendance", college_id.as_bytes(), session_id.as_bytes()]
}
