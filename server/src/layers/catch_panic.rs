//! A panic in a handler is one caller's INTERNAL, not the end of the connection.

use std::panic::AssertUnwindSafe;

use axum::middleware::Next;
use futures_util::FutureExt as _;

use super::{Request, Response, refuse};
use crate::problem::Problem;

pub async fn layer(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let text = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            refuse(Problem::internal(format!("a handler panicked: {text}")))
        }
    }
}
