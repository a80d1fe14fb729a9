//! What is asked of each RPC.

mod calendar;
mod devices;
mod organisation;
mod people;
mod policies;
mod records;
mod sessions;
mod told;
mod workforce;

use serde_json::{Value, json};

pub use policies::make_shadow;

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
            "PolicyService" => self.policy_request(method, object).await,
            "DeviceService" | "OfflineService" => self.device_request(method, object).await,
            "SessionService" | "CodeService" | "CheckInService" | "LiveService" => {
                self.session_request(method, who, object).await
            }
            "RecordService" | "ExcuseService" | "FeedbackService" | "ReportService" | "ReviewService" => {
                self.record_request(method, who, object).await
            }
            "FaceService" => match method {
                "FaceService.GiveFaceConsent" => Some(json!({"text_version": "1"})),
                "FaceService.EnrolFace" => Some(json!({"photos": ["AAAA"]})),
                _ => None,
            },
            "NotificationService" | "WebhookService" => self.told_request(method, who, object).await,
            "WorkforceService" | "DailyRecordService" => self.workforce_request(method, who, object).await,
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
            | "FaceService.GetFaceEnrolment"
            | "FaceService.WithdrawFaceConsent"
            | "FaceService.DeleteFaceEnrolment"
            | "AuthService.Logout"
            | "DeviceService.GetCheckInNonce"
            | "DeviceService.ListMyDevices"
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
            | "LocationHistoryService.ListMyLocationHistory"
            | "LocationHistoryService.DeleteMyLocationHistory"
            | "HealthService.Check"
            | "HealthService.Live"
            | "HealthService.Ready"
            | "HealthService.AttendanceHealth"
            | "HealthService.AttendanceHealthDetail"
    )
}
