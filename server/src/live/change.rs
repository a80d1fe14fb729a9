//! A stretch of a session's history, and how it is told. It is put into words once, however many hear it.

use rollcall_proto::v1::{AttendanceEvent, RollCounts, attendance_event};
use uuid::Uuid;

use crate::{
    checkin,
    entity::{
        attendance_record::Model as Record,
        session::{self, State},
    },
    page, session as sessions,
};

/// What was read of a session.
#[derive(Clone, Debug)]
pub struct Reading {
    pub session: session::Model,
    /// Everything up to this number was seen.
    pub up_to: i64,
    /// Those that changed since, in the order of their `event_seq`, then of their ids.
    pub records: Vec<Record>,
    /// How the roll stood at `up_to`; none where nothing has changed since.
    pub counts: Option<RollCounts>,
}

/// Everything that changed after one number and up to another.
#[derive(Debug)]
pub struct Change {
    pub after: i64,
    pub up_to: i64,
    /// Whether nothing can follow.
    pub is_last: bool,
    events: Vec<(i64, AttendanceEvent)>,
}

impl Change {
    /// Each number's last event has a token to continue from, and the last of all has the counts.
    pub fn of(reading: Reading, after: i64, key: &[u8; 32]) -> Self {
        let Reading { session, up_to, records, counts } = reading;
        let (college_id, session_id, state_seq) = (session.college_id, session.id, session.state_seq);
        // It may have moved on since the counts were read. Then that is told with what comes next.
        let is_due = state_seq <= up_to;
        let is_last = is_due && matches!(session.state, State::Completed | State::Cancelled);
        let mut changes: Vec<(i64, attendance_event::Change)> = Vec::with_capacity(records.len() + 1);
        if is_due && state_seq > after {
            changes.push((state_seq, attendance_event::Change::Session(sessions::to_proto(session))));
        }
        changes.extend(
            records
                .into_iter()
                .map(|record| (record.event_seq, attendance_event::Change::Record(checkin::to_proto(&record)))),
        );
        // Stable: of one number, the session comes before its records.
        changes.sort_by_key(|(seq, _)| *seq);
        let mut events = Vec::with_capacity(changes.len());
        let mut rest = changes.into_iter().peekable();
        while let Some((seq, change)) = rest.next() {
            let is_last_of_seq = rest.peek().is_none_or(|(next, _)| *next != seq);
            let resume_token = if is_last_of_seq { seal(key, college_id, session_id, seq) } else { String::new() };
            let counts = if rest.peek().is_none() { counts } else { None };
            events.push((seq, AttendanceEvent { resume_token, change: Some(change), counts }));
        }
        Self { after, up_to, is_last, events }
    }

    /// The events after a position.
    pub fn events_after(&self, position: i64) -> impl Iterator<Item = &AttendanceEvent> {
        self.events.iter().filter(move |(seq, _)| *seq > position).map(|(_, event)| event)
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::entity::attendance_record::Status;

    /// What is told of a session with such a state, changed at `state_seq`, and of records changed at `seqs`, to somebody who
    /// knows what was up to `position`: each event's number, whether it has a token and whether it has counts.
    fn told(state: State, state_seq: i64, up_to: i64, seqs: &[i64], position: i64) -> (Vec<(char, bool, bool)>, bool) {
        let session = session::Model { state, state_seq, ..session::Model::example(DateTime::UNIX_EPOCH) };
        let record = |seq: &i64| Record {
            event_seq: *seq,
            ..Record::of(&session, Uuid::nil(), Status::Present, DateTime::UNIX_EPOCH)
        };
        let records = seqs.iter().map(record).collect();
        let reading = Reading { session, up_to, records, counts: Some(RollCounts::default()) };
        let change = Change::of(reading, 0, &[1; 32]);
        let events = change.events_after(position).map(|event| {
            let kind = if matches!(event.change, Some(attendance_event::Change::Session(_))) { 's' } else { 'r' };
            (kind, !event.resume_token.is_empty(), event.counts.is_some())
        });
        (events.collect(), change.is_last)
    }

    #[test]
    fn a_number_ends_with_a_token_and_the_whole_with_counts() {
        let active = State::Active;
        let last = ('r', true, true);
        assert_eq!(told(active, 2, 2, &[], 0), (vec![('s', true, true)], false));
        assert_eq!(told(active, 2, 4, &[3, 4], 0).0, [('s', true, false), ('r', true, false), last]);
        assert_eq!(
            told(active, 2, 3, &[1, 3, 3], 0).0,
            [('r', true, false), ('s', true, false), ('r', false, false), last]
        );
        assert_eq!(told(active, 2, 4, &[3, 4], 2).0, [('r', true, false), last]);
        assert_eq!(told(active, 2, 4, &[3, 4], 4).0, []);
        let ended = told(State::Completed, 3, 3, &[3, 3], 2);
        assert_eq!(ended, (vec![('s', false, false), ('r', false, false), last], true));
    }

    #[test]
    fn a_state_that_came_after_the_counts_is_not_told_yet() {
        assert_eq!(told(State::Completed, 5, 4, &[3, 4], 2), (vec![('r', true, false), ('r', true, true)], false));
    }
}
