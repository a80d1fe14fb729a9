//! An administrator at WorkforceService: makes employees, and sends punches in the three ways that there are.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use rollcall_proto::v1::{
    CreateEmployeeRequest, CreatePunchesRequest, GetWorkHoursRequest, GetWorkHoursResponse, StreamPunchesRequest,
    workforce_service_client::WorkforceServiceClient,
};
use rollcall_tests::{clock::machine_time, seed::SeedUser, token};
use tonic::{Request, Status, metadata::AsciiMetadataValue, transport::Channel};

use super::gate::Gate;
use crate::{
    closed_loop::{self, Answers, Worker},
    server::{SECRET, Server},
};

/// So many employees are made at a time.
const AT_A_TIME: usize = 64;
const DEPARTMENTS: u32 = 20;

type Client = WorkforceServiceClient<Channel>;

pub struct Office {
    address: SocketAddr,
    admin: SeedUser,
}

impl Office {
    pub fn new(server: &Server, admin: SeedUser) -> Self {
        Self { address: server.grpc, admin }
    }

    /// One with a connection of its own.
    pub async fn client(&self) -> anyhow::Result<Client> {
        let channel = Channel::from_shared(format!("http://{}", self.address))?.connect().await?;
        // The hours of a whole college are more than a client takes by itself.
        Ok(WorkforceServiceClient::new(channel).max_decoding_message_size(usize::MAX))
    }

    /// What authorizes for the next quarter of an hour.
    fn bearer(&self) -> anyhow::Result<AsciiMetadataValue> {
        Ok(format!("Bearer {}", token::mint(SECRET, &self.admin, machine_time())).parse()?)
    }

    /// Makes so many employees, and tells their ids.
    pub async fn employ(&self, number: u32) -> anyhow::Result<Vec<String>> {
        let (client, bearer) = (self.client().await?, self.bearer()?);
        futures_util::stream::iter(0..number)
            .map(|number| {
                let mut client = client.clone();
                let request = CreateEmployeeRequest {
                    name: format!("Employee {number:05}"),
                    department: department(number),
                    external_id: format!("E-{number:05}"),
                    ..CreateEmployeeRequest::default()
                };
                let request = authorized(&bearer, request);
                async move {
                    let made = client.create_employee(request).await.context("making an employee")?;
                    anyhow::Ok(made.into_inner().id)
                }
            })
            .buffered(AT_A_TIME)
            .try_collect()
            .await
    }

    /// Sends punches one by one. Tells how many were acknowledged, too.
    pub async fn one_by_one(
        &self,
        gate: &Arc<Gate>,
        connections: u32,
        seconds: u64,
    ) -> anyhow::Result<(Answers, usize)> {
        let (mut terminals, bearer) = (Vec::new(), self.bearer()?);
        for _ in 0..connections {
            terminals.push(Terminal { client: self.client().await?, bearer: bearer.clone(), gate: gate.clone() });
        }
        let answers = closed_loop::run_all(terminals, seconds).await;
        let acknowledged = answers.latencies.len();
        Ok((answers, acknowledged))
    }

    /// Sends them in lists.
    pub async fn in_lists(
        &self,
        gate: &Arc<Gate>,
        connections: u32,
        length: usize,
        seconds: u64,
    ) -> anyhow::Result<(Answers, usize)> {
        let (mut importers, bearer) = (Vec::new(), self.bearer()?);
        for _ in 0..connections {
            let (client, bearer, gate) = (self.client().await?, bearer.clone(), gate.clone());
            importers.push(Importer { client, bearer, gate, length });
        }
        let answers = closed_loop::run_all(importers, seconds).await;
        let acknowledged = answers.latencies.len() * length;
        Ok((answers, acknowledged))
    }

    /// Sends lists in one stream, for so long as the server takes them.
    pub async fn in_a_stream(&self, gate: &Arc<Gate>, length: usize, seconds: u64) -> anyhow::Result<(Answers, usize)> {
        let (mut client, bearer, gate) = (self.client().await?, self.bearer()?, gate.clone());
        let begun = Instant::now();
        let end = begun + Duration::from_secs(seconds);
        // The next list is made when the server has room for it.
        let lists = std::iter::from_fn(move || {
            (Instant::now() < end).then(|| StreamPunchesRequest { punches: gate.list(length) })
        });
        let told = client.stream_punches(authorized(&bearer, futures_util::stream::iter(lists))).await;
        let took = begun.elapsed();
        let told = told.context("streaming punches")?.into_inner();
        let mut failures = BTreeMap::new();
        if told.replayed_count > 0 {
            failures.insert("was there before".to_owned(), u64::try_from(told.replayed_count)?);
        }
        if let Some(refused) = told.refused.first() {
            failures.insert(refused.message.clone(), u64::try_from(told.refused_count)?);
        }
        let answers = Answers { took, latencies: Vec::new(), failures };
        Ok((answers, usize::try_from(told.stored_count)?))
    }

    /// Stores one list.
    pub async fn store(&self, client: &Client, gate: &Arc<Gate>, length: usize) -> anyhow::Result<()> {
        let mut importer = Importer { client: client.clone(), bearer: self.bearer()?, gate: gate.clone(), length };
        importer.send().await.map_err(|reason| anyhow::anyhow!("a list was not stored: {reason}"))
    }

    /// Asks for hours, and tells how long the answer took.
    pub async fn hours(
        &self,
        client: &Client,
        request: &GetWorkHoursRequest,
    ) -> anyhow::Result<(GetWorkHoursResponse, Duration)> {
        let (mut client, request) = (client.clone(), authorized(&self.bearer()?, request.clone()));
        let begun = Instant::now();
        let told = client.get_work_hours(request).await.context("asking for hours")?;
        Ok((told.into_inner(), begun.elapsed()))
    }
}

/// The department of the employee with this number.
pub fn department(number: u32) -> String {
    format!("Department {:02}", number % DEPARTMENTS)
}

/// Sends a punch when the last one is answered.
struct Terminal {
    client: Client,
    bearer: AsciiMetadataValue,
    gate: Arc<Gate>,
}

impl Worker for Terminal {
    async fn work(&mut self) -> Option<Result<(), String>> {
        let answer = self.client.create_punch(authorized(&self.bearer, self.gate.next())).await;
        Some(match answer {
            Ok(punch) if punch.get_ref().replayed => Err("was there before".to_owned()),
            Ok(_) => Ok(()),
            Err(status) => Err(told(&status)),
        })
    }
}

/// Sends a list when the last one is answered.
struct Importer {
    client: Client,
    bearer: AsciiMetadataValue,
    gate: Arc<Gate>,
    length: usize,
}

impl Importer {
    async fn send(&mut self) -> Result<(), String> {
        let request = CreatePunchesRequest { punches: self.gate.list(self.length) };
        let answer = self.client.create_punches(authorized(&self.bearer, request)).await;
        let answer = answer.map_err(|status| told(&status))?.into_inner();
        if usize::try_from(answer.stored_count).ok() == Some(self.length) {
            return Ok(());
        }
        let refused = answer.results.iter().find(|result| result.id.is_empty());
        let message = refused.map_or("none was refused", |refused| refused.message.as_str());
        Err(format!("not all of a list were stored: {message}"))
    }
}

impl Worker for Importer {
    // Longer than the deadline of a list.
    const PATIENCE: Duration = Duration::from_secs(35);

    async fn work(&mut self) -> Option<Result<(), String>> {
        Some(self.send().await)
    }
}

fn authorized<T>(bearer: &AsciiMetadataValue, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", bearer.clone());
    request
}

fn told(status: &Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}
