//! Gives every call an end: the caller's `grpc-timeout` or the contract's deadline, whichever is sooner. Of a stream this
//! bounds its beginning here and its life in its own handler.

use std::{sync::Arc, time::Duration};

use axum::middleware::Next;

use super::{Request, Response, refuse};
use crate::{
    contract::Method,
    problem::{ErrorReason, Problem},
};

pub async fn layer(request: Request, next: Next) -> Response {
    let Some(method) = request.extensions().get::<Arc<Method>>() else { return next.run(request).await };
    let asked = request.headers().get("grpc-timeout").and_then(|value| parse(value.to_str().ok()?));
    let deadline = asked.map_or(method.deadline, |asked| asked.min(method.deadline));
    match tokio::time::timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refuse(Problem::new(
            ErrorReason::DeadlineExceeded,
            "The call took longer than its deadline. It may have happened: repeat it with the same id.",
        )),
    }
}

/// At most eight digits and a unit: hours, minutes, seconds, milli-, micro- or nanoseconds.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_grpc_writes_them() {
        let table = [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("5S", Some(Duration::from_secs(5))),
            ("100m", Some(Duration::from_millis(100))),
            ("7u", Some(Duration::from_micros(7))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("100000000n", None),
            ("S", None),
            ("", None),
            ("-1S", None),
            ("5s", None),
            ("5€", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
