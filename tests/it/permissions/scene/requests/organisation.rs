//! Of divisions and places, and of files.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::{Object, Scene, Who, spare::fresh_bssid};

impl Scene {
    pub(super) async fn organisation_request(&self, method: &str, who: Who, object: Object) -> Option<Value> {
        let session = self.session(object);
        let location = self.location(object);
        let request = match method {
            "DivisionService.GetDivision" | "DivisionService.ListDivisionStudents" => {
                json!({"id": self.sessions.get(&object).map_or_else(Uuid::now_v7, |session| session.division_id)})
            }
            "DivisionService.ListDivisions" => json!({"page_size": 1}),
            "DivisionService.CreateDivision" => json!({"name": Uuid::now_v7()}),
            "DivisionService.UpdateDivision" => {
                let id = self.spare_division(object, false).await;
                json!({"division": {"id": id, "description": "D"}, "update_mask": "description"})
            }
            "DivisionService.DeleteDivision" => json!({"id": self.spare_division(object, false).await}),
            "DivisionService.EnrolStudent" => {
                let student = if who.is_foreign() { &self.foreign.stranger } else { &self.college.stranger };
                json!({"division_id": self.spare_division(object, false).await, "student_id": student.id})
            }
            "DivisionService.EndEnrolment" => {
                let student = if object == Object::Foreign { &self.foreign.stranger } else { &self.college.stranger };
                json!({"division_id": self.spare_division(object, true).await, "student_id": student.id})
            }
            "GeofenceService.GetLocation" => json!({"id": location}),
            "GeofenceService.CreateLocation" => {
                json!({"name": Uuid::now_v7(), "latitude": 12.9716, "longitude": 77.5946})
            }
            "GeofenceService.UpdateLocation" => {
                json!({"location": {"id": self.spare_location(object).await, "building": "B"}, "update_mask": "building"})
            }
            "GeofenceService.DeleteLocation" => json!({"id": self.spare_location(object).await}),
            "GeofenceService.ImportLocations" => {
                // A collection without features, in base64.
                let file = "eyJ0eXBlIjoiRmVhdHVyZUNvbGxlY3Rpb24iLCJmZWF0dXJlcyI6W119";
                json!({"file": {"content_type": "application/geo+json", "data": file}})
            }
            "GeofenceService.ValidatePoint" => json!({"lat": 12.9716, "lon": 77.5946}),
            "AccessPointService.ListAccessPoints" => json!({"page_size": 1}),
            "AccessPointService.CreateAccessPoint" => {
                json!({"location_id": location, "bssid": fresh_bssid(), "type": "WIFI"})
            }
            "AccessPointService.DeleteAccessPoint" => json!({"id": self.spare_access_point(object).await}),
            // `name`, in base64: a file without rows.
            "BulkService.ImportRows" => {
                json!({"kind": "DIVISIONS", "dry_run": true, "file": {"content_type": "text/csv", "data": "bmFtZQ=="}})
            }
            "BulkService.ExportRows" => json!({"kind": "DIVISIONS"}),
            // `student,status`, in base64: a file without rows.
            "BulkService.ImportMarks" => {
                let file = json!({"content_type": "text/csv", "data": "c3R1ZGVudCxzdGF0dXM="});
                json!({"session_id": session, "dry_run": true, "file": file})
            }
            _ => return None,
        };
        Some(request)
    }
}
