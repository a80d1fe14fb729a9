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
use tokio::sync::broadcast;
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
    /// When commands are tried again, in milliseconds since `started`.
    retry_at: Arc<AtomicU64>,
    started: tokio::time::Instant,
}

impl Redis {
    /// Begins to connect and goes on for ever; a Redis that is not there yet stops nothing.
    pub fn connect(url: &SecretString) -> anyhow::Result<Self> {
        let mut builder = Builder::from_config(Config::from_url(url.expose_secret())?);
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
        let subscriber = builder.build_subscriber_client()?;
        client.connect();
        subscriber.connect();
        Ok(Self {
            client,
            subscriber,
            replica: Uuid::now_v7(),
            connected: Arc::new(AtomicBool::new(false)),
            retry_at: Arc::new(AtomicU64::new(0)),
            started: tokio::time::Instant::now(),
        })
    }

    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Passes on what other replicas say, and marks each gap in the hearing.
    pub fn listen(&self, local: broadcast::Sender<Notice>) {
        self.subscriber.manage_subscriptions();
        let redis = self.clone();
        let to_local = local.clone();
        tokio::spawn(async move {
            let mut messages = redis.subscriber.message_rx();
            loop {
                match messages.recv().await {
                    Ok(message) => {
                        if let Some(notice) = redis.read(message.value.as_bytes().unwrap_or_default()) {
                            let _ = to_local.send(notice);
                        }
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        let _ = to_local.send(Notice::Gap);
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
        let redis = self.clone();
        tokio::spawn(async move {
            let mut connections = redis.subscriber.reconnect_rx();
            loop {
                match connections.recv().await {
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                        // Subscribed first: what is said after the gap is heard.
                        let subscribed = redis.subscriber.psubscribe(CHANNELS).await.is_ok();
                        redis.connected.store(subscribed, Ordering::Relaxed);
                        let _ = local.send(Notice::Gap);
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
        let connected = self.connected.clone();
        let mut errors = self.subscriber.error_rx();
        tokio::spawn(async move {
            while !matches!(errors.recv().await, Err(broadcast::error::RecvError::Closed)) {
                connected.store(false, Ordering::Relaxed);
            }
        });
    }

    pub fn publish(&self, college_id: Uuid, notice: &Notice) {
        if !self.is_closed_circuit() {
            return;
        }
        let Ok(body) = serde_json::to_string(&(self.replica, notice)) else { return };
        let redis = self.clone();
        tokio::spawn(async move {
            let channel = format!("rollcall:notice:{college_id}");
            let sent: Result<(), _> = redis.client.publish(channel, body).await;
            redis.note(sent.is_ok());
        });
    }

    /// Runs a script whose answer is one number, or says that Redis cannot.
    pub async fn run(&self, script: &'static str, key: String, arguments: Vec<String>) -> Option<i64> {
        if !self.is_closed_circuit() {
            return None;
        }
        let answer = self.client.eval::<i64, _, _, _>(script, key, arguments);
        // Per-command timeouts do not hold for scripts.
        let answer = tokio::time::timeout(COMMAND_TIMEOUT, answer).await.ok().and_then(Result::ok);
        self.note(answer.is_some());
        answer
    }

    fn read(&self, body: &[u8]) -> Option<Notice> {
        let (replica, notice): (Uuid, Notice) = serde_json::from_slice(body).ok()?;
        (replica != self.replica).then_some(notice)
    }

    fn is_closed_circuit(&self) -> bool {
        self.elapsed_ms() >= self.retry_at.load(Ordering::Relaxed)
    }

    fn note(&self, success: bool) {
        metrics::counter!("rollcall_redis_commands_total", "result" => if success { "ok" } else { "failed" })
            .increment(1);
        if !success {
            self.retry_at.store(self.elapsed_ms() + BREAK_MS, Ordering::Relaxed);
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
