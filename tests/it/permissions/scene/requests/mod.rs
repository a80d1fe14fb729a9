//! What is asked of each RPC.

mod calendar;
mod organisation;
mod people;
mod records;
mod sessions;
mod told;

use serde_json::{Value, json};

use super::{Object, Scene, Who};

impl Scene {
    /// A request of the RPC about the object.
    ///
    /// # Panics
    /// When there is a row and no request.
    pub async fn request(&self, method: &str, who: Who, object: Object) -> Value {
        if asks_nothing(method) {
            return json!({});
        }
        let (service, _) = method.split_once('.').expect("a service");
        let request = match service {
            "AuthService" | "ApiKeyService" | "UserService" | "CollegeService" | "AuditService" => {
                self.people_request(method, who, object).await
            }
            "DivisionService" | "GeofenceService" | "AccessPointService" | "BulkService" => {
                self.organisation_request(method, who, object).await
            }
            "TimetableService" | "CalendarService" | "ScheduleFeedService" => {
                self.calendar_request(method, who, object).await
            }
            "SessionService" | "CodeService" | "CheckInService" | "LiveService" => {
                self.session_request(method, who, object).await
            }
            "RecordService" | "ExcuseService" | "FeedbackService" | "ReportService" => {
                self.record_request(method, who, object).await
            }
            "NotificationService" | "WebhookService" => self.told_request(method, who, object).await,
            _ => None,
        };
        request.unwrap_or_else(|| panic!("{method} has a row and no request"))
    }
}

/// Whether a request needs nothing said.
fn asks_nothing(method: &str) -> bool {
    matches!(
        method,
        "ScheduleFeedService.CreateScheduleFeed"
            | "AuthService.Logout"
            | "AuthService.ListSignIns"
            | "AuthService.GetJsonWebKeySet"
            | "NotificationService.ListMyNotifications"
            | "NotificationService.MarkNotificationsRead"
            | "NotificationService.GetNotificationPreferences"
            | "LiveService.WatchNotifications"
            | "WebhookService.ListWebhooks"
            | "CollegeService.GetCollege"
            | "SessionService.PlanSessions"
            | "UserService.GetMe"
            | "GeofenceService.ListLocations"
            | "GeofenceService.ExportLocations"
            | "RecordService.ListMyRecords"
            | "HealthService.Check"
            | "HealthService.Live"
            | "HealthService.Ready"
            | "HealthService.AttendanceHealth"
            | "HealthService.AttendanceHealthDetail"
    )
}
