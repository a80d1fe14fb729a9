//! What the teachers' screens show. The codes are asked for, as a screen asks for them, and not made here: how they are made
//! is the server's own affair.

use std::{
    net::SocketAddr,
    sync::{Arc, RwLock},
    time::Duration,
};

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _};
use rollcall_proto::v1::{Code, GetCurrentCodeRequest, code_service_client::CodeServiceClient};
use rollcall_tests::{clock::machine_time, token};
use tokio::task::JoinHandle;
use tonic::{Request, metadata::AsciiMetadataValue, transport::Channel};

use crate::{server::SECRET, world::World};

/// So many screens ask at a time.
const AT_A_TIME: usize = 16;

/// The code of each session, always one that is accepted.
pub struct Codes {
    texts: Arc<RwLock<Vec<String>>>,
    follower: JoinHandle<()>,
}

/// Asks for codes.
#[derive(Clone)]
struct Screens {
    client: CodeServiceClient<Channel>,
    bearer: AsciiMetadataValue,
    requests: Arc<Vec<GetCurrentCodeRequest>>,
}

/// The codes of one moment.
struct Reading {
    texts: Vec<String>,
    /// When all of them must have been read again.
    due: DateTime<Utc>,
}

impl Codes {
    pub async fn follow(grpc: SocketAddr, world: &World) -> anyhow::Result<Self> {
        let channel = Channel::from_shared(format!("http://{grpc}"))?.connect().await?;
        let token = token::mint(SECRET, &world.teacher, machine_time());
        let request = |session: &uuid::Uuid| GetCurrentCodeRequest {
            location_id: world.location_id.to_string(),
            session_id: Some(session.to_string()),
        };
        let screens = Screens {
            client: CodeServiceClient::new(channel),
            bearer: format!("Bearer {token}").parse()?,
            requests: Arc::new(world.sessions.iter().map(request).collect()),
        };
        let Reading { texts, mut due } = screens.read().await?;
        let texts = Arc::new(RwLock::new(texts));
        let shared = texts.clone();
        let follower = tokio::spawn(async move {
            loop {
                let wait = due - machine_time();
                tokio::time::sleep(wait.to_std().unwrap_or(Duration::from_secs(1))).await;
                match screens.read().await {
                    Ok(reading) => {
                        due = reading.due;
                        *shared.write().expect("the codes") = reading.texts;
                    }
                    Err(error) => eprintln!("the codes could not be read: {error:#}"),
                }
            }
        });
        Ok(Self { texts, follower })
    }

    pub fn of(&self, session: usize) -> String {
        self.texts.read().expect("the codes")[session].clone()
    }
}

impl Drop for Codes {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Screens {
    async fn read(&self) -> anyhow::Result<Reading> {
        let codes: Vec<Code> = futures_util::stream::iter(self.requests.iter().cloned())
            .map(|message| {
                let mut client = self.client.clone();
                let mut request = Request::new(message);
                request.metadata_mut().insert("authorization", self.bearer.clone());
                async move { anyhow::Ok(client.get_current_code(request).await?.into_inner()) }
            })
            .buffered(AT_A_TIME)
            .try_collect()
            .await?;
        let oldest = codes.iter().min_by_key(|code| code.expires_at.map(|time| time.seconds)).context("no code")?;
        let end = oldest.expires_at.and_then(|time| DateTime::from_timestamp(time.seconds, 0)).context("no end")?;
        // A code is accepted one interval longer than it is shown. Half of that is left to read the next ones in, and most
        // runs are over before they would have to.
        let due = end + TimeDelta::seconds(i64::from(oldest.refresh_interval_seconds) / 2);
        Ok(Reading { texts: codes.into_iter().map(|code| code.code).collect(), due })
    }
}
