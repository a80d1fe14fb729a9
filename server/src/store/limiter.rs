//! Counts calls against limits: in Redis where there is one, so that replicas count together; in this process where there is
//! none or it does not answer.
//!
//! The rule is GCRA: a caller may do `calls` at once and then one every `period / calls`.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};

use super::redis::Redis;
use crate::problem::{ErrorReason, Problem};

/// How often a process forgets the keys that have recovered.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// One integer per key: the theoretical arrival time, in microseconds of Redis' own clock. Answers 0, or how many
/// microseconds to wait.
const GCRA: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local burst = tonumber(ARGV[2])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = tat - (burst - 1) * interval - now
if wait > 0 then return math.ceil(wait) end
tat = tat + interval
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1)
return 0
";

/// So many calls in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// What is counted: the first part of each key.
    pub name: &'static str,
    pub calls: NonZeroU32,
    pub period: Duration,
}

impl Limit {
    /// None where the setting is 0.
    pub fn new(name: &'static str, calls: u32, period: Duration) -> Option<Self> {
        NonZeroU32::new(calls).map(|calls| Self { name, calls, period })
    }
}

pub struct Limiter {
    redis: Option<Redis>,
    local: Arc<Mutex<ByLimit>>,
}

/// A limiter of this process for each limit.
type ByLimit = HashMap<Limit, Arc<DefaultKeyedRateLimiter<String>>>;

impl Limiter {
    pub fn new(redis: Option<Redis>) -> Self {
        let local = Arc::<Mutex<ByLimit>>::default();
        tokio::spawn(forget(Arc::downgrade(&local)));
        Self { redis, local }
    }

    /// Counts one call, or says how long to wait.
    pub async fn check(&self, limit: Limit, key: &str) -> Result<(), Duration> {
        let interval = limit.period / limit.calls.get();
        if let Some(redis) = &self.redis {
            let arguments = vec![interval.as_micros().to_string(), limit.calls.to_string()];
            let full_key = format!("rollcall:limit:{}:{key}", limit.name);
            match redis.run(GCRA, full_key, arguments).await {
                Some(0) => return Ok(()),
                Some(wait) => return Err(Duration::from_micros(u64::try_from(wait).unwrap_or(0))),
                None => {}
            }
        }
        let limiter = self.local(limit, interval);
        limiter.check_key(&key.to_owned()).map_err(|refusal| refusal.wait_time_from(DefaultClock::default().now()))
    }

    fn local(&self, limit: Limit, interval: Duration) -> Arc<DefaultKeyedRateLimiter<String>> {
        let mut local = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = local.entry(limit).or_insert_with(|| {
            let quota = Quota::with_period(interval).expect("a period is longer than nothing").allow_burst(limit.calls);
            Arc::new(RateLimiter::keyed(quota))
        });
        limiter.clone()
    }
}

/// Forgets, until the limiter is gone.
async fn forget(local: Weak<Mutex<ByLimit>>) {
    loop {
        tokio::time::sleep(FORGET_EVERY).await;
        let Some(local) = local.upgrade() else { return };
        let limiters: Vec<_> = local.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for limiter in limiters {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// One key for a whole IPv6 /64: its owner has all of its addresses.
pub fn address_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => address.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
        },
    }
}

/// The refusal of a call that passes a limit.
pub fn exceeded(limit: Limit, wait: Duration) -> Problem {
    let seconds = wait.as_secs() + 1;
    Problem::new(ErrorReason::RateLimited, format!("Too many calls. Try again in {seconds} s."))
        .with("limit", format!("{} in {} s", limit.calls, limit.period.as_secs()))
        .retry_after(wait)
}
