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
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use super::redis::Redis;
use crate::problem::{ErrorReason, Problem};

/// How often a process forgets the keys that have recovered.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// One integer per key: the theoretical arrival time, in microseconds of Redis' own clock. Answers in how many microseconds
/// all of the limit is there again, or, below 0, how many to wait.
const GCRA: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local burst = tonumber(ARGV[2])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = tat - (burst - 1) * interval - now
if wait > 0 then return -math.ceil(wait) end
tat = tat + interval
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1)
return tat - now
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

    /// The time in which one call comes back.
    fn interval(&self) -> Duration {
        self.period / self.calls.get()
    }
}

/// One call, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub limit: Limit,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Let through. What is used up is back after this time.
    Passed { used: Duration },
    /// One too many, for so long.
    Refused { wait: Duration },
}

impl Count {
    /// How many calls may follow at once.
    pub fn left(&self) -> u32 {
        let Outcome::Passed { used } = self.outcome else { return 0 };
        let calls = self.limit.calls.get();
        let used = used.as_micros().div_ceil(self.limit.interval().as_micros().max(1));
        calls.saturating_sub(u32::try_from(used).unwrap_or(calls))
    }

    /// When there is more: all of it, or after a refusal one call.
    pub const fn until(&self) -> Duration {
        match self.outcome {
            Outcome::Passed { used } => used,
            Outcome::Refused { wait } => wait,
        }
    }

    /// Lets the call through or refuses it.
    pub fn admit(&self) -> Result<(), Problem> {
        let Outcome::Refused { wait } = self.outcome else { return Ok(()) };
        let seconds = wait.as_secs() + 1;
        let refusal = Problem::new(ErrorReason::RateLimited, format!("Too many calls. Try again in {seconds} s."))
            .with("limit", format!("{} in {} s", self.limit.calls, self.limit.period.as_secs()))
            .retry_after(wait);
        Err(refusal)
    }
}

pub struct Limiter {
    redis: Option<Redis>,
    local: Arc<Mutex<ByLimit>>,
}

/// A limiter of this process for each limit.
type ByLimit = HashMap<Limit, Arc<Local>>;
type Local = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

impl Limiter {
    pub fn new(redis: Option<Redis>) -> Self {
        let local = Arc::<Mutex<ByLimit>>::default();
        tokio::spawn(forget(Arc::downgrade(&local)));
        Self { redis, local }
    }

    /// Counts one call.
    pub async fn count(&self, limit: Limit, key: &str) -> Count {
        Count { limit, outcome: self.outcome(limit, key).await }
    }

    async fn outcome(&self, limit: Limit, key: &str) -> Outcome {
        let interval = limit.interval();
        if let Some(redis) = &self.redis {
            let arguments = vec![interval.as_micros().to_string(), limit.calls.to_string()];
            let full_key = format!("rollcall:limit:{}:{key}", limit.name);
            if let Some(answer) = redis.run(GCRA, full_key, arguments).await {
                let time = Duration::from_micros(answer.unsigned_abs());
                return if answer < 0 { Outcome::Refused { wait: time } } else { Outcome::Passed { used: time } };
            }
        }
        match self.local(limit).check_key(&key.to_owned()) {
            Ok(state) => {
                let used = limit.calls.get().saturating_sub(state.remaining_burst_capacity());
                Outcome::Passed { used: interval * used }
            }
            Err(refusal) => Outcome::Refused { wait: refusal.wait_time_from(DefaultClock::default().now()) },
        }
    }

    fn local(&self, limit: Limit) -> Arc<Local> {
        let mut local = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = local.entry(limit).or_insert_with(|| {
            let quota = Quota::with_period(limit.interval()).expect("a period is longer than nothing");
            let limiter = RateLimiter::keyed(quota.allow_burst(limit.calls));
            Arc::new(limiter.with_middleware::<StateInformationMiddleware>())
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
