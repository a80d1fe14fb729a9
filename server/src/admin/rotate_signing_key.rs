//! `admin rotate-signing-key`: a new key for access tokens. Servers find it by themselves, and nobody is signed out.

use anyhow::Context as _;
use chrono::{DurationRound as _, TimeDelta};
use sea_orm::QuerySelect as _;
use uuid::Uuid;

use crate::{
    clock::Clock,
    entity::signing_key::{self, Algorithm, Model},
    identity::SIGNING_KEY_LEAD,
    problem::Problem,
    settings::Settings,
    store::{Database, Tx},
};

/// What is to be made.
#[derive(Clone, Debug, clap::Args)]
pub struct Rotation {
    /// HS256 or EdDSA [default: that of the key before it]
    #[arg(long, value_name = "NAME")]
    algorithm: Option<String>,
}

/// Makes the key and says when it begins. No college has a part in it, so the log and the row itself tell of it.
pub async fn rotate_signing_key(settings: &Settings, rotation: Rotation) -> anyhow::Result<String> {
    let algorithm = match rotation.algorithm.as_deref() {
        Some(name) => Some(
            Algorithm::named(name)
                .with_context(|| format!("nothing was made: --algorithm is {name:?}; it must be HS256 or EdDSA"))?,
        ),
        None => None,
    };
    crate::prepare_schema(settings).await?;
    let clock = Clock::new(settings.clock_offset_file.clone());
    let first = settings.identity.first_algorithm;
    let database = Database::open(&settings.database).await?;
    let written = database.write(move |tx| Box::pin(async move { write(tx, algorithm, first, &clock).await })).await;
    database.close().await;
    let made = written.context("nothing was made")?;
    let (kid, name, begins) = (made.kid, made.algorithm.name(), made.active_from);
    tracing::info!(%kid, algorithm = name, active_from = %begins, "a signing key was made");
    Ok(format!(
        "Key {kid} ({name}) signs from {begins} on. Tokens that were signed before stay good until they expire.\n"
    ))
}

async fn write(tx: &Tx, wanted: Option<Algorithm>, first: Algorithm, clock: &Clock) -> Result<Model, Problem> {
    let newest = signing_key::newest().lock_exclusive().one(tx).await?;
    // Read when nothing is left to wait for: the servers' time to find the key begins at the commit.
    let now = clock.now();
    let soonest = (now + SIGNING_KEY_LEAD).duration_round_up(TimeDelta::seconds(1)).map_err(Problem::internal)?;
    let salt: [u8; 32] = rand::random();
    let row = Model {
        kid: Uuid::now_v7(),
        algorithm: wanted.unwrap_or_else(|| newest.as_ref().map_or(first, |newest| newest.algorithm)),
        salt: salt.to_vec(),
        created_at: now,
        active_from: newest.map_or(soonest, |newest| soonest.max(newest.active_from + TimeDelta::seconds(1))),
    };
    signing_key::insert(row.clone().into()).exec_without_returning(tx).await?;
    Ok(row)
}
