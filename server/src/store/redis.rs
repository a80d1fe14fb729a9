//! Redis: counters of the rate limiter, and notices between replicas. It may die at any moment; then every command fails
//! within 50 ms, and what it was for goes on without it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use fred::{
    clients::SubscriberClient,
    prelude::{
        Builder, Client, ClientLike as _, Config, EventInterface as _, LuaInterface as _, PubsubInterface as _,
        ReconnectPolicy,
    },
    types::config::UnresponsiveConfig,
};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::{Digest as _, Sha1};
use tokio::sync::broadcast::{self, error::RecvError};
use uuid::Uuid;

use super::bus::Notice;

const COMMAND_TIMEOUT: Duration = Duration::from_millis(50);
const RECONNECT_MS: u32 = 250;
/// How long commands are not even tried after one has failed, so that a dead Redis costs nothing.
const BREAK_MS: u64 = 500;
const CHANNELS: &str = "rollcall:notice:*";

#[derive(Clone)]
pub struct Redis {
    client: Client,
    subscriber: SubscriberClient,
    /// This replica's name, so that it does not hear its own notices twice.
    replica: Uuid,
    connected: Arc<AtomicBool>,
    limits: Circuit,
    notices: Circuit,
    /// Whether a notice was not told.
    missed: Arc<AtomicBool>,
}

impl Redis {
    /// Begins to connect and goes on for ever; a Redis that is not there yet stops nothing.
    pub fn connect(url: &SecretString) -> anyhow::Result<Self> {
        let mut config = Config::from_url(url.expose_secret())?;
        // Or the first attempt would be the last one.
        config.fail_fast = false;
        let mut builder = Builder::from_config(config);
        builder
            .with_performance_config(|config| config.default_command_timeout = COMMAND_TIMEOUT)
            .with_connection_config(|config| {
                config.connection_timeout = Duration::from_secs(1);
                config.internal_command_timeout = Duration::from_secs(1);
                config.max_command_attempts = 1;
                config.unresponsive = UnresponsiveConfig {
                    max_timeout: Some(Duration::from_millis(500)),
                    interval: Duration::from_millis(250),
                };
            })
            .set_policy(ReconnectPolicy::new_constant(0, RECONNECT_MS));
        let client = builder.build()?;
        client.connect();
        let started = tokio::time::Instant::now();
        Ok(Self {
            client,
            subscriber: builder.build_subscriber_client()?,
            replica: Uuid::now_v7(),
            connected: Arc::new(AtomicBool::new(false)),
            limits: Circuit::new(started),
            notices: Circuit::new(started),
            missed: Arc::new(AtomicBool::new(false)),
        })
    }

    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Passes on what other replicas say, and marks each gap in the hearing.
    pub fn listen(&self, local: broadcast::Sender<Notice>) {
        // Taken before the first connection, whose news come once.
        let mut messages = self.subscriber.message_rx();
        let mut connections = self.subscriber.reconnect_rx();
        let mut errors = self.subscriber.error_rx();
        self.subscriber.connect();

        let (redis, to_local) = (self.clone(), local.clone());
        tokio::spawn(async move {
            loop {
                match messages.recv().await {
                    Ok(message) => {
                        if let Some(notice) = redis.read(message.value.as_bytes().unwrap_or_default()) {
                            let _ = to_local.send(notice);
                        }
                    }
                    Err(RecvError::Lagged(_)) => _ = to_local.send(Notice::Gap),
                    Err(RecvError::Closed) => return,
                }
            }
        });
        let redis = self.clone();
        tokio::spawn(async move {
            while !matches!(connections.recv().await, Err(RecvError::Closed)) {
                // Until it is subscribed it is deaf, however well it is connected.
                while redis.subscriber.psubscribe(CHANNELS).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(RECONNECT_MS.into())).await;
                    if !redis.subscriber.is_connected() {
                        break;
                    }
                }
                redis.connected.store(redis.subscriber.is_connected(), Ordering::Relaxed);
                let _ = local.send(Notice::Gap);
            }
        });
        let connected = self.connected.clone();
        tokio::spawn(async move {
            while !matches!(errors.recv().await, Err(RecvError::Closed)) {
                connected.store(false, Ordering::Relaxed);
            }
        });
    }

    /// Tells the other replicas. What could not be told is made up for as soon as it can be, by a notice that says so.
    pub fn publish(&self, college_id: Uuid, notice: &Notice) {
        if !self.notices.is_closed() {
            self.make_up(college_id);
            return;
        }
        let (redis, notice) = (self.clone(), notice.clone());
        tokio::spawn(async move {
            if !redis.send(college_id, &notice).await {
                redis.make_up(college_id);
            }
        });
    }

    /// Says that notices were missed, again and again until it is said. One does so at a time.
    fn make_up(&self, college_id: Uuid) {
        if self.missed.swap(true, Ordering::SeqCst) {
            return;
        }
        let redis = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(BREAK_MS)).await;
                // What is missed from here on has another one say so.
                redis.missed.store(false, Ordering::SeqCst);
                if redis.send(college_id, &Notice::Gap).await || redis.missed.swap(true, Ordering::SeqCst) {
                    return;
                }
            }
        });
    }

    async fn send(&self, college_id: Uuid, notice: &Notice) -> bool {
        let Ok(body) = serde_json::to_string(&(self.replica, notice)) else { return false };
        let sent: Result<(), _> = self.client.publish(format!("rollcall:notice:{college_id}"), body).await;
        self.notices.note(sent.is_ok());
        sent.is_ok()
    }

    /// Runs a script whose answer is numbers, or says that Redis cannot.
    pub async fn run(&self, script: &Script, key: String, arguments: Vec<String>) -> Option<Vec<i64>> {
        if !self.limits.is_closed() {
            return None;
        }
        // Per-command timeouts do not hold for scripts.
        let answer = tokio::time::timeout(COMMAND_TIMEOUT, self.evaluate(script, key, arguments)).await;
        let answer = answer.ok().and_then(Result::ok);
        self.limits.note(answer.is_some());
        answer
    }

    /// By its hash, which spares Redis the reading; by its text where Redis has not read it since it was started.
    async fn evaluate(
        &self,
        script: &Script,
        key: String,
        arguments: Vec<String>,
    ) -> Result<Vec<i64>, fred::error::Error> {
        let answer = self.client.evalsha(script.hash.as_str(), key.as_str(), arguments.clone()).await;
        match answer {
            Err(error) if error.details().starts_with("NOSCRIPT") => {
                self.client.eval(script.text.as_str(), key, arguments).await
            }
            answer => answer,
        }
    }

    fn read(&self, body: &[u8]) -> Option<Notice> {
        let (replica, notice): (Uuid, Notice) = serde_json::from_slice(body).ok()?;
        (replica != self.replica).then_some(notice)
    }
}

/// A script, and the name by which Redis knows it once it has run.
pub struct Script {
    text: String,
    hash: String,
}

impl Script {
    pub fn new(text: String) -> Self {
        let hash = Sha1::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { text, hash }
    }
}

/// Whether commands are tried: not for a moment after one has failed. One for each use, so that a slow one does not silence
/// another.
#[derive(Clone)]
struct Circuit {
    started: tokio::time::Instant,
    /// In milliseconds since `started`.
    retry_at: Arc<AtomicU64>,
}

impl Circuit {
    fn new(started: tokio::time::Instant) -> Self {
        Self { started, retry_at: Arc::default() }
    }

    fn is_closed(&self) -> bool {
        self.elapsed_ms() >= self.retry_at.load(Ordering::Relaxed)
    }

    fn note(&self, success: bool) {
        let result = if success { "ok" } else { "failed" };
        metrics::counter!("rollcall_redis_commands_total", "result" => result).increment(1);
        if !success {
            self.retry_at.store(self.elapsed_ms() + BREAK_MS, Ordering::Relaxed);
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
