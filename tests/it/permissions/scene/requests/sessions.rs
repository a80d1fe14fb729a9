//! Of sessions, their codes, check-ins and live views.

use std::sync::atomic::Ordering;

use chrono::{DurationRound as _, TimeDelta};
use rollcall_tests::college::now_in_seconds;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Begin, Object, Scene, Who};

impl Scene {
    pub(super) async fn session_request(&self, method: &str, who: Who, object: Object) -> Option<Value> {
        let session = self.session(object);
        let location = self.location(object);
        let request = match method {
            "SessionService.CreateSession" => self.new_session(who, object, location),
            "SessionService.GetSession" => json!({"id": session}),
            "SessionService.StartSession" => json!({"id": self.fresh(who, object, Begin::Scheduled)}),
            "SessionService.RescheduleSession" => self.another_time(self.fresh(who, object, Begin::Scheduled)),
            "SessionService.ListMakeupSlots" => json!({"id": self.fresh(who, object, Begin::Cancelled)}),
            "SessionService.BookMakeup" => self.another_time(self.fresh(who, object, Begin::Cancelled)),
            // Whoever has it keeps it.
            "SessionService.ChangeTeacher" => {
                let teacher = self.sessions.get(&object).map_or(self.college.teacher.id, |session| session.teacher_id);
                json!({"id": session, "teacher_id": teacher})
            }
            "SessionService.EndSession" | "SessionService.CancelSession" => {
                json!({"id": self.fresh(who, object, Begin::Active)})
            }
            "SessionService.ListSessions" => {
                let division = self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.division_id);
                json!({"location_id": location, "division_id": division, "page_size": 1, "state": "COMPLETED"})
            }
            "CodeService.GetCurrentCode"
            | "CodeService.GetCurrentCodeImage"
            | "CodeService.WatchCodes"
            | "CodeService.RequestOtp" => {
                json!({"location_id": location, "session_id": session})
            }
            "CodeService.VerifyCode" => {
                // There is no code of a session that does not exist, so the own one's has to do.
                let shown = if object == Object::Absent { Object::Own } else { object };
                json!({"code": self.code(shown, self.sessions[&shown].id).await, "session_id": session})
            }
            "CodeService.VerifyOtp" => {
                // Nor is there a password of one.
                let shown = if object == Object::Absent { Object::Own } else { object };
                json!({"otp": self.otp(shown, self.sessions[&shown].id).await, "session_id": session})
            }
            "CheckInService.CheckIn" => {
                let session = self.fresh(who, object, Begin::Active);
                let code = match object {
                    Object::Absent => "R1".to_owned(),
                    _ => self.code(object, session).await,
                };
                json!({
                    "check_in_id": Uuid::now_v7(),
                    "session_id": session,
                    "qr_code": code,
                    "position": {"latitude": 12.9716, "longitude": 77.5946},
                })
            }
            "LiveService.WatchAttendance" => json!({"session_id": session}),
            _ => return None,
        };
        Some(request)
    }

    /// A plan by the owner of the object, at its place.
    fn new_session(&self, who: Who, object: Object, location: Uuid) -> Value {
        let college = if who.is_foreign() { &self.foreign } else { &self.college };
        let mut teacher = match object {
            Object::Other => Some(college.other_teacher.id),
            _ => Some(college.teacher.id),
        };
        if matches!(object, Object::Foreign | Object::Absent) && matches!(who, Who::Teacher | Who::OtherTeacher) {
            // It is the place that is not there; the teacher is herself.
            teacher = None;
        }
        let start = now_in_seconds();
        let mut request = json!({
            "location_id": location,
            "division_id": college.division.id,
            "subject": "Compilers",
            "planned_start": start,
            "planned_end": start + TimeDelta::hours(1),
        });
        if let Some(teacher) = teacher {
            request["teacher_id"] = json!(teacher);
        }
        request
    }

    /// A plan on a day that nothing else is on.
    fn another_time(&self, session: Uuid) -> Value {
        let days = self.days_ahead.fetch_add(1, Ordering::Relaxed);
        // The same hour whatever the time is: the timetable's slots of each morning are never in the way.
        let start = (now_in_seconds() + TimeDelta::days(days)).duration_trunc(TimeDelta::days(1)).expect("a day")
            + TimeDelta::hours(12);
        json!({"id": session, "planned_start": start, "planned_end": start + TimeDelta::hours(1)})
    }
}
