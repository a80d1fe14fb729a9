//! Waiting for a condition. A test never sleeps for a time: it waits until something is so, and fails when that takes too
//! long.

use std::time::{Duration, Instant};

/// How long a condition may take that usually holds at once. Long, because the machine may be busy; a test that passes
/// never waits that long.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until `probe` gives a value.
///
/// # Panics
/// When it has given none within `bound`.
pub async fn until_within<T>(what: &str, bound: Duration, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(begun.elapsed() < bound, "after {bound:?} still waiting until {what}");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// The same, with the usual patience.
pub async fn until<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(what, PATIENCE, probe).await
}

/// Gives `future` the usual patience.
///
/// # Panics
/// When it is not done by then.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("after {PATIENCE:?} still waiting until {what}"),
    }
}
