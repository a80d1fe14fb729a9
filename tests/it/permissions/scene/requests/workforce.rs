//! Of working time.

use chrono::{SecondsFormat, TimeDelta};
use rollcall_tests::actor::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Object, Scene, Who};

impl Scene {
    pub(super) async fn workforce_request(&self, method: &str, who: Who, object: Object) -> Option<Value> {
        let request = match method {
            "WorkforceService.ListEmployees" => {
                // The caller's college has to have one to show.
                self.spare_employee(if who.is_foreign() { Object::Foreign } else { Object::Own }).await;
                json!({"page_size": 1})
            }
            "WorkforceService.CreateEmployee" => json!({"name": "Receptionist"}),
            "WorkforceService.GetEmployee" => json!({"id": self.spare_employee(object).await}),
            "WorkforceService.UpdateEmployee" => {
                let id = self.spare_employee(object).await;
                json!({"employee": {"id": id, "department": "D"}, "update_mask": "department"})
            }
            "WorkforceService.ListPunches" | "WorkforceService.GetDailySummary" | "WorkforceService.GetWorkHours" => {
                json!({"employee_id": self.spare_worker(object).await.0})
            }
            "WorkforceService.CreatePunch" => self.punch(&self.spare_employee(object).await, "IN", 0),
            "WorkforceService.CreatePunches" | "WorkforceService.StreamPunches" => {
                json!({"punches": [self.punch(&self.spare_employee(object).await, "IN", 0)]})
            }
            "WorkforceService.CorrectPunch" => {
                json!({"id": self.spare_worker(object).await.1, "reason": "It was not so.", "is_void": true})
            }
            "DailyRecordService.CreateDailyRecord" => daily_record(&Uuid::now_v7().to_string()),
            "DailyRecordService.SearchDailyRecords" => json!({"id": self.spare_daily_record(object).await}),
            "DailyRecordService.ListDailyRecords" => {
                self.spare_daily_record(if who.is_foreign() { Object::Foreign } else { Object::Own }).await;
                json!({"page_size": 1})
            }
            _ => return None,
        };
        Some(request)
    }

    /// An administrator of the object's college, if that is there.
    fn admin_of(&self, object: Object) -> Option<Actor> {
        match object {
            Object::Absent => None,
            Object::Foreign => Some(self.world.actor(&self.foreign.admin)),
            Object::Own | Object::Other => Some(self.world.actor(&self.college.admin)),
        }
    }

    /// Somebody who works in the object's college.
    async fn spare_employee(&self, object: Object) -> String {
        let Some(admin) = self.admin_of(object) else { return Uuid::now_v7().to_string() };
        let made = admin.rest().post("/api/v1/workforce/employees", &json!({"name": "Receptionist"})).await.answer();
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Somebody who has worked in the object's college today, and one of their punches.
    async fn spare_worker(&self, object: Object) -> (String, String) {
        let employee = self.spare_employee(object).await;
        let Some(admin) = self.admin_of(object) else { return (employee, Uuid::now_v7().to_string()) };
        let rest = admin.rest();
        rest.post("/api/v1/workforce/attendance", &self.punch(&employee, "IN", 60)).await.answer();
        let last = rest.post("/api/v1/workforce/attendance", &self.punch(&employee, "OUT", 0)).await.answer();
        (employee, last["id"].as_str().expect("an id").to_owned())
    }

    /// A punch of so many minutes ago.
    fn punch(&self, employee: &str, event_type: &str, minutes_ago: i64) -> Value {
        let time = self.world.clock().now() - TimeDelta::minutes(minutes_ago);
        let event_time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
        json!({"employee_id": employee, "event_type": event_type, "event_time": event_time})
    }

    /// What the object's college calls somebody for whom a day was entered.
    async fn spare_daily_record(&self, object: Object) -> String {
        let id = Uuid::now_v7().to_string();
        if let Some(admin) = self.admin_of(object) {
            admin.rest().post("/api/v1/attendance/create", &daily_record(&id)).await.answer();
        }
        id
    }
}

fn daily_record(id: &str) -> Value {
    json!({"id": id, "name": "Receptionist", "status": "PRESENT", "date": "2026-03-02"})
}
