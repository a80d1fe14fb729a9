//! The yardstick: what PostgreSQL does alone. pgbench inserts one row in each transaction, as wide as the server's, into a table
//! with the same columns and no check. For check-ins that table has no index but the primary key.

use std::{path::Path, time::Instant};

use anyhow::Context as _;

use crate::{
    cluster,
    store::{SEEDED, Store},
    usage::Cpu,
};

/// Its database. The table has the same name.
const DATABASE: &str = "bare";
const CLIENTS: &str = "16";
const THREADS: &str = "2";

/// Ids grow, as those of records do: the number of the insert, then that of the client.
const SCRIPT: &str = r#"\set n :n + 1
INSERT INTO bare (college_id, id, session_id, student_id, check_in_id, status, verification_method, marked_at,
    late_by_seconds, evidence, location_id, latitude, longitude, accuracy_meters, qr_code_used, ip_address, device_id,
    event_seq, created_at, updated_at)
VALUES ('01936b1e-0000-7000-8000-000000000001',
    (lpad(to_hex(:n::bigint), 16, '0') || lpad(to_hex(:client_id::bigint), 16, '0'))::uuid,
    '01936b1e-0000-7000-8000-000000000002', '01936b1e-0000-7000-8000-000000000003',
    '01936b1e-0000-7000-8000-000000000004', 'PRESENT', 'QR', now(), 0, '@evidence@',
    '01936b1e-0000-7000-8000-000000000005', 12.97005, 77.58995, 8,
    'R1AZNrHgAAcACAAAAAAAAAAgQAAAABAAAAAAAAAAAAAAAAAAAA', '127.0.0.1', 'phone-0000001', 1, now(), now())
"#;

/// What is stored beside a record that was accepted.
const EVIDENCE: &str = r#"[{"detail":"The code was being shown.","factor":"CODE","figures":{"age_seconds":12.0},"verdict":"PASSED"},{"detail":"You were at the place.","factor":"GEOFENCE","figures":{"accuracy_meters":8.0,"distance_meters":7.443201754,"radius_meters":50.0},"verdict":"PASSED"}]"#;

/// One run of pgbench.
pub struct Inserts {
    pub per_second: f64,
    /// CPU of PostgreSQL for each, where its processes are known, in microseconds.
    pub postgres_micros: Option<f64>,
    /// CPU of pgbench for each, in microseconds.
    pub pgbench_micros: f64,
    /// Processors that others kept busy meanwhile.
    pub others_busy: f64,
    /// How wide a row is, on average.
    pub row_bytes: i64,
}

/// Inserts records for so long.
pub async fn run(store: &Store, folder: &Path, seconds: u64) -> anyhow::Result<Inserts> {
    let make = ["CREATE TABLE bare (LIKE attendance_records INCLUDING DEFAULTS, PRIMARY KEY (college_id, id))"];
    insert(store, folder, seconds, &make, &SCRIPT.replace("@evidence@", EVIDENCE)).await
}

/// Runs pgbench for so long on a copy of the seeded database, in which `make` makes the table that its script inserts into.
pub async fn insert(store: &Store, folder: &Path, seconds: u64, make: &[&str], text: &str) -> anyhow::Result<Inserts> {
    store.copy(SEEDED, DATABASE).await?;
    store.execute(DATABASE, make).await?;
    store.execute(DATABASE, &["CHECKPOINT"]).await?;
    let script = folder.join("insert.sql");
    std::fs::write(&script, text)?;
    let mut command = tokio::process::Command::new(cluster::find("pgbench"));
    command
        .args(["--no-vacuum", "--protocol=prepared", "--client", CLIENTS, "--jobs", THREADS, "--define=n=0", "--time"])
        .arg(seconds.to_string())
        .arg("--file")
        .arg(&script)
        .arg(store.url(DATABASE))
        .kill_on_drop(true);
    let (begun, before) = (Instant::now(), Cpu::read(None, store.postmaster()));
    let output = command.output().await.context("starting pgbench")?;
    let (took, cpu) = (begun.elapsed(), Cpu::read(None, store.postmaster()).since(before));
    let text = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(output.status.success(), "pgbench: {text}{}", String::from_utf8_lossy(&output.stderr));
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    let per_second = rate.with_context(|| format!("no rate in what pgbench says: {text}"))?;
    let rows = store.number(DATABASE, "SELECT count(*) FROM bare").await? as f64;
    let row_bytes = store.number(DATABASE, "SELECT avg(pg_column_size(bare.*))::bigint FROM bare").await?;
    store.remove(DATABASE).await?;
    Ok(Inserts {
        per_second,
        postgres_micros: store.postmaster().map(|_| cpu.postgres / rows * 1e6),
        pgbench_micros: cpu.tools / rows * 1e6,
        others_busy: cpu.others() / took.as_secs_f64(),
        row_bytes,
    })
}
