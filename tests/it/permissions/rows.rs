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
    /// Where the answer has what belongs to the object. Whoever may not see that gets an answer without it.
    pub list: Option<&'static str>,
}

const NOT_FOUND: Expect = Expect::Refused(Code::NotFound, "NOT_FOUND");
const NOT_ENROLLED: Expect = Expect::Refused(Code::NotFound, "NOT_ENROLLED");
const NOT_YOURS: Expect = Expect::Refused(Code::PermissionDenied, "NOT_YOUR_SESSION");
const CODE_INVALID: Expect = Expect::Refused(Code::FailedPrecondition, "CODE_INVALID");

const ANYONE: &[&str] = &["ANYONE"];
const EVERYONE: &[&str] = &["STUDENT", "TEACHER", "ADMIN"];
const STAFF: &[&str] = &["TEACHER", "ADMIN"];
const STUDENTS: &[&str] = &["STUDENT"];
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
        "UserService.GetMe" | "UserService.UpdateMe" => Row { objects: CALLER, ..OPEN },
        "UserService.ListUsers" => Row { callers: ADMINS, objects: CALLER, list: Some("users"), ..OPEN },
        "UserService.CreateUser" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "UserService.GetUser" | "UserService.UpdateUser" | "UserService.DeleteUser" => {
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
        "SessionService.StartSession" | "SessionService.EndSession" | "SessionService.CancelSession" => {
            Row { repeatable: false, ..OF_A_SESSION }
        }
        "CodeService.GetCurrentCode" | "CodeService.WatchCodes" => Row { repeatable: false, ..OF_A_SESSION },
        "CodeService.GetCurrentCodeImage" | "LiveService.WatchAttendance" | "RecordService.ListRecords" => OF_A_SESSION,
        "CodeService.VerifyCode" => {
            Row { callers: STUDENTS, student_theirs: NOT_ENROLLED, gone: CODE_INVALID, repeatable: false, ..OPEN }
        }
        "GeofenceService.GetLocation" => Row { gone: NOT_FOUND, ..OPEN },
        "GeofenceService.CreateLocation" => Row { callers: ADMINS, objects: CALLER, repeatable: false, ..OPEN },
        "GeofenceService.UpdateLocation" | "GeofenceService.DeleteLocation" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "GeofenceService.ValidatePoint" => Row { objects: CALLER, ..OPEN },
        "AccessPointService.ListAccessPoints" => {
            Row { callers: STAFF, objects: CALLER, repeatable: false, list: Some("access_points"), ..OPEN }
        }
        "AccessPointService.CreateAccessPoint" | "AccessPointService.DeleteAccessPoint" => {
            Row { callers: ADMINS, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "CollegeService.GetCollege" => Row { objects: CALLER, ..OPEN },
        "CollegeService.UpdateCollege" => Row { callers: ADMINS, objects: CALLER, ..OPEN },
        "AuditService.ListAuditRows" => {
            Row { callers: ADMINS, objects: CALLER, repeatable: false, list: Some("audit_rows"), ..OPEN }
        }
        "CheckInService.CheckIn" => {
            Row { callers: STUDENTS, student_theirs: NOT_ENROLLED, gone: NOT_FOUND, repeatable: false, ..OPEN }
        }
        "RecordService.ListMyRecords" => Row { callers: STUDENTS, objects: CALLER, repeatable: false, ..OPEN },
        "HealthService.Check"
        | "HealthService.Live"
        | "HealthService.Ready"
        | "HealthService.AttendanceHealth"
        | "HealthService.AttendanceHealthDetail" => Row { callers: ANYONE, objects: CALLER, ..OPEN },
        _ => return None,
    };
    Some(row)
}

/// Whether the object belongs to what the caller may see.
pub fn is_theirs(who: Who, object: Object) -> bool {
    matches!(
        (who, object),
        (Who::Student | Who::Teacher | Who::Admin, Object::Own)
            | (Who::OtherStudent | Who::OtherTeacher | Who::Admin, Object::Other)
            | (Who::ForeignAdmin, Object::Foreign)
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
            (Who::ForeignAdmin, Object::Foreign) => Expect::Answered,
            (Who::ForeignAdmin, _) | (_, Object::Foreign) => self.gone,
            (Who::Student, Object::Other) | (Who::OtherStudent, Object::Own) => self.student_theirs,
            (Who::Teacher, Object::Other) | (Who::OtherTeacher, Object::Own) => self.teacher_theirs,
            _ => Expect::Answered,
        }
    }
}
