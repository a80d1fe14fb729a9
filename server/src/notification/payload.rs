//! What other systems are told of an event: ids, and what they cannot look up any more.

use serde_json::{Value, json};
use uuid::Uuid;

use super::event::{Event, What};
use crate::webhook::Message;

/// Names in one message, so that it stays below the 20 kB that receivers are used to.
const IDS_PER_MESSAGE: usize = 400;

/// The messages about an event; of an absence each names some of the students.
pub fn messages(event: &Event, people: &[Uuid]) -> Vec<Message> {
    let plan = &event.plan;
    let base = json!({
        "session_id": plan.session_id,
        "subject": plan.subject,
        "planned_start": plan.planned_start,
        "planned_end": plan.planned_end,
        "location_id": plan.location_id,
        "division_id": plan.division_id,
        "teacher_id": plan.teacher_id,
    });
    let with = |more: Value| {
        let mut data = base.clone();
        if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
            data.extend(more);
        }
        data
    };
    let data = match &event.what {
        What::SessionStarted => vec![base.clone()],
        What::SessionChanged { changes, former_teacher_id, reason } => {
            vec![with(json!({"changes": changes, "former_teacher_id": former_teacher_id, "reason": reason}))]
        }
        What::SessionCancelled { reason } => vec![with(json!({"reason": reason}))],
        What::MakeupBooked { makes_up_session_id } => {
            vec![with(json!({"makes_up_session_id": makes_up_session_id}))]
        }
        What::SessionEnded => people.chunks(IDS_PER_MESSAGE).map(|some| with(json!({"student_ids": some}))).collect(),
        What::ExcuseDecided { student_id, is_approved, .. } => {
            vec![with(json!({"student_id": student_id, "is_approved": is_approved}))]
        }
        What::DeviceEnrolled { student_id, key_id, active_from, .. } => {
            vec![json!({"student_id": student_id, "key_id": key_id, "active_from": active_from})]
        }
        What::FaceEnrolled { user_id, is_replaced } => {
            vec![json!({"user_id": user_id, "is_replaced": is_replaced})]
        }
        What::ReviewDecided { student_id, is_confirmed, .. } => {
            vec![with(json!({"student_id": student_id, "is_confirmed": is_confirmed}))]
        }
        What::LowAttendance { student_id, percent, wanted_percent } => {
            vec![with(json!({"student_id": student_id, "percent": percent, "wanted_percent": wanted_percent}))]
        }
    };
    data.into_iter()
        .enumerate()
        .map(|(part, data)| Message::new(event.id, part, event.what.kind(), event.at, data))
        .collect()
}
