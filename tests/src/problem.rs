//! Refusals: what a gRPC status and a problem document say, in one form that can be compared whole.

use std::{collections::BTreeMap, fmt, time::Duration};

use prost::Message as _;
use rollcall_proto::google::rpc;
use serde_json::Value;
use tonic::{Code, Response, Status};

/// A refusal, whatever transport it came by.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    pub reason: String,
    pub message: String,
    pub metadata: BTreeMap<String, String>,
    /// Field and description.
    pub violations: Vec<(String, String)>,
    pub retry_after: Option<Duration>,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} {}: {} {:?} {:?}", self.code, self.reason, self.message, self.metadata, self.violations)?;
        self.retry_after.map_or(Ok(()), |wait| write!(out, " retry after {wait:?}"))
    }
}

impl Refusal {
    /// Code and reason, where a test says no more.
    pub fn kind(&self) -> (Code, &str) {
        (self.code, &self.reason)
    }

    /// One entry of the metadata, empty when there is none.
    pub fn told(&self, key: &str) -> &str {
        self.metadata.get(key).map_or("", String::as_str)
    }

    /// Reads a problem document. Its members are all there, whatever the refusal.
    ///
    /// # Panics
    /// When it is not the document that the contract promises.
    pub fn from_problem(problem: &Value) -> Self {
        let text = |key: &str| {
            let Some(text) = problem[key].as_str() else { panic!("no text {key} in {problem}") };
            text.to_owned()
        };
        let code = text("code");
        let code = CODES.iter().find(|(_, name)| *name == code).unwrap_or_else(|| panic!("no code: {code}")).0;
        assert_eq!(problem["status"], http_status(code), "{problem}");
        let violation = |item: &Value| {
            let part = |key: &str| item[key].as_str().unwrap_or_else(|| panic!("{key} of {item}")).to_owned();
            (part("field"), part("description"))
        };
        Self {
            code,
            reason: text("reason"),
            message: text("detail"),
            metadata: serde_json::from_value(problem["metadata"].clone())
                .unwrap_or_else(|cause| panic!("metadata: {cause}: {problem}")),
            violations: problem["violations"]
                .as_array()
                .unwrap_or_else(|| panic!("violations: {problem}"))
                .iter()
                .map(violation)
                .collect(),
            retry_after: None,
        }
    }
}

impl From<&Status> for Refusal {
    fn from(status: &Status) -> Self {
        let mut refusal = Self {
            code: status.code(),
            reason: String::new(),
            message: status.message().to_owned(),
            metadata: BTreeMap::new(),
            violations: Vec::new(),
            retry_after: None,
        };
        let Ok(details) = rpc::Status::decode(status.details()) else { return refusal };
        for any in details.details {
            match any.type_url.rsplit('/').next() {
                Some("google.rpc.ErrorInfo") => {
                    let info = rpc::ErrorInfo::decode(&*any.value).expect("ErrorInfo");
                    assert_eq!(info.domain, "rollcall");
                    refusal.reason = info.reason;
                    refusal.metadata = info.metadata.into_iter().collect();
                }
                Some("google.rpc.BadRequest") => {
                    let bad = rpc::BadRequest::decode(&*any.value).expect("BadRequest");
                    refusal.violations =
                        bad.field_violations.into_iter().map(|item| (item.field, item.description)).collect();
                }
                Some("google.rpc.RetryInfo") => {
                    let retry = rpc::RetryInfo::decode(&*any.value).expect("RetryInfo");
                    refusal.retry_after = retry.retry_delay.and_then(|delay| delay.try_into().ok());
                }
                _ => {}
            }
        }
        refusal
    }
}

/// Takes the one or the other out of a gRPC result.
pub trait Answer<T> {
    /// The answer.
    ///
    /// # Panics
    /// When it was refused.
    fn answer(self) -> T;

    /// The refusal.
    ///
    /// # Panics
    /// When it was answered.
    fn refused(self) -> Refusal;
}

impl<T> Answer<T> for Result<Response<T>, Status> {
    #[track_caller]
    fn answer(self) -> T {
        match self {
            Ok(response) => response.into_inner(),
            Err(status) => panic!("refused: {:?}", Refusal::from(&status)),
        }
    }

    #[track_caller]
    fn refused(self) -> Refusal {
        match self {
            Ok(_) => panic!("answered, though a refusal was due"),
            Err(status) => Refusal::from(&status),
        }
    }
}

/// The HTTP status of a code, by the table in google/rpc/code.proto.
pub fn http_status(code: Code) -> u16 {
    match code {
        Code::Ok => 200,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        Code::Cancelled => 499,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
        Code::Unknown | Code::Internal | Code::DataLoss => 500,
    }
}

const CODES: [(Code, &str); 16] = [
    (Code::Cancelled, "CANCELLED"),
    (Code::Unknown, "UNKNOWN"),
    (Code::InvalidArgument, "INVALID_ARGUMENT"),
    (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
    (Code::NotFound, "NOT_FOUND"),
    (Code::AlreadyExists, "ALREADY_EXISTS"),
    (Code::PermissionDenied, "PERMISSION_DENIED"),
    (Code::ResourceExhausted, "RESOURCE_EXHAUSTED"),
    (Code::FailedPrecondition, "FAILED_PRECONDITION"),
    (Code::Aborted, "ABORTED"),
    (Code::OutOfRange, "OUT_OF_RANGE"),
    (Code::Unimplemented, "UNIMPLEMENTED"),
    (Code::Internal, "INTERNAL"),
    (Code::Unavailable, "UNAVAILABLE"),
    (Code::DataLoss, "DATA_LOSS"),
    (Code::Unauthenticated, "UNAUTHENTICATED"),
];
