//! Gives every call an end: the caller's `grpc-timeout` or the contract's deadline, whichever is sooner. Of a stream this
//! bounds its beginning here and its life in its own handler.

use std::time::Duration;

use super::Response;
use crate::{
    contract::Method,
    problem::{ErrorReason, Problem},
};

pub async fn hold(
    method: &Method,
    asked: Option<Duration>,
    call: impl Future<Output = Result<Response, Problem>>,
) -> Result<Response, Problem> {
    let deadline = asked.map_or(method.deadline, |asked| asked.min(method.deadline));
    tokio::time::timeout(deadline, call).await.unwrap_or_else(|_| {
        Err(Problem::new(
            ErrorReason::DeadlineExceeded,
            "The call took longer than its deadline. It may have happened all the same: look before you repeat it, or repeat it with the same id where it has one.",
        ))
    })
}
