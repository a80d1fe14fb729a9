//! Of the timetable, the calendar and its feeds.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{
    super::{calendars, slots},
    Object, Scene, Who,
};

impl Scene {
    pub(super) async fn calendar_request(&self, method: &str, who: Who, object: Object) -> Option<Value> {
        let location = self.location(object);
        let request = match method {
            "TimetableService.ListTimetables" | "TimetableService.ListMySchedule" | "TimetableService.ListToday" => {
                json!({"page_size": 1})
            }
            "TimetableService.ListDivisionTimetable" => {
                json!({"id": self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.division_id)})
            }
            "TimetableService.GetTimetable" => json!({"id": self.slot(object)}),
            "TimetableService.CreateTimetable" => {
                slots::fresh_at(if who.is_foreign() { &self.foreign } else { &self.college }, location)
            }
            "TimetableService.UpdateTimetable" => {
                let id = self.spare_slot(object).await;
                json!({"timetable": {"id": id, "subject": "Parsers"}, "update_mask": "subject"})
            }
            "TimetableService.DeleteTimetable" => json!({"id": self.spare_slot(object).await}),
            "CalendarService.GetCalendarEntry" | "CalendarService.DeleteCalendarEntry" => {
                json!({"id": self.spare_entry(object).await})
            }
            "CalendarService.ListCalendarEntries" => json!({"page_size": 1}),
            "CalendarService.CreateCalendarEntry" => {
                json!({"kind": "BREAK", "name": "Break", "from_date": "2001-01-02"})
            }
            "CalendarService.UpdateCalendarEntry" => {
                json!({"entry": {"id": self.spare_entry(object).await, "name": "Fair"}, "update_mask": "name"})
            }
            "CalendarService.ImportCalendarEntries" => {
                // A calendar without events, in base64.
                let file = "QkVHSU46VkNBTEVOREFSDQpFTkQ6VkNBTEVOREFSDQo=";
                json!({"file": {"content_type": "text/calendar", "data": file}})
            }
            "ScheduleFeedService.GetScheduleFeed" | "ScheduleFeedService.DeleteScheduleFeed" => {
                // Whoever can have a link has one.
                let person = match who {
                    Who::Student => Some(&self.college.students[0]),
                    Who::OtherStudent => Some(&self.other_student),
                    Who::Teacher => Some(&self.college.teacher),
                    Who::OtherTeacher => Some(&self.college.other_teacher),
                    _ => None,
                };
                if let Some(person) = person {
                    calendars::link(&self.world.actor(person)).await;
                }
                json!({})
            }
            "ScheduleFeedService.DownloadScheduleFeed" => match object {
                Object::Absent => json!({"token": "rcf_x"}),
                _ => json!({"token": calendars::link(&self.world.actor(&self.college.students[0])).await}),
            },
            _ => return None,
        };
        Some(request)
    }
}
