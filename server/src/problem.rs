//! The one type that becomes a gRPC status. A problem is public: what it says, anyone may read. The cause of a fault of ours
//! goes to the log and never into it.

use std::{collections::HashMap, fmt::Display, time::Duration};

use prost::Message as _;
use rollcall_proto::{
    google::rpc::{BadRequest, ErrorInfo, RetryInfo, Status as RpcStatus, bad_request::FieldViolation},
    v1::ErrorReason as Reason,
};
use tonic::{Code, Status};

pub use rollcall_proto::v1::ErrorReason;

/// Who defines the reasons.
const DOMAIN: &str = "rollcall";

/// Why a call was refused.
#[derive(Clone, Debug)]
pub struct Problem {
    pub reason: Reason,
    pub message: String,
    pub metadata: HashMap<String, String>,
    pub violations: Vec<Violation>,
    pub retry_after: Option<Duration>,
}

/// One faulty field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pub field: String,
    pub description: String,
}

/// One row for each reason: the gRPC code that it always comes with.
const fn code(reason: Reason) -> Code {
    match reason {
        Reason::InvalidField
        | Reason::InvalidPosition
        | Reason::InvalidPageToken
        | Reason::InvalidResumeToken
        | Reason::MalformedRequest
        | Reason::WeakPassword
        | Reason::ImportFaulty
        | Reason::PolicyUnsatisfiable
        | Reason::CheckInIdReused => Code::InvalidArgument,
        Reason::TokenMissing
        | Reason::TokenInvalid
        | Reason::TokenExpired
        | Reason::TokenRevoked
        | Reason::CredentialsInvalid
        | Reason::RefreshTokenInvalid
        | Reason::AccountTokenInvalid => Code::Unauthenticated,
        Reason::OriginNotAllowed
        | Reason::RoleNotAllowed
        | Reason::NotYourSession
        | Reason::ScopeMissing
        | Reason::OwnRecord => Code::PermissionDenied,
        Reason::NotFound | Reason::NotEnrolled => Code::NotFound,
        Reason::SessionNotActive
        | Reason::IllegalTransition
        | Reason::SessionAmbiguous
        | Reason::CodeInvalid
        | Reason::CodeExpired
        | Reason::OtpInvalid
        | Reason::OtpExpired
        | Reason::OutsideGeofence
        | Reason::MoreEvidenceNeeded
        | Reason::CheckInRefused
        | Reason::DeviceNotProven
        | Reason::DeviceNotPending
        | Reason::OfflineDisabled
        | Reason::OfflineTooLate
        | Reason::OfflineTimeUncertain
        | Reason::AccessPointsElsewhere
        | Reason::NothingToAppeal
        | Reason::LastAdmin
        | Reason::MailNotConfigured
        | Reason::AlreadyRegistered
        | Reason::RegistrationClosed
        | Reason::InUse
        | Reason::StartWindow
        | Reason::NothingToMakeUp
        | Reason::WebhookDisabled
        | Reason::RecordLocked
        | Reason::FeedbackClosed
        | Reason::FeedbackNotAttended
        | Reason::FeedbackNotOpen
        | Reason::NothingToExcuse
        | Reason::DeadlinePassed
        | Reason::AlreadyDecided
        | Reason::LocationDeletionNotAllowed
        | Reason::FaceModelsMissing
        | Reason::FaceConsentMissing
        | Reason::FacePhotosDiffer
        | Reason::FaceQuality
        | Reason::FaceMismatch
        | Reason::FaceDisabled
        | Reason::NeededByPolicy
        | Reason::AlreadyCorrected
        | Reason::TooManyRows
        | Reason::TooMany => Code::FailedPrecondition,
        Reason::AlreadyCheckedIn
        | Reason::AlreadyExists
        | Reason::EnrolmentOverlaps
        | Reason::SlotTaken
        | Reason::SessionConflict
        | Reason::EventIdReused
        | Reason::MakeupSlotTaken => Code::AlreadyExists,
        Reason::AttemptsExhausted | Reason::RateLimited | Reason::Overloaded | Reason::RequestTooLarge => {
            Code::ResourceExhausted
        }
        Reason::Unavailable | Reason::ShuttingDown => Code::Unavailable,
        Reason::DeadlineExceeded => Code::DeadlineExceeded,
        Reason::ListenerTooSlow => Code::Aborted,
        Reason::Unimplemented => Code::Unimplemented,
        Reason::Internal | Reason::Unspecified => Code::Internal,
    }
}

impl Problem {
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), metadata: HashMap::new(), violations: Vec::new(), retry_after: None }
    }

    pub fn with(mut self, key: &str, value: impl Display) -> Self {
        self.metadata.insert(key.to_owned(), value.to_string());
        self
    }

    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// There is no such object in the caller's college, which is also what another college's object answers.
    pub fn not_found(resource: &str) -> Self {
        Self::new(Reason::NotFound, format!("There is no such {}.", spoken(resource))).with("resource", resource)
    }

    /// Another object of the college has this value of a field that is unique.
    pub fn already_exists(resource: &str, field: &str) -> Self {
        Self::new(Reason::AlreadyExists, format!("Another {} has this {field} already.", spoken(resource)))
            .with("resource", resource)
            .with("field", field)
    }

    /// A college has as many of these as it may have.
    pub fn too_many(resource: &str, limit: u64) -> Self {
        let what = spoken(resource);
        let message = format!("There is no room for another {what}: a college has at most {limit}. Delete some first.");
        Self::new(Reason::TooMany, message).with("resource", resource).with("limit", limit)
    }

    /// The object is needed by others, so it cannot go.
    pub fn in_use(resource: &str) -> Self {
        Self::new(Reason::InUse, format!("This {} is in use: delete what refers to it first.", spoken(resource)))
            .with("resource", resource)
    }

    /// Fields that break their rules.
    pub fn invalid(reason: Reason, violations: Vec<Violation>) -> Self {
        let message = match violations.as_slice() {
            [one] => format!("{} {}.", one.field, one.description),
            many => format!("{} fields are at fault.", many.len()),
        };
        Self { violations, ..Self::new(reason, message) }
    }

    /// One field that breaks a rule which its proto cannot state.
    pub fn invalid_field(field: &str, description: impl Into<String>) -> Self {
        Self::invalid(
            Reason::InvalidField,
            vec![Violation { field: field.to_owned(), description: description.into() }],
        )
    }

    /// A fault of ours. The cause is logged under the request's id and kept from the caller.
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(error = %cause, "internal fault");
        Self::new(Reason::Internal, "Something went wrong on our side. Tell the operator the request id.")
    }

    /// A part that the call needs does not answer.
    pub fn unavailable(cause: impl Display) -> Self {
        tracing::warn!(error = %cause, "a needed part does not answer");
        Self::new(Reason::Unavailable, "The server cannot do this now. Try again.").retry_after(Duration::from_secs(1))
    }

    pub const fn code(&self) -> Code {
        code(self.reason)
    }

    /// Whether trying again can help: a part did not answer.
    pub fn is_passing(&self) -> bool {
        self.reason == Reason::Unavailable
    }

    /// Whether the server is at fault, or too busy, rather than the caller refused.
    pub const fn is_fault(&self) -> bool {
        // It shares its code with what the server is too busy for.
        if matches!(self.reason, Reason::AttemptsExhausted) {
            return false;
        }
        matches!(
            self.code(),
            Code::Internal | Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Unimplemented
        )
    }
}

impl Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// A refusal travels in headers and trailers, of which clients and proxies take some kilobytes.
const MAX_VIOLATIONS: usize = 32;
const MAX_TEXT_BYTES: usize = 200;
const MAX_METADATA_BYTES: usize = 1000;

/// Cuts what repeats what the caller has sent.
fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
}

impl From<Problem> for Status {
    fn from(mut problem: Problem) -> Self {
        let code = problem.code();
        problem.violations.truncate(MAX_VIOLATIONS);
        for violation in &mut problem.violations {
            shorten(&mut violation.field, MAX_TEXT_BYTES);
            shorten(&mut violation.description, MAX_TEXT_BYTES);
        }
        shorten(&mut problem.message, 2 * MAX_TEXT_BYTES);
        problem.metadata.values_mut().for_each(|value| shorten(value, MAX_METADATA_BYTES));
        let mut details = vec![any(
            "google.rpc.ErrorInfo",
            &ErrorInfo {
                reason: problem.reason.as_str_name().to_owned(),
                domain: DOMAIN.to_owned(),
                metadata: problem.metadata,
            },
        )];
        if !problem.violations.is_empty() {
            let field_violations = problem
                .violations
                .into_iter()
                .map(|violation| FieldViolation {
                    field: violation.field,
                    description: violation.description,
                    reason: problem.reason.as_str_name().to_owned(),
                })
                .collect();
            details.push(any("google.rpc.BadRequest", &BadRequest { field_violations }));
        }
        if let Some(wait) = problem.retry_after {
            let retry_delay = Some(prost_types::Duration {
                seconds: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
                nanos: i32::try_from(wait.subsec_nanos()).unwrap_or(0),
            });
            details.push(any("google.rpc.RetryInfo", &RetryInfo { retry_delay }));
        }
        let status = RpcStatus { code: code as i32, message: problem.message.clone(), details };
        Self::with_details(code, problem.message, status.encode_to_vec().into())
    }
}

/// The name of a kind of object as people say it.
fn spoken(resource: &str) -> String {
    resource.replace('_', " ")
}

fn any(name: &str, message: &impl prost::Message) -> prost_types::Any {
    prost_types::Any { type_url: format!("type.googleapis.com/{name}"), value: message.encode_to_vec() }
}
