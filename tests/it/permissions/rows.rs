//! The table. It states again what the contract's options say, so that a change of the one without the other fails.

use serde_json::Value;
use tonic::Code;

use super::{
    barred,
    scene::{Object, Who},
};

/// What a cell must give.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    Answered,
    Refused(Code, &'static str),
}

/// What one RPC says to whom.
pub struct Row {
    pub callers: &'static [&'static str],
    pub objects: &'static [Object],
    /// To a student about what concerns other students only.
    pub student_theirs: Expect,
    /// To a teacher about another teacher's.
    pub teacher_theirs: Expect,
    /// To anyone about what is not there, or not in the caller's college.
    pub gone: Expect,
    /// Whether asking twice gives the same answer.
    pub repeatable: bool,
    /// What an API key must have been made for; where None, no key may call.
    pub scope: Option<&'static str>,
    /// Where the answer has what belongs to the object. Whoever may not see that gets an answer without it.
    pub list: Option<&'static str>,
}

const NOT_FOUND: Expect = Expect::Refused(Code::NotFound, "NOT_FOUND");
const NOT_ENROLLED: Expect = Expect::Refused(Code::NotFound, "NOT_ENROLLED");
const NOT_YOURS: Expect = Expect::Refused(Code::PermissionDenied, "NOT_YOUR_SESSION");
const TOKEN_INVALID: Expect = Expect::Refused(Code::Unauthenticated, "ACCOUNT_TOKEN_INVALID");
const CODE_INVALID: Expect = Expect::Refused(Code::FailedPrecondition, "CODE_INVALID");

const FACE_DISABLED: Expect = Expect::Refused(Code::FailedPrecondition, "FACE_DISABLED");

const DEVICE_NOT_PROVEN: Expect = Expect::Refused(Code::FailedPrecondition, "DEVICE_NOT_PROVEN");

const ANYONE: &[&str] = &["ANYONE"];
const EVERYONE: &[&str] = &["STUDENT", "TEACHER", "ADMIN"];
const STAFF: &[&str] = &["TEACHER", "ADMIN"];
const STUDENTS: &[&str] = &["STUDENT"];
const STUDENTS_AND_TEACHERS: &[&str] = &["STUDENT", "TEACHER"];
const STUDENTS_AND_ADMINS: &[&str] = &["STUDENT", "ADMIN"];
const ADMINS: &[&str] = &["ADMIN"];

const ALL: &[Object] = &[Object::Own, Object::Other, Object::Foreign, Object::Absent];
/// Of an RPC that is about nothing but the caller, or gives an empty list for what the caller may not see.
const CALLER: &[Object] = &[Object::Own];

/// Everyone gets an answer about everything.
const OPEN: Row = Row {
    callers: EVERYONE,
    objects: ALL,
    student_theirs: Expect::Answered,
    teacher_theirs: Expect::Answered,
    gone: Expect::Answered,
    repeatable: true,
    scope: None,
    list: None,
};

/// A session's teacher and administrators.
const OF_A_SESSION: Row = Row { callers: STAFF, teacher_theirs: NOT_YOURS, gone: NOT_FOUND, ..OPEN };

/// The row of an RPC.
pub fn row(method: &str) -> Option<Row> {
    let row = match method {
        "AuthService.Login" => Row {
            callers: ANYONE,
            gone: Expect::Refused(Code::Unauthenticated, "CREDENTIALS_INVALID"),
            repeatable: false,
            ..OPEN
        },
        "AuthService.RefreshToken" => Row {
            callers: ANYONE,
            objects: &[Object::Own, Object::Absent],
            gone: Expect::Refused(Code::Unauthenticated, "REFRESH_TOKEN_INVALID"),
            repeatable: false,
            ..OPEN
        },
        // Whether an address is known must not show; a token must be one that was mailed.
        "AuthService.ForgotPassword" => Row { callers: ANYONE, ..OPEN },
        "AuthService.Register" => {
            Row { callers: ANYONE, objects: &[Object::Own, Object::Absent], gone: TOKEN_INVALID, ..OPEN }
        }
        "AuthService.ResetPassword" => Row { callers: ANYONE, objects: &[Object::Absent], gone: TOKEN_INVALID, ..OPEN },
        "AuthService.GetJsonWebKeySet" => Row { callers: ANYONE, objects: CALLER, ..OPEN },
        "AuthService.Logout" | "AuthService.ChangePassword" | "AuthService.ListSignIns" => {
            Row { objects: CALLER, ..OPEN }
        }
        "AuthService.RevokeSignIn" => {
            Row { student_theirs: NOT_FOUND, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "SessionService.CreateSession" => Row { repeatable: false, ..OF_A_SESSION },
        "SessionService.GetSession" | "RecordService.GetRecord" => {
            Row { student_theirs: NOT_FOUND, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN }
        }
        "SessionService.ListSessions" => Row { list: Some("sessions"), ..OPEN },
        "FaceService.GetFaceEnrolment"
        | "FaceService.GiveFaceConsent"
        | "FaceService.WithdrawFaceConsent"
        | "FaceService.DeleteFaceEnrolment" => {
            Row { callers: STUDENTS_AND_TEACHERS, objects: CALLER, repeatable: false, ..OPEN }
        }
        // The college has not switched it on: with photos it is tried in `face/`.
        "FaceService.EnrolFace" => {
            Row { callers: STUDENTS_AND_TEACHERS, objects: &[Object::Absent], gone: FACE_DISABLED, ..OPEN }
        }
        "DeviceService.GetCheckInNonce" | "DeviceService.ListMyDevices" => {
            Row { callers: STUDENTS, objects: CALLER, repeatable: false, ..OPEN }
        }
        // What becomes of an entry stands in the answer: that is tried in `offline/`.
        "OfflineService.HandInCheckIns" => Row { callers: STUDENTS, ..OPEN },
        // The proof is nobody's: with keys it is tried in `device/`.
        "DeviceService.EnrolDevice" => {
            Row { callers: STUDENTS, objects: &[Object::Absent], gone: DEVICE_NOT_PROVEN, repeatable: false, ..OPEN }
        }
        "DeviceService.ListDevices" => {
            Row { callers: STAFF, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "DeviceService.ApproveDevice" => {
            Row { callers: STAFF, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "DeviceService.RevokeDevice" => {
            Row { callers: STUDENTS_AND_ADMINS, student_theirs: NOT_FOUND, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "UserService.GetMe" | "UserService.UpdateMe" => Row { objects: CALLER, ..OPEN },
        "UserService.ListUsers" => Row { callers: ADMINS, objects: CALLER, list: Some("users"), ..OPEN },
        "UserService.CreateUser" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "ApiKeyService.ListApiKeys" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, list: Some("api_keys"), ..OPEN }
        }
        "ApiKeyService.CreateApiKey" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "ApiKeyService.GetApiKey" | "ApiKeyService.RevokeApiKey" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "UserService.GetUser" | "UserService.UpdateUser" | "UserService.DeleteUser" | "UserService.InviteUser" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "DivisionService.ListDivisions" => Row { objects: CALLER, repeatable: false, list: Some("divisions"), ..OPEN },
        "DivisionService.GetDivision" => Row { student_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN },
        "DivisionService.ListDivisionStudents" => Row { callers: STAFF, gone: NOT_FOUND, ..OPEN },
        "DivisionService.CreateDivision" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "DivisionService.UpdateDivision"
        | "DivisionService.DeleteDivision"
        | "DivisionService.EnrolStudent"
        | "DivisionService.EndEnrolment" => Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN },
        "GeofenceService.ListLocations" => Row { objects: CALLER, list: Some("locations"), ..OPEN },
        "SessionService.StartSession"
        | "SessionService.EndSession"
        | "SessionService.CancelSession"
        | "SessionService.RescheduleSession"
        | "SessionService.ListMakeupSlots"
        | "SessionService.BookMakeup" => Row { repeatable: false, ..OF_A_SESSION },
        "SessionService.ChangeTeacher" => OF_A_SESSION,
        "SessionService.PlanSessions" => Row { callers: ADMINS, objects: CALLER, ..OPEN },
        "CodeService.GetCurrentCode" | "CodeService.WatchCodes" | "CodeService.RequestOtp" => {
            Row { repeatable: false, ..OF_A_SESSION }
        }
        "CodeService.GetCurrentCodeImage" | "LiveService.WatchAttendance" | "RecordService.ListRecords" => OF_A_SESSION,
        "CodeService.VerifyCode" => {
            Row { callers: STUDENTS, student_theirs: NOT_ENROLLED, gone: CODE_INVALID, repeatable: false, ..OPEN }
        }
        "CodeService.VerifyOtp" => {
            Row { callers: STUDENTS, student_theirs: NOT_ENROLLED, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "GeofenceService.GetLocation" => Row { gone: NOT_FOUND, ..OPEN },
        "GeofenceService.CreateLocation" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "GeofenceService.UpdateLocation" | "GeofenceService.DeleteLocation" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "GeofenceService.ImportLocations" | "GeofenceService.ExportLocations" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN }
        }
        "GeofenceService.ValidatePoint" => Row { objects: CALLER, ..OPEN },
        "AccessPointService.ListAccessPoints" => {
            Row { callers: STAFF, objects: CALLER, repeatable: false, list: Some("access_points"), ..OPEN }
        }
        "AccessPointService.CreateAccessPoint" | "AccessPointService.DeleteAccessPoint" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "TimetableService.ListTimetables" => {
            Row { objects: CALLER, repeatable: false, list: Some("timetables"), ..OPEN }
        }
        "TimetableService.GetTimetable" | "TimetableService.ListDivisionTimetable" => {
            Row { student_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN }
        }
        "TimetableService.ListMySchedule" => {
            Row { callers: &["STUDENT", "TEACHER"], objects: CALLER, list: Some("occurrences"), ..OPEN }
        }
        "TimetableService.ListToday" => Row { objects: CALLER, list: Some("occurrences"), ..OPEN },
        "TimetableService.CreateTimetable"
        | "TimetableService.UpdateTimetable"
        | "TimetableService.DeleteTimetable" => Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN },
        "BulkService.ImportRows" | "BulkService.ExportRows" => Row { callers: ADMINS, objects: CALLER, ..OPEN },
        "CalendarService.ListCalendarEntries" => Row { objects: CALLER, list: Some("entries"), ..OPEN },
        "CalendarService.GetCalendarEntry" => Row { gone: NOT_FOUND, repeatable: false, ..OPEN },
        "CalendarService.CreateCalendarEntry" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "CalendarService.UpdateCalendarEntry" | "CalendarService.DeleteCalendarEntry" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "CalendarService.ImportCalendarEntries" => Row { callers: ADMINS, objects: CALLER, ..OPEN },
        "ScheduleFeedService.CreateScheduleFeed"
        | "ScheduleFeedService.GetScheduleFeed"
        | "ScheduleFeedService.DeleteScheduleFeed" => {
            Row { callers: &["STUDENT", "TEACHER"], objects: CALLER, repeatable: false, ..OPEN }
        }
        "ScheduleFeedService.DownloadScheduleFeed" => {
            Row { callers: ANYONE, objects: &[Object::Own, Object::Absent], gone: NOT_FOUND, ..OPEN }
        }
        "NotificationService.ListMyNotifications"
        | "NotificationService.MarkNotificationsRead"
        | "NotificationService.GetNotificationPreferences"
        | "NotificationService.UpdateNotificationPreferences"
        | "LiveService.WatchNotifications" => Row { objects: CALLER, repeatable: false, ..OPEN },
        "NotificationService.GetGuardians" | "NotificationService.SetGuardians" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "WebhookService.ListWebhooks" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, list: Some("webhooks"), ..OPEN }
        }
        "WebhookService.CreateWebhook" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "WebhookService.GetWebhook"
        | "WebhookService.UpdateWebhook"
        | "WebhookService.DeleteWebhook"
        | "WebhookService.RotateWebhookSecret"
        | "WebhookService.ListWebhookDeliveries"
        | "WebhookService.RedeliverWebhook" => Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN },
        "PolicyService.CreatePolicy"
        | "PolicyService.GetPolicy"
        | "PolicyService.ListPolicyVersions"
        | "PolicyService.UpdatePolicy"
        | "PolicyService.DeletePolicy"
        | "PolicyService.ComparePolicy" => Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN },
        "PolicyService.ListPolicies" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, list: Some("policies"), ..OPEN }
        }
        "PolicyService.GetSessionPolicy" => {
            Row { student_theirs: NOT_FOUND, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN }
        }
        "WorkforceService.ListEmployees" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, list: Some("employees"), ..OPEN }
        }
        "WorkforceService.CreateEmployee" | "DailyRecordService.CreateDailyRecord" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN }
        }
        "WorkforceService.GetEmployee"
        | "WorkforceService.UpdateEmployee"
        | "WorkforceService.CreatePunch"
        | "WorkforceService.CorrectPunch" => Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN },
        "WorkforceService.ListPunches" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, list: Some("punches"), ..OPEN }
        }
        // What becomes of a punch stands in the answer: that is tried in `workforce/`.
        "WorkforceService.CreatePunches" | "WorkforceService.StreamPunches" => {
            Row { callers: ADMINS, repeatable: false, ..OPEN }
        }
        "WorkforceService.GetDailySummary" | "WorkforceService.GetWorkHours" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, list: Some("rows"), ..OPEN }
        }
        "DailyRecordService.SearchDailyRecords" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, list: Some("records"), ..OPEN }
        }
        "DailyRecordService.ListDailyRecords" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, list: Some("records"), ..OPEN }
        }
        "CollegeService.GetCollege" => Row { objects: CALLER, ..OPEN },
        "CollegeService.UpdateCollege" => Row { callers: ADMINS, objects: CALLER, ..OPEN },
        "AuditService.ListAuditRows" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, list: Some("audit_rows"), ..OPEN }
        }
        "CheckInService.CheckIn" => {
            Row { callers: STUDENTS, student_theirs: NOT_ENROLLED, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "RecordService.UpdateRecord" => Row { callers: STAFF, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN },
        "RecordService.ListRecordChanges" | "ExcuseService.GetExcuse" | "ExcuseService.DownloadExcuseDocument" => {
            Row { student_theirs: NOT_FOUND, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN }
        }
        "RecordService.MarkRecords" => Row { repeatable: false, ..OF_A_SESSION },
        "BulkService.ImportMarks" => OF_A_SESSION,
        "ExcuseService.RequestExcuse" => {
            Row { callers: STUDENTS, student_theirs: NOT_ENROLLED, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "ExcuseService.DecideExcuse" => {
            Row { callers: STAFF, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "ReviewService.ListReviews" => Row { callers: STAFF, list: Some("reviews"), ..OPEN },
        "ReviewService.GetReview" => {
            Row { student_theirs: NOT_FOUND, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN }
        }
        "ReviewService.DecideReview" => {
            Row { callers: STAFF, teacher_theirs: NOT_FOUND, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "ReviewService.AppealReview" => {
            Row { callers: STUDENTS, student_theirs: NOT_FOUND, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "ExcuseService.ListExcuses" => Row { list: Some("excuses"), ..OPEN },
        "RecordService.ListMyRecords" => Row { callers: STUDENTS, objects: CALLER, repeatable: false, ..OPEN },
        "LocationHistoryService.ListMyLocationHistory" | "LocationHistoryService.DeleteMyLocationHistory" => {
            Row { callers: STUDENTS, objects: CALLER, repeatable: false, ..OPEN }
        }
        "FeedbackService.GiveFeedback" => Row { callers: STUDENTS, student_theirs: NOT_FOUND, gone: NOT_FOUND, ..OPEN },
        "FeedbackService.GetSessionFeedback" => {
            Row { student_theirs: NOT_FOUND, teacher_theirs: NOT_YOURS, gone: NOT_FOUND, ..OPEN }
        }
        "FeedbackService.GetFeedbackStatistics" => Row { callers: STAFF, objects: CALLER, ..OPEN },
        // What somebody may not see is not counted.
        "ReportService.GetAnalytics" => Row { objects: CALLER, repeatable: false, ..OPEN },
        "ReportService.ListAtRisk" => Row { callers: STAFF, objects: CALLER, repeatable: false, ..OPEN },
        "HealthService.Check"
        | "HealthService.Live"
        | "HealthService.Ready"
        | "HealthService.AttendanceHealth"
        | "HealthService.AttendanceHealthDetail" => Row { callers: ANYONE, objects: CALLER, ..OPEN },
        _ => return None,
    };
    Some(Row { scope: scope(method), ..row })
}

/// What an API key must have been made for to call an RPC.
fn scope(method: &str) -> Option<&'static str> {
    let scope = match method {
        "UserService.ListUsers" | "UserService.GetUser" | "DivisionService.ListDivisionStudents" => "PEOPLE_READ",
        "UserService.CreateUser"
        | "UserService.UpdateUser"
        | "UserService.DeleteUser"
        | "UserService.InviteUser"
        | "DivisionService.EnrolStudent"
        | "DivisionService.EndEnrolment" => "PEOPLE_WRITE",
        "CalendarService.ListCalendarEntries"
        | "CalendarService.GetCalendarEntry"
        | "DivisionService.ListDivisions"
        | "DivisionService.GetDivision"
        | "GeofenceService.ListLocations"
        | "GeofenceService.GetLocation"
        | "GeofenceService.ExportLocations"
        | "GeofenceService.ValidatePoint"
        | "AccessPointService.ListAccessPoints"
        | "TimetableService.ListTimetables"
        | "TimetableService.GetTimetable"
        | "TimetableService.ListDivisionTimetable"
        | "TimetableService.ListToday"
        | "PolicyService.GetPolicy"
        | "PolicyService.ListPolicies"
        | "PolicyService.ListPolicyVersions"
        | "CollegeService.GetCollege" => "ORGANISATION_READ",
        "CalendarService.CreateCalendarEntry"
        | "CalendarService.UpdateCalendarEntry"
        | "CalendarService.DeleteCalendarEntry"
        | "CalendarService.ImportCalendarEntries"
        | "DivisionService.CreateDivision"
        | "DivisionService.UpdateDivision"
        | "DivisionService.DeleteDivision"
        | "GeofenceService.CreateLocation"
        | "GeofenceService.UpdateLocation"
        | "GeofenceService.DeleteLocation"
        | "GeofenceService.ImportLocations"
        | "AccessPointService.CreateAccessPoint"
        | "AccessPointService.DeleteAccessPoint"
        | "TimetableService.CreateTimetable"
        | "TimetableService.UpdateTimetable"
        | "TimetableService.DeleteTimetable" => "ORGANISATION_WRITE",
        "SessionService.ListSessions"
        | "SessionService.GetSession"
        | "RecordService.ListRecords"
        | "RecordService.GetRecord"
        | "RecordService.ListRecordChanges"
        | "ReportService.GetAnalytics"
        | "ReportService.ListAtRisk"
        | "PolicyService.ComparePolicy"
        | "PolicyService.GetSessionPolicy"
        | "LiveService.WatchAttendance" => "ATTENDANCE_READ",
        "WorkforceService.ListEmployees"
        | "WorkforceService.GetEmployee"
        | "WorkforceService.ListPunches"
        | "WorkforceService.GetDailySummary"
        | "WorkforceService.GetWorkHours"
        | "DailyRecordService.SearchDailyRecords"
        | "DailyRecordService.ListDailyRecords" => "WORKFORCE_READ",
        "WorkforceService.CreateEmployee"
        | "WorkforceService.UpdateEmployee"
        | "WorkforceService.CreatePunch"
        | "WorkforceService.CreatePunches"
        | "WorkforceService.StreamPunches"
        | "WorkforceService.CorrectPunch"
        | "DailyRecordService.CreateDailyRecord" => "WORKFORCE_WRITE",
        _ => return None,
    };
    Some(scope)
}

/// Whether the object belongs to what the caller may see.
pub fn is_theirs(who: Who, object: Object) -> bool {
    matches!(
        (who, object),
        (Who::Student | Who::Teacher | Who::Admin | Who::Key, Object::Own)
            | (Who::OtherStudent | Who::OtherTeacher | Who::Admin | Who::Key, Object::Other)
            | (Who::ForeignAdmin | Who::ForeignKey, Object::Foreign)
    )
}

impl Row {
    /// Whether an answer's list has items if and only if the caller may see them.
    pub fn lists_rightly(&self, who: Who, object: Object, answer: &Value) -> bool {
        let Some(list) = self.list else { return true };
        let is_empty = answer[list].as_array().is_none_or(Vec::is_empty);
        // What is not about an object is about the caller's college, and that has some.
        is_empty != (self.objects == CALLER || is_theirs(who, object))
    }

    /// What the cell must give.
    pub fn expect(&self, who: Who, object: Object) -> Expect {
        if self.callers == ANYONE {
            // Nobody's identity matters, only what is asked for.
            return if object == Object::Absent { self.gone } else { Expect::Answered };
        }
        if let Some(barred) = barred(who, self) {
            return barred;
        }
        match (who, object) {
            (_, Object::Absent) => self.gone,
            (Who::ForeignAdmin | Who::ForeignKey, Object::Foreign) => Expect::Answered,
            (Who::ForeignAdmin | Who::ForeignKey, _) | (_, Object::Foreign) => self.gone,
            (Who::Student, Object::Other) | (Who::OtherStudent, Object::Own) => self.student_theirs,
            (Who::Teacher, Object::Other) | (Who::OtherTeacher, Object::Own) => self.teacher_theirs,
            _ => Expect::Answered,
        }
    }
}
