//! A panic in a handler is one caller's INTERNAL, not the end of the connection.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use super::Response;
use crate::problem::Problem;

pub async fn guard(call: impl Future<Output = Result<Response, Problem>>) -> Result<Response, Problem> {
    AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(Problem::internal(format!("a handler panicked: {text}")))
    })
}
